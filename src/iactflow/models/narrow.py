"""A narrower hexnet that starts from the channels of a wider one that matter most: structured pruning."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from iactflow.errors import ConfigError
from iactflow.models.backend import keras
from iactflow.models.hexnet import BACKBONE
from iactflow.models.registry import backbone_of


class Convolution(NamedTuple):
    """A convolution with the normalisation behind it, if there is one."""

    layer: Any
    norm: Any | None

    @property
    def size(self) -> np.ndarray:
        """How much each output channel varies, shape (filters,): what batch normalisation sets it to, or its norm."""
        if self.norm is not None:
            return np.abs(np.asarray(self.norm.gamma))
        return np.sqrt((np.asarray(self.layer.kernel) ** 2).sum(axis=(0, 1, 2)))

    @property
    def gain(self) -> np.ndarray:
        """How strongly each input channel is used, shape (channels,)."""
        return np.sqrt((np.asarray(self.layer.kernel) ** 2).sum(axis=(0, 1, 3)))


def can_narrow(network: Any, donor: Any) -> bool:
    """Tell whether a network is the donor's hexnet with fewer channels."""
    pair = [backbone_of(model) for model in (network, donor)]
    if any(backbone.name != BACKBONE for backbone in pair):
        return False
    mine, theirs = (_convolutions(backbone) for backbone in pair)
    forms = [
        [(type(one.layer), one.layer.strides, one.norm is None) for one in convolutions]
        for convolutions in (mine, theirs)
    ]
    if forms[0] != forms[1] or mine[0].layer.kernel.shape[2] != theirs[0].layer.kernel.shape[2]:
        return False
    return all(a.layer.filters <= b.layer.filters for a, b in zip(mine, theirs, strict=True))


def narrow(network: Any, donor: Any) -> None:
    """Copy the weights of the donor's strongest channels into a narrower network.

    Parameters
    ----------
    network : keras.Model
        A hexnet, changed in place.
    donor : keras.Model
        A wider one with as many layers, see `can_narrow`.

    Raises
    ------
    ConfigError
        If a head has other hidden layers than the donor's.

    Notes
    -----
    A channel matters as the size of what it carries times the strength with which it is used: the square root of the
    sum over the layers that write it of gamma^2, times that of the sum over the layers that read it of the squared
    weights. All layers of a stage add to the same channels, so these are kept or left for the whole stage; those
    between the two convolutions of a block are chosen for each block.
    """
    mine, theirs = (_convolutions(backbone_of(model)) for model in (network, donor))
    entering = np.arange(theirs[0].layer.kernel.shape[2])
    stages = _stages(theirs)
    for number, stage in enumerate(stages):
        following = [theirs[stages[number + 1][0]]] if number + 1 < len(stages) else []
        writers, readers = [theirs[i] for i in stage[::2]], [*(theirs[i] for i in stage[1::2]), *following]
        heads = _heads_gain(donor, theirs[stage[0]].layer.filters) if not following else 0.0
        size = np.sqrt(sum(one.size**2 for one in writers))
        gain = np.sqrt(sum((one.gain**2 for one in readers), np.zeros(len(size))) + heads)
        kept = _strongest(size * gain, mine[stage[0]].layer.filters)
        _take(mine[stage[0]], theirs[stage[0]], entering, kept)
        for first, second in zip(stage[1::2], stage[2::2], strict=True):
            inner = _strongest(theirs[first].size * theirs[second].gain, mine[first].layer.filters)
            _take(mine[first], theirs[first], kept, inner)
            _take(mine[second], theirs[second], inner, kept)
        entering = kept
    _take_heads(network, donor, entering)


def _convolutions(backbone: Any) -> list[Convolution]:
    """List the convolutions in the order in which they are computed."""
    found: list[Convolution] = []
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.Conv2D):
            found.append(Convolution(layer, None))
        elif isinstance(layer, keras.layers.BatchNormalization):
            found[-1] = Convolution(found[-1].layer, layer)
    return found


def _stages(convolutions: Sequence[Convolution]) -> list[list[int]]:
    """Divide the convolutions into stages: each begins with one alone, the first or one with a stride; pairs follow."""
    stages: list[list[int]] = []
    for number, one in enumerate(convolutions):
        if number == 0 or max(one.layer.strides) > 1:
            stages.append([])
        stages[-1].append(number)
    return stages


def _strongest(strength: np.ndarray, n: int) -> np.ndarray:
    """Give the numbers of the `n` strongest channels, in their order."""
    return np.sort(np.argsort(-strength, kind="stable")[:n])


def _take(mine: Convolution, theirs: Convolution, entering: np.ndarray, kept: np.ndarray) -> None:
    kernel, *bias = theirs.layer.get_weights()
    mine.layer.set_weights([kernel[:, :, entering][..., kept], *(values[kept] for values in bias)])
    if mine.norm is not None and theirs.norm is not None:
        mine.norm.set_weights([values[kept] for values in theirs.norm.get_weights()])


def _heads(network: Any) -> list[Any]:
    return [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]


def _heads_gain(donor: Any, n_channels: int) -> np.ndarray:
    """Sum the squared weights with which heads read each channel of the last stage."""
    first = [head for head in _heads(donor) if head.kernel.shape[0] > n_channels]
    return sum(((np.asarray(head.kernel)[:n_channels] ** 2).sum(axis=1) for head in first), np.zeros(n_channels))


def _take_heads(network: Any, donor: Any, kept: np.ndarray) -> None:
    """Copy the heads that the donor has; those on features lose the rows of channels that were left."""
    others = {head.name: head for head in _heads(donor)}
    for head in _heads(network):
        if head.name not in others:
            continue
        kernel, bias = others[head.name].get_weights()
        missing = kernel.shape[0] - head.kernel.shape[0]
        if missing:
            n_channels = len(kept) + missing
            kernel = np.concatenate([kernel[:n_channels][kept], kernel[n_channels:]])
        if kernel.shape != tuple(head.kernel.shape):
            raise ConfigError(
                f"model.hexnet.hidden must be that of the model to start from. The head {head.name} has weights of "
                f"shape {tuple(head.kernel.shape)} here, {kernel.shape} there."
            )
        head.set_weights([kernel, bias])
