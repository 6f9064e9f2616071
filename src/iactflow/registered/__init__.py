"""Models by name: MLflow's registry, its aliases, and what a registered model carries."""
