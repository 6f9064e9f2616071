"""Scoring of one predictor on chosen events."""

from typing import Any

import numpy as np

from iactflow.data.result import Bootstrap, Result
from iactflow.data.store import Store
from iactflow.errors import IactflowError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.events import Events
from iactflow.evaluate.examples import example_table
from iactflow.evaluate.judge import judge, with_estimates
from iactflow.evaluate.measure import merge
from iactflow.fitting.bootstrap import LEVEL
from iactflow.models.bundle import Bundle
from iactflow.models.predictor import Predictor


def score(predictor: Predictor, events: Events, config: Evaluate, provenance: dict[str, Any]) -> Result:
    """Let a predictor estimate the events and measure how well it did.

    Raises
    ------
    IactflowError
        If an estimate is not a number, an energy is not positive, or a gammaness is not from 0 to 1.
    InputError
        If energy or direction is to be scored and no event is of a gamma.
    """
    estimates = _estimates(predictor, events)
    settings = Bootstrap(n=config.bootstrap, seed=config.seed, level=LEVEL)
    tasks = list(predictor.tasks)
    judged = [judge(task, estimates, events, settings, config.gammaness_cut) for task in tasks]
    scores = merge([task.scores for task in judged])
    table = with_estimates(events.table(), tasks, estimates, events)
    return Result(
        name=predictor.name,
        tasks=tasks,
        model=predictor.info,
        metrics=scores.metrics,
        cost=predictor.cost().as_dict(),
        data=events.describe() | _against_training(predictor, events),
        bootstrap=settings,
        events_hash=events.hash,
        provenance=provenance,
        predictions=table,
        replicas=scores.replicas,
        curves=scores.curves,
        examples=example_table(events, table, judged[0].error),
        pixels=events.store.camera.pixels,
    )


def _estimates(predictor: Predictor, events: Events) -> dict[str, np.ndarray]:
    """Let a predictor estimate the events, and see that every estimate is a number that can be scored."""
    raw = predictor.predict(events.store, events.asked)
    estimates = {name: np.asarray(values, dtype=np.float64) for name, values in raw.items()}
    for name, values in estimates.items():
        good = np.isfinite(values)
        if name == "energy":
            good &= values > 0
        if name == "gammaness":
            good &= (values >= 0) & (values <= 1)
        wrong = int((~good).sum())
        if wrong:
            what = {"energy": "positive numbers", "gammaness": "numbers from 0 to 1"}.get(name, "numbers")
            raise IactflowError(
                f"{predictor.name} gave {wrong} of {len(values)} values of {name} that are not {what}. Such a model "
                "cannot be scored; look at its training curve and train again."
            )
    return estimates


def _against_training(predictor: Predictor, events: Events) -> dict[str, Any]:
    """Compare the events with what a network was trained on; a forest records neither its range nor its stores."""
    if not isinstance(predictor, Bundle):
        return {}
    outside = predictor.outside_range(events.store, events.asked)
    learnt = {entry["hash"] for entry in predictor.info["stores"]}
    seen = [] if events.split == "test" else [path for path in events.store.paths if Store(path).hash in learnt]
    return {
        "range_of_validity": predictor.range_of_validity,
        "n_outside_range": int(outside.sum()),
        "stores_learnt_from": seen,
    }
