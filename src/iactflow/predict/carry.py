"""What a DL2 file takes over from DL1: everything but pixels, as it stands, and the file's own description."""

import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from iactflow import __version__
from iactflow.data.unseen import note_share
from iactflow.ingest.dl1 import IMAGES, PARAMETERS

if TYPE_CHECKING:
    import tables

#: Groups of waveforms, which DL2 never holds.
_WAVEFORMS = ("/r0", "/r1", "/dl0/event")
_PIXELS = (IMAGES, "/simulation/event/telescope/images")
_PARAMETERS = (PARAMETERS, "/simulation/event/telescope/parameters", "/dl1/event/telescope/muon")
#: Levels of data that end with what is left out, by `Predict.keep`.
_LOST = {
    "images": {"R0", "R1"},
    "parameters": {"R0", "R1", "DL1_IMAGES"},
    "nothing": {"R0", "R1", "DL1_IMAGES", "DL1_PARAMETERS", "DL1_MUON"},
}
_LEVELS = "CTA PRODUCT DATA LEVELS"
#: Attribute of the file that a repeated run knows it by.
IDENTITY = "IACTFLOW_PREDICT"


def carry(source: Path, target: Path, keep: str) -> None:
    """Make a file of what a DL1 file holds, whatever its size, without unpacking it.

    Parameters
    ----------
    source, target : pathlib.Path
        The DL1 file, and the file to make.
    keep : str
        ``images`` copies pixels and parameters, ``parameters`` leaves the pixels out, ``nothing`` both.
    """
    import h5py
    import tables

    left_out = [*_WAVEFORMS, *(_PIXELS if keep != "images" else ()), *(_PARAMETERS if keep == "nothing" else ())]
    with tables.open_file(str(source)) as old, tables.open_file(str(target), "w") as new, _spaces_in_names():
        old.root._v_attrs._f_copy(new.root)
        whole = _make_divided(old.root, new, left_out)
    # HDF5 copies whole branches as they lie on the disk; PyTables would open, unpack and pack every table.
    with h5py.File(source) as old, h5py.File(target, "a") as new:
        for path in whole:
            parent, name = path.rsplit("/", 1)
            old.copy(path, new[parent or "/"], name)


def _make_divided(group: "tables.Group", new: "tables.File", left_out: Sequence[str]) -> list[str]:
    """Make the groups of which a part is left out, with their attributes; list the branches below to copy whole."""
    whole = []
    for name in [*group._v_groups, *group._v_leaves]:
        path = f"{group._v_pathname.rstrip('/')}/{name}"
        if path in left_out:
            continue
        if not any(one.startswith(f"{path}/") for one in left_out):
            whole.append(path)
            continue
        made = new.create_group(group._v_pathname, name)
        below = group._v_groups[name]
        below._v_attrs._f_copy(made)
        whole += _make_divided(below, new, left_out)
    return whole


def describe(target: "tables.File", keep: str, start: str, stop: str, identity: str, share: float | None) -> None:
    """Write into a DL2 file what it is and what made it.

    Parameters
    ----------
    target : tables.File
        Open for writing, with the attributes of the DL1 file.
    keep : str
        What was carried along.
    start, stop : str
        When the work began and ended, UTC.
    identity : str
        Of inputs, models and settings; see `iactflow.predict.identity`.
    share : float or None
        Of the showers that no model learnt from; see `iactflow.data.unseen`.
    """
    attributes = target.root._v_attrs
    levels = set(str(attributes[_LEVELS]).split(",")) - _LOST[keep] - {""}
    changed = {
        "CTA PRODUCT DESCRIPTION": "DL2 Data Product",
        "CTA PRODUCT CREATION TIME": stop,
        "CTA PRODUCT ID": str(uuid.uuid4()),
        _LEVELS: ",".join(sorted(levels | {"DL2"})),
        "CTA ACTIVITY ID": str(uuid.uuid4()),
        "CTA ACTIVITY NAME": "iactflow predict",
        "CTA ACTIVITY TYPE": "software",
        "CTA ACTIVITY SOFTWARE NAME": "iactflow",
        "CTA ACTIVITY SOFTWARE VERSION": __version__,
        "CTA ACTIVITY START TIME": start,
        "CTA ACTIVITY STOP TIME": stop,
        IDENTITY: identity,
    }
    with _spaces_in_names():
        for name, value in changed.items():
            attributes[name] = value
    note_share(target, share)


@contextmanager
def _spaces_in_names() -> Iterator[None]:
    """Let PyTables write ctapipe's names of attributes, which have spaces, without a warning for each."""
    from tables import NaturalNameWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NaturalNameWarning)
        yield
