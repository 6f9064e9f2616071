"""A bundle's model taken apart: what prepares pixels, the network, and what turns its outputs into physics."""

import warnings
from dataclasses import dataclass
from typing import Any

from iactflow.data.camera import Camera
from iactflow.errors import ConfigError
from iactflow.models.backend import keras
from iactflow.models.bundle import CODE_FILE, Bundle
from iactflow.models.config import Model
from iactflow.models.custom import is_custom
from iactflow.models.initial import network_in
from iactflow.models.registry import make_view
from iactflow.models.tasks import tasks_named
from iactflow.models.window import Window
from iactflow.models.window_numpy import NumpyWindow

#: Before the name of a task in what the network gives, since a task and a physical quantity may have the same name.
_LABEL = "label_"


@dataclass(frozen=True)
class Parts:
    """Three models that give, one after the other, what the bundle's model gives.

    Attributes
    ----------
    before : keras.Model
        From pixels to what the network sees, and what `after` needs besides.
    network : keras.Model
        From ``{name: tensor}`` to ``{label_TASK: tensor}``.
    after : keras.Model
        From labels and outputs of `before` to physical quantities.
    window : NumpyWindow or None
        Gives what `before` gives, quicker, for networks that see windows.
    """

    before: Any
    network: Any
    after: Any
    window: NumpyWindow | None


def model_section(bundle: Bundle) -> Model:
    """Give the ``model:`` section that a bundle was trained with; code of the user's is that in the bundle."""
    section = bundle.config
    code = bundle.path / CODE_FILE
    if is_custom(section.name) and code.exists():
        section = section.model_copy(update={"name": f"{code}:{section.name.rpartition(':')[2]}"})
    return section


def take_apart(bundle: Bundle, camera: Camera) -> Parts:
    """Make three models of one.

    Parameters
    ----------
    bundle : Bundle
        Run by Keras.
    camera : Camera
        The camera that it was trained for.

    Raises
    ------
    ConfigError
        If its predictions are means over the symmetries of the lattice.
    """
    section = model_section(bundle)
    view = make_view(section, camera)
    if view.symmetries > 1 and section.window.average:
        raise ConfigError(
            f"{bundle.path} averages over {view.symmetries} symmetries (model.window.average: true), and LiteRT's "
            "parts take a network that is asked once. Train with --set model.window.average=false, or shrink to onnx."
        )
    fitted = network_in(bundle.model, str(bundle.path))
    seen = view.model.output if isinstance(view.model.output, dict) else {"picture": view.model.output}
    shown = view.inputs if isinstance(view.inputs, dict) else {"picture": view.inputs}
    entrance = {name: keras.Input(tensor.shape[1:], name=name) for name, tensor in shown.items()}
    labels = fitted(entrance if isinstance(view.inputs, dict) else entrance["picture"])
    network = keras.Model(entrance, {_LABEL + task: labels[task] for task in bundle.tasks})
    given = {task.name: keras.Input((task.width,), name=_LABEL + task.name) for task in tasks_named(bundle.tasks)}
    rest = {name: tensor for name, tensor in seen.items() if name not in shown}
    physical: dict[str, Any] = {}
    finished = view.finish(given)
    for task in tasks_named(bundle.tasks):
        physical |= task.physical(finished[task.name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the rest has names of its own; the keys count
        after = keras.Model({**rest, **{_LABEL + task: tensor for task, tensor in given.items()}}, physical)
    window = next((NumpyWindow.of(layer) for layer in view.model.layers if isinstance(layer, Window)), None)
    return Parts(keras.Model(view.model.input, seen), network, after, window)
