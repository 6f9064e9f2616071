"""What to do when a batch does not fit into memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from iactflow.errors import IactflowError


def smaller_batch(batch_size: int) -> int:
    """Give the batch size to try next: the greatest power of two up to half of it."""
    return 1 << max(0, (batch_size // 2).bit_length() - 1)


@contextmanager
def enough_memory(batch_size: int) -> Iterator[None]:
    """Turn a lack of memory into an error that names the batch size to try.

    Parameters
    ----------
    batch_size : int
        Images per step.

    Raises
    ------
    IactflowError
        If memory runs out in the block.
    """
    from iactflow.models.backend import tf

    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        advice = (
            f"Try train.batch_size={smaller_batch(batch_size)}."
            if batch_size > 1
            else "Use a smaller network or a device with more."
        )
        raise IactflowError(
            f"train.batch_size={batch_size} needs more memory than the device has. {advice} The checkpoint of the "
            "last epoch stays; another batch size begins anew with --overwrite."
        ) from error
