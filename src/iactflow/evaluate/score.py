"""Scoring of one predictor on chosen events."""

from typing import Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.result import Bootstrap, Result
from iactflow.data.store import Store
from iactflow.errors import IactflowError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.energy import score_energy
from iactflow.evaluate.events import Events
from iactflow.evaluate.examples import example_table
from iactflow.fitting.bootstrap import LEVEL
from iactflow.models.bundle import Bundle
from iactflow.models.predictor import Predictor


def score(predictor: Predictor, events: Events, config: Evaluate, provenance: dict[str, Any]) -> Result:
    """Let a predictor estimate the events and measure how well it did.

    Raises
    ------
    IactflowError
        If an estimate is not a positive number.
    """
    reco = np.asarray(predictor.predict(events.store, events.rows)["energy"], dtype=np.float64)
    true = events.column(schema.TRUE_ENERGY)
    wrong = int((~(np.isfinite(reco) & (reco > 0))).sum())
    if wrong:
        raise IactflowError(
            f"{predictor.name} gave {wrong} of {len(reco)} energies that are not positive numbers. Such a model cannot "
            "be scored; look at its training curve and train again."
        )
    settings = Bootstrap(n=config.bootstrap, seed=config.seed, level=LEVEL)
    scores = score_energy(true, reco, events.showers, settings)
    table = events.table().append_column(
        pa.field("reco_energy", pa.float64(), metadata={"unit": "TeV", "description": "Reconstructed energy"}),
        pa.array(reco),
    )
    return Result(
        name=predictor.name,
        tasks=list(predictor.tasks),
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
        examples=example_table(events, reco, np.abs(np.log(reco / true))),
        pixels=events.store.camera.pixels,
    )


def _against_training(predictor: Predictor, events: Events) -> dict[str, Any]:
    """Compare the events with what a network was trained on; a forest records neither its range nor its stores."""
    if not isinstance(predictor, Bundle):
        return {}
    outside = predictor.outside_range(events.store, events.rows)
    learnt = {entry["hash"] for entry in predictor.info["stores"]}
    seen = [] if events.split == "test" else [path for path in events.store.paths if Store(path).hash in learnt]
    return {
        "range_of_validity": predictor.range_of_validity,
        "n_outside_range": int(outside.sum()),
        "stores_learnt_from": seen,
    }
