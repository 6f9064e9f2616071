"""The verb ``report``: draw one result as a single HTML page."""
