"""Blocks: the part of a run that becomes one file, simulated the same whoever does it and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from iactflow.config import to_yaml, validate
from iactflow.errors import ConfigError, IactflowError
from iactflow.simulate.config import MAX_SEED, PRIMARIES, Simulate
from iactflow.simulate.corsika import CorsikaRun, read_run, read_showers
from iactflow.simulate.efficiency import DIGICAM, FLASHCAM, detection_probability
from iactflow.simulate.instruments import resolve
from iactflow.simulate.light import Light, Shower
from iactflow.simulate.observe import Observer, TelescopeImage
from iactflow.simulate.shower import simulate_shower
from iactflow.simulate.site import site
from iactflow.simulate.telescope import Instrument
from iactflow.simulate.thrower import throw

#: Efficiency tables by the name that an instrument gives.
EFFICIENCIES = {efficiency.name: efficiency for efficiency in (DIGICAM, FLASHCAM)}
#: Showers that a block may throw; their numbers stay apart from those of the next block.
SHOWERS_PER_BLOCK = 100_000
#: CORSIKA's IACT interface numbers the uses of a shower in the last two digits of the event number.
USES_PER_SHOWER = 100
#: Difference of altitude between a CORSIKA file and a site at which the light is that of another site, m.
_SAME_ALTITUDE = 50.0
#: Marks the random numbers of telescopes, apart from those of throwing and of showers.
_TELESCOPES, _THROWING = 0x7E1E, 0x7480


@dataclass(frozen=True)
class Block:
    """One file's worth of a run.

    Parameters
    ----------
    config : Simulate
        What is simulated.
    seed : int
        Seed of the run, 0 to `MAX_SEED`.
    number : int
        Number of the block in the run.
    n_events : int or None
        Triggered array events wanted: whole showers follow until there are as many.
    n_showers : int or None
        Showers to throw, if `n_events` is None.
    photons : str or None
        CORSIKA IACT file whose showers are used instead of our own.
    """

    config: Simulate
    seed: int
    number: int
    n_events: int | None = None
    n_showers: int | None = None
    photons: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise ConfigError(f"seed must lie in 0 to {MAX_SEED}. Received: {self.seed}.")
        for name in ("n_events", "n_showers"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name.removeprefix('n_')} must be at least 1. Received: {value}.")

    @property
    def obs_id(self) -> int:
        """Number of the run in the file; different for each seed, primary and block."""
        if self.photons is not None:
            return read_run(Path(self.photons)).run_number
        return self.seed * 1_000_000 + list(PRIMARIES).index(self.config.primary) * 100_000 + self.number

    def card(self) -> str:
        """Write the block as the text of a run card, which `from_card` reads back."""
        values = {name: getattr(self, name) for name in ("seed", "number", "n_events", "n_showers", "photons")}
        return json.dumps({**values, "config": self.config.model_dump(mode="json")}, indent=1) + "\n"

    @classmethod
    def from_card(cls, text: str, origin: str) -> Block:
        """Read a run card.

        Raises
        ------
        ConfigError
            If it is none.
        """
        try:
            values = json.loads(text)
            config = validate(Simulate, values.pop("config"), origin)
            return cls(config, **values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigError(f"{origin} is no run card of iactflow simulate: {error}") from error


@dataclass(frozen=True)
class SimulatedEvent:
    """One array event that triggered.

    Parameters
    ----------
    event_id : int
        ``USES_PER_SHOWER`` times the shower's number in its run plus the number of its use.
    shower : Shower
        Truth of the shower.
    use : int
        Which of its core positions.
    images : list of TelescopeImage
        What the telescopes recorded.
    """

    event_id: int
    shower: Shower
    use: int
    images: list[TelescopeImage]


@dataclass
class Simulated:
    """What was thrown while events came, growing.

    Parameters
    ----------
    instrument : Instrument
        The array.
    config : Simulate
        With the instrument's defaults filled in.
    n_showers : int
        Showers thrown.
    energies : list of float
        Of each shower, TeV.
    distances : list of ndarray of float, shape (n_reuse,)
        Of their cores from the array's centre, m.
    corsika_version : float or None
        Version (times 1000) of the CORSIKA that made the showers; None if they are ours.
    """

    instrument: Instrument
    config: Simulate
    n_showers: int = 0
    energies: list[float] = field(default_factory=list)
    distances: list[np.ndarray] = field(default_factory=list)
    corsika_version: float | None = None

    def count(self, shower: Shower) -> None:
        """Note a shower that was thrown."""
        self.n_showers += 1
        self.energies.append(shower.energy)
        self.distances.append(np.hypot(shower.core_x, shower.core_y))


def prepare(block: Block) -> Simulated:
    """Set up what a block is simulated with; nothing is thrown yet."""
    instrument, config = resolve(block.config)
    if block.photons is None:
        return Simulated(instrument, config)
    run = read_run(Path(block.photons))
    instrument, config = _at_photons(instrument, config, block.photons, run)
    return Simulated(instrument, config, corsika_version=run.version)


def simulate_events(block: Block, thrown: Simulated) -> Iterator[SimulatedEvent]:
    """Simulate a block.

    Parameters
    ----------
    block : Block
        What is wanted.
    thrown : Simulated
        As `prepare` made it; counts the showers.

    Yields
    ------
    SimulatedEvent
        Array events that triggered, shower by shower. The last shower is finished even if that gives more events
        than wanted, since otherwise the number of thrown showers would be no whole number.

    Raises
    ------
    IactflowError
        If `SHOWERS_PER_BLOCK` showers do not give the events that are wanted.
    """
    observer = _observer(Block(block.config, 0, 0, photons=block.photons).card())
    n_events = 0
    for shower, light in _showers(block, thrown, observer):
        thrown.count(shower)
        rng = _generator(block, shower.shower_index, _TELESCOPES)
        number = shower.shower_index % SHOWERS_PER_BLOCK
        for use, one in enumerate(light):
            images = observer.observe(one, rng)
            if images:
                n_events += 1
                yield SimulatedEvent(number * USES_PER_SHOWER + use, shower, use, images)
        if block.n_events is not None and n_events >= block.n_events:
            return
        if block.n_events is None and thrown.n_showers == block.n_showers:
            return
    if block.photons is None:
        raise IactflowError(
            f"{SHOWERS_PER_BLOCK} showers gave {n_events} triggered events, fewer than the {block.n_events} wanted. "
            f"Raise energy_min or lower scatter_radius and viewcone:\n{to_yaml(thrown.config)}"
        )


def _showers(block: Block, thrown: Simulated, observer: Observer) -> Iterator[tuple[Shower, list[Light]]]:
    config, instrument = thrown.config, thrown.instrument
    place, standard = site(instrument.site), EFFICIENCIES[instrument.efficiency]
    efficiency = replace(standard, throughput=standard.throughput * instrument.reflectivity)
    alt, az = 90 - config.zenith.value, config.azimuth.value
    if block.photons is not None:
        run = read_run(Path(block.photons))

        def detection(height: np.ndarray) -> np.ndarray:
            return detection_probability(efficiency, place, height, np.sin(np.radians(run.alt)), run.wavelengths)

        yield from read_showers(
            Path(block.photons), alt, az, detection, lambda number: _generator(block, number, _THROWING)
        )
        return
    receivers = observer.receivers(alt, az)
    for k in range(1, SHOWERS_PER_BLOCK):
        index = block.number * SHOWERS_PER_BLOCK + k
        one = throw(config, _generator(block, index, _THROWING))
        yield simulate_shower(
            config.primary_id, one.energy, one.alt, one.az, receivers, one.cores, place, efficiency, block.seed, index
        )


def _generator(block: Block, shower_index: int, purpose: int) -> np.random.Generator:
    """Give the random numbers of one shower for one purpose, whoever simulates it."""
    seeds = np.random.SeedSequence([block.seed, block.config.primary_id, shower_index, purpose])
    return np.random.Generator(np.random.SFC64(seeds))


@lru_cache(maxsize=1)
def _observer(card: str) -> Observer:
    """Set up the telescopes of all blocks of a run, which have the same card but for seed and numbers."""
    return Observer(prepare(Block.from_card(card, "run card")).instrument)


def _at_photons(instrument: Instrument, config: Simulate, photons: str, run: CorsikaRun) -> tuple[Instrument, Simulate]:
    """Take telescopes' places and what was thrown from a CORSIKA file."""
    altitude = site(instrument.site).altitude
    if abs(run.observation_height - altitude) > _SAME_ALTITUDE:
        raise ConfigError(
            f"{photons} was made for {run.observation_height:.0f} m above sea level, {instrument.name} stands at "
            f"{altitude:.0f} m. Choose a preset of that site (--preset)."
        )
    names = {number: name for name, number in PRIMARIES.items()}
    if run.primary not in names:
        raise ConfigError(f"{photons} holds showers of the primary {run.primary}. Known: {', '.join(PRIMARIES)}.")
    thrown = {
        "primary": names[run.primary],
        "energy_min": f"{run.energy_range[0]} TeV",
        "energy_max": f"{run.energy_range[1]} TeV",
        "spectral_index": run.spectral_index,
        "zenith": f"{90 - run.alt:.6f} deg",
        "azimuth": f"{run.az:.6f} deg",
        "viewcone": f"{run.viewcone[1]} deg",
        "reuse": run.n_reuse,
    }
    if run.scatter_radius:
        thrown["scatter_radius"] = f"{run.scatter_radius} m"
    return instrument.with_telescopes(run.positions), validate(
        Simulate, config.model_dump(mode="json") | thrown, photons
    )
