"""The layer that cuts a window of the lattice around the shower, with charge and time prepared for a network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.models.backend import PACKAGE, compiled, keras, tf
from iactflow.models.lattice import Lattice
from iactflow.models.window_numpy import (
    CENTROID,
    CHARGE_SCALE,
    HALVINGS,
    LEAST_SPREAD,
    LINEAR_SCALE,
    LOG_CHARGE,
    NO_LIGHT,
    TIME_LIMIT,
    TIME_SCALE,
)

#: What the channels mean: charge through an asinh, time around the shower's, one where the camera has a pixel.
CHANNELS = ("charge", "time", "camera")


@keras.saving.register_keras_serializable(package=PACKAGE)
class Window(keras.layers.Layer):  # type: ignore[misc]
    """Cut a window of the camera's lattice out of raw pixels.

    Takes ``image`` (p.e.), ``peak_time`` (ns) and ``image_mask``, each of shape (n, n_pixels), and gives

    - ``window`` (n, side, side, n_channels): cells around the pixel nearest to the centroid of the cleaned image;
    - ``scalars`` (n, 3): log10 of the cleaned charge, and the centroid, scaled;
    - ``origin`` (n, 2): position of the central pixel (deg);
    - ``frame`` (n, 2, 2): an offset d (deg) in the window is ``origin + d @ frame`` in the camera;
    - ``charge`` (n,) in p.e. and ``centroid`` (n, 2) in deg: of the cleaned image; the centroid is turned about the
      camera's centre as the window is;
    - ``axis`` (n, 2): elongation of the cleaned image as a vector at twice the angle of its major axis in the window,
      with (length^2 - width^2) / (length^2 + width^2) as its length.

    While training with `augment`, each image is turned and mirrored at random about its central pixel, by a symmetry
    of the lattice; `frame` undoes it, so labels stay as they are. With `aim` each image is always shown in the one
    orientation in which its major axis, from the light's centre to its longer tail, lies closest to `aim`.

    Pixels of shape (n, k, n_pixels) are k images of one array event: outputs have n and k in front, and all images of
    an event are turned by the same symmetry.

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
    aim : sequence of float or None
        Direction in the camera that images are turned towards; None for none.
    n_pixels, n_symmetries, n_map : int
        Sizes of the tables.
    seed : int
        Of the symmetries.
    transform : str
        What becomes of charges: ``asinh``, ``sqrt`` (with the sign of the charge) or ``linear``.
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
        aim: Sequence[float] | None = None,
        transform: str = "asinh",
        **kwargs: Any,
    ) -> None:
        kwargs["dtype"] = "float32"  # charges reach tens of thousands of p.e., beyond half precision
        kwargs.setdefault("trainable", False)
        super().__init__(**kwargs)
        self.side, self.channels, self.centred, self.augment = side, list(channels), centred, augment
        self.n_pixels, self.n_symmetries, self.n_map = n_pixels, n_symmetries, n_map
        self.symmetry, self.seed, self.transform = symmetry, seed, transform
        self.aim = None if aim is None else [float(value) for value in aim]
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
    def of(
        cls, lattice: Lattice, metres_per_degree: float, *, side: int | None, align: bool = False, **kwargs: Any
    ) -> "Window":
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
        kwargs |= {"n_pixels": len(rows), "n_symmetries": len(back), "n_map": pixel_at.size}
        layer = cls(side, centred=not full, aim=_aim(lattice) if align else None, **kwargs)
        layer.places.assign(rows * width + columns)
        layer.offsets.assign(steps[..., 0] * width + steps[..., 1])
        layer.pixel_at.assign(pixel_at.reshape(-1))
        layer.positions.assign(lattice.xy / metres_per_degree)
        layer.turns.assign(lattice.turns)
        return layer

    @property
    def _sizes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each output for one image."""
        window = (self.side, self.side, len(self.channels))
        return {
            "window": window,
            "scalars": (3,),
            "origin": (2,),
            "frame": (2, 2),
            "charge": (),
            "centroid": (2,),
            "axis": (2,),
        }

    def compute_output_spec(self, pixels: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Give the shapes of the outputs."""
        lead = next(iter(pixels.values())).shape[:-1]
        return {name: keras.KerasTensor((*lead, *size), dtype="float32") for name, size in self._sizes.items()}

    def call(self, pixels: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Cut the windows of a batch."""
        lead = tf.shape(pixels[schema.IMAGE])[:-1]
        image, time, mask = (tf.reshape(pixels[name], (-1, self.n_pixels)) for name in schema.PIXELS)
        mask = tf.cast(mask, tf.float32)
        positions, turns = tf.convert_to_tensor(self.positions), tf.convert_to_tensor(self.turns)
        if self.aim is not None:
            symmetry = _aligning(image, mask, positions, turns, tf.constant(self.aim))
        elif training and self.augment:
            symmetry = keras.random.randint((lead[0],), 0, self.n_symmetries, seed=self.random)
            symmetry = tf.repeat(symmetry, tf.reduce_prod(lead[1:]))
        else:
            symmetry = tf.fill((tf.reduce_prod(lead),), self.symmetry)
        tables = [tf.convert_to_tensor(table) for table in (self.places, self.offsets, self.pixel_at)]
        channels = (self.transform, *self.channels)
        seen = _cut(image, time, mask, symmetry, *tables, positions, turns, self.centred, channels)
        return {
            name: tf.reshape(seen[name], tf.concat([lead, tf.constant(size, tf.int32)], 0))
            for name, size in self._sizes.items()
        }

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        sizes = ("side", "n_pixels", "n_symmetries", "n_map")
        names = (*sizes, "channels", "centred", "augment", "symmetry", "seed", "aim", "transform")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _central_pixel(lattice: Lattice) -> int:
    return int(np.argmin(((lattice.xy - lattice.xy.mean(axis=0)) ** 2).sum(axis=1)))


def _aim(lattice: Lattice) -> list[float]:
    """Give the direction half-way between two neighbouring axes about which the lattice can be mirrored."""
    angle = np.arctan2(*lattice.basis[0][::-1]) + np.pi / len(lattice.symmetries)
    return [float(np.cos(angle)), float(np.sin(angle))]


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
) -> dict[str, Any]:
    """Find centroid, central pixel and median time, then gather the window; XLA fuses the loops over pixels.

    The first of `channels` says what becomes of charges.
    """
    charge, total, centroid = _light(image, mask, positions)
    middle = centroid if centred else tf.zeros_like(centroid) + tf.reduce_mean(positions, axis=0)
    distance = tf.reduce_sum(positions**2, axis=1) - 2 * tf.matmul(middle, positions, transpose_b=True)
    centre = tf.argmin(distance, axis=1)

    cells = tf.gather(pixel_at, tf.gather(places, centre)[:, None] + tf.gather(offsets, symmetry))
    planes = {
        "charge": _compressed(image, channels[0]),
        "time": _times(image, time, charge, total),
        "camera": tf.ones_like(image),
    }
    stacked = tf.pad(tf.stack([planes[name] for name in channels[1:]], axis=-1), [[0, 0], [0, 1], [0, 0]])
    turn = tf.gather(turns, symmetry)
    turned = tf.einsum("ni,nij->nj", centroid, turn)
    logarithm = tf.math.log(total) / np.float32(np.log(10)) - LOG_CHARGE
    a, b, c, d = turn[:, 0, 0], turn[:, 0, 1], turn[:, 1, 0], turn[:, 1, 1]
    inverse = tf.stack([d, -b, -c, a], axis=1) / (a * d - b * c)[:, None]
    return {
        "window": tf.gather(stacked, cells, batch_dims=1),
        "scalars": tf.concat([logarithm, turned / CENTROID], axis=1),
        "origin": tf.gather(positions, centre),
        "frame": tf.reshape(inverse, (-1, 2, 2)),
        "charge": total[:, 0],
        "centroid": turned,
        "axis": _elongation(tf.einsum("nij,nik,nkl->njl", turn, _spread(charge, total, centroid, positions), turn)),
    }


def _compressed(image: Any, transform: str) -> Any:
    if transform == "asinh":
        return _asinh(image / CHARGE_SCALE)
    if transform == "sqrt":
        return tf.sign(image) * tf.sqrt(tf.abs(image) / CHARGE_SCALE)
    return image / LINEAR_SCALE


def _light(image: Any, mask: Any, positions: Any) -> tuple[Any, Any, Any]:
    """Give the cleaned charges (the brightest pixel if there are none), their sum, and their centroid."""
    charge = tf.maximum(image * mask, 0.0)
    nothing = tf.reduce_sum(charge, axis=1, keepdims=True) <= 0
    charge = tf.where(nothing, tf.one_hot(tf.argmax(image, axis=1), tf.shape(positions)[0]), charge)
    total = tf.reduce_sum(charge, axis=1, keepdims=True)
    return charge, total, tf.matmul(charge, positions) / total


def _spread(charge: Any, total: Any, centroid: Any, positions: Any) -> Any:
    """Give the second moments of the charge about its centroid, shape (n, 2, 2)."""
    products = tf.stack([positions[:, 0] ** 2, positions[:, 0] * positions[:, 1], positions[:, 1] ** 2], axis=1)
    xx, xy, yy = tf.unstack(tf.matmul(charge, products) / total, axis=1)
    x, y = tf.unstack(centroid, axis=1)
    return tf.reshape(tf.stack([xx - x * x, xy - x * y, xy - x * y, yy - y * y], axis=1), (-1, 2, 2))


def _elongation(spread: Any) -> Any:
    """Turn second moments into a vector at twice the angle of the major axis, from 0 (round) to 1 (a line)."""
    vector = tf.stack([spread[:, 0, 0] - spread[:, 1, 1], 2 * spread[:, 0, 1]], axis=1)
    size = spread[:, 0, 0] + spread[:, 1, 1]
    return vector / tf.maximum(size, LEAST_SPREAD)[:, None]


@compiled
def _aligning(image: Any, mask: Any, positions: Any, turns: Any, aim: Any) -> Any:
    """Choose the symmetry that turns each image's major axis, pointing to its longer tail, closest to a direction."""
    charge, total, centroid = _light(image, mask, positions)
    double = _elongation(_spread(charge, total, centroid, positions))
    angle = tf.atan2(double[:, 1], double[:, 0]) / 2
    axis = tf.stack([tf.cos(angle), tf.sin(angle)], axis=1)
    along = tf.matmul(axis, positions, transpose_b=True) - tf.reduce_sum(axis * centroid, axis=1, keepdims=True)
    skew = tf.reduce_sum(charge * along**3, axis=1)
    axis = tf.where(skew[:, None] < 0, -axis, axis)
    return tf.argmax(tf.einsum("ni,gij,j->ng", axis, turns, aim), axis=1, output_type=tf.int32)


def _asinh(x: Any) -> Any:
    """Give the area hyperbolic sine by functions that LiteRT has."""
    return tf.sign(x) * tf.math.log(tf.abs(x) + tf.sqrt(x**2 + 1))


def _times(image: Any, time: Any, charge: Any, total: Any) -> Any:
    """Give times relative to the charge-weighted median of the cleaned pixels, faded out where there is no light."""
    lit = charge > 0
    low = tf.reduce_min(tf.where(lit, time, np.inf), axis=1, keepdims=True)
    high = tf.reduce_max(tf.where(lit, time, -np.inf), axis=1, keepdims=True)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = tf.reduce_sum(tf.where(time < middle, charge, 0.0), axis=1, keepdims=True)
        early = below < total / 2
        low, high = tf.where(early, middle, low), tf.where(early, high, middle)
    light = tf.clip_by_value(image / NO_LIGHT - 1, 0.0, 1.0)
    return tf.clip_by_value((time - (low + high) / 2) / TIME_SCALE, -TIME_LIMIT, TIME_LIMIT) * light
