"""How much of the showers a model has not learnt from: what models know of their stores, and DL2 files of models."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tables

#: Attribute of a DL2 file: the share of the showers, at the end of the hash's range, that no model of it learnt from.
ATTRIBUTE = "IACTFLOW_TEST_SHARE"


def unseen_share(models: Iterable[Mapping[str, Any]]) -> float | None:
    """Give the share of all showers that is in the test part of every store that some models learnt from.

    Parameters
    ----------
    models : iterable of mapping
        Contents of ``model.json``.

    Returns
    -------
    float or None
        None if a model does not say how its stores were divided.

    Notes
    -----
    Test parts begin at 1 - share of one hash's range (`iactflow.data.split`), so that the smallest lies in all others.
    """
    return smallest(store.get("split", {}).get("test") for info in models for store in info.get("stores", []))


def smallest(shares: Iterable[float | None]) -> float | None:
    """Give the smallest of some shares; None if there is none or one is not known."""
    found = list(shares)
    known = [share for share in found if share is not None]
    return min(known) if known and len(known) == len(found) else None


def note_share(file: "tables.File", share: float | None) -> None:
    """Write the share into a DL2 file that is open for writing; nothing if it is not known."""
    if share is not None:
        file.root._v_attrs[ATTRIBUTE] = share


def noted_share(file: "tables.File") -> float | None:
    """Read the share from a DL2 file that is open; None if it does not say."""
    found = getattr(file.root._v_attrs, ATTRIBUTE, None)
    return None if found is None else float(found)
