"""Tables of several results beside each other: metrics, verdicts, cost."""

from collections.abc import Mapping

from iactflow.data.result import Result
from iactflow.fitting.verdict import compare_metric
from iactflow.page import numbers
from iactflow.page.blocks import Facts, Table
from iactflow.page.statement import difference
from iactflow.page.wording import worded

_TONES = {"better": "good", "worse": "bad", "same": "muted", "open": "muted"}
_BETTER = {"lower": "lower", "higher": "higher", "zero": "nearer to 0"}


def metrics_table(results: Mapping[str, Result]) -> Table:
    """List every metric of every result with its interval."""
    first = next(iter(results.values()))
    rows = []
    for key, metric in first.metrics.items():
        scored = [result.metrics[key] for result in results.values()]
        values = [f"{numbers.metric_value(other)} {numbers.metric_interval(other)}" for other in scored]
        rows.append([metric.title, *values, _BETTER[metric.better]])
    return Table(["Metric", *results, "Better is"], rows, caption=interval_note(first))


def definitions(result: Result) -> Facts:
    """Say how each metric is defined."""
    return Facts({metric.title: worded(metric.definition, result) for metric in result.metrics.values()})


def interval_note(result: Result) -> str:
    """Say what the intervals of a result are, and of which sample."""
    made, counted = result.bootstrap, samples_of(result)
    level = numbers.share(made.level)
    return f"n = {counted}. In brackets the central {level} interval of {made.n} resamplings of showers."


def samples_of(result: Result) -> str:
    """Say how many images and showers the metrics rest on, for each task where the tasks differ."""
    tasks: dict[str, list[str]] = {}
    for name, metric in result.metrics.items():
        tasks.setdefault(numbers.sample(metric.n, metric.n_showers), []).append(name.split("_")[0])
    if len(tasks) == 1:
        return worded(next(iter(tasks)), result)
    counts = "; ".join(f"{counted} ({', '.join(dict.fromkeys(named))})" for counted, named in tasks.items())
    return worded(counts, result)


def verdict_tables(results: Mapping[str, Result]) -> list[Table]:
    """Judge every metric of all results but the first against the first, in a table for each of them."""
    (name, first), *others = results.items()
    tables = []
    for other, result in others:
        rows = []
        for key, metric in first.metrics.items():
            verdict = compare_metric(first, result, key)
            values = [numbers.metric_value(metric), numbers.metric_value(result.metrics[key])]
            rows.append([metric.title, verdict.word, *values, difference(metric, verdict)])
        head = ["Metric", f"{other} is", name, other, "Paired difference"]
        tables.append(Table(head, rows, caption=f"{other} against {name}", tones=_TONES))
    return tables


def verdict_note(result: Result) -> str:
    """Say how verdicts are made, and of which sample."""
    made, counted = result.bootstrap, samples_of(result)
    return (
        f"Better or worse: the central {numbers.share(made.level)} interval of the paired differences (in brackets; "
        f"{made.n} resamplings of showers) leaves out zero. Same: it holds zero. Open: there is no interval. "
        f"Where 0 is best, absolute values are compared. n = {counted}, the same for all models."
    )


def cost_table(results: Mapping[str, Result]) -> Table:
    """List what each model costs, with the device that it was measured on."""
    first = next(iter(results.values()))
    rows = [
        ["Time per event", *(_per_event(result) for result in results.values())],
        ["Device", *(str(result.cost["device"]) for result in results.values())],
        ["Training time", *(numbers.duration(result.cost["train_seconds"]) for result in results.values())],
        [
            worded("Images seen in training", first),
            *(numbers.count(result.cost["train_images"]) for result in results.values()),
        ],
        ["Fitted values", *(numbers.count(result.cost["parameters"]) for result in results.values())],
        ["Operations per event", *(_flops(result.cost["flops_per_event"]) for result in results.values())],
        ["Size on disk", *(numbers.storage(result.cost["bytes_on_disk"]) for result in results.values())],
    ]
    caption = worded(
        "Measured on the models themselves, for the prediction alone: reading and the DL1 parameters that a forest "
        "needs are not in it. Fitted values are the weights of a network or the nodes of a forest; one "
        "multiplication with its addition counts as two operations; images seen count each epoch.",
        first,
    )
    return Table(["Cost", *results], rows, caption=caption)


def _per_event(result: Result) -> str:
    cost = result.cost
    timed = f"{numbers.count(cost['n_events_timed'])} events, {cost['batch_size']} at a time"
    return f"{numbers.number(cost['ms_per_event'])} ms ({timed})"


def _flops(value: float | None) -> str:
    return "–" if value is None else f"{numbers.number(value / 1e6)} MFLOP"
