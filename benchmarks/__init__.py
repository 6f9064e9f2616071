"""Speed, measured beside competitors in the same run; see ``make bench``."""
