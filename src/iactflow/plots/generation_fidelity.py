"""How faithful generators are against what they cost: time, and evaluations of the network."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from iactflow.data.result import Result
from iactflow.generation.config import evaluations_of
from iactflow.plots import style
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference

_TIME, _EVALUATIONS = "Time of 100,000 images / s", "Evaluations of the pixel model per image"
#: Least range of the AUC that is shown, and what is left free beyond the intervals.
_RANGE, _FREE = (0.45, 0.6), 0.04


def fidelity(results: Mapping[str, Result], reference: Reference | None) -> list[Panel]:
    """Draw the two-sample AUC against time and against evaluations, a line through the results of one generator."""
    seconds = {name: 100.0 * ms for name, one in results.items() if (ms := one.cost["ms_per_event"]) is not None}
    evaluations = {name: float(n) for name, one in results.items() if (n := evaluations_for(one)) is not None}
    return [
        Panel(caption, _against(costs, results, axis))
        for caption, costs, axis in (("Time", seconds, _TIME), ("Evaluations", evaluations, _EVALUATIONS))
        if costs
    ]


def _against(costs: Mapping[str, float], results: Mapping[str, Result], axis: str) -> go.Figure:
    """Draw the AUC against a cost; a result without one, such as the floor, is a level."""
    drawn = style.figure(x=axis, y="Two-sample AUC, Hillas parameters")
    looks = style.looks(results)
    ends = list(_RANGE)
    for names in _by_generator(results, costs):
        drawn.add_trace(
            go.Scatter(
                x=[costs[name] for name in names],
                y=[_auc(results[name])[0] for name in names],
                mode="lines",
                line={"color": looks[names[0]].colour, "width": 1.5, "dash": "dot"},
                hoverinfo="skip",
            )
        )
    for name, look in looks.items():
        value, low, high = _auc(results[name])
        ends = [min(ends[0], low - _FREE), max(ends[1], high + _FREE)]
        if name in costs:
            count = evaluations_for(results[name])
            told = "" if count is None else f"{count} evaluation{'s' if count > 1 else ''}"
            hover = f"{name}: AUC {value:.3g} [{low:.3g}, {high:.3g}], {axis}: {costs[name]:.3g}, {told}"
            x, y, *bar = (np.array([number]) for number in (costs[name], value, low, high))
            style.add_curve(drawn, name, look, x=x, y=y, low=bar[0], high=bar[1], full=np.array([True]), hover=[hover])
            drawn.add_annotation(x=np.log10(costs[name]), y=value, text=told, showarrow=False, yshift=18)
        else:
            style.add_level(drawn, value)
    drawn.update_xaxes(type="log")
    drawn.update_yaxes(range=ends, row=1, col=1)
    return drawn


def _auc(result: Result) -> tuple[float, float, float]:
    """Give the AUC with the ends of its interval, which are the value where there is none."""
    metric = result.metrics["hillas_auc"]
    value = 0.5 if metric.value is None else metric.value
    return value, value if metric.low is None else metric.low, value if metric.high is None else metric.high


def evaluations_for(result: Result) -> int | None:
    """Give how often the pixel model is evaluated for one image of a result; None if no generator drew it."""
    if "method" not in result.model:
        return None
    return evaluations_of(result.model["method"], int(result.model["steps"]))


def _by_generator(results: Mapping[str, Result], costs: Mapping[str, float]) -> list[list[str]]:
    """Group the results of one generator with different numbers of steps, the cheapest first."""
    groups: dict[str, list[str]] = {}
    for name in sorted(costs, key=lambda name: costs[name]):
        groups.setdefault(str(results[name].model.get("content", name)), []).append(name)
    return [names for names in groups.values() if len(names) > 1]
