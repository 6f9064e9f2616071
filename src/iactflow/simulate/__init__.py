"""Air showers, their Cherenkov light and the telescopes that see it."""
