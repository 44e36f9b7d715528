"""What time is it, and where are we in the heating season.

Inside, time is UTC: epoch seconds as ``int`` in arrays and aware ``datetime`` elsewhere; Asia/Shanghai is for screens
and for the calendar (days, seasons).  The clock is injected: nothing in the platform reads the machine's clock itself.
"""

from __future__ import annotations

import time as _machine
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files
from typing import Final, Protocol

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China Standard Time has no daylight saving; a fixed offset needs no tz database."""

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
LATEST_S = 4_102_444_800
"""2100-01-01: what a caller may ask for ends here; the store's 32-bit times do six years later."""


class Clock(Protocol):
    """Platform time.  ``speed`` is platform seconds per machine second."""

    @property
    def speed(self) -> float: ...

    def now(self) -> float:
        """Epoch seconds, UTC."""
        ...


@dataclass(frozen=True)
class MachineClock:
    speed: float = 1.0

    def now(self) -> float:
        return _machine.time()


@dataclass
class RunningClock:
    """Starts at ``start`` (epoch seconds) when made, then runs ``speed`` times as fast as the machine's clock."""

    start: float
    speed: float = 1.0

    def __post_init__(self) -> None:
        self._origin = _machine.monotonic()

    def now(self) -> float:
        return self.start + (_machine.monotonic() - self._origin) * self.speed


@dataclass
class ManualClock:
    """Stands still until told: for tests and benchmarks."""

    at: float
    speed: float = 1.0

    def now(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


def floor_minute(epoch_s: float) -> int:
    return int(epoch_s // MINUTE_S) * MINUTE_S


def utc(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def local(epoch_s: float) -> datetime:
    """Aware Asia/Shanghai datetime of an instant."""
    return datetime.fromtimestamp(epoch_s, SHANGHAI)


def epoch(moment: datetime) -> int:
    """Epoch seconds of an aware datetime; a naive one is refused because its zone would be a guess."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime: give it a time zone")
    return int(moment.timestamp())


@dataclass(frozen=True)
class Season:
    """One heating season, named by the year it starts in; ``[start, end)`` in epoch seconds."""

    year: int
    start: int
    end: int

    @property
    def zh(self) -> str:
        return f"{self.year}–{self.year + 1}采暖季"


_DATES = tomllib.loads(files("cleanheat.kernel").joinpath("season.toml").read_text("utf-8"))["changchun"]
FIRST_DAY: Final[tuple[int, int]] = (_DATES["first"]["month"], _DATES["first"]["day"])
LAST_DAY: Final[tuple[int, int]] = (_DATES["last"]["month"], _DATES["last"]["day"])


def season(year: int, first: tuple[int, int] = FIRST_DAY, last: tuple[int, int] = LAST_DAY) -> Season:
    """The season starting in ``year``; both days, by default those of ``season.toml``, are included."""
    start = datetime(year, *first, tzinfo=SHANGHAI)
    end = datetime(year + 1, *last, tzinfo=SHANGHAI) + timedelta(days=1)
    return Season(year, epoch(start), epoch(end))


def season_of(epoch_s: float) -> Season:
    """The season that contains the instant, or the latest one that began before it."""
    day: date = local(epoch_s).date()
    candidate = season(day.year)
    return candidate if epoch_s >= candidate.start else season(day.year - 1)
