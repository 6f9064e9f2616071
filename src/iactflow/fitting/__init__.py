"""Fitting of networks: batches, losses, schedules, checkpoints, cost, metrics."""
