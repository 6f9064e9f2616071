"""From a network to models on raw pixels: one to fit, one to keep."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from iactflow.models.backend import keras
from iactflow.models.registry import make_view
from iactflow.models.tasks import tasks_named
from iactflow.models.view import View

if TYPE_CHECKING:
    from iactflow.data.camera import Camera
    from iactflow.models.config import Model


def label_model(view: View, network: Any) -> Any:
    """Put a network behind what it sees: raw pixels in, labels (``{task: tensor}``) out."""
    return keras.Model(view.model.input, view.finish(network(view.inputs)), name="pixels_to_labels")


def physical_model(model: "Model", camera: "Camera", view: View, network: Any, tasks: Sequence[str]) -> Any:
    """Make the self-contained model: raw pixels in, physical quantities (``{quantity: (n,)}``) out.

    Parameters
    ----------
    model : Model
        The ``model:`` section; with ``window.average`` labels are means over all symmetries of the lattice.
    camera : Camera
        The camera.
    view : View
        What the network was fitted on.
    network : keras.Model
        The network.
    tasks : sequence of str
        What it estimates.
    """
    if view.symmetries > 1 and model.window.average:
        labels = _averaged(model, camera, view, network)
    else:
        labels = view.finish(network(view.inputs))
    physical: dict[str, Any] = {}
    for task in tasks_named(tasks):
        physical |= task.physical(labels[task.name])
    return keras.Model(view.model.input, physical, name="pixels_to_physics")


def _averaged(model: "Model", camera: "Camera", view: View, network: Any) -> dict[str, Any]:
    # One model, not one per symmetry: Keras does not read models back that share a network inside another.
    views = [make_view(model, camera, symmetry=number, pixels=view.model.input) for number in range(view.symmetries)]
    turned = [one.finish(network(one.inputs)) for one in views]
    return {task: keras.layers.Average(name=f"{task}_mean")([labels[task] for labels in turned]) for task in turned[0]}
