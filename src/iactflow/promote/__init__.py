"""The verb ``promote``: which model is in service."""
