"""Camera tables in this package: pixel positions and pulse shapes, taken from public sim_telarray files.

The tables under ``simulate/data`` were written by ``python -m iactflow.simulate.camera_tables``; tests write them
again from the public samples and compare.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from iactflow.data.samples import SAMPLES, sample
from iactflow.errors import ConfigError
from iactflow.storage import write_text

if TYPE_CHECKING:
    from astropy.table import Table
    from ctapipe.instrument import CameraGeometry, SubarrayDescription


class Pulse(NamedTuple):
    """Shape of the pulse that one photoelectron makes, peak normalised to 1.

    Attributes
    ----------
    values : ndarray of float64, shape (n,)
        Amplitude at equal steps from the photoelectron's arrival on.
    step : float
        Time between two values in ns.
    """

    values: np.ndarray
    step: float


#: Public sample that each camera's tables come from. DigiCam of CTA's production 4 is today's pixel order.
CAMERAS = {"DigiCam": "sst1m-prod4-gamma", "FlashCam": "prod3-gamma-diffuse-truncated"}


def read_geometry(camera: str) -> CameraGeometry:
    """Read a camera's pixels as ctapipe's geometry in the camera frame (m)."""
    from ctapipe.instrument import CameraGeometry

    return CameraGeometry.from_table(_read(camera, "pixels"))


def read_pulse(camera: str) -> Pulse:
    """Read the pulse shape of a camera's photoelectrons."""
    table = _read(camera, "pulse")
    time = np.asarray(table["time"], float)
    return Pulse(np.asarray(table["amplitude"], float), float(time[1] - time[0]))


def tables(subarray: SubarrayDescription, camera: str, source: str) -> dict[str, Table]:
    """Make a camera's two tables from a subarray that carries it.

    Parameters
    ----------
    subarray : ctapipe.instrument.SubarrayDescription
        Telescopes, one of which has the camera.
    camera : str
        ctapipe's name of the camera.
    source : str
        Name of the file, kept in the tables.

    Returns
    -------
    dict of str to astropy.table.Table
        ``pixels`` and ``pulse``.
    """
    from astropy.table import Table

    [description, *_] = [tel.camera for tel in subarray.tel.values() if tel.camera.name == camera]
    pixels = description.geometry.to_table()
    pixels.meta = {key: getattr(value, "item", lambda value=value: value)() for key, value in pixels.meta.items()}
    pixels.meta["source"] = source
    readout = description.readout
    shape = np.asarray(readout.reference_pulse_shape[0], float)
    last = int(np.flatnonzero(np.abs(shape) > 1e-4 * shape.max())[-1]) + 2
    time = np.round(np.arange(last) * readout.reference_pulse_sample_width.to_value("ns"), 6)
    pulse = Table({"time": time, "amplitude": np.round(shape[:last] / shape.max(), 6)}, meta={"source": source})
    pulse["time"].unit = "ns"
    return {"pixels": pixels, "pulse": pulse}


def write_tables(folder: Path) -> None:
    """Write the tables of all `CAMERAS` from the public samples."""
    from ctapipe.io import SimTelEventSource

    for camera, name in CAMERAS.items():
        with SimTelEventSource(sample(name), focal_length_choice="EQUIVALENT") as source:
            made = tables(source.subarray, camera, SAMPLES[name].file)
        for kind, table in made.items():
            text = StringIO()
            table.write(text, format="ascii.ecsv")
            write_text(folder / f"{camera.lower()}_{kind}.ecsv", text.getvalue())


def _read(camera: str, kind: str) -> Table:
    from astropy.table import Table

    if camera not in CAMERAS:
        raise ConfigError(f"There is no table of the camera {camera}. Known: {', '.join(CAMERAS)}.")
    text = files("iactflow.simulate").joinpath("data", f"{camera.lower()}_{kind}.ecsv").read_text(encoding="utf-8")
    return Table.read(text, format="ascii.ecsv")


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]))
