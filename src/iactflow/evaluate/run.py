"""The work of ``evaluate``: predict, score, and do the same with the baseline and the champion."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iactflow.data.making import making
from iactflow.data.result import BASELINE, CHAMPION, SAMPLES, Metric, Result
from iactflow.data.select import apply_selection
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.events import Events
from iactflow.evaluate.score import score
from iactflow.models.bundle import Bundle
from iactflow.models.predictor import Predictor
from iactflow.s3.names import uri_or_path
from iactflow.storage import aside, refuse_existing
from iactflow.versions import versions_of

if TYPE_CHECKING:
    from astropy.table import Table

#: Packages whose versions may change a score.
_PACKAGES = ("iactflow", "numpy", "pyirf", "ctapipe", "scikit-learn", "tensorflow", "keras", "ctlearn")


@dataclass(frozen=True)
class EvaluateSummary:
    """What evaluate made.

    Attributes
    ----------
    path : pathlib.Path
        The result folder.
    made : str
        How the scored showers were made.
    per : str
        What is counted: ``image``, or ``event`` where several images make an estimate.
    metrics : dict of Metric
        Of the model.
    baseline : dict of Metric or None
        Of the baseline, if there is one.
    curves : dict of astropy.table.Table
        Of the model.
    samples : dict of EvaluateSummary
        The same for each other sample of events, by its key.
    """

    path: Path
    made: str
    per: str
    metrics: dict[str, Metric]
    baseline: dict[str, Metric] | None
    curves: "dict[str, Table]"
    samples: "dict[str, EvaluateSummary]"

    def finite(self) -> dict[str, float]:
        """Give the numbers to log: defined metrics and counts; those of baseline and other samples with their names."""
        numbers = {name: metric.value for name, metric in self.metrics.items()}
        for name, metric in (self.baseline or {}).items():
            numbers[f"{BASELINE}_{name}"] = metric.value
        first = next(iter(self.metrics.values()))
        numbers |= {f"n_{self.per}s": float(first.n), "n_showers": float(first.n_showers)}
        for key, sample in self.samples.items():
            numbers |= {f"{key}_{name}": value for name, value in sample.finite().items()}
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
        and ``champion``. Showers of each other origin are a sample of their own, with such a result in
        ``samples/KEY``.
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
        champion = Bundle.load(config.champion)
        _require_camera(store, champion, Path(config.champion))
        _require_mode(bundle, champion)
        champion.name = f"{champion.name} (champion)"
    samples = [events.examples(bundle.examples) for events in Events.choose(store, config.split, bundle.selection)]
    companions = _companions(samples, bundle, champion, config)
    provenance = _provenance(model, stores, out, config) | {"stores": making(store)}
    results = {}
    for number, events in enumerate(samples):
        folder = f"{SAMPLES}/{events.origin.key}" if number else ""
        for name, predictor in {"": bundle, **companions}.items():
            results[folder, name] = score(predictor, events, config, provenance)
    with aside(out, overwrite=overwrite) as target:
        for (folder, name), result in results.items():
            result.write(target / folder / name)
    return _summary(out, samples, results)


def _summary(out: Path, samples: list[Events], results: Mapping[tuple[str, str], Result]) -> EvaluateSummary:
    scored = []
    for folder, events in zip(dict.fromkeys(folder for folder, _ in results), samples, strict=True):
        baseline = results.get((folder, BASELINE))
        metrics = baseline.metrics if baseline else None
        own = results[folder, ""]
        made, per = events.origin.made, own.data["per"]
        scored.append(EvaluateSummary(out / folder, made, per, own.metrics, metrics, own.curves, {}))
    others = {events.origin.key: summary for events, summary in zip(samples[1:], scored[1:], strict=True)}
    return replace(scored[0], samples=others)


def _companions(
    samples: list[Events], bundle: Bundle, champion: Predictor | None, config: Evaluate
) -> dict[str, Predictor]:
    """Give the baseline, fitted to the train part of the stores, and the champion, by the names of their folders."""
    from iactflow.models.forest import RandomForest
    from iactflow.models.forest_stereo import StereoForest

    beside: dict[str, Predictor] = {}
    store, selection = samples[0].store, samples[0].selection
    learnt = store.rows("train")
    if config.baseline == "random-forest":
        for events in samples:
            events.require_apart(learnt)
        rows, _ = apply_selection(store, selection, learnt)
        kind = StereoForest if bundle.config.mode == "stereo" else RandomForest
        beside[BASELINE] = kind.fit(store, bundle.examples(store, rows), config.seed, bundle.tasks)
    if champion is not None:
        beside[CHAMPION] = champion
    return beside


def _require_camera(store: Store, bundle: Bundle, path: Path) -> None:
    store.camera.require_same(bundle.camera_hash, here=str(store.paths[0]), there=str(path))


def _require_mode(bundle: Bundle, champion: Bundle) -> None:
    if bundle.config.mode != champion.config.mode:
        raise ConfigError(
            f"evaluate.champion must be a model of mode {bundle.config.mode}, like {bundle.path}: images and array "
            f"events are not the same sample. Received: {champion.path}, a model of mode {champion.config.mode}."
        )


def _provenance(model: Path, stores: Sequence[Path], out: Path, config: Evaluate) -> dict[str, Any]:
    words = ["iactflow", "evaluate", "--model", uri_or_path(model)]
    for store in stores:
        words += ["--data", uri_or_path(store)]
    words += ["--out", uri_or_path(out)]
    for name, value in config:
        if value != getattr(Evaluate(), name):
            words += ["--set", f"evaluate.{name}={value}"]
    return {
        "command": shlex.join(words),
        "model": uri_or_path(model),
        "config": config.model_dump(mode="json"),
        "versions": versions_of(_PACKAGES),
    }
