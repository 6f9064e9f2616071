"""What readers of all formats hand over: portions of rows in the order of the file, and what was noticed on the way."""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.rows import record_batch
from iactflow.data.split import SplitFractions, assign_splits


@dataclass(frozen=True)
class Task:
    """One file to read.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    camera : str
        Name of the camera whose images are wanted.
    camera_hash : str
        Its geometry, which the file must have.
    tel_ids : tuple of int
        Telescopes that carry it.
    parameters : bool
        Whether DL1 parameters are wanted.
    fractions : SplitFractions
        Division into train, validation and test.
    configuration : dict
        ctapipe's configuration.
    """

    path: Path
    camera: str
    camera_hash: str
    tel_ids: tuple[int, ...]
    parameters: bool
    fractions: SplitFractions
    configuration: dict[str, Any]


@dataclass
class Block:
    """A portion of a file's rows.

    Attributes
    ----------
    batch : pyarrow.RecordBatch or None
        The rows; None if the portion has none.
    noticed : Counter
        What was mended or left out, counted by its name (see `NOTICES`).
    fraction : float or None
        Share of the file that is read after it.
    """

    batch: pa.RecordBatch | None
    noticed: Counter[str] = field(default_factory=Counter)
    fraction: float | None = None


#: A reader's portions; its return value describes the file: ``lost`` (str or None), ``simulation`` (dict or None).
Blocks = Generator[Block, None, dict[str, Any]]

#: CORSIKA's IACT interface numbers the uses of a shower in the last two digits of the event number.
USES_PER_SHOWER = 100

BAD_PIXELS = "bad_pixels"
BAD_IMAGES = "bad_images"
CALIBRATION = "calibration_images"
#: What is counted while reading, in words.
NOTICES = {
    BAD_PIXELS: "pixels were not finite and were set to 0 pe and taken out of the image mask",
    BAD_IMAGES: "images had no finite pixel and were left out",
    CALIBRATION: "images of pedestal, flat-field and other calibration events were left out",
}


def mend_pixels(image: np.ndarray, peak_time: np.ndarray, mask: np.ndarray | None, noticed: Counter[str]) -> np.ndarray:
    """Set pixels without a finite charge to 0 pe and take them out of the mask, in place.

    Parameters
    ----------
    image, peak_time : ndarray of float32, shape (n, n_pixels)
        Charge in p.e. and time in ns; times that are not finite become 0 ns.
    mask : ndarray of bool, shape (n, n_pixels), or None
        Pixels that cleaning kept.
    noticed : Counter
        Counts `BAD_PIXELS` and `BAD_IMAGES`.

    Returns
    -------
    ndarray of bool, shape (n,)
        Rows that have at least one finite pixel; the others are to be left out.
    """
    bad = ~np.isfinite(image)
    usable = ~bad.all(axis=1)
    noticed[BAD_IMAGES] += int((~usable).sum())
    noticed[BAD_PIXELS] += int(bad[usable].sum())
    image[bad] = 0
    peak_time[bad | ~np.isfinite(peak_time)] = 0
    if mask is not None:
        mask[bad] = False
    return usable


def complete_rows(table: pa.Schema, columns: dict[str, np.ndarray], task: Task) -> pa.RecordBatch:
    """Make rows of a store from what a file holds: add shower and split, unify what is not known.

    Parameters
    ----------
    table : pyarrow.Schema
        Of the store.
    columns : dict of str to ndarray
        Columns read, by name; without `schema.PRIMARY` the rows are observed and have no truth.
    task : Task
        Gives the fractions of the split.

    Returns
    -------
    pyarrow.RecordBatch
    """
    columns = dict(columns)
    event_id = columns[schema.EVENT_ID]
    simulated = schema.PRIMARY in columns
    columns[schema.SHOWER_ID] = event_id // USES_PER_SHOWER if simulated else event_id
    columns.setdefault(schema.PRIMARY, np.full(len(event_id), schema.NO_PRIMARY))
    columns[schema.SPLIT] = assign_splits(
        columns[schema.PRIMARY], columns[schema.OBS_ID], columns[schema.SHOWER_ID], task.fractions
    )
    for name in columns:
        if name.startswith("morphology_"):  # ctapipe writes -1 where an image has no parameters, a cut would pass it
            columns[name] = np.where(columns[name] < 0, np.nan, columns[name])
    return record_batch(table, columns)
