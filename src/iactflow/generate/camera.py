"""From generated photoelectrons to what the camera records: the simulator's waveforms, trigger and extraction."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import astropy.units as u
import numpy as np

from iactflow.generate.blocks import Block
from iactflow.generation.conditions import Conditions
from iactflow.generation.times import TimeModel, along_axis, positions
from iactflow.simulate.block import Simulated, SimulatedEvent
from iactflow.simulate.config import PRIMARIES, Simulate
from iactflow.simulate.instruments import resolve
from iactflow.simulate.light import EnergyBudget, Shower
from iactflow.simulate.observe import Observer

#: CORSIKA's IACT interface numbers the uses of a shower in the last two digits of the event number; here each has one.
_USES_PER_SHOWER = 100
_CAMERA, _TRIAL = 0xCA3E, 0x7214
#: Times that a shower's arrival times and noise are drawn until its image triggers, at most.
_TRIES = 25
#: Share of a block's images, those with the faintest clusters, that may fail to trigger.
_DOUBTFUL = 0.25
_UNKNOWN = EnergyBudget(*[float("nan")] * 5)


@dataclass(frozen=True)
class Recorded:
    """Events of a block as the simulator hands them over, and how many of them triggered the telescope."""

    events: list[SimulatedEvent]
    thrown: Simulated
    n_triggered: int


def record(
    block: Block, conditions: Conditions, images: np.ndarray, instrument: str, times: TimeModel, camera: Any
) -> Recorded:
    """Let the camera record the images of a block.

    Parameters
    ----------
    block : Block
        Says which images these are, and with that what is random.
    conditions : Conditions
        n showers.
    images : ndarray of int, shape (n, n_pixels), p.e.
        Photoelectrons that the generator drew.
    instrument : str
        Preset of the simulator.
    times : TimeModel
        Draws when they arrive.
    camera : iactflow.data.camera.Camera
        The generator's camera and telescopes.

    Returns
    -------
    Recorded
        All images, those included that would not have triggered.

    Raises
    ------
    InputError
        If the showers are of several pointings.

    Notes
    -----
    Generators learn photoelectrons of images that triggered, and faint ones did so by the luck of their noise. Drawing
    noise until the image triggers gives it that luck: the law of photoelectrons and noise together, given a trigger, is
    that of photoelectrons given a trigger times that of noise given both.
    """
    observer, thrown = _set_up(_configuration(block, conditions, instrument).model_dump_json())
    telescopes = {int(tel_id): index for index, tel_id in enumerate(observer.instrument.tel_ids)}
    (along, impact), xy = along_axis(conditions, camera), positions(camera)
    events, n_triggered = [], 0
    for k in range(len(conditions)):
        seeds = np.random.SeedSequence([block.config["seed"], block.first + k, _CAMERA])
        rng = np.random.Generator(np.random.SFC64(seeds))
        for _ in range(_TRIES):
            pixel, time = times.arrivals(images[k], along[k], float(impact[k]), xy, rng)
            image, triggered = observer.record(telescopes[int(conditions.tel_id[k])], pixel, time, rng)
            if triggered:
                break
        n_triggered += triggered
        events.append(SimulatedEvent((k + 1) * _USES_PER_SHOWER, _shower(conditions, k), 0, [image]))
    return Recorded(events, thrown, n_triggered)


def never_triggering(
    block: Block, conditions: Conditions, images: np.ndarray, instrument: str, times: TimeModel, camera: Any
) -> np.ndarray:
    """Find the images that trigger with none of several draws of times and noise; arguments as in `record`.

    Returns
    -------
    ndarray of int
        Their places among the images.
    """
    observer, _ = _set_up(_configuration(block, conditions, instrument).model_dump_json())
    telescopes = {int(tel_id): index for index, tel_id in enumerate(observer.instrument.tel_ids)}
    (along, impact), xy = along_axis(conditions, camera), positions(camera)

    def triggers(k: int) -> bool:
        rng = np.random.Generator(np.random.SFC64([block.config["seed"], block.first + k, _TRIAL]))
        telescope = telescopes[int(conditions.tel_id[k])]
        drawn = (times.arrivals(images[k], along[k], float(impact[k]), xy, rng) for _ in range(_TRIES))
        return any(observer.triggers(telescope, pixel, time, rng) for pixel, time in drawn)

    return np.array([k for k in range(len(images)) if not triggers(k)], int)


def doubtful(images: np.ndarray, camera: Any) -> np.ndarray:
    """Find the images that may fail to trigger: the quarter whose brightest neighbourhood is faintest."""
    brightest = (images + images @ camera.geometry.neighbor_matrix_sparse).max(axis=1)
    return np.sort(np.argsort(brightest, kind="stable")[: int(np.ceil(_DOUBTFUL * len(images)))])


def _configuration(block: Block, conditions: Conditions, instrument: str) -> Simulate:
    conditions.require_one_pointing(f"The showers of {block.name}")
    names = {code: name for name, code in PRIMARIES.items()}
    return Simulate(
        preset=instrument,
        primary=names[int(conditions.primary[0])],  # type: ignore[arg-type]  # one of them
        zenith=(90 - round(float(conditions.pointing_alt[0]), 6)) * u.deg,
        azimuth=round(float(conditions.pointing_az[0]), 6) * u.deg,
        night_sky=block.config["night_sky"],
        dead_pixels=block.config["dead_pixels"],
        true_images=True,
    )


@lru_cache(maxsize=1)
def _set_up(configuration: str) -> tuple[Observer, Simulated]:
    instrument, config = resolve(Simulate.model_validate_json(configuration, strict=False))
    return Observer(instrument), Simulated(instrument, config)


def _shower(conditions: Conditions, k: int) -> Shower:
    return Shower(
        shower_index=k + 1,
        shower_primary_id=int(conditions.primary[k]),
        energy=float(conditions.energy[k]),
        alt=float(conditions.alt[k]),
        az=float(conditions.az[k]),
        core_x=conditions.core_x[k : k + 1].astype(float),
        core_y=conditions.core_y[k : k + 1].astype(float),
        h_first_int=float(conditions.h_first_int[k]),
        x_max=float(conditions.x_max[k]),
        starting_grammage=float(conditions.starting_grammage[k]),
        budget=_UNKNOWN,
    )
