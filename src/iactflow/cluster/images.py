"""Names of the container images that components run in."""

from typing import Literal

from iactflow import __version__
from iactflow.cluster.environment import GPU_COMPONENTS, Environment


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


def reference(component: str, environment: Environment) -> str:
    """Give the image that a component runs in, as the nodes of an environment pull it.

    Parameters
    ----------
    component : str
        Name of the component. One of the GPU components that gets no GPU here runs in the CPU image, which is a third
        of the size.
    environment : Environment
        Its registry is put in front; its digest, where it states one, pins the content.
    """
    on_gpu = component in GPU_COMPONENTS and environment.resources(component).gpus > 0
    images = environment.images
    digest = images.gpu_digest if on_gpu else images.cpu_digest
    name = image("gpu" if on_gpu else "cpu")
    return (f"{images.registry}/" if images.registry else "") + name + (f"@{digest}" if digest else "")
