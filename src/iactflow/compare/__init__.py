"""The verb ``compare``: draw several results of the same events side by side."""
