"""Networks by name: what each sees of a camera, and how it is built."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from iactflow.data.array import by_telescope, group_events
from iactflow.data.camera import Camera
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.config import Model
from iactflow.models.custom import is_custom, load_class, make_custom
from iactflow.models.tasks import tasks_named

#: What networks of this package see. ``picture``: a square picture; ``window``: a part of the camera's lattice.
NETWORKS: dict[str, Literal["picture", "window"]] = {
    "hexnet": "window",
    "ctlearn.SingleCNN": "picture",
    "ctlearn.ResNet": "picture",
}

#: Names of networks that CTLearn's own tools can open begin so.
CTLEARN = "ctlearn."

#: End of the name of a backbone's layer; CTLearn finds it by this name, too.
BACKBONE_SUFFIX = "_block"


def make_view(
    model: Model, camera: Camera, *, seed: int = 0, symmetry: int = 0, pixels: dict[str, Any] | None = None
) -> Any:
    """Make what a network sees of a camera.

    Parameters
    ----------
    model : Model
        The ``model:`` section.
    camera : Camera
        The camera.
    seed : int
        Of the augmentation.
    symmetry : int
        Symmetry in which windows are shown when not training.
    pixels : dict of keras tensor or None
        Inputs of another view that windows are cut out of; None makes inputs.

    Returns
    -------
    iactflow.models.view.View

    Raises
    ------
    ConfigError
        If there is no such network.
    """
    from iactflow.models.view import picture_view, window_view
    from iactflow.models.view_stereo import stacked_view, windows_view

    if model.mode == "stereo":
        if view_of(model.name) == "window":
            return windows_view(camera, model.window, seed=seed, symmetry=symmetry, pixels=pixels)
        return stacked_view(camera, model.mapping)
    if view_of(model.name) == "window":
        return window_view(camera, model.window, seed=seed, symmetry=symmetry, pixels=pixels)
    return picture_view(camera, model.mapping)


def view_of(name: str) -> str:
    """Tell what a network sees: ``picture`` or ``window``.

    Raises
    ------
    ConfigError
        If there is no such network.
    """
    if is_custom(name):
        view = getattr(load_class(name), "view", "picture")
        if view not in NETWORKS.values():
            raise ConfigError(f"{name} must have picture or window as its attribute `view`. Received: {view!r}.")
        return str(view)
    if name not in NETWORKS:
        raise ConfigError(
            f"model.name must be one of: {', '.join(NETWORKS)}; or package.module:Class or file.py:Class for a network "
            f"of your own. Received: {name}."
        )
    return NETWORKS[name]


def examples_of(model: Model, store: Store, rows: np.ndarray) -> np.ndarray:
    """Give what a network makes one estimate of: images, or array events.

    Parameters
    ----------
    model : Model
        The ``model:`` section.
    store : Store
        Where the images are.
    rows : ndarray of int, shape (n,)
        Images that count.

    Returns
    -------
    ndarray of int, shape (n,) or (n_events, k)
        The rows themselves, or those of the images of each event (`iactflow.data.array`): in the order of their charge
        for networks on windows, a column per telescope for those on stacked pictures.

    Raises
    ------
    ConfigError
        If pictures of more telescopes than ``model.stereo.telescopes_max`` would be stacked.
    """
    if model.mode == "mono":
        return rows
    least, most = model.stereo.telescopes_min, model.stereo.telescopes_max
    if view_of(model.name) == "window":
        return group_events(store, rows, least=least, most=most)
    n_telescopes = len(store.camera.telescopes)
    if n_telescopes > most:
        raise ConfigError(
            f"model.stereo.telescopes_max must be at least the number of telescopes for {model.name}, which sees their "
            f"pictures stacked. Received: {most}, and {store.paths[0]} is of {n_telescopes} telescopes. Set it higher, "
            "or use hexnet, which takes any number."
        )
    return by_telescope(store, group_events(store, rows, least=least, most=n_telescopes))


def build_network(model: Model, shapes: Any, tasks: Sequence[str], *, hexagonal: bool = True) -> Any:
    """Build a network with fresh weights.

    Parameters
    ----------
    model : Model
        The ``model:`` section.
    shapes : tuple of int or dict of tuple
        What it is given, without the number of images, see `iactflow.models.view.View.shapes`.
    tasks : sequence of str
        One head is made for each.
    hexagonal : bool
        Whether windows are of a hexagonal lattice.

    Returns
    -------
    keras.Model
        Takes what a view gives, gives ``{task: tensor}``; the layer whose name ends in `BACKBONE_SUFFIX` is its
        backbone.

    Raises
    ------
    ConfigError
        If a network of the user's does not keep to the rules of docs/custom-models.md.
    """
    from iactflow.models import hexnet, hexnet_stereo

    tasks = [task.name for task in tasks_named(tasks)]
    view_of(model.name)
    if is_custom(model.name):
        return make_custom(model.name, shapes, tasks, model.options)
    if model.name == "hexnet" and model.mode == "stereo":
        return hexnet_stereo.build(shapes, tasks, model.hexnet, model.stereo, hexagonal=hexagonal)
    if model.name == "hexnet":
        return hexnet.build(shapes, tasks, model.hexnet, hexagonal=hexagonal)
    return _build_upstream(model.name.removeprefix(CTLEARN), shapes, tasks)


def _build_upstream(name: str, shape: tuple[int, ...], tasks: list[str]) -> Any:
    from ctlearn.core import model as upstream

    from iactflow.models.backend import keras

    network = getattr(upstream, name)(shape, tasks).model
    if isinstance(network.output, dict):
        return network
    return keras.Model(network.input, {tasks[0]: network.output}, name=network.name)


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
