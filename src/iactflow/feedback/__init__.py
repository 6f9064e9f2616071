"""The verb ``feedback``: what generated background is worth for telling gammas from it."""
