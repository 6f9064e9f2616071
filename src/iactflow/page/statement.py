"""What the numbers say, in sentences."""

from collections.abc import Mapping
from typing import Literal

from iactflow.data.result import Metric, Result
from iactflow.fitting import verdict as judge
from iactflow.fitting.verdict import HEADLINE, compare_metric, overall
from iactflow.page import numbers
from iactflow.page.blocks import Verdict
from iactflow.page.wording import worded

#: Below this many showers intervals are rough, and a page says so.
FEW_SHOWERS = 30
_TONES: Mapping[str, Literal["good", "bad", "neutral"]] = {"better": "good", "worse": "bad"}
_HEADLINES = {
    "better": "{model} beats {other}.",
    "lucky": "On these few showers {model} did better than {other}; whether it beats it in general is open.",
    "worse": "{model} does not beat {other}: it is worse.",
    "mixed": "{model} does not beat {other}: it is better in some respects and worse in others.",
    "same": "{model} does not beat {other}: on these showers they cannot be told apart.",
    "open": "{model} cannot be judged against {other} on these showers.",
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
        Its colour is that of the first comparison: with ``evaluate.baseline`` on, of the network with the forest.
    """
    (name, result), *others = results.items()
    if not others:
        first = result.metrics[HEADLINE[result.tasks[0]][0]]
        headline = f"{name}: {first.title} {numbers.metric_value(first)}, with no other model beside it."
        return Verdict("neutral", headline, [], cautions(result))
    words = [_word(result, beside) for _, beside in others]
    headlines = [
        _HEADLINES[word].format(model=name, other=_inside(other))
        for (other, _), word in zip(others, words, strict=True)
    ]
    reasons = [reason for other, beside in others for reason in _reasons(result, other, beside)]
    return Verdict(_TONES.get(words[0], "neutral"), " ".join(headlines), reasons, cautions(result))


def difference(metric: Metric, verdict: judge.Verdict) -> str:
    """Write a paired difference with its interval."""
    if verdict.difference is None:
        return "undefined"
    scale, unit = (100, "percentage points") if metric.percent else (1, numbers.unit_text(metric.unit))
    text = numbers.number(verdict.difference * scale)
    ends = numbers.interval(verdict.low, verdict.high, scale=scale) or "(no interval)"
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
    told += [
        f"{metric.title} is below zero: the estimates are further off than the plain mean of all true values would be."
        for metric in result.metrics.values()
        if metric.title.startswith("R²") and metric.value is not None and metric.value < 0
    ][:1]
    learnt = result.data.get("stores_learnt_from")
    if learnt:
        told.append(f"the model learnt from {', '.join(learnt)}, which are scored here: the numbers flatter it.")
    outside = result.data.get("n_outside_range")
    if outside:
        told.append(
            f"outside of the range that the model was trained on: {outside} of {numbers.count(metric.n)} images."
        )
    return [worded(caution, result) for caution in told]


def _word(result: Result, beside: Result) -> str:
    word = overall(beside, result)
    few = next(iter(result.metrics.values())).n_showers < FEW_SHOWERS
    return "lucky" if word == "better" and few else word


def _reasons(result: Result, other: str, beside: Result) -> list[str]:
    reasons = []
    for name in (name for task in result.tasks for name in HEADLINE[task]):
        metric, there = result.metrics[name], beside.metrics[name]
        verdict = compare_metric(beside, result, name)
        if metric.value is None or there.value is None:
            reasons.append(f"{metric.title}: {metric.reason or there.reason}")
            continue
        values = f"{numbers.metric_value(metric)} against {numbers.metric_value(there)} of {_inside(other)}"
        reasons.append(f"{metric.title}: {values}: {verdict.word} (paired difference {difference(metric, verdict)})")
    return reasons


def _inside(name: str) -> str:
    """Write a model's name inside of a sentence."""
    return f"the {name.lower()}" if name == "Random forest" else name
