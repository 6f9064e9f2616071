"""The work of ``report``: one result, and what was scored beside it, as a page."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from iactflow.data.result import GENERATION, Result
from iactflow.page import facts, generation, numbers
from iactflow.page.blocks import Block, Heading, Page, Section, Tile, Tiles
from iactflow.page.config import Report
from iactflow.page.figures import plots
from iactflow.page.gallery import gallery
from iactflow.page.samples import Sample, load_samples
from iactflow.page.sections import section_of
from iactflow.page.statement import statement
from iactflow.page.tables import cost_table, definitions, metrics_table
from iactflow.page.wording import worded
from iactflow.page.write import PageSummary, write_page
from iactflow.plots.catalogue import TRAINING, plots_for
from iactflow.plots.reference import reference_for
from iactflow.storage import refuse_existing

#: Most tiles of metrics, shared by the tasks.
_MOST = 6
#: Metrics of each task that get a tile, the most important first.
_TILES = {
    "energy": ("energy_resolution", "energy_bias", "energy_mae_dex", "energy_r2_log"),
    "type": ("type_auc", "type_rejection_80", "type_accuracy", "type_brier"),
    "cameradirection": ("cameradirection_resolution", "cameradirection_median", "cameradirection_mean_distance"),
    "skydirection": ("skydirection_resolution", "skydirection_median", "skydirection_mdae"),
}


def run(result: Path, out: Path, *, config: Report, overwrite: bool = False) -> PageSummary:
    """Draw a result as one self-contained HTML file.

    Parameters
    ----------
    result : pathlib.Path
        Result folder; the baseline and the champion inside of it are drawn beside it, its other samples after it.
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
    samples = load_samples([result])
    if samples[0].result.tasks == [GENERATION]:
        page = generation.report_page(samples[0].results, generation.command_of("report", [result], out))
        return write_page(page, out, len(samples[0].results), overwrite=overwrite)
    command = shlex.join(["iactflow", "report", "--result", str(result), "--out", str(out)])
    shown = sum(len(sample.results) for sample in samples)
    return write_page(build(samples, config, command), out, shown, overwrite=overwrite)


def build(samples: Sequence[Sample], config: Report, command: str) -> Page:
    """Lay out the report of the first result of the first sample; the same model's other samples follow."""
    results, result = samples[0].results, samples[0].result
    name = next(iter(results))
    reference = reference_for(config.reference, str(result.model.get("instrument", "")))
    training = plots([TRAINING], results, reference)
    apart = samples if len(samples) > 1 else []

    def each(section: str, title: str, draw: Callable[[Sample], Sequence[Block]]) -> Section:
        return section_of(samples, section, title, draw)

    return Page(
        title=f"{name}: {facts.tasks_in_words(result.tasks)} of showers",
        kicker="Report on a model that reconstructs showers from camera images",
        identity=facts.identity(result, [sample.title for sample in samples]),
        sections=[
            Section("summary", "", [block for sample in samples for block in _summary(sample, bool(apart))]),
            each("physics", "Physics", lambda one: plots(plots_for(result.tasks), one.results, reference, one.key)),
            each("examples", "Images", lambda one: [gallery(one.result, each=1 if one.key else None)]),
            *([Section("training", "Training", training)] if training else []),
            each("metrics", "Metrics", lambda one: [metrics_table(one.results), definitions(one.result)]),
            Section("cost", "Cost", [cost_table(results)]),
            each("data", "Data", lambda one: facts.data_blocks(one.result)),
            Section("model", "Model summary", facts.model_blocks(results)),
            Section("general", "General information", facts.general_blocks(result)),
            Section("reproduce", "Reproduce", facts.reproduction_blocks(result, command)),
        ],
    )


def _summary(sample: Sample, named: bool) -> list[Block]:
    heading = [Heading(sample.title, facts.sample_line(sample.result))] if named else []
    return [*heading, statement(sample.results), Tiles(_tiles(sample.results, cost=not sample.key))]


def _tiles(results: Mapping[str, Result], *, cost: bool) -> list[Tile]:
    """Make the tiles of one sample; cost is the same for all samples and stands with the first."""
    result, *others = results.values()
    tiles = []
    for key in (key for task in result.tasks for key in _TILES[task][: _MOST // len(result.tasks)]):
        metric = result.metrics[key]
        beside = [
            f"{other.name}: {numbers.metric_value(other.metrics[key])} {numbers.metric_interval(other.metrics[key])}"
            for other in others
        ]
        n = worded(f"n = {numbers.sample(metric.n, metric.n_showers)}", result)
        interval = numbers.metric_interval(metric)
        if metric.low is not None:
            interval = f"{numbers.share(result.bootstrap.level)} {interval}"
        tiles.append(Tile(metric.title, numbers.metric_value(metric), f"{interval}; {n}", beside))
    return tiles + (_cost_tiles(result, others) if cost else [])


def _cost_tiles(result: Result, others: Sequence[Result]) -> list[Tile]:
    cost = result.cost
    speeds = [f"{other.name}: {numbers.number(other.cost['ms_per_event'])} ms" for other in others]
    timed = f"{numbers.count(cost['n_events_timed'])} events timed on {cost['device']}"
    times = [f"{other.name}: {numbers.duration(other.cost['train_seconds'])}" for other in others]
    seen = worded(f"{numbers.count(cost['train_images'])} images seen, each epoch counted", result)
    return [
        Tile("Time per event", f"{numbers.number(cost['ms_per_event'])} ms", timed, speeds),
        Tile("Training time", numbers.duration(cost["train_seconds"]), seen, times),
    ]
