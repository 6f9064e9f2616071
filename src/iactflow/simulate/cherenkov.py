"""Cherenkov light of a piece of track that meets mirrors (compiled).

A track piece emits at one point of it; its light lies on a cone, a ring around the track where it passes a mirror. The
part of the ring that lies inside the mirror's circle gives the expected number of photoelectrons, so that light which
meets no mirror costs one comparison per mirror. I. Frank and I. Tamm, C. R. Acad. Sci. URSS 14 (1937) 109.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iactflow.simulate.atmosphere import GLADSTONE_DALE, STEP
from iactflow.simulate.compiled import always_inlined, inlined
from iactflow.simulate.elementary import ln
from iactflow.simulate.light import Receivers
from iactflow.simulate.particles import SPEED_OF_LIGHT
from iactflow.simulate.rng import poisson, uniform
from iactflow.simulate.work import Work

Float64 = NDArray[np.float64]
Float = np.float32

# Columns of Air.table.
DEPTH, DENSITY, REFRACTIVITY, YIELD, E_CUT, PHOTON_CUT = range(6)


class Air(NamedTuple):
    """Air and light yield against height, and the observation level.

    table : (n, 6)
        Rows ``atmosphere.STEP`` apart: depth (g / cm2), density (g / cm3), refractivity, photoelectrons per m of track
        and per sin^2 of the Cherenkov angle, lowest energies of electrons and of photons worth following (GeV).
    height : (n,)
        Height (m) on a grid of ln(depth).
    log_depth, log_step : float
        First value and spacing of that grid.
    level, level_depth, level_refractivity : float
        Observation level: height (m), depth, refractivity.
    """

    table: Float64
    height: Float64
    log_depth: float
    log_step: float
    level: float
    level_depth: float
    level_refractivity: float


class Mirrors(NamedTuple):
    """Mirrors of all uses of the shower, relative to the core.

    place : (4, n), m
        x, y, height above sea level, radius.
    quick : (5, n) float32, m, m2
        x, y, height above the observation level h, 4 R^2 and h^2 - R^2 of a radius R that is a little larger.
    largest : float, m
        Largest mirror radius.
    axis, lon, lat : (3,)
        Unit vectors of the pointing and of increasing azimuth and altitude at it.
    cos_photon, cos_track : float
        Cosine of the largest angle to the pointing at which photons are kept, and at which tracks emit.
    """

    place: Float64
    quick: NDArray[np.float32]
    largest: float
    axis: Float64
    lon: Float64
    lat: Float64
    cos_photon: float
    cos_track: float


def direction(alt: float, az: float) -> tuple[Float64, Float64, Float64]:
    """Give unit vectors towards alt, az (deg), and of increasing azimuth and altitude there; x north, y west, z up."""
    a, b = math.radians(alt), math.radians(az)
    return (
        np.array([math.cos(a) * math.cos(b), -math.cos(a) * math.sin(b), math.sin(a)]),
        np.array([-math.sin(b), -math.cos(b), 0.0]),
        np.array([-math.sin(a) * math.cos(b), math.sin(a) * math.sin(b), math.cos(a)]),
    )


def mirrors(receivers: Receivers, cores: Float64, level: float) -> Mirrors:
    """Place the telescopes around each core, shape (n_reuse, 2), m."""
    x = (receivers.x[None, :] - cores[:, 0, None]).ravel()
    y = (receivers.y[None, :] - cores[:, 1, None]).ravel()
    z = np.tile(receivers.z, len(cores)) + level
    radius = np.tile(receivers.radius, len(cores))
    size2 = (1.01 * radius) ** 2
    quick = np.array([x, y, z - level, 4 * size2, (z - level) ** 2 - size2], dtype=np.float32)
    axis, lon, lat = direction(receivers.alt, receivers.az)
    view = math.radians(receivers.view)
    return Mirrors(
        np.ascontiguousarray([x, y, z, radius], dtype=float),
        quick,
        float(radius.max()),
        axis,
        lon,
        lat,
        math.cos(view),
        math.cos(min(view + math.radians(1.5), math.pi)),  # no Cherenkov angle in air exceeds 1.4 deg
    )


@always_inlined
def look_up(air: Air, height: float, column: int) -> float:
    """Interpolate a column of the table at a height (m)."""
    q = min(max(height * (1 / STEP), 0.0), air.table.shape[0] - 1.001)
    i = int(q)
    f = q - i
    return air.table[i, column] * (1 - f) + air.table[i + 1, column] * f


@always_inlined
def height_of(air: Air, depth: float) -> float:
    """Height (m) of a vertical depth (g / cm2); below the lowest grid point the top, beyond the last sea level."""
    q = (ln(depth) - air.log_depth) / air.log_step
    q = min(max(q, 0.0), air.height.shape[0] - 1.001)
    i = int(q)
    f = q - i
    return air.height[i] * (1 - f) + air.height[i + 1] * f


@always_inlined
def near_any_mirror(
    m: Mirrors, x: float, y: float, z: float, ux: float, uy: float, uz: float, norm2: float, sin2: float, level: float
) -> bool:
    """Tell whether the ring of light around a track meets a mirror.

    Parameters
    ----------
    ux, uy, uz : float
        Direction of the track, of any length; ``norm2`` is its square.
    sin2 : float
        Squared sine of the Cherenkov angle.
    level : float, m
        Height that the mirrors' heights are given above.

    Notes
    -----
    A mirror of radius R at distance q from the track meets the ring of radius r if (q^2 - r^2 - R^2)^2 < 4 r^2 R^2, or
    holds all of it if r < R and q^2 < r^2 + R^2. Without roots and branches, and in single precision counted from where
    the track meets the level, the loop runs over sixteen mirrors at once; that is why it adds up instead of stopping.
    """
    run = (level - z) / uz
    ix, iy, vx, vy, vz = Float(x + ux * run), Float(y + uy * run), Float(ux), Float(uy), Float(uz)
    to_level = Float(run * norm2)
    per_norm2 = Float(1 / norm2)
    tan2 = Float(sin2 / ((1 - sin2) * norm2))
    found = Float(0)
    for k in range(m.quick.shape[1]):
        dx = m.quick[0, k] - ix
        dy = m.quick[1, k] - iy
        along = dx * vx + dy * vy + m.quick[2, k] * vz
        ring2 = (along + to_level) * (along + to_level) * tan2
        excess = dx * dx + dy * dy + m.quick[4, k] - along * along * per_norm2 - ring2
        meets = excess * excess < ring2 * m.quick[3, k]
        holds = (Float(4) * ring2 < m.quick[3, k]) & (excess < Float(0))
        found += Float(1) if meets | holds else Float(0)
    return found > Float(0)


@inlined
def shine(
    work: Work,
    air: Air,
    m: Mirrors,
    x: float,
    y: float,
    z: float,
    t: float,
    ux: float,
    uy: float,
    uz: float,
    photons: float,
    sin2: float,
    depth: float,
) -> None:
    """Give every mirror on the ring its photoelectrons.

    Parameters
    ----------
    work : Work
        Takes the photoelectrons.
    air, m : Air, Mirrors
    x, y, z, t : float, m, ns
        Point of emission.
    ux, uy, uz : float
        Direction of the track.
    photons : float
        Photoelectrons that a mirror around the whole ring would see.
    sin2 : float
        Squared sine of the Cherenkov angle.
    depth : float, g / cm2
        Vertical depth of the point.
    """
    sin = math.sqrt(sin2)
    cos = math.sqrt(1 - sin2)
    tan = sin / cos
    refractivity = look_up(air, z, 2)
    bend = (1 + refractivity) / (1 + air.level_refractivity)  # Snell: n sin(zenith) stays the same
    for k in range(m.place.shape[1]):
        dx, dy, dz = m.place[0, k] - x, m.place[1, k] - y, m.place[2, k] - z
        size = m.place[3, k]
        along = dx * ux + dy * uy + dz * uz
        ring = along * tan
        off2 = max(dx * dx + dy * dy + dz * dz - along * along, 1e-9)
        excess = off2 - ring * ring - size * size
        if along <= 0 or (excess * excess >= (2 * ring * size) ** 2 and (ring >= size or excess >= 0)):
            continue
        off = math.sqrt(off2)
        c = (off2 + ring * ring - size * size) / (2 * off * ring)
        if c >= 1:
            continue
        half = math.pi if c <= -1 else math.acos(c)
        number = poisson(work.rng, photons * half / math.pi)
        if number == 0:
            continue
        e1x, e1y, e1z = (dx - along * ux) / off, (dy - along * uy) / off, (dz - along * uz) / off
        e2x, e2y, e2z = uy * e1z - uz * e1y, uz * e1x - ux * e1z, ux * e1y - uy * e1x
        optical = 1 + 0.01 * GLADSTONE_DALE * (air.level_depth - depth) / max(z - m.place[2, k], 1.0)
        arrival = t + along / cos * optical / SPEED_OF_LIGHT
        for _ in range(number):
            phi = (2 * uniform(work.rng) - 1) * half
            p, q = math.cos(phi), math.sin(phi)
            a, b = p * sin, q * sin
            vx = (ux * cos + e1x * a + e2x * b) * bend
            vy = (uy * cos + e1y * a + e2y * b) * bend
            vz = math.copysign(math.sqrt(1 - vx * vx - vy * vy), uz)
            forward = -(vx * m.axis[0] + vy * m.axis[1] + vz * m.axis[2])
            if forward < m.cos_photon:
                continue
            p, q = ring * p - off, ring * q  # from the mirror's centre, across the track
            px, py, pz = e1x * p + e2x * q, e1y * p + e2y * q, e1z * p + e2z * q
            further = (px * m.axis[0] + py * m.axis[1] + pz * m.axis[2]) / forward  # to the plane of the mirror
            px, py, pz = px + further * vx, py + further * vy, pz + further * vz
            n = work.counts[N_LIGHT]
            work.counts[N_LIGHT] = n + 1
            if n < work.light.shape[0]:
                work.light[n, 0] = math.degrees(-(vx * m.lon[0] + vy * m.lon[1] + vz * m.lon[2]) / forward)
                work.light[n, 1] = math.degrees(-(vx * m.lat[0] + vy * m.lat[1] + vz * m.lat[2]) / forward)
                work.light[n, 2] = arrival + further / SPEED_OF_LIGHT
                work.light[n, 3] = px * m.lat[0] + py * m.lat[1] + pz * m.lat[2]
                work.light[n, 4] = px * m.lon[0] + py * m.lon[1] + pz * m.lon[2]
                work.telescope[n] = k


N_LIGHT = 0
"""Place in Work.counts of the number of photoelectrons, which may exceed the room for them."""
