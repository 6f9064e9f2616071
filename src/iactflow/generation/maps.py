"""Maps of the camera that tell pixel models where the image is expected."""

from typing import Any, Literal

import numpy as np

from iactflow.generation.grid import Grid
from iactflow.models.backend import PACKAGE, keras

Kind = Literal["none", "direction", "moments"]

#: Metres over which coordinates change by one, and width of the ridge along the axis.
_LENGTH, _RIDGE = 0.5, 0.15
#: Photoelectrons at which the expected charge turns from linear to logarithmic, as in the asinh representation.
_SOFT = 3.0


@keras.saving.register_keras_serializable(package=PACKAGE)
class Maps(keras.layers.Layer):  # type: ignore[misc]
    """Channels made of `iactflow.generation.features.Told.places`, shape (n, 11) to (n, rows, columns, channels).

    Parameters
    ----------
    kind : str
        ``direction``: each cell's coordinates along and across the axis from the direction to the impact point, and a
        ridge along it. ``moments``: besides, its coordinates in units of the image's extent, and the charge that a
        Gaussian of the image's moments has in each of its four pixels.
    positions : nested list of float, shape (rows, columns, 4, 2)
        Where the places of the grid lie, m.
    """

    def __init__(self, kind: Kind, positions: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.positions = np.asarray(positions, np.float32)

    @classmethod
    def of(cls, kind: Kind, grid: Grid) -> "Maps":
        """Make the layer of a camera."""
        return cls(kind, np.round(grid.positions, 5).tolist())

    def call(self, places: Any) -> Any:
        """Draw the maps."""
        ops = keras.ops
        source, axis, centre, long, extent = (places[:, k : k + 2] for k in range(0, 10, 2))
        pixels = ops.convert_to_tensor(self.positions)[None]
        cells = ops.mean(pixels, axis=3)
        along, across = _coordinates(cells, source, axis)
        channels = [along / _LENGTH, across / _LENGTH, 2 * ops.exp(-((across / _RIDGE) ** 2))]
        if self.kind == "direction":
            return ops.stack(channels, axis=-1)
        spread = extent[:, :, None, None]
        first, second = (part / spread[:, k] for k, part in enumerate(_coordinates(cells, centre, long)))
        channels += [ops.tanh(first / 3), ops.tanh(second / 3)]
        first, second = (part / spread[:, k, ..., None] for k, part in enumerate(_coordinates(pixels, centre, long)))
        pitch = float(np.hypot(*(self.positions[0, 0, 1] - self.positions[0, 0, 0])))
        peak = 10 ** places[:, 10] * (pitch**2 * np.sqrt(3) / 4 / np.pi) / ops.prod(extent, axis=1)
        expected = peak[:, None, None, None] * ops.exp(-(first**2 + second**2) / 2)
        return ops.concatenate([ops.stack(channels, axis=-1), ops.arcsinh(expected / _SOFT)], axis=-1)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give the shape of the maps."""
        return (shape[0], *self.positions.shape[:2], 3 if self.kind == "direction" else 9)

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "kind": self.kind, "positions": self.positions.tolist()}


def _coordinates(places: Any, origin: Any, axis: Any) -> tuple[Any, Any]:
    """Give coordinates of places (1, ..., 2) along and across axes (n, 2) from origins (n, 2), each (n, ...)."""
    inner = (1,) * (len(places.shape) - 2)
    x, y = (places[..., k] - keras.ops.reshape(origin[:, k], (-1, *inner)) for k in range(2))
    cos, sin = (keras.ops.reshape(axis[:, k], (-1, *inner)) for k in range(2))
    return x * cos + y * sin, y * cos - x * sin
