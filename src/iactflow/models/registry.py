"""Networks by name: each is a backbone with one head per task, on a square picture of the camera."""

from collections.abc import Callable, Sequence
from typing import Any

from iactflow.errors import ConfigError

#: Makes a Keras model that takes a picture (side, side, channels) and gives ``{task: tensor}``. Its backbone is the
#: layer whose name ends in `BACKBONE_SUFFIX`; the rest are heads.
Builder = Callable[[tuple[int, int, int], Sequence[str]], Any]

#: End of the name of a backbone's layer; CTLearn finds it by this name, too.
BACKBONE_SUFFIX = "_block"


def _ctlearn(name: str) -> Builder:
    def build(input_shape: tuple[int, int, int], tasks: Sequence[str]) -> Any:
        from ctlearn.core import model as upstream

        return getattr(upstream, name)(input_shape, list(tasks)).model

    return build


#: Networks of this package; those named ``ctlearn.`` can be used by CTLearn's own tools.
NETWORKS: dict[str, Builder] = {f"ctlearn.{name}": _ctlearn(name) for name in ("SingleCNN", "ResNet")}


def build_network(name: str, input_shape: tuple[int, int, int], tasks: Sequence[str]) -> Any:
    """Build a network with fresh weights.

    Parameters
    ----------
    name : str
        As in ``model.name``.
    input_shape : tuple of int
        Side, side and channels of the picture.
    tasks : sequence of str
        One head is made for each.

    Raises
    ------
    ConfigError
        If there is no such network.
    """
    if name not in NETWORKS:
        raise ConfigError(f"model.name must be one of: {', '.join(NETWORKS)}. Received: {name}.")
    return NETWORKS[name](input_shape, tasks)


def backbone_of(network: Any) -> Any:
    """Find the backbone of a network.

    Raises
    ------
    ConfigError
        If no layer's name ends in `BACKBONE_SUFFIX`.
    """
    for layer in network.layers:
        if layer.name.endswith(BACKBONE_SUFFIX):
            return layer
    raise ConfigError(
        f"The network has no layer whose name ends in {BACKBONE_SUFFIX}. Its layers: "
        f"{', '.join(layer.name for layer in network.layers)}."
    )
