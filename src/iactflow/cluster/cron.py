"""Schedules in cron's six fields, read as Kubeflow's controller reads them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from iactflow.errors import ConfigError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
#: Field, least value, greatest value, names of the values from the least on.
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
#: A schedule that never comes, such as 30 February, is noticed after so many days.
_HORIZON = 366 * 5


class Cron(NamedTuple):
    """A schedule.

    Attributes
    ----------
    fields : tuple of frozenset
        Allowed seconds, minutes, hours, days of the month, months (1 is January), days of the week (0 is Sunday).
    any_day : bool
        Whether day of the month or day of the week is left open; if both are given, either one suffices.
    """

    fields: tuple[frozenset[int], ...]
    any_day: bool

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read a schedule such as ``0 0 3 * * 0``, every Sunday at 3.

        Raises
        ------
        ConfigError
            If it has not six fields or a field is not understood. Kubeflow takes five fields, too, and reads the first
            as the second.
        """
        words = text.split()
        if len(words) != len(_FIELDS):
            raise ConfigError(
                "CRON must have six fields: second, minute, hour, day of the month, month, day of the week, such as "
                f'"0 0 3 * * 0" for every Sunday at 3. Received {len(words)}: "{text}".'
            )
        fields = tuple(_parse_field(word, *field, text) for word, field in zip(words, _FIELDS, strict=True))
        return cls(fields, any_day=words[3][0] in "*?" or words[5][0] in "*?")

    def following(self, start: datetime) -> Iterator[datetime]:
        """Go through the times after `start`, in its time zone.

        Raises
        ------
        ConfigError
            If there is none within five years.
        """
        seconds, minutes, hours, *_ = self.fields
        day, found = start.replace(hour=0, minute=0, second=0, microsecond=0), start
        while day - found < timedelta(days=_HORIZON):
            if self._is_day(day):
                for hour in sorted(hours):
                    for minute in sorted(minutes):
                        for second in sorted(seconds):
                            time = day.replace(hour=hour, minute=minute, second=second)
                            if time > start:
                                found = time
                                yield time
            day += timedelta(days=1)
        raise ConfigError("CRON must come true within five years. The day that it asks for does not exist.")

    def _is_day(self, day: datetime) -> bool:
        *_, days, months, weekdays = self.fields
        in_month, in_week = day.day in days, day.isoweekday() % 7 in weekdays
        return day.month in months and (in_month and in_week if self.any_day else in_month or in_week)


def _parse_field(word: str, name: str, low: int, high: int, names: tuple[str, ...], text: str) -> frozenset[int]:
    values: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        begin, dash, end = span.partition("-")
        try:
            if span in ("*", "?"):
                first, last = low, high
            else:
                first = _number(begin, names, low)
                # "5/10" counts from 5 to the end
                last = _number(end, names, low) if dash else (high if slash else first)
            stride = int(step) if slash else 1
        except ValueError:
            first, last, stride = 1, 0, 0
        if not low <= first <= last <= high or stride < 1:
            raise ConfigError(
                f"The {name} in CRON must be {low} to {high}, *, a range 1-5, a list 1,3 or a step */2. Received: "
                f'"{word}" in "{text}".'
            )
        values.update(range(first, last + 1, stride))
    return frozenset(values)


def _number(word: str, names: tuple[str, ...], low: int) -> int:
    return names.index(word.lower()) + low if word.lower() in names else int(word)
