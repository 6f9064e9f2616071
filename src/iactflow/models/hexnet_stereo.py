"""hexnet for array events: one backbone for every telescope's window, and estimates that do not mind their order."""

from collections.abc import Sequence
from typing import Any

from iactflow.models.backend import keras
from iactflow.models.config import HexNet, Stereo
from iactflow.models.hexnet import make_backbone
from iactflow.models.tasks import Task, tasks_named
from iactflow.models.telescopes import Fold, Pool, PreciseMean, Unfold, WeightedMean


def build(
    shapes: dict[str, tuple[int | None, ...]],
    tasks: Sequence[str],
    sizes: HexNet,
    stereo: Stereo,
    *,
    hexagonal: bool,
) -> Any:
    """Build the network on the windows of one to any number of telescopes.

    Parameters
    ----------
    shapes : dict of tuple
        Of ``window``, ``telescopes``, ``offset``, ``crossing`` and ``present``, see `iactflow.models.crossing.Array`.
    tasks : sequence of str
        What it estimates.
    sizes : HexNet
        Of the backbone, which is that of a single telescope's hexnet, so that weights can be taken from there.
    stereo : Stereo
        How telescopes are put together.
    hexagonal : bool
        Whether the camera's lattice is.

    Returns
    -------
    keras.Model
        Gives ``{task: tensor}``; directions in deg beside the event's centre.

    Notes
    -----
    Each image's features, with what the crossing of the axes tells, pass a layer; what all telescopes of the event saw
    is pooled and given back to each; each then makes an estimate of its own and says how much it counts. Energy and
    type are means with these weights, directions with a precision matrix per telescope
    (`iactflow.models.telescopes.PreciseMean`). Every part is the same for all telescopes, so their order does not
    matter.
    """
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    present = inputs["present"]
    backbone = make_backbone(shapes["window"][1:], sizes, hexagonal=hexagonal)
    images = Fold(name="images")([inputs["window"], present])
    features = Unfold(name="by_telescope")([backbone(images), present])
    x = keras.layers.Concatenate(name="features")([features, inputs["telescopes"]])
    x = _dense(stereo.width, "telescope")(x)
    pooled = [x, present]
    if stereo.pooling == "attention":
        pooled.append(keras.layers.Dense(1, name="attention")(x))
    x = keras.layers.Concatenate(name="with_others")([x, Pool(stereo.pooling, name="pool")(pooled)])
    x = _dense(stereo.width, "event")(x)
    outputs = {task.name: _head(task, x, inputs, sizes.hidden) for task in tasks_named(tasks)}
    return keras.Model(inputs, outputs, name="hexnet_stereo")


def _dense(units: int, name: str) -> Any:
    return keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal", name=name)


def _head(task: Task, x: Any, inputs: dict[str, Any], hidden: Sequence[int]) -> Any:
    """Estimate one task by each telescope, then average."""
    for number, units in enumerate(hidden, 1):
        x = _dense(units, f"stereo_fc_{task.name}_{number}")(x)
    present = inputs["present"]

    def numbers(width: int, what: str) -> Any:
        return keras.layers.Dense(width, dtype="float32", name=f"{task.name}_{what}")(x)

    if task.name.endswith("direction"):
        # From the window's centre; a share of the way to where the axes cross is a start that is nearly right.
        own = keras.layers.Add(name=f"{task.name}_beside")([inputs["offset"], numbers(2, "step")])
        way = keras.layers.Multiply(name=f"{task.name}_way")([inputs["crossing"], numbers(1, "share")])
        place = keras.layers.Add(name=f"{task.name}_places")([own, way])
        return PreciseMean(name=task.name)([place, numbers(3, "precision"), present])
    mean = WeightedMean(name=task.name)([numbers(task.width, "each"), numbers(1, "weight"), present])
    return keras.layers.Softmax(dtype="float32", name="softmax")(mean) if task.name == "type" else mean
