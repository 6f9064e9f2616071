"""The verb ``train``: fit a network to the train part of stores and write a model bundle."""
