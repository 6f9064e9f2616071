"""What a network sees of an array event: a window per telescope, or all telescopes' pictures stacked."""

from typing import TYPE_CHECKING, Any

from iactflow.data import schema
from iactflow.data.array import PLACE, POINTING, PRESENT
from iactflow.models.backend import keras
from iactflow.models.config import Mapping, Windowing
from iactflow.models.crossing import Array
from iactflow.models.lattice import Lattice
from iactflow.models.layers import PixelMapping, Telescope, inputs_of
from iactflow.models.mapping import mapping_operator
from iactflow.models.tasks import metres_per_degree
from iactflow.models.view import View, in_camera, pixel_inputs, upright
from iactflow.models.window import Window

if TYPE_CHECKING:
    from iactflow.data.camera import Camera


def windows_view(
    camera: "Camera", windowing: Windowing, *, seed: int, symmetry: int = 0, pixels: dict[str, Any] | None = None
) -> View:
    """Make a window around the shower for every telescope, and the geometry between them.

    Parameters
    ----------
    camera : Camera
        The camera of all telescopes.
    windowing : Windowing
        Size, channels and augmentation.
    seed : int
        Of the augmentation.
    symmetry : int
        Symmetry of the lattice that events are shown in when not training.
    pixels : dict of keras tensor or None
        Inputs of another view to look at, as in `iactflow.models.view.window_view`.

    Returns
    -------
    View
        Its model takes pixels of shape (n, k, n_pixels) and the geometry of `iactflow.data.array.gather_events`, for
        any k. Directions that its network gives count from the event's centre in deg.
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
        seed=seed,
        symmetry=symmetry,
        name=f"window{ending}",
    )
    given = pixels or {
        **pixel_inputs(list(schema.PIXELS), (None, camera.n_pixels)),
        PRESENT: keras.Input((None,), name=PRESENT, dtype="bool"),
        PLACE: keras.Input((None, 2), name=PLACE),
        POINTING: keras.Input((None, 2), name=POINTING),
    }
    seen = layer({name: given[name] for name in schema.PIXELS})
    joint = Array(name=f"array{ending}")(seen, {name: given[name] for name in (PRESENT, PLACE, POINTING)})
    inputs = {"window": seen["window"], **{name: joint[name] for name in ("telescopes", "offset", "crossing", PRESENT)}}
    model = keras.Model(given, {**inputs, "origin": joint["origin"], "frame": joint["frame"]}, name="view")
    finish = in_camera(degree, joint["origin"], joint["frame"], ending)
    return View(model, inputs, finish, hexagonal=lattice.hexagonal, symmetries=len(lattice.symmetries))


def stacked_view(camera: "Camera", mapping: Mapping) -> View:
    """Make one picture of the channels of all telescopes, as CTLearn stacks them for its stereo mode.

    Parameters
    ----------
    camera : Camera
        The camera; its telescopes, in the order of their numbers, are what is stacked.
    mapping : Mapping
        Mapper and channels.

    Returns
    -------
    View
        Its network is given (n, side, side, n_telescopes * n_channels), zeros where a telescope has no image; its model
        takes pixels of shape (n, n_telescopes, n_pixels), see `iactflow.data.array.by_telescope`.
    """
    operator = mapping_operator(camera.geometry, mapping)
    n_telescopes = len(camera.telescopes)
    pixels = pixel_inputs(inputs_of(mapping.channels), (n_telescopes, operator.n_pixels))
    layer = PixelMapping.of(operator, mapping.channels, name="mapping")
    pictures: list[Any] = [
        layer({name: Telescope(number, name=f"{name}_{number}")(values) for name, values in pixels.items()})
        for number in range(n_telescopes)
    ]
    picture = keras.layers.Concatenate(name="stack")(pictures) if n_telescopes > 1 else pictures[0]
    model = keras.Model(pixels, picture, name="pictures")
    return View(model, picture, upright(camera), hexagonal=False, symmetries=1)
