"""hexnet: a residual network on the lattice of a camera's pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iactflow.models.backend import PACKAGE, keras, tf
from iactflow.models.config import HexNet
from iactflow.models.heads import add_heads

#: Two corners of a 3x3 kernel are no neighbours when the axes are 60 degrees apart.
_NEIGHBOURS = np.ones((3, 3, 1, 1), np.float32)
_NEIGHBOURS[0, 0] = _NEIGHBOURS[2, 2] = 0

#: Name of the backbone.
BACKBONE = "hexnet_block"

#: Share of the former mean that batch normalisation keeps: fits of a few epochs have few steps to average over.
_MOMENTUM = 0.95


@keras.saving.register_keras_serializable(package=PACKAGE)
class HexConv(keras.layers.Conv2D):  # type: ignore[misc]
    """Convolution over a cell and its six neighbours on a hexagonal lattice in axial coordinates.

    Every second cell along both axes is a hexagonal lattice again, so strided layers stay isotropic.
    """

    def __init__(self, filters: int, strides: int = 1, **kwargs: Any) -> None:
        for fixed in ("kernel_size", "padding"):
            kwargs.pop(fixed, None)
        super().__init__(filters, 3, strides=strides, padding="same", **kwargs)

    def call(self, inputs: Any) -> Any:
        """Convolve with the kernel's two far corners left out."""
        kernel = self.kernel * keras.ops.cast(_NEIGHBOURS, self.kernel.dtype)
        outputs = keras.ops.conv(inputs, kernel, strides=self.strides, padding="same")
        return self.activation(outputs + self.bias if self.use_bias else outputs)


def build(shapes: dict[str, tuple[int, ...]], tasks: Sequence[str], sizes: HexNet, *, hexagonal: bool) -> Any:
    """Build the network on windows.

    Parameters
    ----------
    shapes : dict of tuple
        Of ``window`` and ``scalars``, see `iactflow.models.window.Window`.
    tasks : sequence of str
        One head is made for each.
    sizes : HexNet
        Widths, depth and kernel.
    hexagonal : bool
        Whether the camera's lattice is; square ones have ordinary kernels.

    Returns
    -------
    keras.Model
        Takes ``window`` and ``scalars``, gives ``{task: tensor}``; directions in deg beside the window's centre.
    """
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    backbone = make_backbone(shapes["window"], sizes, hexagonal=hexagonal)
    features = keras.layers.Concatenate(name="features")([backbone(inputs["window"]), inputs["scalars"]])
    return keras.Model(inputs, add_heads(features, tasks, sizes.hidden), name="hexnet")


def make_backbone(shape: tuple[int | None, ...], sizes: HexNet, *, hexagonal: bool) -> Any:
    """Build the part that turns one window of shape (side, side, channels) into features, see `build`.

    In the scope of a strategy, batch normalisation takes its means over the batch of all devices together.
    """
    together = tf.distribute.has_strategy()
    hexagonal = hexagonal and sizes.kernel == "hexagonal"

    def convolve(x: Any, width: int, stride: int, *, activate: bool = True) -> Any:
        settings: dict[str, Any] = {
            "strides": stride,
            "use_bias": not sizes.batch_norm,
            "kernel_initializer": "he_normal",
        }
        layer = HexConv(width, **settings) if hexagonal else keras.layers.Conv2D(width, 3, padding="same", **settings)
        x = layer(x)
        if sizes.batch_norm:
            x = keras.layers.BatchNormalization(momentum=_MOMENTUM, synchronized=together)(x)
        return keras.layers.ReLU()(x) if activate else x

    window = keras.Input(shape, name="window")
    x = window
    for stage, (width, blocks) in enumerate(zip(sizes.widths, sizes.blocks, strict=True)):
        x = convolve(x, width, 2 if stage else sizes.stem_stride)
        for _ in range(blocks):
            y = convolve(convolve(x, width, 1), width, 1, activate=False)
            x = keras.layers.ReLU()(keras.layers.Add()([x, y]))
    return keras.Model(window, keras.layers.GlobalAveragePooling2D()(x), name=BACKBONE)
