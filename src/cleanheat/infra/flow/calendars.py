"""When is a deadline, in a calendar that never rests or in one of working hours?  Seconds in, epoch seconds out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Final, Literal

from cleanheat.kernel.time import DAY_S, HOUR_S, SHANGHAI, local

Calendar = Literal["continuous", "working"]

_FILE = tomllib.loads(files("cleanheat.infra.flow").joinpath("calendar.toml").read_text("utf-8"))
_OPENS_S: Final[int] = _FILE["working"]["opens_hour"] * HOUR_S
_CLOSES_S: Final[int] = _FILE["working"]["closes_hour"] * HOUR_S
_WEEKDAYS: Final = frozenset(_FILE["working"]["weekdays"])
_FREE_DAYS: Final = frozenset(_FILE["working"]["free_days"])
_EXTRA_DAYS: Final = frozenset(_FILE["working"]["extra_days"])
_MOST_DAYS = 4_000


def after(calendar: Calendar, start: float, seconds: float) -> float:
    """The instant ``seconds`` of the calendar's own time after ``start``."""
    if calendar == "continuous":
        return start + seconds
    for opens, closes in _days(start):
        here = max(closes - max(opens, start), 0.0)
        if seconds <= here and closes > start:
            return max(opens, start) + seconds
        seconds -= here
    raise OverflowError("a deadline beyond the calendar")


def between(calendar: Calendar, start: float, end: float) -> float:
    """Seconds of the calendar's own time in ``[start, end)``; negative the other way round."""
    if calendar == "continuous":
        return end - start
    if end < start:
        return -between(calendar, end, start)
    total = 0.0
    for opens, closes in _days(start):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), 0.0)
    return total


def _days(start: float) -> Iterator[tuple[float, float]]:
    """Working days from that of ``start`` on, as (opens, closes) in epoch seconds."""
    midnight = local(start).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight.timestamp()  # no daylight saving in Shanghai: days are all as long
    for n in range(_MOST_DAYS):
        if _is_working(midnight.astimezone(SHANGHAI).date() + timedelta(days=n)):
            yield first + n * DAY_S + _OPENS_S, first + n * DAY_S + _CLOSES_S


def _is_working(day: date) -> bool:
    return day in _EXTRA_DAYS or (day.isoweekday() in _WEEKDAYS and day not in _FREE_DAYS)
