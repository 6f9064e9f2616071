"""Processes on several nodes that fit one network together, set up by the variable TF_CONFIG."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from iactflow.errors import BY_EXIT_CODE, ConfigError, IactflowError

#: Where TensorFlow, Kubeflow's trainer and Slurm's scripts put the addresses of all processes and this one's number.
VARIABLE = "TF_CONFIG"
#: Kinds of processes that compute, in the order in which they are numbered.
_KINDS = ("chief", "worker")
#: Bytes of a message that are sent at once.
_PIECE = 1 << 20


@dataclass(frozen=True)
class Place:
    """Which of how many processes this one is; the first writes the model, all others only compute."""

    number: int = 0
    of: int = 1

    @property
    def first(self) -> bool:
        """Whether this process reads checkpoints and writes."""
        return self.number == 0


def place(environment: Mapping[str, str] = os.environ) -> Place:
    """Read from `VARIABLE` which process this is.

    Raises
    ------
    ConfigError
        If its content makes no sense.
    """
    text = environment.get(VARIABLE, "")
    if not text:
        return Place()
    try:
        content = json.loads(text)
        cluster, task = content.get("cluster") or {}, content.get("task") or {"type": "worker", "index": 0}
        kinds = [kind for kind in _KINDS if kind in cluster]
        before = sum(len(cluster[kind]) for kind in kinds[: kinds.index(task["type"])]) if kinds else 0
        found = Place(before + int(task["index"]), max(1, sum(len(cluster[kind]) for kind in kinds)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{_wanted()} Received: {text} ({type(error).__name__}: {error}).") from error
    if not 0 <= found.number < found.of:
        raise ConfigError(f"{_wanted()} Received: process {found.number} of {found.of} in {text}.")
    return found


def _wanted() -> str:
    return (
        f'The environment variable {VARIABLE} must be like {{"cluster": {{"worker": ["HOST:PORT", "HOST:PORT"]}}, '
        '"task": {"type": "worker", "index": 0}}, with an index of its own in each process.'
    )


class Team:
    """What the processes of a strategy tell each other; alone, everything comes back as it was given.

    Parameters
    ----------
    strategy : tensorflow.distribute.Strategy or None
        Of several processes, or of this one alone.
    place : Place
        Which process this is.
    """

    def __init__(self, strategy: Any = None, place: Place | None = None) -> None:
        self.strategy, self.place = strategy, place or Place()

    def total(self, values: np.ndarray) -> np.ndarray:
        """Give the sum over processes of an array of the same shape in each, in float32 precision."""
        if self.place.of == 1:
            return values
        from iactflow.models.backend import tf

        mine = np.asarray(values, np.float32)
        n_devices = self.strategy.num_replicas_in_sync // self.place.of

        def share(replica: Any) -> Any:
            # One device gives all, the others nothing: shares of a number would not sum up to it again.
            return tf.constant(mine if replica.replica_id_in_sync_group % n_devices == 0 else np.zeros_like(mine))

        given = self.strategy.experimental_distribute_values_from_function(share)
        summed = self._sum(given)
        return np.asarray(self.strategy.experimental_local_results(summed)[0], dtype=np.float64)

    def _sum(self, given: Any) -> Any:
        from iactflow.models.backend import tf

        def together(values: Any) -> Any:
            placed = tf.identity(values)  # on the replica's device, by which TensorFlow finds the others
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, placed)

        if not hasattr(self, "_graph"):
            self._graph = tf.function(lambda values: self.strategy.run(together, args=(values,)), reduce_retracing=True)
        return self._graph(given)

    def agree(self, *wishes: bool) -> list[bool]:
        """Tell for each wish whether any process has it: all do the same at the same step."""
        if self.place.of == 1:
            return list(wishes)
        return [bool(count > 0) for count in self.total(np.array(wishes, float))]

    def share(self, content: bytes) -> bytes:
        """Give what the first process has to all."""
        if self.place.of == 1:
            return content
        own = np.frombuffer(content if self.place.first else b"", np.uint8)
        # Two parts, because float32 counts no further than 16 million.
        size = self.total(np.array(divmod(len(own), _PIECE), float)).astype(int)
        length = int(size[0]) * _PIECE + int(size[1])
        pieces = []
        for low in range(0, length, _PIECE):
            piece = np.zeros(_PIECE, np.uint8)
            part = own[low : low + _PIECE]
            piece[: len(part)] = part
            pieces.append(self.total(piece).astype(np.uint8))
        return np.concatenate([*pieces, np.empty(0, np.uint8)])[:length].tobytes()

    def refuse(self, refusal: IactflowError | None) -> None:
        """Raise in all processes what the first met before they were connected; None if it met nothing."""
        told = self.share(b"" if refusal is None else json.dumps([refusal.exit_code, str(refusal)]).encode())
        if refusal is not None:
            raise refusal
        if told:
            code, message = json.loads(told)
            raise BY_EXIT_CODE[code](f"The first of the {self.place.of} processes says: {message}")

    @contextmanager
    def held_together(self) -> Iterator[None]:
        """Turn the loss of another process in the block into an error that says how to go on.

        Raises
        ------
        IactflowError
            If another process ended or cannot be reached.
        """
        from iactflow.models.backend import tf

        lost = (
            tf.errors.UnavailableError,
            tf.errors.AbortedError,
            tf.errors.CancelledError,
            tf.errors.DeadlineExceededError,
            tf.errors.InternalError,
        )
        try:
            yield
        except lost as error:
            if self.place.of == 1:
                raise
            raise IactflowError(
                f"Another of the {self.place.of} processes of this training ended or cannot be reached (this one is "
                f"number {self.place.number + 1}; {VARIABLE} lists them): {str(error).splitlines()[0][:200]} Start the "
                "same command in all of them again: they go on from the last checkpoint."
            ) from error
