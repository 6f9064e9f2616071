"""Where a shower came from, as seen by the telescope: on the sky beside its pointing, and in its camera."""

from typing import TYPE_CHECKING

import numpy as np

from iactflow.data import schema

if TYPE_CHECKING:
    from iactflow.data.store import Store

TRUE_ALT = "true_alt"
TRUE_AZ = "true_az"


def true_sky_offset(store: "Store", rows: np.ndarray) -> np.ndarray:
    """Give the true direction beside each telescope's pointing.

    Parameters
    ----------
    store : Store
        With simulated truth.
    rows : ndarray of int, shape (n,)
        Row numbers.

    Returns
    -------
    ndarray, shape (n, 2)
        ``fov_lon`` and ``fov_lat`` of ctapipe's TelescopeFrame in deg; NaN without truth.
    """
    names = (TRUE_ALT, TRUE_AZ, schema.POINTING_ALT, schema.POINTING_AZ)
    return sky_offset(*(store.column(name)[rows] for name in names))


def true_camera_position(store: "Store", rows: np.ndarray) -> np.ndarray:
    """Give where an image of the source itself would lie in each telescope's camera.

    Parameters
    ----------
    store : Store
        With simulated truth.
    rows : ndarray of int, shape (n,)
        Row numbers.

    Returns
    -------
    ndarray, shape (n, 2)
        ``x`` and ``y`` in ctapipe's CameraFrame in m, for the equivalent focal length; NaN without truth.
    """
    focal_length = store.focal_lengths(rows)
    return sky_to_camera(true_sky_offset(store, rows), focal_length)


def sky_offset(alt: np.ndarray, az: np.ndarray, pointing_alt: np.ndarray, pointing_az: np.ndarray) -> np.ndarray:
    """Turn directions into offsets from a pointing.

    Parameters
    ----------
    alt, az, pointing_alt, pointing_az : ndarray, shape (n,)
        Horizontal coordinates in deg.

    Returns
    -------
    ndarray, shape (n, 2)
        Longitude and latitude (deg) in the spherical frame whose origin is the pointing and whose longitude grows with
        the azimuth, as astropy's SkyOffsetFrame has it, on which ctapipe's TelescopeFrame is built.
    """
    alt, d_az, alt0 = np.radians(alt), np.radians(np.subtract(az, pointing_az)), np.radians(pointing_alt)
    lon = np.arctan2(np.cos(alt) * np.sin(d_az), np.cos(alt0) * np.cos(alt) * np.cos(d_az) + np.sin(alt0) * np.sin(alt))
    lat = np.arcsin(np.clip(np.sin(alt) * np.cos(alt0) - np.cos(alt) * np.sin(alt0) * np.cos(d_az), -1, 1))
    return np.degrees(np.stack([lon, lat], axis=-1))


def offset_to_horizon(offset: np.ndarray, pointing_alt: np.ndarray, pointing_az: np.ndarray) -> np.ndarray:
    """Turn offsets from a pointing into directions, the inverse of `sky_offset`.

    Parameters
    ----------
    offset : ndarray, shape (n, 2)
        Longitude and latitude in deg.
    pointing_alt, pointing_az : ndarray, shape (n,)
        In deg.

    Returns
    -------
    ndarray, shape (n, 2)
        Altitude and azimuth in deg; the azimuth within 180 deg of the pointing's, without a jump at north.
    """
    lon, lat = np.radians(offset).T
    alt0 = np.radians(pointing_alt)
    forward, east, up = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    alt = np.arcsin(np.clip(forward * np.sin(alt0) + up * np.cos(alt0), -1, 1))
    d_az = np.arctan2(east, forward * np.cos(alt0) - up * np.sin(alt0))
    return np.stack([np.degrees(alt), pointing_az + np.degrees(d_az)], axis=-1)


def sky_to_camera(offset: np.ndarray, focal_length: np.ndarray) -> np.ndarray:
    """Turn sky offsets (deg) into positions in the camera (m).

    Notes
    -----
    ctapipe's convention: x = f fov_lat, y = f fov_lon with the angles in rad, an equidistant projection.
    """
    return np.radians(offset[..., ::-1]) * np.asarray(focal_length)[..., None]


def camera_to_sky(position: np.ndarray, focal_length: np.ndarray) -> np.ndarray:
    """Turn positions in the camera (m) into sky offsets (deg), the inverse of `sky_to_camera`."""
    return np.degrees(position[..., ::-1] / np.asarray(focal_length)[..., None])
