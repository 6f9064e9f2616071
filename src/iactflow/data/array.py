"""Array events: the images that several telescopes took of one shower, as rows of a store, and where telescopes are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from iactflow.data import schema
from iactflow.data.direction import sky_offset

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: Row number where a telescope has no image.
ABSENT = -1

#: Inputs beside pixels that models of several telescopes take: which telescopes are there, where they stand and point.
GEOMETRY = PRESENT, PLACE, POINTING = ("present", "place", "pointing")

_EVENT = (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID, schema.EVENT_ID)


def group_events(store: "Store", rows: np.ndarray, *, least: int, most: int) -> np.ndarray:
    """Find the images of each array event.

    Parameters
    ----------
    store : Store
        Where they are.
    rows : ndarray of int, shape (n,)
        Images that count.
    least : int
        Events of fewer images are left out.
    most : int
        Images that an event keeps: those of most charge.

    Returns
    -------
    ndarray of int, shape (n_events, most)
        Row numbers, the image of most charge first, `ABSENT` behind the last; events are sorted by primary, run,
        shower and event. Without DL1 parameters, telescopes count in the order of their numbers.
    """
    rows = np.asarray(rows)
    # Stores of several arrays may number their runs alike.
    names = [*(store.column(name)[rows] for name in _EVENT), store.folders(rows)]
    telescope = store.column(schema.TEL_ID)[rows]
    charge = np.nan_to_num(store.column(schema.INTENSITY)[rows]) if store.has_parameters else np.zeros(len(rows))
    order = np.lexsort([telescope, -charge, *reversed(names)])
    same = np.ones(max(len(rows) - 1, 0), bool)
    for values in names:
        same &= np.diff(values[order]) == 0
    event = np.concatenate([[0], np.cumsum(~same)])[: len(rows)].astype(int)
    first = np.searchsorted(event, event)
    place = np.arange(len(rows)) - first
    groups = np.full((event[-1] + 1 if len(rows) else 0, most), ABSENT)
    kept = place < most
    groups[event[kept], place[kept]] = rows[order][kept]
    return groups[np.bincount(event, minlength=len(groups)) >= least]


def by_telescope(store: "Store", groups: np.ndarray) -> np.ndarray:
    """Give each telescope of the array its own column, in the order of their numbers.

    Returns
    -------
    ndarray of int, shape (n_events, n_telescopes)
        Row numbers, `ABSENT` where a telescope has no image.
    """
    telescopes = np.sort(np.asarray(store.camera.telescopes["tel_id"]))
    out = np.full((len(groups), len(telescopes)), ABSENT)
    event, place = np.nonzero(groups != ABSENT)
    rows = groups[event, place]
    out[event, np.searchsorted(telescopes, store.column(schema.TEL_ID)[rows])] = rows
    return out


def leaders(rows: np.ndarray) -> np.ndarray:
    """Give the row that stands for each event: its first image; rows of single images stand for themselves."""
    if rows.ndim == 1:
        return rows
    return np.asarray(rows[np.arange(len(rows)), (rows != ABSENT).argmax(axis=1)])


def images_of(rows: np.ndarray) -> np.ndarray:
    """List the rows of all images of some rows or events, shape (n_images,)."""
    return np.asarray(rows[rows != ABSENT])


def gather_events(store: "Store", groups: np.ndarray, columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Read what models of several telescopes take.

    Parameters
    ----------
    store : Store
        Where the images are.
    groups : ndarray of int, shape (n, k)
        Rows of each event's images, `ABSENT` where there is none.
    columns : sequence of str
        Pixel columns, and of `PRESENT`, `PLACE`, `POINTING`.

    Returns
    -------
    dict of ndarray
        Pixels of shape (n, k, n_pixels), zero where there is no image; ``present`` as bool (n, k); ``place`` (n, k, 2)
        in m beside the mean of the event's telescopes and ``pointing`` (n, k, 2) in deg beside that of the leader, both
        along x and y of the camera.
    """
    seen = groups != ABSENT
    out: dict[str, np.ndarray] = {}
    for name in columns:
        if name == PRESENT:
            out[name] = seen
        elif name == PLACE:
            out[name] = _centred(_spread(telescope_places(store, groups[seen]), seen), seen)
        elif name == POINTING:
            out[name] = _spread(_pointings(store, groups), seen)
        else:
            read = store.masks(groups[seen]) if name == schema.IMAGE_MASK else store.pixels(name, groups[seen])
            out[name] = _spread(read, seen)
    return out


def telescope_places(store: "Store", rows: np.ndarray) -> np.ndarray:
    """Give where the telescopes of some images stand in the plane that their pointing is perpendicular to.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Metres along the camera's x (towards the zenith) and y (towards growing azimuth).

    Notes
    -----
    In this plane the image of a shower is elongated along the line from the telescope to the shower's axis (Hofmann et
    al. 1999, Astropart. Phys. 12, 135). ctapipe's ground frame has x towards north, y towards west.
    """
    x, y, z = store.positions(rows).T
    alt, az = (np.radians(store.column(name)[rows]) for name in (schema.POINTING_ALT, schema.POINTING_AZ))
    up = -np.sin(alt) * np.cos(az) * x + np.sin(alt) * np.sin(az) * y + np.cos(alt) * z
    along = -np.sin(az) * x - np.cos(az) * y
    return np.stack([up, along], axis=1).astype(np.float32)


def _pointings(store: "Store", groups: np.ndarray) -> np.ndarray:
    names = (schema.POINTING_ALT, schema.POINTING_AZ)
    seen = groups != ABSENT
    first = np.broadcast_to(leaders(groups)[:, None], groups.shape)[seen]
    own = [store.column(name)[groups[seen]] for name in names]
    offset = sky_offset(*own, *(store.column(name)[first] for name in names))
    return offset[:, ::-1].astype(np.float32)  # the camera has x along the latitude, y along the longitude


def _spread(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    out = np.zeros((*seen.shape, *values.shape[1:]), values.dtype)
    out[seen] = values
    return out


def _centred(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    mean = values.sum(axis=1, keepdims=True) / seen.sum(axis=1)[:, None, None]
    return ((values - mean) * seen[..., None]).astype(np.float32)
