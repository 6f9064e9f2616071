"""Drift: how often unchanged data are called drifted, and how often four faults of the telescope are found.

Showers are simulated by iactflow (not CORSIKA): gammas and protons in one SST-1M. Every trial draws a reference and
other showers as current, without replacement, from the same healthy showers or from those with a fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.table import Row, device

#: Showers are kept here, so that a second run measures at once.
FOLDER = Path("build/drift")
HEALTHY = "unchanged"
#: Settings of the simulation and its seed.
SAMPLES: Mapping[str, tuple[int, dict[str, float]]] = {
    HEALTHY: (11, {}),
    "gain -10 %": (12, {"gain": 0.9}),
    "mirror -15 %": (13, {"reflectivity": 0.85}),
    "night sky x2": (14, {"night_sky": 2.0}),
    "5 % dead pixels": (15, {"dead_pixels": 0.05}),
    "gain -3 %": (16, {"gain": 0.97}),
    "mirror -5 %": (17, {"reflectivity": 0.95}),
    "night sky +10 %": (18, {"night_sky": 1.1}),
}
#: Triggered events of each primary.
EVENTS = {HEALTHY: 8000, "gain -3 %": 800, "mirror -5 %": 800, "night sky +10 %": 800}
EVENTS_OF_A_FAULT = 1500
#: Showers of the reference, and of the current data.
REFERENCE, CURRENT = 500, (25, 50, 100, 200)
#: Trials of unchanged data and of each fault, at each number of showers.
UNCHANGED_TRIALS, FAULT_TRIALS = 300, 50
#: Exchanges of showers, fewer than by default for the sake of time.
PERMUTATIONS = 500


@dataclass(frozen=True)
class Pool:
    """Showers to draw from: the rows of each, quantities of all rows, and pixel sums of each shower."""

    rows: list[np.ndarray]
    values: dict[str, np.ndarray]
    pixels: "list[dict[int, object]]"


def rows() -> list[Row]:
    """Measure the rates by repeated draws."""
    pools = {name: _pool(name) for name in SAMPLES}
    table = [_worth(pools[HEALTHY], column) for column in ("log_size", "length", "noise")]
    for n in CURRENT:
        for name, pool in pools.items():
            trials = UNCHANGED_TRIALS if name == HEALTHY else FAULT_TRIALS
            found = np.array([_trial(pools[HEALTHY], pool, n, number) for number in range(trials)])
            table += _rows(name, n, found)
    return table


def _rows(name: str, n: int, found: np.ndarray) -> list[Row]:
    """Give the shares of trials with a drift: of anything, of DL1 parameters alone, by tests that know no showers."""
    whole, parameters, naive = found.mean(axis=0)
    told = f"drift, {name}, {n} showers"
    peer = "Kolmogorov-Smirnov at 1 %, images independent"
    interval = "[{:.3f}, {:.3f}]".format(*_wilson(int(found[:, 0].sum()), len(found)))
    return [
        Row(f"{told}: found {interval}", whole, "of trials", peer, naive, None, len(found), device()),
        Row(f"{told}: by DL1 parameters alone", parameters, "of trials", "", None, None, len(found), device()),
    ]


def _worth(pool: Pool, column: str) -> Row:
    """Say how many independent images one image is worth to the mean of a quantity: the inverse of the design effect.

    Σ x² over images / Σ (Σ x over the images of a shower)² over showers, x from the mean (Kish 1965, Survey Sampling).
    """
    x = pool.values[column] - np.nanmean(pool.values[column])
    worth = np.nansum(x**2) / sum(np.nansum(x[own]) ** 2 for own in pool.rows)
    n = int(np.isfinite(x).sum())
    return Row(f"drift, one image is worth, {column}", float(worth), "independent ones", "", None, None, n, device())


def _wilson(successes: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209)."""
    z = 1.959964
    centre = (successes + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(successes * (n - successes) / n + z**2 / 4)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _pool(name: str) -> Pool:
    from iactflow.config import validate
    from iactflow.data import schema
    from iactflow.data.store import Store
    from iactflow.drift.pixels import summarise
    from iactflow.fitting.bootstrap import shower_index
    from iactflow.simulate.config import Simulate
    from iactflow.simulate.run import run
    from iactflow.validate import quantities

    seed, settings = SAMPLES[name]
    folder = FOLDER / name.replace(" ", "-").replace("%", "percent").replace("+", "")
    for primary in ("gamma", "proton"):
        config = validate(Simulate, {"preset": "sst1m-mono", "primary": primary, **settings}, "the benchmark")
        run(config, folder, seed=seed, events=EVENTS.get(name, EVENTS_OF_A_FAULT), output_format="store")
    store = Store(folder)
    numbers = shower_index(*(store.column(key) for key in (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID)))
    order = np.argsort(numbers, kind="stable")
    of_shower = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)
    everything = np.arange(len(store))
    values = dict(zip((one.name for one in quantities.ALL), quantities.read(store, everything).T, strict=True))
    summaries = [summarise(store, own) for own in of_shower]
    for column in summaries[0].values:
        values[column] = np.empty(len(store))
        for own, summary in zip(of_shower, summaries, strict=True):
            values[column][own] = summary.values[column]
    return Pool(of_shower, values, [summary.telescopes for summary in summaries])


