"""From a network on pictures to models on raw pixels: one to fit, one to keep."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from iactflow.data import schema
from iactflow.models.backend import keras
from iactflow.models.config import Mapping
from iactflow.models.layers import PixelMapping, inputs_of
from iactflow.models.mapping import mapping_operator
from iactflow.models.tasks import tasks_named

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry


def picture_model(geometry: "CameraGeometry", mapping: Mapping) -> Any:
    """Make the model from raw pixels to the picture that a network reads.

    Parameters
    ----------
    geometry : ctapipe.instrument.CameraGeometry
        The camera.
    mapping : Mapping
        Mapper and channels.

    Returns
    -------
    keras.Model
        Takes ``{column: (n, n_pixels)}`` with the columns of `inputs_of`, gives (n, side, side, n_channels).
    """
    operator = mapping_operator(geometry, mapping)
    if len(operator.lost_pixels):
        print(
            f"warning: {mapping.mapper} shows {len(operator.lost_pixels)} of the {operator.n_pixels} pixels of "
            f"{geometry.name} nowhere, here as in dl1-data-handler.",
            file=sys.stderr,
        )
    pixels = {
        name: keras.Input((operator.n_pixels,), name=name, dtype="bool" if name == schema.IMAGE_MASK else "float32")
        for name in inputs_of(mapping.channels)
    }
    layer = PixelMapping.of(operator, mapping.channels, name="mapping")
    return keras.Model(pixels, layer(pixels), name="picture")


def pixel_model(picture: Any, network: Any) -> Any:
    """Put a network behind the picture: raw pixels in, the network's own outputs (``{task: tensor}``) out."""
    return keras.Model(picture.input, network(picture.output), name="pixels_to_labels")


def physical_model(picture: Any, network: Any, tasks: Sequence[str]) -> Any:
    """Make the self-contained model: raw pixels in, physical quantities (``{task: tensor}``) out."""
    outputs = network(picture.output)
    physical = {task.name: task.physical(task.name)(outputs[task.name]) for task in tasks_named(list(tasks))}
    return keras.Model(picture.input, physical, name="pixels_to_physics")
