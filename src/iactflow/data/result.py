"""Results: what evaluate measures, saves and everything that draws reads."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from iactflow.errors import InputError
from iactflow.storage import aside

if TYPE_CHECKING:
    from astropy.table import Table

#: Number of the result's format; raised when readers of older versions would misread it.
RESULT_FORMAT = 2
MANIFEST = "result.json"
#: Folder inside a result that holds the baseline's result on the same events.
BASELINE = "baseline"
#: Folder inside a result that holds the champion's result on the same events.
CHAMPION = "champion"
#: Task of results that say how like simulated images generated ones are.
GENERATION = "generation"
#: Key in ``data`` of the occupancy shower by shower, a metric that only images for the simulated showers have.
PAIRED = "paired_occupancy"
#: What pages call the half of the simulation that stands in the place of generated images: nothing can be better.
FLOOR = "Simulation, other half"
#: Folder inside a result that holds a complete result for each other sample of events, by the sample's key.
SAMPLES = "samples"

_TABLES = ("predictions", "replicas", "examples")
_CAMERA = "camera.ecsv"
_CURVES = "curves"


@dataclass(frozen=True)
class Metric:
    """One number that says how good predictions are.

    Attributes
    ----------
    value, low, high : float or None
        The metric and its interval; None where undefined, and then `reason` says why.
    n, n_showers : int
        Images and showers behind it.
    unit : str
        As astropy writes it; empty for a pure number.
    title, definition : str
        What people call it, and its formula in words.
    better : str
        ``lower``, ``higher``, or ``zero`` where the smallest absolute value is best.
    percent : bool
        Whether people read it in percent; the value itself is a fraction.
    reason : str or None
        Why the value or its interval is undefined.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_showers: int
    unit: str
    title: str
    definition: str
    better: str
    percent: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Bootstrap:
    """How intervals were made: `n` resamplings of showers with `seed`, central `level` of their distribution."""

    n: int
    seed: int
    level: float


@dataclass(frozen=True)
class Result:
    """A scored model.

    Attributes
    ----------
    name : str
        What pages call the model.
    tasks : list of str
        What it estimates.
    model : dict
        The predictor's own account of itself: configuration, versions, training history.
    metrics : dict of Metric
        By name, the most important first.
    cost : dict
        Fields of `iactflow.models.predictor.Cost`.
    data : dict
        Stores, selection, cuts and counts of the scored events.
    bootstrap : Bootstrap
        How the intervals were made.
    events_hash : str
        Identity of the scored events and their truth; results with the same one can be compared event by event.
    provenance : dict
        Command and software versions.
    predictions : pyarrow.Table
        One row per image with key, truth and estimate; units are in the fields' metadata.
    replicas : pyarrow.Table
        One row per resampling: a column per metric, and a list column ``curve:column`` per curve with intervals.
    curves : dict of astropy.table.Table
        Values per bin with units, intervals and counts; undefined ones are masked.
    examples : pyarrow.Table
        A few images with truth and estimate, for drawing.
    pixels : astropy.table.Table
        The camera's geometry table, for drawing.
    """

    name: str
    tasks: list[str]
    model: dict[str, Any]
    metrics: dict[str, Metric]
    cost: dict[str, Any]
    data: dict[str, Any]
    bootstrap: Bootstrap
    events_hash: str
    provenance: dict[str, Any]
    predictions: pa.Table
    replicas: pa.Table
    curves: "dict[str, Table]"
    examples: pa.Table
    pixels: "Table"

    def save(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write the result as a folder, complete or not at all.

        Raises
        ------
        OutputExistsError
            If `path` exists and `overwrite` is false.
        """
        with aside(path, overwrite=overwrite) as folder:
            self.write(folder)

    def write(self, folder: Path) -> None:
        """Fill a new folder; for callers that write it aside themselves."""
        (folder / _CURVES).mkdir(parents=True)
        for name in _TABLES:
            with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink:
                table = getattr(self, name)
                with pa.ipc.new_file(sink, table.schema) as writer:
                    writer.write_table(table)
        for name, curve in self.curves.items():
            curve.write(folder / _CURVES / f"{name}.ecsv", format="ascii.ecsv")
        self.pixels.write(folder / _CAMERA, format="ascii.ecsv")
        manifest = {"format": RESULT_FORMAT, **{name: getattr(self, name) for name in _PLAIN}}
        manifest["metrics"] = {name: asdict(metric) for name, metric in self.metrics.items()}
        manifest["bootstrap"] = asdict(self.bootstrap)
        text = json.dumps(finite(manifest), indent=1, allow_nan=False, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> "Result":
        """Read a result folder.

        Raises
        ------
        InputError
            If it is missing, damaged, or of another format version.
        """
        from astropy.table import Table

        folder = Path(path)
        manifest = _read_manifest(folder)
        try:
            return cls(
                **{name: manifest[name] for name in _PLAIN},
                metrics={name: Metric(**metric) for name, metric in manifest["metrics"].items()},
                bootstrap=Bootstrap(**manifest["bootstrap"]),
                **{name: _read_arrow(folder / f"{name}.arrow") for name in _TABLES},
                curves={
                    file.stem: Table.read(file, format="ascii.ecsv") for file in sorted((folder / _CURVES).iterdir())
                },
                pixels=Table.read(folder / _CAMERA, format="ascii.ecsv"),
            )
        except (OSError, KeyError, TypeError, ValueError, pa.ArrowInvalid) as error:
            raise InputError(f"{folder} is damaged: {error}. Evaluate the model again with --overwrite.") from error


def with_companions(path: Path | str) -> list[Path]:
    """List a result and those inside it that were scored on the same events: baseline, champion."""
    folder = Path(path)
    return [folder, *(folder / name for name in (BASELINE, CHAMPION) if (folder / name).exists())]


def samples_in(path: Path | str) -> dict[str, Path]:
    """List the results on other samples of events inside a result, by the samples' keys."""
    folder = Path(path) / SAMPLES
    return {inner.name: inner for inner in sorted(folder.iterdir())} if folder.exists() else {}


_PLAIN = tuple(
    field.name for field in fields(Result) if field.name not in {*_TABLES, "metrics", "bootstrap", "curves", "pixels"}
)


def finite(value: Any) -> Any:
    """Copy JSON-able data with every number that JSON cannot hold (NaN, infinity) as None and numpy's as Python's."""
    if isinstance(value, Mapping):
        return {str(key): finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [finite(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read_manifest(folder: Path) -> dict[str, Any]:
    if not folder.exists():
        raise InputError(f"{folder} does not exist. Make a result with: iactflow evaluate --model M --data S --out R")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{folder} is no result: it has no {MANIFEST}. Make one with: "
            "iactflow evaluate --model MODEL --data STORE --out RESULT"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / MANIFEST} cannot be read: {error}. Evaluate again with --overwrite.") from error
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if version != RESULT_FORMAT:
        raise InputError(
            f"{folder} has result format {version}; this version reads format {RESULT_FORMAT}. "
            "Evaluate the model again."
        )
    return dict(manifest)


def _read_arrow(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()
