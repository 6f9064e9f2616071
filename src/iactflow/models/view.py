"""What a network sees of raw pixels, and how its outputs are read: a square picture, or a window of the lattice."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.models.backend import keras
from iactflow.models.config import Mapping, Windowing
from iactflow.models.lattice import Lattice
from iactflow.models.layers import FromWindow, PixelMapping, Turn, inputs_of
from iactflow.models.mapping import mapping_operator
from iactflow.models.tasks import metres_per_degree
from iactflow.models.window import Window

if TYPE_CHECKING:
    from iactflow.data.camera import Camera


@dataclass(frozen=True)
class View:
    """The part of a model before a network, and the part behind it that belongs to it.

    Attributes
    ----------
    model : keras.Model
        Takes ``{column: (n, n_pixels)}``.
    inputs : keras tensor or dict of keras tensor
        What the network is given.
    finish : callable
        Turns the network's outputs by task into labels.
    hexagonal : bool
        Whether the network sees a hexagonal lattice.
    symmetries : int
        Ways in which it can be shown the same image.
    """

    model: Any
    inputs: Any
    finish: Callable[[dict[str, Any]], dict[str, Any]]
    hexagonal: bool
    symmetries: int

    @property
    def shapes(self) -> Any:
        """Shape of what the network is given, without the number of images: a tuple, or a dict of tuples."""
        if isinstance(self.inputs, dict):
            return {name: tuple(tensor.shape[1:]) for name, tensor in self.inputs.items()}
        return tuple(self.inputs.shape[1:])


def pixel_inputs(names: list[str], shape: tuple[int | None, ...]) -> dict[str, Any]:
    """Make inputs of raw pixels of some shape, charges and times as float32, masks as bool."""
    return {
        name: keras.Input(shape, name=name, dtype="bool" if name == schema.IMAGE_MASK else "float32") for name in names
    }


def upright(camera: "Camera") -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give what turns positions back that count in the camera turned upright by its pixels' rotation."""
    angle = camera.geometry.pix_rotation.to_value("rad")
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def finish(outputs: dict[str, Any]) -> dict[str, Any]:
        return {
            task: Turn(turn.tolist(), name="from_upright")(output) if task == "cameradirection" else output
            for task, output in outputs.items()
        }

    return finish


def in_camera(degree: float, origin: Any, frame: Any, ending: str = "") -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give what turns directions beside a centre (deg) into positions in the camera (m) and on the sky (deg).

    Parameters
    ----------
    degree : float
        Metres in the camera that a degree takes.
    origin : keras tensor, shape (n, 2)
        The centre, deg.
    frame : keras tensor, shape (n, 2, 2)
        Undoes the turn of what the network saw.
    ending : str
        Of the layers' names.
    """
    place = [origin, frame]
    # CameraFrame has x along fov_lat and y along fov_lon.
    units = {"cameradirection": [[degree, 0.0], [0.0, degree]], "skydirection": [[0.0, 1.0], [1.0, 0.0]]}

    def finish(outputs: dict[str, Any]) -> dict[str, Any]:
        return {
            task: FromWindow(units[task], name=f"{task}_in_camera{ending}")([output, *place])
            if task in units
            else output
            for task, output in outputs.items()
        }

    return finish


def picture_view(camera: "Camera", mapping: Mapping) -> View:
    """Make the square picture that dl1-data-handler makes.

    Parameters
    ----------
    camera : Camera
        The camera.
    mapping : Mapping
        Mapper and channels.

    Returns
    -------
    View
        Its network is given (n, side, side, n_channels). Positions that the network gives count in the camera turned
        upright by its pixels' rotation, as CTLearn has it; labels in ctapipe's CameraFrame.
    """
    operator = mapping_operator(camera.geometry, mapping)
    if len(operator.lost_pixels):
        print(
            f"warning: {mapping.mapper} shows {len(operator.lost_pixels)} of the {operator.n_pixels} pixels of "
            f"{camera.name} nowhere, here as in dl1-data-handler.",
            file=sys.stderr,
        )
    pixels = pixel_inputs(inputs_of(mapping.channels), (operator.n_pixels,))
    picture = PixelMapping.of(operator, mapping.channels, name="mapping")(pixels)
    return View(keras.Model(pixels, picture, name="picture"), picture, upright(camera), hexagonal=False, symmetries=1)


def window_view(
    camera: "Camera", windowing: Windowing, *, seed: int, symmetry: int = 0, pixels: dict[str, Any] | None = None
) -> View:
    """Make the window of the camera's own lattice around the shower.

    Parameters
    ----------
    camera : Camera
        The camera.
    windowing : Windowing
        Size, channels and augmentation.
    seed : int
        Of the augmentation.
    symmetry : int
        Symmetry of the lattice that images are shown in when not training.
    pixels : dict of keras tensor or None
        Inputs of another view to look at; its layers are then named after the symmetry, so that both fit in a model.

    Returns
    -------
    View
        Its network is given ``window`` and ``scalars``; directions that it gives count from the window's centre in
        deg.
    """
    lattice, degree = Lattice.of(camera.geometry), metres_per_degree(camera)
    ending = f"_{symmetry}" if pixels else ""
    layer = Window.of(
        lattice,
        degree,
        side=windowing.side,
        channels=windowing.channels,
        transform=windowing.charge,
        augment=windowing.augment,
        align=windowing.align,
        seed=seed,
        symmetry=symmetry,
        name=f"window{ending}",
    )
    pixels = pixels or pixel_inputs(list(schema.PIXELS), (camera.n_pixels,))
    seen = layer(pixels)
    inputs = {name: seen[name] for name in ("window", "scalars")}
    model = keras.Model(pixels, seen, name="view")
    finish = in_camera(degree, seen["origin"], seen["frame"], ending)
    symmetries = 1 if windowing.align else len(lattice.symmetries)
    return View(model, inputs, finish, hexagonal=lattice.hexagonal, symmetries=symmetries)