def _trial(healthy: Pool, pool: Pool, n: int, number: int) -> tuple[bool, bool, bool]:
    """Draw showers and judge them: by all quantities and pixels, by DL1 parameters, by tests of single images."""
    from iactflow.drift.camera import compare_cameras
    from iactflow.drift.columns import PARAMETERS
    from iactflow.drift.config import Drift
    from iactflow.drift.judge import compare

    rng = np.random.default_rng([number, n])
    drawn = rng.permutation(len(healthy.rows))
    other = drawn[REFERENCE : REFERENCE + n] if pool is healthy else rng.permutation(len(pool.rows))[:n]
    sides = _side("reference", healthy, drawn[:REFERENCE]), _side("current", pool, other)
    config = Drift(permutations=PERMUTATIONS, seed=number)
    columns, by_chance, limits = compare(*sides, config)
    beyond = by_chance.distances >= limits
    camera = compare_cameras(sides[0].telescopes, sides[1].telescopes, config)
    by_parameters = any(out for out, column in zip(beyond, columns, strict=True) if column.group == PARAMETERS)
    naive = _naive(sides[0].values, sides[1].values, [column.name for column in columns], config.false_alarm)
    return bool(beyond.any() or (camera is not None and camera.drifted)), by_parameters, naive


def _naive(
    reference: Mapping[str, np.ndarray], current: Mapping[str, np.ndarray], columns: list[str], level: float
) -> bool:
    """Judge as if images were independent: Evidently's test of small samples with Bonferroni's correction."""
    from scipy.stats import ks_2samp

    def known(values: np.ndarray) -> np.ndarray:
        return values[np.isfinite(values)]

    return any(ks_2samp(known(reference[name]), known(current[name])).pvalue < level / len(columns) for name in columns)


def _side(name: str, pool: Pool, chosen: np.ndarray) -> object:
    from astropy.table import Table

    from iactflow.drift.pixels import PixelSums
    from iactflow.drift.side import Side

    rows = np.concatenate([pool.rows[shower] for shower in chosen])
    showers = np.repeat(np.arange(len(chosen)), [len(pool.rows[shower]) for shower in chosen])
    values = {column: content[rows] for column, content in pool.values.items()}
    telescopes: dict[int, PixelSums] = {}
    for shower in chosen:
        for number, sums in pool.pixels[shower].items():
            telescopes.setdefault(number, PixelSums.empty(len(sums.n))).add(sums)
    return Side(name, showers, values, telescopes, {}, Table())
