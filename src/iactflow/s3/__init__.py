"""Objects of an S3 store as local files, and local files as objects."""
