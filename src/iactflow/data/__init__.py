"""The data that verbs hand to each other: stores of camera images, results, and their columns."""
