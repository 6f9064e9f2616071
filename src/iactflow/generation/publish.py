"""The end of the fit of a generator, which training and distillation share: the bundle appears, MLflow is told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from iactflow.fitting.place import publishing
from iactflow.fitting.state import FitState
from iactflow.generation.assembly import Assembly
from iactflow.generation.bundle import GeneratorBundle, write_bundle
from iactflow.generation.conditions import Conditions
from iactflow.generation.config import evaluations_of
from iactflow.generation.contrast import fit_contrast
from iactflow.generation.examples import Examples
from iactflow.generation.fit import cost
from iactflow.generation.sampler import Sampler
from iactflow.generation.times import TimeModel
from iactflow.models.bundle import MANIFEST
from iactflow.tracking import Tracker


@contextmanager
def failing(tracker: Tracker) -> Iterator[None]:
    """Close the run as failed if what happens inside fails."""
    try:
        yield
    except Exception:
        tracker.finish(failed=True)
        raise


def publish(
    out: Path,
    made: Assembly,
    examples: Examples,
    states: Mapping[str, FitState],
    tracker: Tracker,
    info: Mapping[str, Any],
    drawn: tuple[Conditions, TimeModel],
) -> dict[str, float]:
    """Fit the contrast of a fitted generator, write its bundle, and close its run in MLflow.

    Parameters
    ----------
    out : pathlib.Path
        Where the bundle appears, complete.
    made : Assembly
        With fitted networks.
    examples : Examples
        What they were fitted to.
    states : mapping of FitState
        Of what was fitted, by name, the pixel model last.
    tracker : Tracker
        The run.
    info : mapping
        Further content of ``model.json``, with ``method``, ``steps``, ``shift`` and ``seed``.
    drawn : tuple of Conditions and TimeModel
        What else images are drawn from.

    Returns
    -------
    dict of float
        Losses and cost, by name.
    """
    fitted = list(states.values())
    if made.config.moments:
        sampler = Sampler(GeneratorBundle(out, dict(info), made, *drawn))
        made.contrast = fit_contrast(sampler, examples, info["seed"])
    content = {
        "name": out.name,
        **info,
        "cuts": [cut._asdict() for cut in examples.cuts],
        "n_train": len(examples.rows),
        "stores": examples.describe(),
        "history": {name: state.history for name, state in states.items()},
        "cost": cost(made, fitted, evaluations_of(info["method"], info["steps"])),
        "mlflow": tracker.describe(),
    }
    with publishing(out) as folder:
        content = write_bundle(folder, made, *drawn, content)
    values = {f"{name}_loss": float(state.history["loss"][-1]) for name, state in states.items()}
    values |= {name: float(content["cost"][name]) for name in ("parameters", "train_seconds", "train_images")}
    values["n_train"] = float(len(examples.rows))
    tracker.metrics({f"final_{name}": value for name, value in values.items()}, step=fitted[-1].epoch)
    tracker.artifact(out / MANIFEST)
    tracker.finish()
    return values
