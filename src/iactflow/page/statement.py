"""What the numbers say, in sentences."""

from collections.abc import Mapping
from typing import Literal

from iactflow.data.result import Metric, Result
from iactflow.fitting import verdict as judge
from iactflow.fitting.verdict import HEADLINE, compare_metric, overall
from iactflow.page import numbers
from iactflow.page.blocks import Verdict

#: Below this many showers intervals are rough, and a page says so.
FEW_SHOWERS = 30
_TONES: Mapping[str, Literal["good", "bad", "neutral"]] = {"better": "good", "worse": "bad"}
_HEADLINES = {
    "better": "{model} beats {other}.",
    "worse": "{model} does not beat {other}: it is worse.",
    "mixed": "{model} does not beat {other}: it is better in some respects and worse in others.",
    "same": "{model} does not beat {other}: on these showers they cannot be told apart.",
    "open": "{model} cannot be judged against {other}: there are too few showers.",
}


def statement(results: Mapping[str, Result]) -> Verdict:
    """Say whether the first of some results beats the others, and what to be careful about.

    Parameters
    ----------
    results : mapping of str to Result
        By name, of the same events and resamplings; the first is the one that is judged.

    Returns
    -------
    Verdict
        The headline is about the first two: with ``evaluate.baseline`` on, the network and the random forest.
    """
    (name, result), *others = results.items()
    if not others:
        first = result.metrics[HEADLINE[result.tasks[0]][0]]
        headline = f"{name}: {first.title} {numbers.metric_value(first)}, with no other model beside it."
        return Verdict("neutral", headline, [], cautions(result))
    words = {other: overall(beside, result) for other, beside in others}
    headlines = [_HEADLINES[word].format(model=name, other=_inside(other)) for other, word in words.items()]
    sentences = [*headlines[1:], *(_details(result, other, beside) for other, beside in others)]
    return Verdict(_TONES.get(words[others[0][0]], "neutral"), headlines[0], sentences, cautions(result))


def difference(metric: Metric, verdict: judge.Verdict) -> str:
    """Write a paired difference with its interval."""
    if verdict.difference is None:
        return "undefined"
    scale, unit = (100, "percentage points") if metric.percent else (1, numbers.unit_text(metric.unit))
    text = numbers.number(verdict.difference * scale)
    if verdict.low is None or verdict.high is None:
        return f"{text} {unit}".rstrip() + ", no interval"
    ends = f"[{numbers.number(verdict.low * scale)}, {numbers.number(verdict.high * scale)}]"
    return f"{text} {ends} {unit}".rstrip()


def cautions(result: Result) -> list[str]:
    """List what a reader of a result must know before believing its numbers."""
    metric = next(iter(result.metrics.values()))
    told = []
    if metric.n_showers < FEW_SHOWERS:
        told.append(
            f"only {numbers.sample(metric.n, metric.n_showers)} were scored. Intervals come from resampling these "
            "showers; with so few they are rough and usually too narrow, and no number here says how the model does "
            "in general."
        )
    learnt = result.data.get("stores_learnt_from")
    if learnt:
        told.append(f"the model learnt from {', '.join(learnt)}, which are scored here: the numbers flatter it.")
    outside = result.data.get("n_outside_range")
    if outside:
        told.append(f"{outside} of {metric.n} images lie outside of the range that the model was trained on.")
    return told


def _details(result: Result, other: str, beside: Result) -> str:
    parts = []
    for name in (name for task in result.tasks for name in HEADLINE[task]):
        metric, there = result.metrics[name], beside.metrics[name]
        verdict = compare_metric(beside, result, name)
        parts.append(
            f"{metric.title} {numbers.metric_value(metric)} "
            f"against {numbers.metric_value(there)} ({verdict.word}; difference {difference(metric, verdict)})"
        )
    return f"Against {_inside(other)}: {'; '.join(parts)}."


def _inside(name: str) -> str:
    """Write a model's name inside of a sentence."""
    return f"the {name.lower()}" if name == "Random forest" else name
