"""The work of ``evaluate``: predict, score, and do the same with the baseline and the champion."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from iactflow.data.result import BASELINE, CHAMPION, Metric
from iactflow.data.select import apply_selection
from iactflow.data.store import Store
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.events import Events
from iactflow.evaluate.score import score
from iactflow.models.bundle import Bundle
from iactflow.models.predictor import Predictor
from iactflow.storage import aside, refuse_existing

#: Packages whose versions may change a score.
_PACKAGES = ("iactflow", "numpy", "pyirf", "ctapipe", "scikit-learn", "tensorflow", "keras", "ctlearn")


@dataclass(frozen=True)
class EvaluateSummary:
    """What evaluate made.

    Attributes
    ----------
    path : pathlib.Path
        The result folder.
    metrics : dict of Metric
        Of the model.
    baseline : dict of Metric or None
        Of the baseline, if there is one.
    """

    path: Path
    metrics: dict[str, Metric]
    baseline: dict[str, Metric] | None

    def finite(self) -> dict[str, float]:
        """Give the numbers to log: every defined metric, the baseline's with a prefix, and the counts."""
        numbers = {name: metric.value for name, metric in self.metrics.items()}
        for name, metric in (self.baseline or {}).items():
            numbers[f"{BASELINE}_{name}"] = metric.value
        first = next(iter(self.metrics.values()))
        numbers |= {"n_images": float(first.n), "n_showers": float(first.n_showers)}
        return {name: value for name, value in numbers.items() if value is not None}


def run(
    model: Path, stores: Sequence[Path], out: Path, *, config: Evaluate, overwrite: bool = False
) -> EvaluateSummary:
    """Score a model on simulated showers that it has not learnt from.

    Parameters
    ----------
    model : pathlib.Path
        Bundle that train wrote.
    stores : sequence of pathlib.Path
        Stores that ingest wrote; the baseline learns from their train part.
    out : pathlib.Path
        Result folder to write, with complete results of the baseline and the champion in its folders ``baseline``
        and ``champion``.
    config : Evaluate
        What to measure.
    overwrite : bool
        Whether an existing result may be replaced.

    Returns
    -------
    EvaluateSummary

    Raises
    ------
    ConfigError
        If the model or the champion was made for another camera, or the baseline has nothing to learn from.
    InputError
        If an input is missing, the events have no truth, no image passes the cuts, or the part to be scored holds
        showers of the part that models learn from.
    """
    refuse_existing(out, overwrite=overwrite)
    bundle, store = Bundle.load(model), Store(stores)
    _require_camera(store, bundle, model)
    champion = None
    if config.champion is not None:
        champion = Bundle.load(Path(config.champion))
        _require_camera(store, champion, Path(config.champion))
        champion.name = f"{champion.name} (champion)"
    events = Events.choose(store, config.split, bundle.selection)
    provenance = _provenance(model, stores, out, config)
    results = {"": score(bundle, events, config, provenance)}
    for name, companion in _companions(events, champion, config):
        results[name] = score(companion, events, config, provenance)
    with aside(out, overwrite=overwrite) as folder:
        for name, result in results.items():
            result.write(folder / name)
    baseline = results.get(BASELINE)
    return EvaluateSummary(out, results[""].metrics, baseline.metrics if baseline else None)


def _companions(events: Events, champion: Predictor | None, config: Evaluate) -> Iterator[tuple[str, Predictor]]:
    from iactflow.models.forest import RandomForest

    learnt = events.store.rows("train")
    if config.baseline == "random-forest":
        events.require_apart(learnt)
        rows, _ = apply_selection(events.store, events.selection, learnt)
        yield BASELINE, RandomForest.fit(events.store, rows, config.seed)
    if champion is not None:
        yield CHAMPION, champion


def _require_camera(store: Store, bundle: Bundle, path: Path) -> None:
    store.camera.require_same(bundle.camera_hash, here=str(store.paths[0]), there=str(path))


def _provenance(model: Path, stores: Sequence[Path], out: Path, config: Evaluate) -> dict[str, Any]:
    words = ["iactflow", "evaluate", "--model", str(model)]
    for store in stores:
        words += ["--data", str(store)]
    words += ["--out", str(out)]
    for name, value in config:
        if value != getattr(Evaluate(), name):
            words += ["--set", f"evaluate.{name}={value}"]
    return {
        "command": shlex.join(words),
        "model": str(model),
        "config": config.model_dump(mode="json"),
        "versions": {name: metadata.version(name) for name in _PACKAGES if _installed(name)},
    }


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
