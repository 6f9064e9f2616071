"""The gate between challenger and champion: stated rules over paired differences on the same showers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from iactflow.data.result import Metric, Result
from iactflow.errors import ConfigError
from iactflow.fitting.verdict import HEADLINE, Verdict, compare_metric, overall, require_comparable
from iactflow.page import numbers
from iactflow.promote.config import Promote


class Judged(NamedTuple):
    """A metric of challenger and champion.

    Attributes
    ----------
    sample : str
        How the showers were made.
    challenger, champion : Metric
        Their values.
    verdict : Verdict
        Of the paired difference.
    role : str
        ``wanted``, ``guarded``, ``not judged``, or ``too few showers``.
    """

    sample: str
    challenger: Metric
    champion: Metric
    verdict: Verdict
    role: str


class Decision(NamedTuple):
    """Whether the challenger passes, the reason in a sentence, and the metrics behind it."""

    promoted: bool
    reason: str
    rows: list[Judged]


def judge(challenger: Sequence[Result], champion: Sequence[Result], config: Promote) -> Decision:
    """Decide whether a challenger takes the champion's place.

    Parameters
    ----------
    challenger, champion : sequence of Result
        Of the two models on the same samples of showers, the sample that counts first.
    config : Promote
        The rules.

    Returns
    -------
    Decision
        Promoted if a wanted metric is better on the first sample, and no guarded one is worse on any sample of at
        least ``showers_min`` showers. Better and worse: the interval of the paired difference lies on one side of
        zero, for worse also beyond ``tolerance`` of the champion's value.

    Raises
    ------
    InputError
        If the results are not of the same events and resamplings.
    ConfigError
        If a wanted metric is not there.
    """
    pairs = _pairs(challenger, champion)
    first = pairs[0][0]
    wanted = config.wanted or [HEADLINE[task][0] for task in first.tasks]
    unknown = [name for name in (*wanted, *config.guarded) if name not in first.metrics]
    if unknown:
        raise ConfigError(
            f"promote.wanted and promote.guarded must name metrics of the result: {', '.join(first.metrics)}. "
            f"Received: {', '.join(unknown)}."
        )
    rows, worse = [], []
    for number, (new, old) in enumerate(pairs):
        enough = new.data["n_showers"] >= config.showers_min
        for name, metric in new.metrics.items():
            verdict = compare_metric(old, new, name)
            guarded = name in (config.guarded or new.metrics)
            role = "wanted" if number == 0 and name in wanted else "guarded" if guarded else "not judged"
            role = role if enough else "too few showers"
            row = Judged(str(new.data["sample"]["made"]), metric, old.metrics[name], verdict, role)
            rows.append(row)
            if role in ("wanted", "guarded") and _is_worse(row, config.tolerance):
                worse.append(row)
    better = [row for row in rows if row.role == "wanted" and row.verdict.word == "better"]
    return _decide(first, rows, better, worse, config)


def first_champion(result: Result, baseline: Result | None) -> Decision:
    """Let a model be the first champion; its standing beside the baseline is part of the reason."""
    beside = "" if baseline is None else f"; beside the {baseline.name}: {overall(baseline, result)}"
    return Decision(True, f"There was no champion{beside}.", [])


def difference(row: Judged) -> str:
    """Write a paired difference with its interval."""
    verdict, metric = row.verdict, row.challenger
    value = numbers.quantity(verdict.difference, metric.unit, percent=metric.percent)
    ends = numbers.interval(verdict.low, verdict.high, scale=100 if metric.percent else 1)
    return f"{value} {ends}".rstrip()


def _decide(
    first: Result, rows: list[Judged], better: Sequence[Judged], worse: Sequence[Judged], config: Promote
) -> Decision:
    showers = first.data["n_showers"]
    if showers < config.showers_min:
        return Decision(
            False,
            f"{showers} showers are fewer than promote.showers_min = {config.showers_min}: too few to judge by.",
            rows,
        )
    if worse:
        return Decision(False, f"Worse than the champion in {_listed(worse)}.", rows)
    if not better:
        wanted = [row for row in rows if row.role == "wanted"]
        return Decision(False, f"Not better than the champion in {_listed(wanted)}.", rows)
    return Decision(True, f"Better than the champion in {_listed(better)}, and worse in nothing.", rows)


def _pairs(challenger: Sequence[Result], champion: Sequence[Result]) -> list[tuple[Result, Result]]:
    """Put the results of the same sample together; the first sample must be the same."""
    there: Mapping[str, Result] = {result.data["sample"]["key"]: result for result in champion}
    pairs = []
    for number, new in enumerate(challenger):
        old = champion[0] if number == 0 else there.get(new.data["sample"]["key"])
        if old is not None:
            require_comparable({f"the champion ({old.name})": old, f"the challenger ({new.name})": new})
            pairs.append((new, old))
    return pairs


def _is_worse(row: Judged, tolerance: float) -> bool:
    """Tell whether the end of the interval that is nearest to zero lies beyond the tolerated loss."""
    verdict = row.verdict
    if verdict.word != "worse" or verdict.low is None or verdict.high is None or row.champion.value is None:
        return False
    return min(abs(verdict.low), abs(verdict.high)) > tolerance * abs(row.champion.value)


def _listed(rows: Sequence[Judged]) -> str:
    told = []
    for row in rows:
        n = numbers.sample(row.challenger.n, row.challenger.n_showers)
        told.append(f"{row.challenger.title} ({difference(row)}, {n} {row.sample})")
    return "; ".join(told)
