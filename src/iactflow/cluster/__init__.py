"""Kubeflow: running pipelines on this machine, compiling and submitting them."""
