"""Division of showers into train, validation and test, decided by a hash of the shower alone."""

import hashlib

import numpy as np
from pydantic import Field, model_validator

from iactflow.config import Section
from iactflow.data.schema import SPLITS

#: Part of the format: another salt would be another split. It is the first one (0, 1, 2, ...) that puts at least
#: three of the eleven public SST-1M showers into the test part; no model had been trained when it was chosen.
_SALT = bytes([3])
#: Of shares of the showers, which have to be independent of the parts.
_SHARE_SALT = b"share"


class SplitFractions(Section):
    """Shares of the showers; fixed for the life of a store."""

    train: float = Field(0.6, ge=0, le=1)
    validation: float = Field(0.15, ge=0, le=1)
    test: float = Field(0.25, ge=0, le=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> "SplitFractions":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of train, validation and test must sum to 1; their sum is {total:g}")
        return self


def assign_split(primary: int, obs_id: int, shower_id: np.ndarray, fractions: SplitFractions) -> np.ndarray:
    """Decide the part that each shower belongs to.

    Parameters
    ----------
    primary : int
        CORSIKA code of the primary particle.
    obs_id : int
        Number of the run.
    shower_id : ndarray of int, shape (n,)
        Number of the shower in the run, of each row.
    fractions : SplitFractions
        Shares of the parts.

    Returns
    -------
    ndarray of int8, shape (n,)
        Index into `SPLITS`.

    Notes
    -----
    The hash depends on (primary, run, shower) only: telescopes and CORSIKA reuses of a shower stay together, and a
    store that grows never moves a shower.
    """
    showers, row = np.unique(np.asarray(shower_id, dtype=np.int64), return_inverse=True)
    edges = np.cumsum([getattr(fractions, name) for name in SPLITS])[:-1]
    draws = np.array([_uniform(f"{primary}:{obs_id}:{shower}") for shower in showers])
    return np.searchsorted(edges, draws, side="right").astype(np.int8)[row]


def assign_splits(
    primary: np.ndarray, obs_id: np.ndarray, shower_id: np.ndarray, fractions: SplitFractions
) -> np.ndarray:
    """Decide the part of rows that may be of several primaries and runs.

    Parameters
    ----------
    primary, obs_id, shower_id : ndarray of int, shape (n,)
        As in `assign_split`, for each row.
    fractions : SplitFractions
        Shares of the parts.

    Returns
    -------
    ndarray of int8, shape (n,)
        Index into `SPLITS`.
    """
    result = np.empty(len(shower_id), np.int8)
    kinds, kind_of_row = np.unique(np.stack([primary, obs_id]).astype(np.int64), axis=1, return_inverse=True)
    for index, (code, run) in enumerate(kinds.T.tolist()):
        here = kind_of_row.ravel() == index
        result[here] = assign_split(code, run, np.asarray(shower_id)[here], fractions)
    return result


def in_share(primary: np.ndarray, obs_id: np.ndarray, shower_id: np.ndarray, share: float) -> np.ndarray:
    """Tell which rows are of a share of the showers, drawn by a hash that knows nothing of the parts.

    Parameters
    ----------
    primary, obs_id, shower_id : ndarray of int, shape (n,)
        As in `assign_splits`.
    share : float
        From 0 to 1; a larger share holds every smaller one.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    keys = np.stack([primary, obs_id, shower_id], axis=1).astype(np.int64)
    showers, row = np.unique(keys, axis=0, return_inverse=True)
    draws = np.array([_uniform(":".join(map(str, shower)), _SHARE_SALT) for shower in showers.tolist()])
    return (draws < share)[row.ravel()]


def _uniform(key: str, salt: bytes = _SALT) -> float:
    digest = hashlib.blake2b(key.encode(), digest_size=8, salt=salt).digest()
    return int.from_bytes(digest, "big") / 2**64
