"""The layer that cuts a window of the lattice around the shower, with charge and time prepared for a network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.models.backend import PACKAGE, compiled, keras, tf
from iactflow.models.lattice import Lattice

#: What the channels mean: charge through an asinh, time around the shower's, one where the camera has a pixel.
CHANNELS = ("charge", "time", "camera")
#: Charge (p.e.) where the asinh turns from linear to logarithmic.
_CHARGE_SCALE = 2.0
#: Times (ns) are divided by this and cut at `_TIME_LIMIT`; pixels up to `_NO_LIGHT` p.e. have none, twice that full.
_TIME_SCALE, _TIME_LIMIT, _NO_LIGHT = 3.0, 4.0, 3.0
#: Halvings of the range of times in the search for their median: 100 ns to 0.02 ns.
_HALVINGS = 12
#: Typical log10(charge / p.e.) and centroid (deg), which make scalars of order one.
_LOG_CHARGE, _CENTROID = 2.3, 2.0


@keras.saving.register_keras_serializable(package=PACKAGE)
class Window(keras.layers.Layer):  # type: ignore[misc]
    """Cut a window of the camera's lattice out of raw pixels.

    Takes ``image`` (p.e.), ``peak_time`` (ns) and ``image_mask``, each of shape (n, n_pixels), and gives

    - ``window`` (n, side, side, n_channels): cells around the pixel nearest to the centroid of the cleaned image;
    - ``scalars`` (n, 3): log10 of the cleaned charge, and the centroid, scaled;
    - ``origin`` (n, 2): position of the central pixel (deg);
    - ``frame`` (n, 2, 2): an offset d (deg) in the window is ``origin + d @ frame`` in the camera.

    While training with `augment`, each image is turned and mirrored at random about its central pixel, by a symmetry
    of the lattice; `frame` undoes it, so labels stay as they are.

    Parameters
    ----------
    side : int
        Cells along an edge of the window.
    channels : sequence of str
        Of `CHANNELS`.
    centred : bool
        Whether the window follows the shower; if not it lies on the camera's centre.
    augment : bool
        Whether images are turned while training.
    symmetry : int
        The symmetry that is applied otherwise; 0 is none.
    n_pixels, n_symmetries, n_map : int
        Sizes of the tables.
    seed : int
        Of the symmetries.
    """

    def __init__(
        self,
        side: int,
        channels: Sequence[str],
        centred: bool,
        augment: bool,
        n_pixels: int,
        n_symmetries: int,
        n_map: int,
        symmetry: int = 0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        kwargs["dtype"] = "float32"  # charges reach tens of thousands of p.e., beyond half precision
        kwargs.setdefault("trainable", False)
        super().__init__(**kwargs)
        self.side, self.channels, self.centred, self.augment = side, list(channels), centred, augment
        self.n_pixels, self.n_symmetries, self.n_map = n_pixels, n_symmetries, n_map
        self.symmetry, self.seed = symmetry, seed
        self.random = keras.random.SeedGenerator(seed)

        def table(name: str, shape: tuple[int, ...], dtype: str) -> Any:
            return self.add_weight(shape=shape, dtype=dtype, initializer="zeros", trainable=False, name=name)

        self.places = table("places", (n_pixels,), "int32")
        self.offsets = table("offsets", (n_symmetries, side * side), "int32")
        self.pixel_at = table("pixel_at", (n_map,), "int32")
        self.positions = table("positions", (n_pixels, 2), "float32")
        self.turns = table("turns", (n_symmetries, 2, 2), "float32")
        self.built = True

    @classmethod
    def of(cls, lattice: Lattice, metres_per_degree: float, *, side: int | None, **kwargs: Any) -> "Window":
        """Make the layer of a camera; without a side the window holds all of it, however it is turned."""
        middle = lattice.cells[_central_pixel(lattice)]
        reach = np.abs((lattice.cells - middle) @ lattice.symmetries).max()
        full = side is None
        side = int(2 * reach + 2) if side is None else side
        grid = np.stack(np.meshgrid(*2 * [np.arange(side) - side // 2], indexing="ij"), axis=-1).reshape(-1, 2)
        # A turned image at d shows what the camera has at d turned back.
        back = np.linalg.inv(lattice.symmetries).round().astype(int)
        steps = np.einsum("cd,gde->gce", grid, back)
        margin = int(np.abs(steps).max())
        height, width = (extent + 2 * margin for extent in lattice.shape)
        pixel_at = np.full((height, width), len(lattice.cells), np.int32)
        rows, columns = (lattice.cells + margin).T
        pixel_at[rows, columns] = np.arange(len(lattice.cells))
        layer = cls(side, n_pixels=len(rows), n_symmetries=len(back), n_map=pixel_at.size, centred=not full, **kwargs)
        layer.places.assign(rows * width + columns)
        layer.offsets.assign(steps[..., 0] * width + steps[..., 1])
        layer.pixel_at.assign(pixel_at.reshape(-1))
        layer.positions.assign(lattice.xy / metres_per_degree)
        layer.turns.assign(lattice.turns)
        return layer

    def compute_output_spec(self, pixels: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Give the shapes of the outputs."""
        n = next(iter(pixels.values())).shape[0]
        shapes = {
            "window": (n, self.side, self.side, len(self.channels)),
            "scalars": (n, 3),
            "origin": (n, 2),
            "frame": (n, 2, 2),
        }
        return {name: keras.KerasTensor(shape, dtype="float32") for name, shape in shapes.items()}

    def call(self, pixels: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Cut the windows of a batch."""
        image, time, mask = (tf.convert_to_tensor(pixels[name]) for name in schema.PIXELS)
        n = tf.shape(image)[0]
        if training and self.augment:
            symmetry = keras.random.randint((n,), 0, self.n_symmetries, seed=self.random)
        else:
            symmetry = tf.fill((n,), self.symmetry)
        tables = [
            tf.convert_to_tensor(table)
            for table in (self.places, self.offsets, self.pixel_at, self.positions, self.turns)
        ]
        cells, scalars, origin, frame = _cut(
            image, time, tf.cast(mask, tf.float32), symmetry, *tables, self.centred, tuple(self.channels)
        )
        window = tf.reshape(cells, (-1, self.side, self.side, len(self.channels)))
        return {"window": window, "scalars": scalars, "origin": origin, "frame": frame}

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        names = (*("side", "channels", "centred", "augment", "n_pixels", "n_symmetries", "n_map", "symmetry", "seed"),)
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _central_pixel(lattice: Lattice) -> int:
    return int(np.argmin(((lattice.xy - lattice.xy.mean(axis=0)) ** 2).sum(axis=1)))


@compiled
def _cut(
    image: Any,
    time: Any,
    mask: Any,
    symmetry: Any,
    places: Any,
    offsets: Any,
    pixel_at: Any,
    positions: Any,
    turns: Any,
    centred: bool,
    channels: tuple[str, ...],
) -> tuple[Any, Any, Any, Any]:
    """Find centroid, central pixel and median time, then gather the window; XLA fuses the loops over pixels."""
    n_pixels = tf.shape(positions)[0]
    charge = tf.maximum(image * mask, 0.0)
    nothing = tf.reduce_sum(charge, axis=1, keepdims=True) <= 0
    charge = tf.where(nothing, tf.one_hot(tf.argmax(image, axis=1), n_pixels), charge)
    total = tf.reduce_sum(charge, axis=1, keepdims=True)
    centroid = tf.matmul(charge, positions) / total
    middle = centroid if centred else tf.zeros_like(centroid) + tf.reduce_mean(positions, axis=0)
    distance = tf.reduce_sum(positions**2, axis=1) - 2 * tf.matmul(middle, positions, transpose_b=True)
    centre = tf.argmin(distance, axis=1)

    cells = tf.gather(pixel_at, tf.gather(places, centre)[:, None] + tf.gather(offsets, symmetry))
    planes = {
        "charge": _asinh(image / _CHARGE_SCALE),
        "time": _times(image, time, charge, total),
        "camera": tf.ones_like(image),
    }
    stacked = tf.pad(tf.stack([planes[name] for name in channels], axis=-1), [[0, 0], [0, 1], [0, 0]])
    turn = tf.gather(turns, symmetry)
    turned = tf.einsum("ni,nij->nj", centroid, turn)
    logarithm = tf.math.log(total) / np.float32(np.log(10)) - _LOG_CHARGE
    scalars = tf.concat([logarithm, turned / _CENTROID], axis=1)
    a, b, c, d = turn[:, 0, 0], turn[:, 0, 1], turn[:, 1, 0], turn[:, 1, 1]
    inverse = tf.stack([d, -b, -c, a], axis=1) / (a * d - b * c)[:, None]
    frame = tf.reshape(inverse, (-1, 2, 2))
    return tf.gather(stacked, cells, batch_dims=1), scalars, tf.gather(positions, centre), frame


def _asinh(x: Any) -> Any:
    """Give the area hyperbolic sine by functions that LiteRT has."""
    return tf.sign(x) * tf.math.log(tf.abs(x) + tf.sqrt(x**2 + 1))


def _times(image: Any, time: Any, charge: Any, total: Any) -> Any:
    """Give times relative to the charge-weighted median of the cleaned pixels, faded out where there is no light."""
    lit = charge > 0
    low = tf.reduce_min(tf.where(lit, time, np.inf), axis=1, keepdims=True)
    high = tf.reduce_max(tf.where(lit, time, -np.inf), axis=1, keepdims=True)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = tf.reduce_sum(tf.where(time < middle, charge, 0.0), axis=1, keepdims=True)
        early = below < total / 2
        low, high = tf.where(early, middle, low), tf.where(early, high, middle)
    light = tf.clip_by_value(image / _NO_LIGHT - 1, 0.0, 1.0)
    return tf.clip_by_value((time - (low + high) / 2) / _TIME_SCALE, -_TIME_LIMIT, _TIME_LIMIT) * light
