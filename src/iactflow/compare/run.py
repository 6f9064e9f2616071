"""The work of ``compare``: several results of the same events on one page."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from iactflow.data.result import Result, with_companions
from iactflow.errors import ConfigError
from iactflow.fitting.verdict import require_comparable
from iactflow.page import facts
from iactflow.page.blocks import Code, Page, Section, Text
from iactflow.page.config import Report
from iactflow.page.figures import plots
from iactflow.page.statement import statement
from iactflow.page.tables import cost_table, definitions, metrics_table, verdict_note, verdict_tables
from iactflow.page.write import PageSummary, load_named, write_page
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
    paths = with_companions(results[0]) if len(results) == 1 else list(results)
    loaded = load_named(paths)
    if len(loaded) < 2:
        raise ConfigError(
            f"A comparison needs at least two results. Received: {', '.join(map(str, paths))}, without a baseline in "
            "it. Name a second one with --result, or evaluate with evaluate.baseline=random-forest."
        )
    require_comparable(loaded)
    words = ["iactflow", "compare", *(word for path in results for word in ("--result", str(path)))]
    return write_page(
        build(loaded, config, shlex.join([*words, "--out", str(out)])), out, len(loaded), overwrite=overwrite
    )


def build(results: Mapping[str, Result], config: Report, command: str) -> Page:
    """Lay out the comparison of some results with the first of them."""
    name, result = next(iter(results.items()))
    reference = reference_for(config.reference, str(result.model.get("instrument", "")))
    training = plots([TRAINING], results, reference)
    made = "\n".join(dict.fromkeys([*(other.provenance["command"] for other in results.values()), command]))
    return Page(
        title=f"{name} beside {', '.join(list(results)[1:])}",
        kicker=f"Comparison of {len(results)} models on the same showers",
        identity=facts.identity(result),
        sections=[
            Section("summary", "", [statement(results)]),
            Section("verdicts", "Verdicts", [Text(verdict_note(result)), *verdict_tables(results)]),
            Section("physics", "Physics", plots(plots_for(result.tasks), results, reference)),
            *([Section("training", "Training", training)] if training else []),
            Section("metrics", "Metrics", [metrics_table(results), definitions(result)]),
            Section("cost", "Cost", [cost_table(results)]),
            Section("data", "Data", facts.data_blocks(result)),
            Section("model", "Model summary", facts.model_blocks(results)),
            Section("reproduce", "Reproduce", [Text("These commands make this page:"), Code(made)]),
        ],
    )
