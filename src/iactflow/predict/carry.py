"""What a DL2 file takes over from DL1: everything but pixels, as it stands, and the file's own description."""

import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from iactflow import __version__
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


def carry(source: "tables.File", target: "tables.File", keep: str) -> None:
    """Copy the tables of a DL1 file, in slices whatever their size.

    Parameters
    ----------
    source, target : tables.File
        Open for reading and for writing.
    keep : str
        ``images`` copies pixels and parameters, ``parameters`` leaves the pixels out, ``nothing`` both.
    """
    left_out = [*_WAVEFORMS, *(_PIXELS if keep != "images" else ()), *(_PARAMETERS if keep == "nothing" else ())]

    def wanted(path: str) -> bool:
        return not any(path == group or path.startswith(f"{group}/") for group in left_out)

    with _spaces_in_names():
        source.root._v_attrs._f_copy(target.root)
        for group in source.walk_groups():
            path = group._v_pathname
            if not wanted(path):
                continue
            if path != "/":
                made = target.create_group(group._v_parent._v_pathname, group._v_name, createparents=True)
                group._v_attrs._f_copy(made)
            for node in group._f_iter_nodes("Leaf"):
                if wanted(node._v_pathname):
                    target.copy_node(node, newparent=target.get_node(path))


def describe(target: "tables.File", keep: str, start: str, stop: str, identity: str) -> None:
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


@contextmanager
def _spaces_in_names() -> Iterator[None]:
    """Let PyTables write ctapipe's names of attributes, which have spaces, without a warning for each."""
    from tables import NaturalNameWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NaturalNameWarning)
        yield
