"""The work of ``report``: one result, and what was scored beside it, as a page."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from iactflow.data.result import Result, with_companions
from iactflow.fitting.verdict import require_comparable
from iactflow.page import facts, numbers
from iactflow.page.blocks import Page, Section, Tile, Tiles
from iactflow.page.config import Report
from iactflow.page.figures import gallery, plots
from iactflow.page.statement import statement
from iactflow.page.tables import cost_table, definitions, metrics_table
from iactflow.page.write import PageSummary, load_named, write_page
from iactflow.plots.catalogue import TRAINING, plots_for
from iactflow.plots.reference import reference_for
from iactflow.storage import refuse_existing

#: Metrics of each task that get a tile.
_TILES = {"energy": ("energy_resolution", "energy_bias", "energy_mae_dex", "energy_r2_log")}


def run(result: Path, out: Path, *, config: Report, overwrite: bool = False) -> PageSummary:
    """Draw a result as one self-contained HTML file.

    Parameters
    ----------
    result : pathlib.Path
        Result folder; the baseline and the champion inside of it are drawn beside it.
    out : pathlib.Path
        HTML file to write.
    config : Report
        What to draw beside the results.
    overwrite : bool
        Whether an existing page may be replaced.

    Returns
    -------
    PageSummary

    Raises
    ------
    InputError
        If the result is missing, damaged or of another format version.
    """
    refuse_existing(out, overwrite=overwrite)
    results = load_named(with_companions(result))
    require_comparable(results)
    command = shlex.join(["iactflow", "report", "--result", str(result), "--out", str(out)])
    return write_page(build(results, config, command), out, len(results), overwrite=overwrite)


def build(results: Mapping[str, Result], config: Report, command: str) -> Page:
    """Lay out the report of the first of some results."""
    name, result = next(iter(results.items()))
    reference = reference_for(config.reference, str(result.model.get("instrument", "")))
    training = plots([TRAINING], results, reference)
    return Page(
        title=f"{name}: {', '.join(result.tasks)} of showers",
        kicker="Report on a model that reconstructs showers from camera images",
        identity=facts.identity(result),
        sections=[
            Section("summary", "", [statement(results), Tiles(_tiles(results))]),
            Section("physics", "Physics", plots(plots_for(result.tasks), results, reference)),
            Section("examples", "Images", [gallery(result)]),
            *([Section("training", "Training", training)] if training else []),
            Section("metrics", "Metrics", [metrics_table(results), definitions(result)]),
            Section("cost", "Cost", [cost_table(results)]),
            Section("data", "Data", facts.data_blocks(result)),
            Section("model", "Model summary", facts.model_blocks(results)),
            Section("general", "General information", facts.general_blocks(result)),
            Section("reproduce", "Reproduce", facts.reproduction_blocks(result, command)),
        ],
    )


def _tiles(results: Mapping[str, Result]) -> list[Tile]:
    result, *others = results.values()
    tiles = []
    for key in (key for task in result.tasks for key in _TILES[task]):
        metric = result.metrics[key]
        beside = [
            f"{other.name}: {numbers.metric_value(other.metrics[key])} {numbers.metric_interval(other.metrics[key])}"
            for other in others
        ]
        n = f"n = {numbers.sample(metric.n, metric.n_showers)}"
        interval = numbers.metric_interval(metric)
        if metric.low is not None:
            interval = f"{numbers.share(result.bootstrap.level)} {interval}"
        tiles.append(Tile(metric.title, numbers.metric_value(metric), f"{interval}; {n}", beside))
    cost = result.cost
    speeds = [f"{other.name}: {numbers.number(other.cost['ms_per_event'])} ms" for other in others]
    timed = f"{numbers.count(cost['n_events_timed'])} events timed on {cost['device']}"
    tiles.append(Tile("Time per event", f"{numbers.number(cost['ms_per_event'])} ms", timed, speeds))
    times = [f"{other.name}: {numbers.duration(other.cost['train_seconds'])}" for other in others]
    seen = f"{numbers.count(cost['train_images'])} images seen, each epoch counted"
    tiles.append(Tile("Training time", numbers.duration(cost["train_seconds"]), seen, times))
    return tiles
