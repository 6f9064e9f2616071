"""Names of the container images that components run in."""

from typing import Literal

from iactflow import __version__


def image(flavour: Literal["cpu", "gpu"]) -> str:
    """Give the image of a component.

    Parameters
    ----------
    flavour : {"cpu", "gpu"}
        ``gpu`` brings CUDA's libraries; with the other one TensorFlow silently trains on the CPU.

    Returns
    -------
    str
        Image reference without a registry; the cluster's own is put before it.
    """
    return f"iactflow/iactflow-python:{__version__}-{flavour}"
