"""The verb ``drift``: whether new data look like those that a model was trained on."""
