"""The verb ``evaluate``: score a model, and a random forest beside it, on showers it has not seen."""
