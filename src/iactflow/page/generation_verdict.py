"""Whether generated images are as good as simulated ones, by the goals of this project."""

from collections.abc import Mapping
from typing import NamedTuple

from iactflow.data.result import Metric, Result
from iactflow.fitting.verdict import compare_metric
from iactflow.page import numbers
from iactflow.page.blocks import Verdict
from iactflow.page.statement import FEW_SHOWERS, difference

#: Goals: largest AUC of a two-sample test, largest occupancy bias, largest multiple of the floor of a distance.
MOST_AUC, MOST_OCCUPANCY, MOST_FLOORS = 0.55, 0.01, 2.0
#: Goal of a student: largest AUC above its teacher's.
MOST_ABOVE_TEACHER = 0.02
#: Figures that say whether images obey the conditions that were asked for.
_OBEYED = ("energy_mae", "impact_mae")
#: Distance of the asked-for conditions from the simulated ones from which on a comparison is not one of equals.
_OTHER_CONDITIONS = 0.1


class Goal(NamedTuple):
    """A goal: what is measured and what was asked for; whether it is reached; whether the interval leaves that open."""

    text: str
    reached: bool
    open: bool = False

    @property
    def told(self) -> str:
        """The goal in words."""
        word = "reached" if self.reached else "not reached"
        return f"{self.text}: {word}{', but the interval holds the limit' if self.open else ''}"


def statement(results: Mapping[str, Result], teacher: tuple[str, Result] | None = None) -> Verdict:
    """Say which goals a generator reaches.

    Parameters
    ----------
    results : mapping of str to Result
        The generator's, then the floor's.
    teacher : tuple of str and Result, optional
        Name and result of the teacher of a student.
    """
    (name, result), *others = results.items()
    floor = others[0][1] if others else None
    reached = goals(result, floor)
    if teacher is not None:
        reached.append(_near_teacher(result, *teacher))
    count = sum(goal.reached for goal in reached)
    headline = f"{name} reaches {count} of {len(reached)} goals."
    if count == len(reached):
        headline = f"{name} reaches all {count} goals: by them its images are as good as simulated ones."
    reasons = [goal.told for goal in reached]
    tone = "good" if count == len(reached) else "bad"
    return Verdict(tone, headline, reasons, _cautions(result, floor))  # type: ignore[arg-type]  # one of its words


def goals(result: Result, floor: Result | None) -> list[Goal]:
    """Hold a result against the goals; those that take the floor only where it is there."""
    metrics = result.metrics
    told = [_limit(metrics["hillas_auc"], MOST_AUC), _limit(metrics["occupancy"], MOST_OCCUPANCY)]
    if floor is None:
        return told
    told.append(_floors(metrics["correlation_difference"], floor.metrics["correlation_difference"]))
    distances = [key for key in metrics if key.startswith("w1_") and "asked" not in key]
    worst = max(distances, key=lambda key: (metrics[key].value or 0) / max(floor.metrics[key].value or 0, 1e-9))
    largest = _floors(metrics[worst], floor.metrics[worst])
    within = sum(_floors(metrics[key], floor.metrics[key]).reached for key in distances)
    text = f"{within} of {len(distances)} Wasserstein distances within {MOST_FLOORS:g} floors; worst: {largest.text}"
    told.append(Goal(text, largest.reached, largest.open))
    return [*told, *(_as_well(result, floor, key) for key in _OBEYED)]


def teacher_of(result: Result, results: Mapping[str, Result]) -> tuple[str, Result] | None:
    """Find a student's teacher among the results, that with most steps; None if it has none or is not there."""
    networks = (result.model.get("teacher") or {}).get("content")
    found = [pair for pair in results.items() if networks and pair[1].model.get("networks") == networks]
    return max(found, key=lambda pair: int(pair[1].model["steps"]), default=None)


def _near_teacher(result: Result, name: str, teacher: Result) -> Goal:
    metric, found = result.metrics["hillas_auc"], compare_metric(teacher, result, "hillas_auc")
    text = f"{metric.title}, above that of {name} by {difference(metric, found)}, at most {MOST_ABOVE_TEACHER:g} wanted"
    if found.difference is None:
        return Goal(text, False)
    held = found.low is not None and found.high is not None and found.low <= MOST_ABOVE_TEACHER <= found.high
    return Goal(text, found.difference <= MOST_ABOVE_TEACHER, held)


def _as_well(result: Result, floor: Result, key: str) -> Goal:
    """Say whether a condition is read from the images as well as from simulated ones, as far as intervals tell."""
    metric, found = result.metrics[key], compare_metric(floor, result, key)
    value = f"{metric.title} {numbers.metric_value(metric)} {numbers.metric_interval(metric)}"
    text = f"{value}, above the floor's by {difference(metric, found)}; this interval should hold 0 or less"
    return Goal(text, found.word in ("same", "better"))


def _limit(metric: Metric, most: float) -> Goal:
    value = f"{metric.title} {numbers.metric_value(metric)} {numbers.metric_interval(metric)}"
    goal = f"at most {numbers.quantity(most, metric.unit, percent=metric.percent)}"
    return Goal(f"{value}, {goal} wanted", metric.value is not None and abs(metric.value) <= most, _holds(metric, most))


def _floors(metric: Metric, floor: Metric) -> Goal:
    if metric.value is None or floor.value is None:
        return Goal(f"{metric.title}: {metric.reason or floor.reason}", False)
    ratio = metric.value / max(floor.value, 1e-9)
    value = f"{metric.title} {numbers.metric_value(metric)} {numbers.metric_interval(metric)}"
    text = f"{value}, {numbers.number(ratio)} times the floor"
    return Goal(text, ratio <= MOST_FLOORS, _holds(metric, MOST_FLOORS * floor.value))


def _holds(metric: Metric, limit: float) -> bool:
    """Say whether a limit of the absolute value lies within the interval."""
    if metric.low is None or metric.high is None:
        return False
    least = 0.0 if metric.low <= 0 <= metric.high else min(abs(metric.low), abs(metric.high))
    return least <= limit <= max(abs(metric.low), abs(metric.high))


def _cautions(result: Result, floor: Result | None) -> list[str]:
    told = []
    if result.data["n_showers"] < FEW_SHOWERS or result.data["n_reference_showers"] < FEW_SHOWERS:
        told.append(
            f"only {result.data['n_reference_showers']} simulated showers were compared with; intervals are rough."
        )
    for key in ("w1_asked_energy", "w1_asked_impact"):
        metric, least = result.metrics[key], 0.0 if floor is None else floor.metrics[key].value or 0.0
        if (metric.value or 0) > max(_OTHER_CONDITIONS, MOST_FLOORS * least):
            told.append(
                f"{metric.title}: {numbers.metric_value(metric)}. Other showers were asked for than were simulated, so "
                "that distributions differ for that reason alone."
            )
    return told
