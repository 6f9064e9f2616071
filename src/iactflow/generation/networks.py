"""The networks of generation: a U-Net on the grid for pixels and dense layers for the size model."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iactflow.generation.grid import PER_CELL, Grid
from iactflow.generation.maps import Kind, Maps
from iactflow.models.backend import PACKAGE, keras

#: How many waves times, differences of times and other numbers are written in, and the frequency of the quickest.
_TIMES, _LENGTHS, _NUMBERS = (8, 40.0), (4, 8.0), (2, 3.0)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Waves(keras.layers.Layer):  # type: ignore[misc]
    """Write numbers, shape (n, d), as sines and cosines less one of frequencies 1 to `largest`, shape (n, 2 count d).

    Zero is written as zeros, so that a network that has only seen zero has learnt nothing about other numbers.
    """

    def __init__(self, count: int, largest: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.count, self.largest = count, largest

    def call(self, numbers: Any) -> Any:
        """Write them."""
        frequencies = np.geomspace(1, self.largest, self.count).astype(np.float32)
        phases = keras.ops.reshape(numbers[..., None] * frequencies, (-1, numbers.shape[1] * self.count))
        return keras.ops.concatenate([keras.ops.sin(phases), keras.ops.cos(phases) - 1], axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "count": self.count, "largest": self.largest}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Normalise(keras.layers.Layer):  # type: ignore[misc]
    """Divide by the root mean square over the channels, then scale and shift by a vector per image.

    Takes features (n, ..., c) and, if it modulates, vectors (n, 2 c).
    """

    def call(self, features: Any, modulation: Any = None) -> Any:
        """Normalise."""
        ops = keras.ops
        normal = features * ops.rsqrt(ops.mean(ops.square(features), axis=-1, keepdims=True) + 1e-4)
        if modulation is None:
            return normal
        shape = (-1, *(1,) * (len(features.shape) - 2), features.shape[-1])
        scale, shift = (ops.reshape(part, shape) for part in ops.split(modulation, 2, axis=-1))
        return normal * (1 + scale) + shift


def _block(x: Any, embedding: Any, width: int, *, dense: bool = False) -> Any:
    """Residual block whose second half is modulated by the embedding; it begins as the identity."""
    layers = keras.layers

    def mix(y: Any, **options: Any) -> Any:
        return (layers.Dense(width, **options) if dense else layers.Conv2D(width, 3, padding="same", **options))(y)

    y = mix(layers.Activation("silu")(Normalise()(x)))
    modulation = layers.Dense(2 * width, kernel_initializer=_small(0.3))(embedding)
    y = mix(layers.Activation("silu")(Normalise()(y, modulation)), kernel_initializer="zeros")
    return layers.Add()([x, y])


def _small(factor: float) -> Any:
    return keras.initializers.VarianceScaling(factor**2, "fan_in", "truncated_normal")


def _embedding(times: Any, numbers: Any, width: int) -> Any:
    """Make a vector of what a network is told.

    Times are t and t - r. The second begins without effect: a teacher only sees zero there, and its student begins with
    the teacher's velocity for all of them.
    """
    layers = keras.layers
    x = [numbers, Waves(*_NUMBERS)(numbers)]
    if times is None:
        first = layers.Dense(width)(layers.Concatenate()(x))
    else:
        t, length = Part(0)(times), Part(1)(times)
        first = layers.Dense(width)(layers.Concatenate()([*x, Waves(*_TIMES)(t)]))
        first = layers.Add()(
            [first, layers.Dense(width, use_bias=False, kernel_initializer="zeros")(Waves(*_LENGTHS)(length))]
        )
    return layers.Dense(width, activation="silu")(layers.Activation("silu")(first))


def build_pixel_network(
    grid: Grid,
    n_numbers: int,
    maps: Kind,
    widths: Sequence[int],
    blocks: int,
    embedding: int,
    *,
    timed: bool = True,
    outputs: int = PER_CELL,
) -> Any:
    """Build the network that pixels are drawn by.

    Parameters
    ----------
    grid : Grid
        The camera.
    n_numbers : int
        How many numbers it is told.
    maps : str
        Which maps it is told.
    widths : sequence of int
        Channels of each level; every further level halves the resolution.
    blocks : int
        Residual blocks of the lowest level; the others have one on each side.
    embedding : int
        Width of the vector that times and numbers become.
    timed : bool
        Whether it is told times, as generators by flow are.
    outputs : int
        Channels that it gives per cell.

    Returns
    -------
    keras.Model
        Takes ``image`` (n, rows, columns, 4), ``numbers``, ``places`` and, if timed, ``times`` (n, 2); gives (n, rows,
        columns, outputs). It begins as zero.
    """
    layers = keras.layers
    shapes = {"image": (*grid.shape, PER_CELL), "numbers": (n_numbers,), "places": (11,)}
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    if timed:
        inputs["times"] = keras.Input((2,), name="times")
    told = _embedding(inputs.get("times"), inputs["numbers"], embedding)
    x = inputs["image"]
    if maps != "none":
        x = layers.Concatenate()([x, Maps.of(maps, grid)(inputs["places"])])
    x = Place()(layers.Conv2D(widths[0], 3, padding="same")(x))
    kept = []
    for width in widths[1:]:
        x = _block(x, told, x.shape[-1])
        kept.append(x)
        x = Place()(layers.Conv2D(width, 2, strides=2, padding="same")(x))
    for _ in range(blocks):
        x = _block(x, told, widths[-1])
    for skip in reversed(kept):
        height, width = skip.shape[1:3]
        x = layers.Conv2DTranspose(skip.shape[-1], 2, strides=2, padding="same")(x)
        x = layers.Add()([skip, x if x.shape[1:3] == (height, width) else Crop(height, width)(x)])
        x = _block(x, told, skip.shape[-1])
    x = layers.Activation("silu")(Normalise()(x))
    return keras.Model(inputs, layers.Conv2D(outputs, 3, padding="same", kernel_initializer="zeros")(x), name="pixels")


@keras.saving.register_keras_serializable(package=PACKAGE)
class Place(keras.layers.Layer):  # type: ignore[misc]
    """Add a learned value to each place and channel: a camera has a rim and a middle."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the values."""
        self.values = self.add_weight(shape=shape[1:], initializer="zeros", name="values")

    def call(self, features: Any) -> Any:
        """Add them."""
        return features + self.values


