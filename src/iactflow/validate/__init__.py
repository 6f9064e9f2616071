"""The verb ``validate``: compare generated images with simulated ones."""
