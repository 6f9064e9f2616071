"""Toy showers whose law is known: a faithful generator follows it, a broken one breaks it in one known way."""

from collections.abc import Callable
from pathlib import Path

import astropy.units as u
import numpy as np

from iactflow.data.split import SplitFractions
from iactflow.data.store import Store
from iactflow.simulate.block import Simulated, SimulatedEvent
from iactflow.simulate.config import Simulate
from iactflow.simulate.instruments import resolve
from iactflow.simulate.light import EnergyBudget, Shower
from iactflow.simulate.observe import TelescopeImage

N = 900
Alter = Callable[[list[SimulatedEvent], np.random.Generator], list[SimulatedEvent]]


def toy_events(seed: int, n: int = N, uses: int = 3, primary: int = 101) -> list[SimulatedEvent]:
    """Ellipses of Gaussian light that lie on the side of the impact point and grow with the energy; gammas are thin."""
    rng = np.random.default_rng(seed)
    geometry = resolve(Simulate(preset="ct5", primary="proton"))[0].camera.geometry
    x, y = geometry.pix_x.to_value("m"), geometry.pix_y.to_value("m")
    events = []
    for index in range(n // uses):
        energy = 10 ** rng.uniform(-0.7, 1.0)
        distance, angle = rng.uniform(60, 250, uses), rng.uniform(0, 2 * np.pi, uses)
        core = np.stack([distance * np.cos(angle), distance * np.sin(angle)])
        shower = Shower(
            index + 1, primary, energy, 70.0, 0.0, core[0], core[1], 2e4, 400.0, 0.0, EnergyBudget(*[0.0] * 5)
        )
        for use in range(uses):
            axis = np.array([-np.cos(angle[use]), -np.sin(angle[use])])  # to the north is down where one looks south
            centre = axis * (0.25 + distance[use] / 600)
            along = (x - centre[0]) * axis[0] + (y - centre[1]) * axis[1]
            across = (y - centre[1]) * axis[0] - (x - centre[0]) * axis[1]
            length, width = 0.09 * rng.lognormal(0, 0.2), (0.045 if primary else 0.03) * rng.lognormal(0, 0.2)
            light = np.exp(-0.5 * ((along / length) ** 2 + (across / width) ** 2))
            expected = 900 * energy * np.exp(-distance[use] / 180) * rng.lognormal(0, 0.25)
            true = rng.poisson(expected * light / light.sum()).astype(np.int32)
            image = (true + rng.normal(0, 1.2, len(x))).astype(np.float32)
            time = (20 + 4 * along + rng.normal(0, 1, len(x))).astype(np.float32)
            events.append(
                SimulatedEvent((index + 1) * 100 + use, shower, use, [TelescopeImage(0, image, time, true, 0.0)])
            )
    return events


def write(
    folder: Path, events: list[SimulatedEvent], kind: str, obs_id: int, *, all_train: bool = False, zenith: float = 20
) -> Path:
    """Write events as a store, as simulate and generate do."""
    from iactflow.simulate.into_store import StoreSettings, add_events, open_store, versions

    instrument, config = resolve(Simulate(preset="ct5", primary="proton", true_images=True, zenith=zenith * u.deg))
    fractions = (
        SplitFractions(train=1, validation=0, test=0)
        if all_train
        else SplitFractions(train=0.35, validation=0, test=0.65)
    )
    settings = StoreSettings.of(fractions, None)
    store = open_store(instrument, folder, settings, true_images=True)
    cost = {"parameters": 7, "bytes_on_disk": 100, "train_seconds": 1.0, "train_images": 10, "flops_per_event": None}
    timed = {"seconds": 0.5, "images": len(events), "device": "a toy", "batch_size": 256}
    generator = {"name": "toy", "method": "toy", "steps": 1, "instrument": "ct5", "cost": cost, "timed": timed}
    store.add_source(
        {
            "name": f"toy_{obs_id}",
            "sha256": f"{obs_id:x}".ljust(64, "0"),
            "kind": kind,
            "noticed": {"not_triggered": 0} if kind == "generated" else {},
            "versions": versions(),
            "lost": None,
            "simulation": None,
            **({"generator": generator} if kind == "generated" else {}),
            **add_events(obs_id, events, Simulated(instrument, config), folder, settings),
        },
        [],
    )
    store.finish()
    return folder


def copies(simulated: Path) -> list[SimulatedEvent]:
    """Events of the train part, with new noise."""
    rng = np.random.default_rng(5)
    store = Store(simulated)
    trained = set(store.column("event_id")[store.rows("train")].tolist())
    events = [event for event in toy_events(1, 2400) if event.event_id in trained][:N]
    return [changed(event, image=event.images[0].true_image + rng.normal(0, 1.2, 1764)) for event in events]


def changed(event: SimulatedEvent, image: np.ndarray, **truth: float) -> SimulatedEvent:
    """Give an event with other pixels and other truth."""
    from dataclasses import replace

    old = event.images[0]
    new = TelescopeImage(0, image.astype(np.float32), old.peak_time, old.true_image, 0.0)
    return replace(event, shower=replace(event.shower, **truth), images=[new])


def shuffled(events: list[SimulatedEvent], rng: np.random.Generator) -> list[SimulatedEvent]:
    """Pixels at wrong places."""
    order = rng.permutation(1764)
    return [changed(event, event.images[0].image[order]) for event in events]


def collapsed(events: list[SimulatedEvent], rng: np.random.Generator) -> list[SimulatedEvent]:
    """The images of a few events again and again."""
    few = events[:12]
    return [changed(event, few[rng.integers(len(few))].images[0].image) for event in events]


def wrong_energy(events: list[SimulatedEvent], rng: np.random.Generator) -> list[SimulatedEvent]:
    """Images of showers of half the energy that was asked for."""
    return [changed(event, event.images[0].image, energy=2 * event.shower.energy) for event in events]


def wrong_impact(events: list[SimulatedEvent], rng: np.random.Generator) -> list[SimulatedEvent]:
    """Images that know nothing of the impact distance."""
    cores = rng.permutation([event.shower.core_x[event.use] + 1j * event.shower.core_y[event.use] for event in events])
    far = [np.repeat(core, 3) for core in cores]
    return [
        changed(event, event.images[0].image, core_x=core.real, core_y=core.imag)
        for event, core in zip(events, far, strict=True)
    ]


def faint(events: list[SimulatedEvent], rng: np.random.Generator) -> list[SimulatedEvent]:
    """Too little light."""
    return [changed(event, event.images[0].image * 0.6) for event in events]


def smeared(events: list[SimulatedEvent], rng: np.random.Generator) -> list[SimulatedEvent]:
    """Too many faint pixels: half of the light goes to the neighbours."""
    geometry = resolve(Simulate(preset="ct5", primary="proton"))[0].camera.geometry
    share = geometry.neighbor_matrix_sparse.astype(np.float32) / 6
    return [changed(e, 0.5 * e.images[0].image + 0.5 * (share @ e.images[0].image)) for e in events]


BROKEN: dict[str, Alter] = {
    "faithful": lambda events, rng: events,
    "copied": lambda events, rng: events,
    "shuffled": shuffled,
    "collapsed": collapsed,
    "wrong_energy": wrong_energy,
    "wrong_impact": wrong_impact,
    "faint": faint,
    "smeared": smeared,
}
