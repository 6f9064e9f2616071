"""The verb ``distil``: make a student of few steps of a generator by flow."""
