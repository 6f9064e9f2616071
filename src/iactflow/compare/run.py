"""The work of ``compare``: several results of the same events on one page."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from iactflow.data.result import GENERATION
from iactflow.errors import ConfigError
from iactflow.page import facts, generation
from iactflow.page.blocks import Block, Code, Page, Section, Text
from iactflow.page.config import Report
from iactflow.page.figures import plots
from iactflow.page.samples import Sample, load_samples
from iactflow.page.sections import section_of
from iactflow.page.shrunk import shrunk_tables
from iactflow.page.statement import statement
from iactflow.page.tables import cost_table, definitions, metrics_table, verdict_note, verdict_tables
from iactflow.page.write import PageSummary, write_page
from iactflow.plots.catalogue import TRAINING, plots_for
from iactflow.plots.reference import reference_for
from iactflow.storage import refuse_existing


def run(results: Sequence[Path], out: Path, *, config: Report, overwrite: bool = False) -> PageSummary:
    """Draw several results side by side as one self-contained HTML file.

    Parameters
    ----------
    results : sequence of pathlib.Path
        Result folders; the first is what the others are compared with. A single one is compared with the baseline
        and the champion inside of it.
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
    ConfigError
        If there are not two results to compare.
    InputError
        If a result is missing or damaged, or the results are not of the same events and resamplings.
    """
    refuse_existing(out, overwrite=overwrite)
    samples = load_samples(results)
    if len(samples[0].results) < 2:
        raise ConfigError(
            f"A comparison needs at least two results. Received: {', '.join(map(str, results))}, without a baseline in "
            "it. Name a second one with --result, or evaluate with evaluate.baseline=random-forest."
        )
    if samples[0].result.tasks == [GENERATION]:
        beside = generation.with_floor(results)
        page = generation.comparison_page(beside, generation.command_of("compare", results, out))
        return write_page(page, out, len(beside), overwrite=overwrite)
    words = ["iactflow", "compare", *(word for path in results for word in ("--result", str(path)))]
    command = shlex.join([*words, "--out", str(out)])
    shown = sum(len(sample.results) for sample in samples)
    return write_page(build(samples, config, command), out, shown, overwrite=overwrite)


def build(samples: Sequence[Sample], config: Report, command: str) -> Page:
    """Lay out the comparison of some results with the first of them, on every sample that they share."""
    results, result = samples[0].results, samples[0].result
    name = next(iter(results))
    reference = reference_for(config.reference, str(result.model.get("instrument", "")))
    training = plots([TRAINING], results, reference)
    shrunk = shrunk_tables(samples[0].results)
    made = "\n".join(dict.fromkeys([*(other.provenance["command"] for other in results.values()), command]))

    def each(section: str, title: str, draw: Callable[[Sample], Sequence[Block]]) -> Section:
        return section_of(samples, section, title, draw)

    return Page(
        title=f"{name} beside {', '.join(list(results)[1:])}",
        kicker=f"Comparison of {len(results)} models on the same showers",
        identity=facts.identity(result, [sample.title for sample in samples]),
        sections=[
            each("summary", "", lambda one: [statement(one.results)]),
            each("verdicts", "Verdicts", lambda one: [Text(verdict_note(one.result)), *verdict_tables(one.results)]),
            *([each("shrunk", "Shrunk models", lambda one: shrunk_tables(one.results))] if shrunk else []),
            each("physics", "Physics", lambda one: plots(plots_for(result.tasks), one.results, reference, one.key)),
            *([Section("training", "Training", training)] if training else []),
            each("metrics", "Metrics", lambda one: [metrics_table(one.results), definitions(one.result)]),
            Section("cost", "Cost", [cost_table(results)]),
            each("data", "Data", lambda one: facts.data_blocks(one.result)),
            Section("model", "Model summary", facts.model_blocks(results)),
            Section("reproduce", "Reproduce", [Text("These commands make this page:"), Code(made)]),
        ],
    )
