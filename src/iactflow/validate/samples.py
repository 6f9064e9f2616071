"""The samples of a comparison: generated images, two halves of the simulation's test part, its train part."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from iactflow.data import schema
from iactflow.data.origin import GENERATED, ORIGINS, origins
from iactflow.data.select import Cut, apply_selection, require_rows
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.fitting.bootstrap import shower_index
from iactflow.validate import quantities
from iactflow.validate.config import Validate

IMPACT = "true_impact_distance"
#: Fewer images on a side say nothing.
_LEAST = 20


@dataclass(frozen=True)
class Sample:
    """Images of a store that are compared with others.

    Attributes
    ----------
    store : Store
        Where they are.
    rows : ndarray of int, shape (n,)
        Their row numbers.
    passed : ndarray of bool, shape (n,)
        Which of them pass the analysis cuts.
    cuts : list of Cut
        What each cut took away.
    """

    store: Store
    rows: np.ndarray
    passed: np.ndarray
    cuts: list[Cut]

    @classmethod
    def of(cls, store: Store, rows: np.ndarray, config: Validate) -> "Sample":
        """Apply the cuts without dropping anything."""
        kept, cuts = apply_selection(store, config.select, rows)
        return cls(store, rows, np.isin(rows, kept), cuts)

    def only(self, chosen: np.ndarray) -> "Sample":
        """Give a part of the images, chosen by bools of shape (n,)."""
        return Sample(self.store, self.rows[chosen], self.passed[chosen], self.cuts)

    def column(self, name: str) -> np.ndarray:
        """Read a column of the images, shape (n,)."""
        return self.store.column(name)[self.rows]

    @cached_property
    def showers(self) -> np.ndarray:
        """Number of the shower of each image, from 0, shape (n,)."""
        return shower_index(*(self.column(name) for name in (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID)))

    @cached_property
    def quantities(self) -> np.ndarray:
        """Values of `iactflow.validate.quantities.ALL`, shape (n, k); NaN for images that fail the cuts."""
        values = quantities.read(self.store, self.rows)
        values[~self.passed] = np.nan
        return values

    @cached_property
    def cleaned(self) -> np.ndarray:
        """Charges of the pixels that cleaning kept, 0 for the others, float32 of shape (n, n_pixels), p.e."""
        return self.store.pixels(schema.IMAGE, self.rows) * self.store.masks(self.rows)

    def signal(self, *, true: bool) -> np.ndarray:
        """Give pixels for nearest neighbours: asinh of true or of cleaned charges over 3 p.e., (n, n_pixels)."""
        charge = self.store.true_images(self.rows) if true else self.cleaned
        return np.arcsinh(charge / 3).astype(np.float32)


class Samples(NamedTuple):
    """What is compared.

    Attributes
    ----------
    generated : Sample
        What is validated.
    floor : Sample
        One half of the simulated test showers, treated as if it were generated.
    reference : Sample
        The other half, which both are compared with.
    training : Sample
        Simulated showers of the train part.
    """

    generated: Sample
    floor: Sample
    reference: Sample
    training: Sample


def choose(generated: Store, simulated: Store, config: Validate) -> Samples:
    """Choose equally many generated, floor and reference images.

    Parameters
    ----------
    generated : Store
        Images of a generator.
    simulated : Store
        Simulated images; the generator's training showers may be in the train part.
    config : Validate
        Numbers, cuts and seed.

    Raises
    ------
    ConfigError
        If the cameras differ, or a store holds images of the wrong origin.
    InputError
        If a sample has too few images.
    """
    simulated.camera.require_same(generated.camera.hash, here=str(simulated.paths[0]), there=str(generated.paths[0]))
    _require_origins(generated, simulated)
    primaries = np.unique(generated.column(schema.PRIMARY))
    alike = np.isin(simulated.column(schema.PRIMARY), primaries)
    test, training = (rows[alike[rows]] for rows in (simulated.rows("test"), simulated.rows("train")))
    rng = np.random.default_rng(config.seed)
    one, two = _halves(simulated, test, rng)
    everything = np.arange(len(generated))
    n = min(len(one), len(two), len(everything), config.images)
    names = ", ".join(schema.primary_name(code) for code in primaries)
    if n < _LEAST:
        raise InputError(
            f"A comparison needs at least {_LEAST} generated images and two halves of as many simulated {names} images "
            f"in the part test. Received: {len(everything)} generated images, halves of {len(one)} and {len(two)}."
        )
    require_rows(training, [], where=f"{simulated.paths[0]}, part 'train', {names}")
    wanted = ((one, n), (two, n), (training, config.training_images))
    ours = [Sample.of(simulated, take_showers(simulated, rows, most, rng), config) for rows, most in wanted]
    # drawn last, so that how many images were generated does not change what they are compared with
    made = Sample.of(generated, take_showers(generated, everything, n, rng), config)
    return Samples(made, *ours)


def other_halves(samples: Samples, config: Validate, number: int) -> Samples:
    """Divide the same simulated test part into other halves, with at most as many images as before.

    Parameters
    ----------
    samples : Samples
        What `choose` chose.
    config : Validate
        Cuts and seed.
    number : int
        Of the division, from 1; the same number gives the same halves.
    """
    store = samples.reference.store
    test = store.rows("test")
    alike = np.isin(store.column(schema.PRIMARY)[test], np.unique(samples.reference.column(schema.PRIMARY)))
    rng = np.random.default_rng([config.seed, number])
    halves = _halves(store, test[alike], rng)
    n = min(len(samples.reference.rows), *map(len, halves))
    floor, reference = (Sample.of(store, take_showers(store, half, n, rng), config) for half in halves)
    return samples._replace(floor=floor, reference=reference)


def _require_origins(generated: Store, simulated: Store) -> None:
    code = ORIGINS.index(GENERATED)
    if len(generated) and (origins(generated) != code).any():
        raise ConfigError(
            f"--generated must name a store that iactflow generate wrote. {generated.paths[0]} holds showers "
            f"{ORIGINS[int(origins(generated).min())].made}."
        )
    if (origins(simulated) == code).any():
        names = ", ".join(map(str, simulated.paths))
        raise ConfigError(
            f"--data must name stores of simulated showers alone. {names}: generated ones are among them."
        )


def _numbers(store: Store, rows: np.ndarray) -> np.ndarray:
    keys = (store.column(name)[rows] for name in (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID))
    return shower_index(*keys)


def _halves(store: Store, rows: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Divide images into two halves that share no shower."""
    numbers = _numbers(store, rows)
    first = rng.permutation(int(numbers.max(initial=-1)) + 1) % 2 == 0
    return rows[first[numbers]], rows[~first[numbers]]


def take_showers(store: Store, rows: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Take n images, shower by shower in random order, so that as few showers as possible lose images."""
    numbers = _numbers(store, rows)
    rank = rng.permutation(int(numbers.max(initial=-1)) + 1)
    return rows[np.argsort(rank[numbers], kind="stable")][:n]
