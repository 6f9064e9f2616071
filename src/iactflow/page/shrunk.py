"""A row for each shrunk model: what it saves and what that costs in quality."""

from collections.abc import Mapping

from iactflow.data.result import Result
from iactflow.fitting.verdict import HEADLINE, compare_metric
from iactflow.page import numbers
from iactflow.page.blocks import Table
from iactflow.page.statement import difference


def shrunk_tables(results: Mapping[str, Result]) -> list[Table]:
    """List the shrunk models among some results beside the first of them.

    Returns
    -------
    list of Table
        One with size, time per event beside the original's in the same run, and the paired change of the headline
        metrics; none if no model was shrunk.
    """
    (name, first), *others = results.items()
    shrunk = {other: result for other, result in others if result.model.get("shrunk")}
    if not shrunk:
        return []
    keys = [key for task in first.tasks for key in HEADLINE[task]]
    head = ["Model", "Size on disk", "Time per event", *(first.metrics[key].title for key in keys)]
    rows = [[name, numbers.storage(first.cost["bytes_on_disk"]), "", *(_value(first, key) for key in keys)]]
    for other, result in shrunk.items():
        now, before = result.cost["ms_per_event"], result.model["shrunk"]["original"]["ms_per_event"]
        time = f"{numbers.number(now)} ms, original {numbers.number(before)} ms"
        changed = [difference(first.metrics[key], compare_metric(first, result, key)) for key in keys]
        rows.append([other, numbers.storage(result.cost["bytes_on_disk"]), time, *changed])
    caption = (
        f"{name} in its own numbers, each shrunk model as the paired difference from it, with the "
        f"{numbers.share(first.bootstrap.level)} interval over {first.bootstrap.n} resamplings of showers. Times are "
        "of shrunk model and original in the same run, reading left out; the devices stand in the table of costs."
    )
    return [Table(head, rows, caption=caption)]


def _value(result: Result, key: str) -> str:
    metric = result.metrics[key]
    return f"{numbers.metric_value(metric)} {numbers.metric_interval(metric)}"
