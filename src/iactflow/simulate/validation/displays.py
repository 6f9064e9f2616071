"""Pictures of simulated events: typical ones, and the things that make image analysis hard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.simulate.efficiency import DIGICAM
from iactflow.simulate.observe import Observer
from iactflow.simulate.presets import preset
from iactflow.simulate.shower import simulate_shower
from iactflow.simulate.site import site
from iactflow.simulate.validation.images import telescope_frame
from iactflow.simulate.validation.output import Outcome, Scale, new_figure
from iactflow.simulate.validation.performance import stores

Float64 = NDArray[np.float64]

MUON, MUON_ENERGY = 2, 0.02  # TeV
MUON_START = 1000.0  # m above the telescope
_OFF_AXIS = 0.6  # deg


@dataclass(frozen=True)
class Display:
    """One image to draw.

    Parameters
    ----------
    title : str
    values : array, shape (n_pixels,)
        p.e., or ns.
    mask : array of bool, shape (n_pixels,)
        Pixels that cleaning keeps.
    source : array, shape (2,), deg
        True direction; NaN draws none.
    unit : str
    """

    title: str
    values: Float64
    mask: NDArray[np.bool_]
    source: Float64
    unit: str = "p.e."


def choose(store: Store, kind: str) -> int:
    """Find the row of a telling image.

    Parameters
    ----------
    store : Store
    kind : {"typical", "truncated", "pieces"}
        Complete and brighter than nine of ten; cut off at the camera's edge; bright and in as many large pieces as
        there are, or as wide as there is.
    """
    intensity = np.nan_to_num(store.column(schema.INTENSITY))
    leakage = np.nan_to_num(store.column("leakage_intensity_width_2"), nan=1.0)
    inside = (leakage < 0.02) & (np.hypot(store.column("hillas_fov_lon"), store.column("hillas_fov_lat")) < 2.5)
    inside &= intensity > np.quantile(intensity[inside], 0.5 if kind == "pieces" else 0)
    if kind == "typical":
        goal = np.quantile(intensity[inside], 0.9)
        return int(np.argmin(np.where(inside, np.abs(np.log(np.maximum(intensity, 1) / goal)), np.inf)))
    if kind == "truncated":
        return int(np.argmax(np.where((leakage > 0.3) & (leakage < 0.7), intensity, 0)))
    pieces = sum(np.nan_to_num(store.column(f"morphology_n_{size}_islands")) for size in ("medium", "large"))
    round_ = np.nan_to_num(store.column("hillas_width") / store.column("hillas_length"))
    return int(np.argmax(np.where(inside & (intensity > 500), pieces + round_, 0)))


def from_store(store: Store, row: int, title: str, *, times: bool = False) -> Display:
    """Take an image of a store; with ``times``, its arrival times about their median where it is bright."""
    one = np.array([row])
    image = store.pixels(schema.IMAGE, one)[0].astype(float)
    mask = store.masks(one)[0]
    alt, az = (store.column(f"true_{name}")[one] for name in ("alt", "az"))
    pointing = (float(store.column(name)[row]) for name in (schema.POINTING_ALT, schema.POINTING_AZ))
    source = telescope_frame(alt, az, *pointing)[0]
    energy, impact = store.column(schema.TRUE_ENERGY)[row], store.column("true_impact_distance")[row]
    label = f"{title}\n{energy:.1f} TeV, {impact:.0f} m from the core, {image[mask].sum():.0f} p.e."
    if not times:
        return Display(label, image, mask, source)
    peak = store.pixels(schema.PEAK_TIME, one)[0].astype(float)
    values = np.where(mask, peak - np.median(peak[mask]) if mask.any() else 0, np.nan)
    return Display(f"{title}\narrival times of the same image", values, mask, source, "ns")


def muon_ring(name: str) -> Display:
    """Simulate a muon through the mirror: a ring of the Cherenkov angle around its direction."""
    observer = Observer(preset(name))
    place = site(observer.instrument.site)
    alt, az = 70.0 + _OFF_AXIS, 0.0
    x, y, z = observer.instrument.xyz[0]
    run = z / np.tan(np.radians(alt))  # from the mirror's height down to the level, towards the south
    core = np.array([[x - run + 0.8, y + 0.5]])
    _, (light,) = simulate_shower(
        MUON, MUON_ENERGY, alt, az, observer.receivers(70.0, 0.0), core, place, DIGICAM, 1, 3,
        start_height=place.altitude + MUON_START,
    )  # fmt: skip
    for attempt in range(50):
        images = observer.observe(light, np.random.default_rng([106, attempt]))
        if images:
            image = images[0].image.astype(float)
            title = f"muon of {1000 * MUON_ENERGY:.0f} GeV through the mirror\n{images[0].true_image.sum()} p.e."
            return Display(title, image, image > 3, np.array([0.0, _OFF_AXIS]))
    empty = np.zeros(observer.instrument.camera.n_pixels)
    return Display("muon that did not trigger", empty, empty > 0, np.array([0.0, _OFF_AXIS]))


def run(scale: Scale) -> Outcome:
    """Draw six images of one telescope."""
    name = "sst1m-mono"
    gammas, protons = (Store(path) for path in stores(scale.stores, name, scale.stored))
    gamma = choose(gammas, "typical")
    shown = [
        from_store(gammas, gamma, "gamma"),
        from_store(gammas, gamma, "gamma", times=True),
        from_store(gammas, choose(gammas, "truncated"), "gamma, cut off at the edge"),
        from_store(protons, choose(protons, "typical"), "proton"),
        from_store(protons, choose(protons, "pieces"), "proton with substructure"),
        muon_ring(name),
    ]
    figure, axes = new_figure(columns=3, rows=2, width=10.5, height=6.6)
    for axis, display in zip(axes.ravel(), shown, strict=True):
        draw(figure, axis, display, preset(name).camera.geometry)
    return Outcome(figures={"displays": figure})


def draw(figure: Any, axis: Any, display: Display, geometry: Any) -> None:
    """Draw an image as hexagons in the telescope frame (deg), pixels that cleaning keeps with an edge."""
    from ctapipe.coordinates import TelescopeFrame
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import PowerNorm

    camera = geometry.transform_to(TelescopeFrame())
    x, y = camera.pix_x.to_value("deg"), camera.pix_y.to_value("deg")
    radius = np.sqrt(camera.pix_area.to_value("deg2") / (1.5 * np.sqrt(3)))
    angle = camera.pix_rotation.to_value("rad") + np.pi / 2 + np.arange(6) * np.pi / 3
    corners = np.stack([x[:, None] + radius[:, None] * np.cos(angle), y[:, None] + radius[:, None] * np.sin(angle)], -1)
    charge = display.unit == "p.e."
    norm = PowerNorm(0.4, 0, np.nanmax(display.values)) if charge else None
    values = np.maximum(display.values, 0) if charge else display.values
    pixels = PolyCollection(list(corners), cmap="cividis" if charge else "coolwarm", norm=norm, edgecolor="face")
    pixels.set_array(np.ma.masked_invalid(values))
    axis.set_facecolor("0.92")
    axis.add_collection(pixels)
    kept = PolyCollection(
        list(corners[display.mask]), facecolor="none", edgecolor="0.85" if charge else "0.4", linewidth=0.4
    )
    axis.add_collection(kept)
    axis.plot(*display.source, marker="*", color="#D55E00", markersize=10, markeredgecolor="white")
    axis.set(xlim=(-5.2, 5.2), ylim=(-5.2, 5.2), aspect="equal", xlabel="longitude (deg)", ylabel="latitude (deg)")
    axis.set_title(display.title, fontsize=8)
    figure.colorbar(pixels, ax=axis, shrink=0.75, label=display.unit)