@keras.saving.register_keras_serializable(package=PACKAGE)
class Part(keras.layers.Layer):  # type: ignore[misc]
    """Take one column of numbers, shape (n, d) to (n, 1)."""

    def __init__(self, column: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.column = column

    def call(self, numbers: Any) -> Any:
        """Take it."""
        return numbers[:, self.column : self.column + 1]

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "column": self.column}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Crop(keras.layers.Layer):  # type: ignore[misc]
    """Keep the first rows and columns: levels of odd size come back one too large."""

    def __init__(self, height: int, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.height, self.width = height, width

    def call(self, features: Any) -> Any:
        """Crop."""
        return features[:, : self.height, : self.width]

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "height": self.height, "width": self.width}


def build_size_network(n_values: int, n_numbers: int, width: int, blocks: int) -> Any:
    """Build the network that sizes and moments are drawn by.

    Parameters
    ----------
    n_values : int
        How many values it draws.
    n_numbers : int
        How many conditions it is told.
    width : int
        Width of all layers.
    blocks : int
        Residual blocks.

    Returns
    -------
    keras.Model
        Takes ``image`` (n, n_values), ``numbers`` and ``times``; gives (n, n_values). It begins as zero.
    """
    layers = keras.layers
    shapes = {"image": (n_values,), "numbers": (n_numbers,), "times": (2,)}
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    told = _embedding(inputs["times"], inputs["numbers"], width)
    x = layers.Dense(width)(layers.Concatenate()([inputs["image"], Waves(*_NUMBERS)(inputs["image"])]))
    for _ in range(blocks):
        x = _block(x, told, width, dense=True)
    x = layers.Activation("silu")(Normalise()(x))
    return keras.Model(inputs, layers.Dense(n_values, kernel_initializer="zeros")(x), name="size")
