"""Search of events by run and number in tables that are too large to join in memory."""

import numpy as np

#: Event numbers take the lower bits of a key, runs are counted in the upper ones.
_EVENT_BITS = 44


class EventLookup:
    """Rows of a table by (run, event).

    Parameters
    ----------
    obs_id, event_id : ndarray of int, shape (n,)
        Keys of the table's rows; 8 bytes per row are kept, 16 if they are out of order.
    """

    def __init__(self, obs_id: np.ndarray, event_id: np.ndarray) -> None:
        one_run = len(obs_id) > 0 and (obs_id == obs_id[0]).all()  # sorting takes memory
        self._runs = obs_id[:1].copy() if one_run else np.unique(obs_id)
        self._keys = event_id.astype(np.int64) if one_run else self._key(np.searchsorted(self._runs, obs_id), event_id)
        self._order: np.ndarray | None = None  # most tables are in order already
        if (self._keys[1:] < self._keys[:-1]).any():
            self._order = np.argsort(self._keys, kind="stable")
            self._keys = self._keys[self._order]

    def find(self, obs_id: np.ndarray, event_id: np.ndarray) -> np.ndarray:
        """Give the row of each event, -1 where the table has none.

        Parameters
        ----------
        obs_id, event_id : ndarray of int, shape (m,)
            The events.

        Returns
        -------
        ndarray of int, shape (m,)
        """
        if not len(self._keys):
            return np.full(len(event_id), -1)
        run = np.searchsorted(self._runs, obs_id).clip(max=len(self._runs) - 1)
        keys = self._key(run, event_id)
        position = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
        found = (self._keys[position] == keys) & (self._runs[run] == obs_id)
        return np.where(found, position if self._order is None else self._order[position], -1)

    @staticmethod
    def _key(run: np.ndarray, event_id: np.ndarray) -> np.ndarray:
        return (run.astype(np.int64) << _EVENT_BITS) + event_id.astype(np.int64)
