"""One at a time: a lock that every machine sees which sees the registry."""

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from iactflow.errors import IactflowError
from iactflow.registered.registry import Registry, create_if_absent

#: Ending of the name under which MLflow keeps the lock of a model.
_ENDING = ".promotion-in-work"
#: A lock is held for the few calls that change aliases; one that is older was left by a process that was killed.
STALE_S = 300.0
_PAUSE_S = 0.5


@contextmanager
def locked(
    registry: Registry,
    name: str,
    *,
    patience_s: float = 2 * STALE_S,
    stale_s: float = STALE_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Callable[[], None]]:
    """Keep others from changing the aliases of a model.

    Parameters
    ----------
    registry : Registry
        Where the model is.
    name : str
        Its name.
    patience_s : float
        Seconds to wait for whoever holds the lock.
    stale_s : float
        Age in seconds from which on a lock counts as left behind.
    sleep : callable
        Waits some seconds.

    Yields
    ------
    callable
        To be called right before aliases change; raises `IactflowError` if the lock is no longer ours.

    Raises
    ------
    IactflowError
        If the lock is not free in time.

    Notes
    -----
    MLflow cannot compare and set an alias, but of several that create the same registered model one succeeds: its
    name is a primary key. The lock is such an entry, without versions, which exists for seconds.
    """
    lock, mine = f"{name}{_ENDING}", f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex}"
    waited = 0.0
    while not _taken(registry, lock, mine, stale_s):
        if waited >= patience_s:
            raise IactflowError(
                f"The aliases of {name} must be changed by one at a time. Received: another promotion has held them "
                f"for {waited:.0f} s. Run the same command again when it has ended."
            )
        sleep(_PAUSE_S)
        waited += _PAUSE_S

    def still_mine() -> None:
        if _holder(registry, lock) != mine:
            raise IactflowError(
                f"The aliases of {name} were not changed: this process was held up for so long that another took over. "
                "Run the same command again."
            )

    try:
        yield still_mine
    finally:
        if _holder(registry, lock) == mine:
            _remove(registry, lock)


def _taken(registry: Registry, lock: str, mine: str, stale_s: float) -> bool:
    """Try to take the lock; one that was left behind is removed first."""
    if _age(registry, lock) > stale_s:
        _remove(registry, lock)
    with registry.asked():
        return create_if_absent(registry.client, lock, description=mine)


def _age(registry: Registry, lock: str) -> float:
    with registry.asked():
        found = registry.model(lock)
    return 0.0 if found is None else time.time() - found.creation_timestamp / 1000


def _holder(registry: Registry, lock: str) -> str | None:
    with registry.asked():
        found = registry.model(lock)
    return None if found is None else str(found.description)


def _remove(registry: Registry, lock: str) -> None:
    with registry.asked():
        if registry.model(lock) is not None:
            registry.client.delete_registered_model(lock)
