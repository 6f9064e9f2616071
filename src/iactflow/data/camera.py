"""The instrument that took a store's images: camera geometry and telescopes, as ctapipe's own tables."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.errors import ConfigError

if TYPE_CHECKING:
    from astropy.table import Table
    from ctapipe.instrument import CameraGeometry, SubarrayDescription

CAMERA_FILE = "camera.ecsv"
TELESCOPES_FILE = "telescopes.ecsv"


def geometry_hash(pix_x: np.ndarray, pix_y: np.ndarray) -> str:
    """Identify a camera by the positions of its pixels, in their order.

    Parameters
    ----------
    pix_x, pix_y : ndarray of float, shape (n_pixels,)
        Pixel positions in the camera frame in m.

    Returns
    -------
    str
        Sixteen hexadecimal digits. Positions count to 0.1 mm; the same pixels in another order are another camera
        (the DigiCam of CTA's production 3 and production 4 is such a pair).
    """
    positions = np.round(np.stack([pix_x, pix_y]) * 1e4).astype("<i4")
    return hashlib.sha256(positions.tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Camera:
    """A camera's pixels and the telescopes that carry it.

    Attributes
    ----------
    name : str
        Name of the camera (``DigiCam``).
    pixels : astropy.table.Table
        ctapipe's camera geometry table: ``pix_id``, ``pix_x``, ``pix_y``, ``pix_area`` and metadata.
    telescopes : astropy.table.Table
        One row per telescope: ``tel_id``, ``name``, position in m, focal lengths in m, mirror area in m2.
    """

    name: str
    pixels: "Table"
    telescopes: "Table"

    @classmethod
    def from_subarray(cls, subarray: "SubarrayDescription", name: str) -> "Camera":
        """Take the camera `name` and all telescopes with it from a ctapipe subarray."""
        from astropy.table import Table

        tel_ids = [tel_id for tel_id, tel in subarray.tel.items() if tel.camera.name == name]
        geometry = subarray.tel[tel_ids[0]].camera.geometry
        rows: list[dict[str, Any]] = []
        for tel_id in tel_ids:
            optics = subarray.tel[tel_id].optics
            x, y, z = subarray.positions[tel_id]
            rows.append(
                {
                    "tel_id": int(tel_id),
                    "name": optics.name,
                    "type": optics.size_type.value,
                    "pos_x": x,
                    "pos_y": y,
                    "pos_z": z,
                    "equivalent_focal_length": optics.equivalent_focal_length,
                    "effective_focal_length": optics.effective_focal_length,
                    "mirror_area": optics.mirror_area,
                    "n_mirrors": int(optics.n_mirrors),
                    "n_mirror_tiles": int(optics.n_mirror_tiles),
                    "reflector_shape": optics.reflector_shape.value,
                }
            )
        return cls(name, geometry.to_table(), Table(rows=rows))

    @classmethod
    def read(cls, folder: Path) -> "Camera":
        """Read the tables that `write` put into a folder."""
        from astropy.table import Table

        pixels = Table.read(folder / CAMERA_FILE, format="ascii.ecsv")
        telescopes = Table.read(folder / TELESCOPES_FILE, format="ascii.ecsv")
        return cls(str(pixels.meta["CAM_ID"]), pixels, telescopes)

    def write(self, folder: Path) -> None:
        """Write both tables as ECSV text; the same camera gives the same bytes."""
        from iactflow.storage import write_text

        for name, table in ((CAMERA_FILE, self.pixels), (TELESCOPES_FILE, self.telescopes)):
            text = StringIO()
            plain = table.copy()
            plain.meta = {key: getattr(value, "item", lambda value=value: value)() for key, value in plain.meta.items()}
            plain.write(text, format="ascii.ecsv")
            write_text(folder / name, text.getvalue())

    @property
    def n_pixels(self) -> int:
        """Number of pixels."""
        return len(self.pixels)

    @cached_property
    def hash(self) -> str:
        """Identity of the geometry, see `geometry_hash`."""
        return geometry_hash(*(self.pixels[name].quantity.to_value("m") for name in ("pix_x", "pix_y")))

    def focal_lengths(self, tel_ids: np.ndarray) -> np.ndarray:
        """Give the equivalent focal lengths (m) of telescopes by their numbers."""
        of = dict(
            zip(
                self.telescopes["tel_id"],
                self.telescopes["equivalent_focal_length"].quantity.to_value("m"),
                strict=True,
            )
        )
        return np.array([of[tel_id] for tel_id in tel_ids], float)

    def positions(self, tel_ids: np.ndarray) -> np.ndarray:
        """Give the positions (m) of telescopes by their numbers in ctapipe's ground frame, shape (n, 3)."""
        order = np.argsort(self.telescopes["tel_id"])
        found = order[np.searchsorted(np.asarray(self.telescopes["tel_id"])[order], tel_ids)]
        columns = [self.telescopes[name].quantity.to_value("m")[found] for name in ("pos_x", "pos_y", "pos_z")]
        return np.stack(columns, axis=1)

    @cached_property
    def geometry(self) -> "CameraGeometry":
        """The geometry as ctapipe uses it, in the camera frame (m)."""
        from ctapipe.instrument import CameraGeometry

        return CameraGeometry.from_table(self.pixels)

    def require_same(self, expected_hash: str, *, here: str, there: str) -> None:
        """Raise `ConfigError` unless this camera is the expected one.

        Parameters
        ----------
        expected_hash : str
            Geometry hash that the other party was made for.
        here, there : str
            What carries this camera and what expects the other, for the message.
        """
        if self.hash != expected_hash:
            raise ConfigError(
                f"{here} has the camera {self.name} with geometry {self.hash}, but {there} was made for geometry "
                f"{expected_hash}. Pixel positions or their order differ; use data of the same camera."
            )
