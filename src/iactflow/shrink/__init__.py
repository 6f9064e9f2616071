"""The verb ``shrink``: make a smaller or more portable bundle of a model."""
