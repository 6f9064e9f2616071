"""Plots as small functions of results, listed in one catalogue."""
