"""Numbers as people read them: three significant digits, unit, interval, sample size."""

import math

from iactflow.data.result import Metric

_DIGITS = 3
#: Spaces that do not break: before units and between thousands.
_SPACE, _THIN = "\u00a0", "\u202f"
_UNITS = {"TeV2": "TeV²"}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Where plain digits become hard to read.
_PLAIN = (1e-4, 1e7)


def number(value: float | None) -> str:
    """Write a number with three significant digits; a dash for an undefined one."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if not _PLAIN[0] <= size < _PLAIN[1]:
        mantissa, exponent = f"{value:.{_DIGITS - 1}e}".split("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}".replace("-", "−")
    rounded = float(f"{value:.{_DIGITS}g}")
    decimals = max(_DIGITS - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{decimals}f}".replace(",", _THIN).replace("-", "−")


def count(value: float | None) -> str:
    """Write a whole number with its thousands apart; a dash for an unknown one."""
    return "–" if value is None else f"{round(value):,}".replace(",", _THIN)


def unit_text(unit: str) -> str:
    """Write a unit as people do."""
    return _UNITS.get(unit, unit)


def quantity(value: float | None, unit: str = "", *, percent: bool = False) -> str:
    """Write a number with its unit; a fraction as percent where people read it so."""
    if value is None:
        return "–"
    if percent:
        return f"{number(value * 100)}{_SPACE}%"
    return f"{number(value)}{_SPACE}{unit_text(unit)}".rstrip()


def metric_value(metric: Metric) -> str:
    """Write the value of a metric."""
    return quantity(metric.value, metric.unit, percent=metric.percent)


def interval(low: float | None, high: float | None, *, scale: float = 1.0) -> str:
    """Write the ends of an interval in square brackets; nothing where there is none."""
    if low is None or high is None:
        return ""
    return f"[{number(low * scale)},{_SPACE}{number(high * scale)}]"


def metric_interval(metric: Metric) -> str:
    """Write the interval of a metric, in the unit of its value, or why there is none."""
    return interval(metric.low, metric.high, scale=100 if metric.percent else 1) or metric.reason or "no interval"


def sample(n: int, n_showers: int, per: str = "image") -> str:
    """Write a sample size of what is counted, images or events."""
    return f"{count(n)} {per}{'s' if n != 1 else ''} of {count(n_showers)} shower{'s' if n_showers != 1 else ''}"


def share(value: float) -> str:
    """Write a share as a whole number of percent."""
    return f"{value * 100:.0f}{_SPACE}%"


def duration(seconds: float | None) -> str:
    """Write a time span in the unit that suits it."""
    if seconds is None:
        return "–"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} s"


def storage(size: int | None) -> str:
    """Write a number of bytes in kB, MB or GB."""
    if size is None:
        return "–"
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{number(size / factor)} {unit}"
    return f"{number(size / 1e3)} kB"
