"""The verdict: what was compared, how it came out, and why."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from iactflow.drift.camera import CameraVerdict
from iactflow.storage import write_text

#: Number of the format of ``verdict.json``; raised when readers of older versions would misread it.
VERDICT_FORMAT = 1


@dataclass(frozen=True)
class ColumnVerdict:
    """How one quantity came out.

    Attributes
    ----------
    column, title, unit, group : str
        See `iactflow.drift.columns.Column`.
    drifted : bool
        Whether the distance reaches the threshold.
    distance, threshold : float
        In standard deviations of the reference.
    p_value : float
        Chance that any of the quantities stands out as much where nothing changed.
    median : tuple of float
        Of reference and current, in `unit`; the mean where the quantity is a yes or no.
    n : tuple of int
        Images with a value, of reference and current.
    """

    column: str
    title: str
    unit: str
    group: str
    drifted: bool
    distance: float
    threshold: float
    p_value: float
    median: tuple[float, float]
    n: tuple[int, int]


@dataclass(frozen=True)
class Verdict:
    """What drift found.

    Attributes
    ----------
    drifted : bool
        Whether anything did.
    reasons : list of str
        A sentence for each thing that did; empty if nothing did.
    cautions : list of str
        What a reader should know before believing it.
    columns : list of ColumnVerdict
        All compared quantities.
    camera : CameraVerdict or None
        Of the single pixels; None where there are too few images.
    reference, current : dict
        Facts about the two sides.
    config, versions : dict
        Settings and software.
    """

    drifted: bool
    reasons: list[str]
    cautions: list[str]
    columns: list[ColumnVerdict]
    camera: CameraVerdict | None
    reference: dict[str, Any]
    current: dict[str, Any]
    config: dict[str, Any]
    versions: dict[str, str]

    def write(self, path: Path) -> None:
        """Write the verdict as JSON, without the noise of every pixel, which the page draws."""
        content: dict[str, Any] = {
            "format": VERDICT_FORMAT,
            "statistic": "Wasserstein distance / standard deviation of the reference",
        }
        content |= asdict(self)
        if self.camera is not None:
            del content["camera"]["ratio"]
        write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")
