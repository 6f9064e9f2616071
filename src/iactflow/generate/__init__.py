"""The verb ``generate``: images of a generator as a store or DL1 files."""
