"""Faceted mirrors: where a photon that meets the dish lands in the focal plane, and when."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from iactflow.simulate.compiled import inlined
from iactflow.simulate.particles import SPEED_OF_LIGHT
from iactflow.simulate.rng import Rng, normals, uniform
from iactflow.simulate.telescope import Dish, FacetLayout

#: Distance between two points of the raster that finds the facet under a point, m.
_RASTER = 0.01
#: Place on the mirror of photons that come without one, m.
NOWHERE = -1e30


class Facets(NamedTuple):
    """Facets of a dish, aligned; z along the optical axis, dish centre at the origin.

    Attributes
    ----------
    centre, normal : ndarray, shape (n, 3)
        Centres in m and unit normals.
    curvature : ndarray, shape (n,)
        Radii of curvature, m.
    raster : ndarray of int16, shape (k, k)
        Number of the facet over each cell of the plane perpendicular to the axis; -1 beside facets.
    extent : float
        Half the width of the raster, m.
    focal_plane, infinity_plane : float
        Height of the camera, m, and its height for photons whose place on the mirror is drawn.
    blur : float
        Standard deviation of the roughness of the surface, rad per axis.
    """

    centre: np.ndarray
    normal: np.ndarray
    curvature: np.ndarray
    raster: np.ndarray
    extent: float
    focal_plane: float
    infinity_plane: float
    blur: float

    @property
    def outer_radius(self) -> float:
        """Radius of the circle around all facets, m."""
        return self.extent


def facet_positions(layout: FacetLayout) -> np.ndarray:
    """Give the centres of the facets in the plane perpendicular to the axis.

    Parameters
    ----------
    layout : str
        ``sst-1m``: 18 of 0.78 m on a hexagonal lattice of 0.80 m, no centre (mirror_DC4m_78cm_s2cm_f5.600_nocent.dat,
        named in the history of the production-4 file; positions as in the public CORSIKA/GrOptics card made from it).
        ``mst``: 84 of 1.20 m, 0.02 m apart, no centre (mirror_CTA-100_1.20-84-0.02.dat, production 3; the six
        corners are left out to reach 84: assumed).
        ``ct5``: 875 of 0.90 m (H.E.S.S. II: 614 m2, 32.6 m x 24.3 m; Bolmont et al. 2014, NIM A 761, 46); the
        lattice points nearest to the centre in a rounded rectangle of that shape: assumed.

    Returns
    -------
    ndarray of float, shape (n, 2)
        x (towards higher altitude) and y in m.
    """
    pitch = {"sst-1m": 0.80, "mst": 1.22, "ct5": 0.92}[layout]
    steps = np.arange(-40, 41)
    i, j = (axis.ravel() for axis in np.meshgrid(steps, steps, indexing="ij"))
    x, y = pitch * (i + 0.5 * j), pitch * math.sqrt(0.75) * j
    ring = np.maximum(np.maximum(np.abs(i), np.abs(j)), np.abs(i + j))
    if layout == "sst-1m":
        keep = (ring > 0) & (ring < 3)
    elif layout == "mst":
        corner = (ring == 5) & ((i == 0) | (j == 0) | (i + j == 0))
        keep = (ring > 0) & (ring < 6) & ~corner
    else:
        distance = (x / 32.6) ** 4 + (y / 24.3) ** 4
        keep = distance <= np.sort(distance)[874]
    return np.stack([x[keep], y[keep]], axis=1)[:875]


def build_facets(dish: Dish, seed: int) -> Facets:
    """Set up the facets of one telescope.

    Parameters
    ----------
    dish : Dish
        Its dish.
    seed : int
        Number of the telescope, which draws its misalignments and focal lengths.

    Notes
    -----
    Each facet reflects a ray along the axis into the focus: its normal halves the angle between the axis and the line
    to the focus (Davies & Cotton 1957, Solar Energy 1, 16). Camera at 1/(1/f - 1/d) for an object at distance d.
    """
    rng = np.random.default_rng([seed, 0x0FACE7])
    xy = facet_positions(dish.facets)
    r2 = (xy**2).sum(axis=1)
    f = dish.focal_length
    finite = math.isfinite(dish.dish_radius)
    z = dish.dish_radius - np.sqrt(dish.dish_radius**2 - r2) if finite else r2 / (4 * f)
    centre = np.column_stack([xy, z])
    to_focus = np.array([0.0, 0.0, f]) - centre
    distance = np.linalg.norm(to_focus, axis=1)
    normal = to_focus / distance[:, None] + [0.0, 0.0, 1.0]
    tilt = math.radians(dish.alignment) * rng.standard_normal((len(xy), 2))
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    normal[:, :2] += tilt
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    own = distance if dish.facet_focal_length is None else np.full(len(xy), dish.facet_focal_length)
    curvature = 2 * (own + dish.facet_focal_spread * rng.standard_normal(len(xy)))
    raster, extent = _raster(xy, dish.facet_size)
    plane, blur = 1 / (1 / f - 1 / dish.focus_distance), math.radians(dish.reflection_angle)
    return Facets(centre, normal, curvature, raster, extent, plane, f, blur)


def _raster(xy: np.ndarray, size: float) -> tuple[np.ndarray, float]:
    extent = float(np.hypot(*xy.T).max() + size / math.sqrt(3))
    n = math.ceil(2 * extent / _RASTER)
    cells = -extent + (np.arange(n) + 0.5) * _RASTER
    gx, gy = np.meshgrid(cells, cells, indexing="ij")
    raster = np.full((n, n), -1, np.int16)
    reach = math.ceil(size / math.sqrt(3) / _RASTER) + 1
    for k, (x, y) in enumerate(xy):
        i, j = (max(int((centre + extent) / _RASTER) - reach, 0) for centre in (x, y))
        here = np.s_[i : i + 2 * reach + 1, j : j + 2 * reach + 1]
        dx, dy = np.abs(gx[here] - x), np.abs(gy[here] - y)
        raster[here][(dx <= size / 2) & (dx / 2 + dy * math.sqrt(0.75) <= size / 2)] = k
    return raster, extent


@inlined
def _facet_under(facets: Facets, x: float, y: float) -> int:
    """Give the facet over a place in the plane (m), or -1."""
    n = facets.raster.shape[0]
    scale = n / (2 * facets.extent)
    i, j = int((x + facets.extent) * scale), int((y + facets.extent) * scale)
    return int(facets.raster[i, j]) if 0 <= i < n and 0 <= j < n else -1


@inlined
def reflect(
    fov_lon: float, fov_lat: float, x: float, y: float, facets: Facets, rng: Rng
) -> tuple[bool, float, float, float]:
    """Follow a photon from the dish's plane over a facet to the focal plane.

    Parameters
    ----------
    fov_lon, fov_lat : float, deg
        Direction in the tangent plane of the pointing.
    x, y : float, m
        Crossing of the plane through the dish's centre; `NOWHERE`: a place on a facet is drawn.
    facets : Facets
        The dish.
    rng : ndarray of uint64, shape (2,)
        State of the random numbers.

    Returns
    -------
    met : bool
        Whether it meets a facet.
    x, y : float, m
        Place in the camera frame, in which a source at higher altitude or azimuth has larger x or y.
    delay : float, ns
        Time from the plane through the dish's centre to the camera, less that along the axis.
    """
    tx, ty = math.radians(fov_lat), math.radians(fov_lon)
    facet, plane = -1, facets.focal_plane
    if x > NOWHERE:
        facet = _facet_under(facets, x, y)
        if facet >= 0:  # it lies above the plane, where the photon is tx * height further
            height = facets.centre[facet, 2]
            facet = _facet_under(facets, x + tx * height, y + ty * height)
        if facet < 0:
            return False, 0.0, 0.0, 0.0
    else:
        plane = facets.infinity_plane
        while facet < 0:
            x = facets.extent * (2 * uniform(rng) - 1)
            y = facets.extent * (2 * uniform(rng) - 1)
            facet = _facet_under(facets, x, y)
        x -= tx * facets.centre[facet, 2]
        y -= ty * facets.centre[facet, 2]
    norm = 1.0 / math.sqrt(1.0 + tx * tx + ty * ty)
    dx, dy, dz = -tx * norm, -ty * norm, -norm
    radius = facets.curvature[facet]
    cx = facets.centre[facet, 0] + radius * facets.normal[facet, 0]
    cy = facets.centre[facet, 1] + radius * facets.normal[facet, 1]
    cz = facets.centre[facet, 2] + radius * facets.normal[facet, 2]
    bx, by, bz = x - cx, y - cy, -cz
    b = bx * dx + by * dy + bz * dz
    path = -b + math.sqrt(b * b - (bx * bx + by * by + bz * bz - radius * radius))  # the lower half of the sphere
    hx, hy, hz = x + path * dx, y + path * dy, path * dz
    nx, ny, nz = (cx - hx) / radius, (cy - hy) / radius, (cz - hz) / radius
    if facets.blur > 0.0:
        r1, r2 = normals(rng)
        nx += facets.blur * r1
        ny += facets.blur * r2
        scale = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
        nx, ny, nz = nx * scale, ny * scale, nz * scale
    along = 2.0 * (dx * nx + dy * ny + dz * nz)
    dx, dy, dz = dx - along * nx, dy - along * ny, dz - along * nz
    rest = (plane - hz) / dz
    return True, -(hx + rest * dx), -(hy + rest * dy), (path + rest - plane) / SPEED_OF_LIGHT
