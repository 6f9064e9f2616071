"""The device that networks are computed on, and the numbers they are computed in."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from iactflow.errors import IactflowError
from iactflow.fitting.team import place
from iactflow.models.backend import keras, tf
from iactflow.models.device import describe_cpu


def device_name() -> str:
    """Name the device that TensorFlow computes on."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")
        return f"{len(gpus)} x {name}" if len(gpus) > 1 else str(name)
    return describe_cpu()


def make_strategy() -> Any:
    """Give the strategy that shares each batch among devices; with one device nothing is shared.

    It must be made before TensorFlow computes anything.

    Returns
    -------
    tensorflow.distribute.Strategy or None
        MultiWorkerMirroredStrategy where TF_CONFIG names several processes, which it waits for; MirroredStrategy where
        this machine has several GPUs, or several logical CPUs, as tests make them.
    """
    if place().of > 1:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        # TensorFlow now keeps SIGTERM to itself, and who sends it before the fit listens would wait in vain.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM) or signal.SIG_DFL)
        return strategy
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices]) if len(devices) > 1 else None


@contextmanager
def lost_device(checkpoint: Path) -> Iterator[None]:
    """Turn the failure of the device in the block into an error that says how to go on.

    Parameters
    ----------
    checkpoint : pathlib.Path
        File that the fit goes on from.

    Raises
    ------
    IactflowError
        If the device fails: a GPU that fell off its bus, a driver that was reset.
    """
    try:
        yield
    except (
        tf.errors.InternalError,
        tf.errors.UnknownError,
        tf.errors.UnavailableError,
        tf.errors.AbortedError,
    ) as error:
        there = f"goes on from {checkpoint}" if checkpoint.exists() else "begins anew: there was no checkpoint yet"
        raise IactflowError(
            f"The device that computed failed: {str(error).strip().splitlines()[0][:300]} The same command {there}, on "
            "this device or another; iactflow doctor says which ones are visible."
        ) from error


def set_precision(*, mixed: bool) -> str:
    """Choose the numbers that networks are computed in from here on and tell their Keras policy.

    Mixed precision is bfloat16 where the device has it (GPUs from compute capability 8, CPUs), float16 otherwise.
    """
    policy = "float32"
    if mixed:
        gpus = tf.config.list_physical_devices("GPU")
        capability = [tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0)) for gpu in gpus]
        policy = "mixed_bfloat16" if all(version >= (8, 0) for version in capability) else "mixed_float16"
    keras.config.set_dtype_policy(policy)
    return policy
