"""The work of ``validate``: generated images and one half of the simulation, both against the other half."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from iactflow.data.result import BASELINE, FLOOR, GENERATION, PAIRED, Bootstrap, Metric, Result
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.fitting.bootstrap import LEVEL
from iactflow.storage import aside, refuse_existing
from iactflow.validate.common import Common
from iactflow.validate.config import Validate
from iactflow.validate.curves import binned, tables
from iactflow.validate.describe import NO_COST, data_block, events_hash, generator_of, per_image
from iactflow.validate.examples import pairs
from iactflow.validate.figures import compare
from iactflow.validate.learnt import Learnt
from iactflow.validate.measure import measure, values_of
from iactflow.validate.paired import paired_occupancy
from iactflow.validate.samples import Sample, choose, other_halves
from iactflow.versions import versions_of

_PACKAGES = ("iactflow", "numpy", "ctapipe", "scikit-learn", "scipy", "tensorflow", "keras")


@dataclass(frozen=True)
class ValidateSummary:
    """What validate made.

    Attributes
    ----------
    path : pathlib.Path
        The result folder.
    metrics : dict of Metric
        Of the generated images.
    floor : dict of Metric
        Of the other half of the simulation.
    paired : Metric or None
        Occupancy shower by shower, if the images were generated for the showers of the test part.
    """

    path: Path
    metrics: dict[str, Metric]
    floor: dict[str, Metric]
    paired: Metric | None

    def finite(self) -> dict[str, float]:
        """Give the numbers to log, those of the floor with its name."""
        numbers = {name: metric.value for name, metric in self.metrics.items()}
        numbers |= {f"floor_{name}": metric.value for name, metric in self.floor.items()}
        numbers["n_images"] = float(next(iter(self.metrics.values())).n)
        return {name: value for name, value in numbers.items() if value is not None}


def run(
    generated: Sequence[Path], stores: Sequence[Path], out: Path, *, config: Validate, overwrite: bool = False
) -> ValidateSummary:
    """Compare generated images with simulated ones.

    Parameters
    ----------
    generated : sequence of pathlib.Path
        Stores that generate wrote, all of one generator.
    stores : sequence of pathlib.Path
        Stores of simulated showers: the test part is compared with, the train part learnt from.
    out : pathlib.Path
        Result folder to write; the folder ``baseline`` inside holds the floor: one half of the simulated test showers,
        treated as if it were generated, against the other.
    config : Validate
        What to measure.
    overwrite : bool
        Whether an existing result may be replaced.

    Returns
    -------
    ValidateSummary

    Raises
    ------
    ConfigError
        If cameras differ, a store is of the wrong origin, or there is no DL1 parameter.
    InputError
        If an input is missing or there are too few images.
    """
    refuse_existing(out, overwrite=overwrite)
    made, simulated = Store(generated), Store(stores)
    for store in (made, simulated):
        if not store.has_parameters:
            raise ConfigError(f"{store.paths[0]} holds images only; a comparison needs DL1 parameters. Make it again.")
    samples = choose(made, simulated, config)
    true_pixels = all(sample.store.has_true_images for sample in samples)
    common = Common(samples, Learnt(samples.training, config.seed, true_pixels))
    provenance = _provenance(generated, stores, out, config)
    generator = generator_of(made)
    paired = paired_occupancy(made, simulated, Bootstrap(n=config.bootstrap, seed=config.seed, level=LEVEL))
    results = {
        "": _result(samples.generated, common, config, provenance, generator),
        BASELINE: _result(
            samples.floor, common, config, provenance, {"name": FLOOR, "cost": NO_COST}, _other_floors(common, config)
        ),
    }
    if paired is not None:
        results[""].data[PAIRED] = asdict(paired)
    with aside(out, overwrite=overwrite) as target:
        for folder, result in results.items():
            result.write(target / folder)
    return ValidateSummary(out, results[""].metrics, results[BASELINE].metrics, paired)


def _other_floors(common: Common, config: Validate) -> list[dict[str, float]]:
    """Measure the floor with other halves of the test part: one division alone is a matter of luck."""
    floors = []
    for number in range(1, config.splits):
        other = Common(other_halves(common.samples, config, number), common.learnt)
        sample, reference = other.samples.floor, other.samples.reference
        floors.append(values_of(compare(sample, other, config).figures, (sample, reference)))
    return floors


def _result(
    sample: Sample,
    common: Common,
    config: Validate,
    provenance: dict[str, Any],
    generator: dict[str, Any],
    others: Sequence[dict[str, float]] = (),
) -> Result:
    settings = Bootstrap(n=config.bootstrap, seed=config.seed, level=LEVEL)
    reference = common.samples.reference
    compared = compare(sample, common, config)
    measured = measure(compared.figures, binned(sample, common), (sample, reference), settings, others)
    return Result(
        name=str(generator["name"]),
        tasks=[GENERATION],
        model={name: value for name, value in generator.items() if name != "cost"},
        metrics=measured.metrics,
        cost=generator["cost"],
        data=data_block(common, sample, config),
        bootstrap=settings,
        events_hash=events_hash(reference),
        provenance=provenance,
        predictions=per_image(sample, compared.values),
        replicas=measured.replicas,
        curves=tables(measured.binned, sample, common),
        examples=pairs(sample, reference),
        pixels=reference.store.camera.pixels,
    )


def _provenance(generated: Sequence[Path], stores: Sequence[Path], out: Path, config: Validate) -> dict[str, Any]:
    words = ["iactflow", "validate"]
    for option, paths in (("--generated", generated), ("--data", stores)):
        words += [word for path in paths for word in (option, str(path))]
    words += ["--out", str(out)]
    given, default = config.model_dump(mode="json"), Validate().model_dump(mode="json")
    changed = {name: value for name, value in given.items() if value != default[name] and name != "select"}
    changed |= {f"select.{name}": value for name, value in given["select"].items() if value != default["select"][name]}
    for name, value in changed.items():
        words += ["--set", f"validate.{name}={value}"]
    return {
        "command": shlex.join(words),
        "config": given,
        "versions": versions_of(_PACKAGES),
    }
