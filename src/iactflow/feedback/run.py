"""The work of ``feedback``: the same classifier trained with simulated, generated and mixed background."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from iactflow.data import schema
from iactflow.data.result import Metric
from iactflow.data.select import apply_selection
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.events import Events
from iactflow.evaluate.score import score
from iactflow.feedback.config import Feedback
from iactflow.models.forest import RandomForest
from iactflow.storage import aside, refuse_existing
from iactflow.versions import versions_of

_PACKAGES = ("iactflow", "numpy", "ctapipe", "scikit-learn")
_GAMMA = 0
#: Metrics of the table, the most important first.
SHOWN = ("type_auc", "type_rejection_80", "type_rejection_90")


@dataclass(frozen=True)
class Trained:
    """A mixture: images of each kind that the classifier learnt from, and how well it does on simulated showers."""

    name: str
    path: Path
    n_gammas: int
    n_simulated: int
    n_generated: int
    metrics: dict[str, Metric]


@dataclass(frozen=True)
class FeedbackSummary:
    """What feedback made: a folder with a result for each mixture."""

    path: Path
    mixtures: list[Trained]

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        return {
            f"{trained.path.name} {name}": trained.metrics[name].value or 0.0
            for trained in self.mixtures
            for name in SHOWN
            if trained.metrics[name].value is not None
        }


def run(
    stores: Sequence[Path], generated: Sequence[Path], out: Path, *, config: Feedback, overwrite: bool = False
) -> FeedbackSummary:
    """Train the type classifier with mixtures of background and score each on the same simulated showers.

    Parameters
    ----------
    stores : sequence of pathlib.Path
        Stores of simulated gammas and background; the test part is scored.
    generated : sequence of pathlib.Path
        Stores of generated background.
    out : pathlib.Path
        Folder to write, with a result folder for each mixture.
    config : Feedback
        Mixtures and numbers.
    overwrite : bool
        Whether an existing folder may be replaced.

    Returns
    -------
    FeedbackSummary

    Raises
    ------
    InputError
        If there are fewer images than a mixture needs, or no gammas or no background to score.

    Notes
    -----
    The classifier is the random forest on DL1 parameters that is the baseline everywhere. Its gammas are always the
    same simulated ones; generated images are never scored. A part counts images before the cuts: those that fail them
    teach nothing, so that a generator that makes many such images is worth less.
    """
    refuse_existing(out, overwrite=overwrite)
    simulated, both = Store(stores), Store([*stores, *generated])
    events = Events.choose(simulated, "test", config.select)[0]
    pools = _pools(simulated, both, config)
    settings = Evaluate(bootstrap=config.bootstrap, seed=config.seed, baseline="none")
    provenance = _provenance(stores, generated, out, config)
    trained = []
    with aside(out, overwrite=overwrite) as target:
        for mixture in config.mixtures:
            parts = [config.background * int(part) for part in mixture.split("+")]
            rows = [apply_selection(both, config.select, some)[0] for some in _mixed(pools, parts, mixture)]
            _require_both(rows, mixture)
            forest = RandomForest.fit(both, np.concatenate(rows), config.seed, ["type"])
            forest.name = _name(mixture)
            result = score(forest, events, settings, provenance)
            folder = "mixture-" + mixture.replace("+", "-")
            result.write(target / folder)
            n_gammas, n_simulated, n_generated = (len(some) for some in rows)
            trained.append(Trained(forest.name, out / folder, n_gammas, n_simulated, n_generated, result.metrics))
    return FeedbackSummary(out, trained)


def _pools(simulated: Store, both: Store, config: Feedback) -> list[np.ndarray]:
    """Give rows of gammas, of simulated and of generated background to learn from, in random order."""
    primary = both.column(schema.PRIMARY)
    learnt = simulated.rows("train")
    made = np.arange(len(simulated), len(both))
    rng = np.random.default_rng(config.seed)
    pools = []
    for rows in (learnt[primary[learnt] == _GAMMA], learnt[primary[learnt] != _GAMMA], made[primary[made] != _GAMMA]):
        pools.append(rng.permutation(rows))
    pools[0] = pools[0][: config.gammas]
    return pools


def _mixed(pools: Sequence[np.ndarray], parts: Sequence[int], mixture: str) -> list[np.ndarray]:
    gammas, *background = pools
    for kind, pool, wanted in zip(("simulated", "generated"), background, parts, strict=True):
        if len(pool) < wanted:
            raise InputError(
                f"The mixture {mixture} needs {wanted} {kind} background images; there are {len(pool)}. Make more, "
                "lower feedback.background or leave the mixture out of feedback.mixtures."
            )
    return [gammas, *(pool[:wanted] for pool, wanted in zip(background, parts, strict=True))]


def _require_both(rows: Sequence[np.ndarray], mixture: str) -> None:
    gammas, *background = (len(some) for some in rows)
    if not gammas or not sum(background):
        raise InputError(
            f"A classifier learns from gammas and background. Of the mixture {mixture} {gammas} images of gammas and "
            f"{sum(background)} of background pass the cuts (feedback.select). Simulate or generate more."
        )


def _name(mixture: str) -> str:
    """Call a mixture by what it is: 1+10 is ``1x simulated + 10x generated``."""
    parts = zip(mixture.split("+"), ("simulated", "generated"), strict=True)
    return " + ".join(f"{part}x {kind}" for part, kind in parts if part != "0")


def _provenance(stores: Sequence[Path], generated: Sequence[Path], out: Path, config: Feedback) -> dict[str, object]:
    words = ["iactflow", "feedback"]
    for option, paths in (("--data", stores), ("--generated", generated)):
        words += [word for path in paths for word in (option, str(path))]
    words += ["--out", str(out)]
    given, default = config.model_dump(mode="json"), Feedback().model_dump(mode="json")
    for name, value in given.items():
        if value != default[name] and name != "select":
            words += ["--set", f"feedback.{name}={value}"]
    return {
        "command": shlex.join(words),
        "model": str(out),
        "config": given,
        "versions": versions_of(_PACKAGES),
    }
