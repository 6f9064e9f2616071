"""The cost of a network, measured on the network itself."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from iactflow.models.backend import tf
from iactflow.models.registry import backbone_of
from iactflow.models.telescopes import Fold

#: Telescopes of an event whose operations are counted.
TELESCOPES = 2
#: From pixel columns to physical quantities, arrays of one batch.
Predict = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]

#: Seconds that predictions are repeated for, after one that is not timed.
_SECONDS = 1.0
#: Times that models are timed in turns.
_TURNS = 5


def flops_per_event(network: Any) -> float:
    """Count the floating-point operations of one prediction.

    Parameters
    ----------
    network : keras.Model
        A network on pictures or windows; what comes before it, gathers with few multiplications, is left out. One for
        any number of telescopes is counted for `TELESCOPES`.

    Notes
    -----
    TensorFlow's own profiler on the frozen graph; a multiplication with its addition counts as two. How many images a
    graph lists of an event is known only when it runs, so the profiler leaves out the backbone of a network for any
    number of telescopes: it is counted on its own, once for each.
    """
    if any(isinstance(layer, Fold) for layer in network.layers):
        return _profiled(network) + TELESCOPES * _profiled(backbone_of(network))
    return _profiled(network)


def _profiled(network: Any) -> float:
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2_as_graph

    def one(tensor: Any) -> Any:
        return tf.TensorSpec((1, *(size or TELESCOPES for size in tensor.shape[1:])), tf.float32)

    seen = tf.nest.map_structure(one, network.input)
    function = tf.function(lambda inputs: network(inputs, training=False))
    graph_definition = convert_variables_to_constants_v2_as_graph(function.get_concrete_function(seen))[1]
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(graph_definition, name="")
        options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
        options["output"] = "none"
        return float(tf.compat.v1.profiler.profile(graph, options=options).total_float_ops)


def as_function(model: Any) -> Predict:
    """Make a function of a Keras model, from arrays to arrays."""
    graph = tf.function(lambda batch: model(batch, training=False), reduce_retracing=True)
    return lambda pixels: {name: tensor.numpy() for name, tensor in graph(pixels).items()}


def ms_per_event(predict: Predict, pixels: dict[str, np.ndarray], batch_size: int) -> tuple[float, int]:
    """Time predictions, input from memory.

    Parameters
    ----------
    predict : callable
        From raw pixels to physical quantities.
    pixels : dict of ndarray, shape (n, …)
        Real images or array events; repeated to fill a batch.
    batch_size : int
        Events that are predicted together.

    Returns
    -------
    ms : float
        Milliseconds per event.
    n : int
        Events that were timed.
    """
    batch = {name: np.resize(values, (batch_size, *values.shape[1:])) for name, values in pixels.items()}
    predict(batch)
    n, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < _SECONDS:
        predict(batch)
        n += batch_size
    return 1e3 * spent / n, n


def ms_per_event_in_turns(
    predicts: Sequence[Predict], pixels: dict[str, np.ndarray], batch_size: int
) -> tuple[list[float], int]:
    """Time several models in turns, so that whatever else the machine does meets all alike.

    Returns
    -------
    ms : list of float
        Milliseconds per event of each, the median of `_TURNS` turns.
    n : int
        Events that the first was timed with.
    """
    turns = [[ms_per_event(predict, pixels, batch_size) for predict in predicts] for _ in range(_TURNS)]
    medians = np.median([[ms for ms, _ in turn] for turn in turns], axis=0)
    return medians.tolist(), sum(turn[0][1] for turn in turns)


def n_parameters(network: Any) -> int:
    """Count the weights of a network."""
    return sum(int(np.prod(variable.shape)) for variable in network.weights)
