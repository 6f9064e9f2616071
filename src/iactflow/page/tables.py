"""Tables of several results beside each other: metrics, verdicts, cost."""

from collections.abc import Mapping

from iactflow.data.result import Result
from iactflow.fitting.verdict import compare_metric
from iactflow.page import numbers
from iactflow.page.blocks import Table
from iactflow.page.statement import difference

_TONES = {"better": "good", "worse": "bad", "same": "muted", "open": "muted"}
_BETTER = {"lower": "lower", "higher": "higher", "zero": "nearer to 0"}


def metrics_table(results: Mapping[str, Result]) -> Table:
    """List every metric of every result with interval, sample and definition."""
    first = next(iter(results.values()))
    rows = []
    for key, metric in first.metrics.items():
        values = []
        for result in results.values():
            other = result.metrics[key]
            values.append(f"{numbers.metric_value(other)} ({numbers.metric_interval(other)})")
        rows.append([metric.title, *values, _BETTER[metric.better], metric.definition])
    return Table(["Metric", *results, "Better is", "Definition"], rows, caption=interval_note(first))


def interval_note(result: Result) -> str:
    """Say what the intervals of a result are, and of which sample."""
    metric, made = next(iter(result.metrics.values())), result.bootstrap
    return (
        f"n = {numbers.sample(metric.n, metric.n_showers)}. In brackets the central {made.level:.0%} interval of "
        f"{made.n} resamplings of showers."
    )


def verdict_table(results: Mapping[str, Result]) -> Table:
    """Judge every metric of all results but the first against the first."""
    (name, first), *others = results.items()
    head = ["Metric", name]
    for other, _ in others:
        head += [other, "Verdict", "Paired difference"]
    rows = []
    for key, metric in first.metrics.items():
        row = [metric.title, numbers.metric_value(metric)]
        for _, result in others:
            verdict = compare_metric(first, result, key)
            row += [numbers.metric_value(result.metrics[key]), verdict.word, difference(metric, verdict)]
        rows.append(row)
    sample = next(iter(first.metrics.values()))
    caption = (
        f"A verdict says how the model of its column does against {name}: better or worse if the central "
        f"{first.bootstrap.level:.0%} interval of the paired differences (in brackets; {first.bootstrap.n} resamplings "
        f"of showers) leaves out zero, same if it holds zero, open if there is none. Where 0 is best, absolute values are "
        f"compared. n = {numbers.sample(sample.n, sample.n_showers)}, the same for all models."
    )
    return Table(head, rows, caption=caption, tones=_TONES)


def cost_table(results: Mapping[str, Result]) -> Table:
    """List what each model costs, with the device that it was measured on."""
    rows = [
        ["Time per event", *(_per_event(result) for result in results.values())],
        ["Device", *(str(result.cost["device"]) for result in results.values())],
        ["Training time", *(numbers.duration(result.cost["train_seconds"]) for result in results.values())],
        ["Images seen in training", *(numbers.count(result.cost["train_images"]) for result in results.values())],
        ["Fitted values", *(numbers.count(result.cost["parameters"]) for result in results.values())],
        ["Operations per event", *(_flops(result.cost["flops_per_event"]) for result in results.values())],
        ["Size on disk", *(numbers.storage(result.cost["bytes_on_disk"]) for result in results.values())],
    ]
    caption = (
        "Measured on the models themselves. Fitted values are the weights of a network or the nodes of a forest; one "
        "multiplication with its addition counts as two operations; images seen count each epoch."
    )
    return Table(["Cost", *results], rows, caption=caption)


def _per_event(result: Result) -> str:
    cost = result.cost
    timed = f"{numbers.count(cost['n_events_timed'])} events, {cost['batch_size']} at a time"
    return f"{numbers.number(cost['ms_per_event'])} ms ({timed})"


def _flops(value: float | None) -> str:
    return "–" if value is None else f"{numbers.number(value / 1e6)} MFLOP"
