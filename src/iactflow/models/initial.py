"""Start from another model's weights, and keep some of the weights as they are."""

from typing import Any

from iactflow.errors import ConfigError
from iactflow.models.bundle import load_model
from iactflow.models.narrow import can_narrow, narrow
from iactflow.models.registry import BACKBONE_SUFFIX, backbone_of
from iactflow.models.source import model_file


def start_from(network: Any, source: str) -> None:
    """Copy the weights of another model into a network: its backbone, and every head of the same shape.

    A hexnet that is narrower than the other takes the channels that matter most, see `iactflow.models.narrow`.

    Parameters
    ----------
    network : keras.Model
        Changed in place.
    source : str
        Folder of a model bundle, a .keras file of ours or of CTLearn's, or ``models:/NAME@ALIAS``.

    Raises
    ------
    InputError
        If there is no model.
    ConfigError
        If its backbone is another one.
    """
    other = network_in(load_model(model_file(source)), source)
    backbone, donor = backbone_of(network), backbone_of(other)
    shapes, there = ([tuple(w.shape) for w in model.weights] for model in (backbone, donor))
    if shapes != there and can_narrow(network, other):
        narrow(network, other)
        return
    if backbone.name != donor.name or shapes != there:
        raise ConfigError(
            f"model.init: the backbone {donor.name} of {source} does not fit {backbone.name} of the network that "
            f"is trained ({len(there)} and {len(shapes)} arrays of weights, or other shapes). Use the same model.name "
            "and sizes, and as many model.mapping.channels or model.window.channels, as that model."
        )
    backbone.set_weights(donor.get_weights())
    heads = {layer.name: layer for layer in other.layers}
    for layer in network.layers:
        twin = heads.get(layer.name)
        if layer is backbone or twin is None or not layer.weights:
            continue
        if [w.shape for w in twin.weights] == [w.shape for w in layer.weights]:
            layer.set_weights(twin.get_weights())


def network_in(model: Any, source: str) -> Any:
    """Find the network in a model: the model itself, or the first one in it that has a backbone."""
    waiting = [model]
    while waiting:
        candidate = waiting.pop(0)
        if any(layer.name.endswith(BACKBONE_SUFFIX) for layer in candidate.layers):
            return candidate
        waiting += [layer for layer in candidate.layers if hasattr(layer, "layers")]
    raise ConfigError(
        f"model.init: {source} has no layer whose name ends in {BACKBONE_SUFFIX}; it is no model of this kind."
    )


def freeze(network: Any, what: str | list[str]) -> None:
    """Take weights out of training.

    Parameters
    ----------
    network : keras.Model
        Changed in place.
    what : str or list of str
        ``none``, ``backbone``, or names of layers, at the top of the network or in its backbone.

    Raises
    ------
    ConfigError
        If there is no such layer, or nothing is left to train.
    """
    if what == "none":
        return
    backbone = backbone_of(network)
    layers = {layer.name: layer for layer in (*backbone.layers, *network.layers)}
    names = [backbone.name] if what == "backbone" else list(what)
    unknown = [name for name in names if name not in layers]
    if unknown:
        raise ConfigError(
            f"model.freeze: the network has no layer named {', '.join(unknown)}. Its layers: "
            f"{', '.join(name for name, layer in layers.items() if layer.weights)}."
        )
    for name in names:
        layers[name].trainable = False
    if not network.trainable_weights:
        raise ConfigError(f"model.freeze: nothing is left to train after freezing {', '.join(names)}.")
