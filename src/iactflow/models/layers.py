"""Layers that make a network self-contained: raw pixels in, physical quantities out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.models.backend import PACKAGE, compiled, keras, tf
from iactflow.models.mapping import Operator

_CLEANED = "cleaned_"


def inputs_of(channels: Sequence[str]) -> list[str]:
    """List the pixel columns of a store that some channels are made of, in a fixed order."""
    needed = {channel.removeprefix(_CLEANED) for channel in channels}
    if any(channel.startswith(_CLEANED) for channel in channels):
        needed.add(schema.IMAGE_MASK)
    return [name for name in (schema.IMAGE, schema.PEAK_TIME, schema.IMAGE_MASK) if name in needed]


@keras.saving.register_keras_serializable(package=PACKAGE)
class PixelMapping(keras.layers.Layer):  # type: ignore[misc]
    """Map camera pixels to a square picture.

    Takes a mapping of pixel columns, each of shape (n, n_pixels), and gives (n, side, side, n_channels). A cleaned
    channel is zero in the pixels that cleaning removed, as CTLearn has it; nothing is scaled. The operator is kept as
    weights that are not trained, so a saved model needs neither the camera's geometry nor dl1-data-handler.

    Parameters
    ----------
    channels : sequence of str
        Names of dl1-data-handler: ``image``, ``cleaned_image`` (p.e.), ``peak_time``, ``cleaned_peak_time`` (ns).
    n_pixels, side, n_sources : int
        Pixels of the camera, points along one edge of the picture, most pixels that one point is made of.
    """

    def __init__(self, channels: Sequence[str], n_pixels: int, side: int, n_sources: int, **kwargs: Any) -> None:
        # Charges reach tens of thousands of p.e., beyond half precision.
        kwargs["dtype"] = "float32"
        kwargs.setdefault("trainable", False)
        super().__init__(**kwargs)
        self.channels = list(channels)
        self.n_pixels, self.side, self.n_sources = n_pixels, side, n_sources
        shape = (n_sources, side * side)
        self.sources = self.add_weight(shape=shape, dtype="int32", initializer="zeros", trainable=False, name="sources")
        self.shares = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="shares")
        self.built = True

    @classmethod
    def of(cls, operator: Operator, channels: Sequence[str], **kwargs: Any) -> "PixelMapping":
        """Make the layer of an operator."""
        layer = cls(channels, operator.n_pixels, operator.side, len(operator.sources), **kwargs)
        layer.sources.assign(operator.sources)
        layer.shares.assign(operator.shares)
        return layer

    def compute_output_spec(self, pixels: dict[str, Any]) -> Any:
        """Give the shape of the picture."""
        n_images = next(iter(pixels.values())).shape[0]
        return keras.KerasTensor((n_images, self.side, self.side, len(self.channels)), dtype="float32")

    def call(self, pixels: dict[str, Any]) -> Any:
        """Map a batch."""
        planes = {name: tf.convert_to_tensor(pixels[name]) for name in inputs_of(self.channels)}
        sources, shares = tf.convert_to_tensor(self.sources), tf.convert_to_tensor(self.shares)
        picture = _map(planes, sources, shares, self.n_sources, tuple(self.channels))
        return tf.reshape(picture, (-1, self.side, self.side, len(self.channels)))

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        sizes = {"n_pixels": self.n_pixels, "side": self.side, "n_sources": self.n_sources}
        return {**super().get_config(), "channels": self.channels, **sizes}


@compiled
def _map(planes: dict[str, Any], sources: Any, shares: Any, n_sources: int, channels: tuple[str, ...]) -> Any:
    """Stack the channels and sum the shares of each point's sources.

    XLA fuses all of it into one loop, about ten times as fast as the gathers one by one.
    """
    stacked = tf.stack([_channel(planes, name) for name in channels], axis=-1)
    padded = tf.pad(stacked, [[0, 0], [0, 1], [0, 0]])
    return tf.add_n([tf.gather(padded, sources[k], axis=1) * shares[k][:, None] for k in range(n_sources)])


def _channel(planes: dict[str, Any], name: str) -> Any:
    plane = tf.cast(planes[name.removeprefix(_CLEANED)], tf.float32)
    return plane * tf.cast(planes[schema.IMAGE_MASK], tf.float32) if name.startswith(_CLEANED) else plane


@keras.saving.register_keras_serializable(package=PACKAGE)
class Telescope(keras.layers.Layer):  # type: ignore[misc]
    """Pick the pixels of one telescope out of those of an event: (n, k, n_pixels) becomes (n, n_pixels)."""

    def __init__(self, number: int, **kwargs: Any) -> None:
        kwargs.setdefault("trainable", False)
        super().__init__(**kwargs)
        self.number = number

    def call(self, pixels: Any) -> Any:
        """Pick them."""
        return pixels[:, self.number]

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "number": self.number}


@keras.saving.register_keras_serializable(package=PACKAGE)
class FromLog10(keras.layers.Layer):  # type: ignore[misc]
    """Turn a network's log10 of a quantity, of shape (n, 1), into the quantity, of shape (n,)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    def call(self, logarithm: Any) -> Any:
        """Raise ten to the input."""
        return keras.ops.power(np.float32(10.0), keras.ops.squeeze(keras.ops.cast(logarithm, "float32"), axis=-1))


@keras.saving.register_keras_serializable(package=PACKAGE)
class Column(keras.layers.Layer):  # type: ignore[misc]
    """Pick one of the columns of an output of shape (n, d), as shape (n,)."""

    def __init__(self, number: int, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.number = number

    def call(self, output: Any) -> Any:
        """Pick the column."""
        return keras.ops.cast(output, "float32")[:, self.number]

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "number": self.number}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Turn(keras.layers.Layer):  # type: ignore[misc]
    """Multiply vectors of shape (n, 2) by a matrix from the right."""

    def __init__(self, matrix: Sequence[Sequence[float]], **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.matrix = [[float(value) for value in row] for row in matrix]

    def call(self, vectors: Any) -> Any:
        """Turn them."""
        return keras.ops.matmul(keras.ops.cast(vectors, "float32"), np.array(self.matrix, np.float32))

    def get_config(self) -> dict[str, Any]:
        """Give what the layer is made again from."""
        return {**super().get_config(), "matrix": self.matrix}


@keras.saving.register_keras_serializable(package=PACKAGE)
class FromWindow(Turn):
    """Turn offsets in windows (deg) into places: ``(origin + offset @ frame) @ matrix``.

    Takes offsets (n, 2), origins (n, 2) in deg and frames (n, 2, 2), see `iactflow.models.window.Window`.
    """

    def call(self, inputs: Sequence[Any]) -> Any:
        """Turn them."""
        offset, origin, frame = inputs
        offset = keras.ops.cast(offset, "float32")
        return super().call(origin + keras.ops.einsum("ni,nij->nj", offset, frame))
