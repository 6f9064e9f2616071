"""Machine learning for imaging atmospheric Cherenkov telescopes."""

__version__ = "0.1.0"
