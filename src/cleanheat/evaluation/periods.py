"""Which period is meant, when does it begin and end, and which one was before?  The calendar is Asia/Shanghai's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from cleanheat.evaluation.vocabulary import Span
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import LATEST_S, SHANGHAI, epoch, local, season, season_of


@dataclass(frozen=True)
class Period:
    """``[start, end)`` in epoch seconds; ``key`` names it in its span: 2026-01-15, 2026-01, 2026-Q1, 2025-S, 2026."""

    span: Span
    key: str
    zh: str
    start: int
    end: int

    def previous(self) -> Period:
        return period_at(self.span, self.start - 1)

    def is_over(self, now: float) -> bool:
        return now >= self.end


def period_at(span: str, at: float) -> Period:
    """The period of this span that holds the instant; of seasons, the one that began last."""
    return _AT[Span(span)](at)


def period_of(span: str, key: str) -> Period:
    """The period by its key; Problem when there is no such."""
    if span not in Span.values:
        raise invalid("span", "没有这种周期", ", ".join(Span.values))
    start = _start(Span(span), key)
    if start is None or not 0 <= start < LATEST_S:
        raise invalid("period", "没有这个周期", key[:20])
    return period_at(span, start)


def _start(span: Span, key: str) -> float | None:
    pattern, first = _KEYS[span]
    found = re.fullmatch(pattern, key, re.ASCII)
    try:
        return first(*(int(part) for part in found.groups())).timestamp() if found else None
    except (ValueError, OverflowError):  # a 13th month, the year 0
        return None


def last_periods(period: Period, count: int) -> list[Period]:
    """This period and those before it, the oldest first."""
    found = [period]
    while len(found) < count:
        found.append(found[-1].previous())
    return found[::-1]


def newest_complete(span: str, now: float) -> Period:
    """The last period that is over."""
    at = period_at(span, now)
    return at if at.is_over(now) else at.previous()


def _midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI)


def _next_month(year: int, month: int, months: int = 1) -> datetime:
    years, rest = divmod(month - 1 + months, 12)
    return _midnight(year + years, rest + 1, 1)


def _made(span: Span, key: str, zh: str, start: datetime, end: datetime) -> Period:
    return Period(span, key, zh, epoch(start), epoch(end))


def _day(at: float) -> Period:
    d = local(at)
    start = _midnight(d.year, d.month, d.day)
    return _made(Span.DAY, f"{d:%Y-%m-%d}", f"{d.year}年{d.month}月{d.day}日", start, start + timedelta(days=1))


def _month(at: float) -> Period:
    d = local(at)
    start = _midnight(d.year, d.month, 1)
    return _made(Span.MONTH, f"{d:%Y-%m}", f"{d.year}年{d.month}月", start, _next_month(d.year, d.month))


def _quarter(at: float) -> Period:
    d = local(at)
    q = (d.month - 1) // 3
    start = _midnight(d.year, 3 * q + 1, 1)
    return _made(
        Span.QUARTER, f"{d.year}-Q{q + 1}", f"{d.year}年第{'一二三四'[q]}季度", start, _next_month(d.year, 3 * q + 1, 3)
    )


def _season(at: float) -> Period:
    found = season_of(at)
    return Period(Span.SEASON, f"{found.year}-S", found.zh, found.start, found.end)


def _year(at: float) -> Period:
    d = local(at)
    return _made(Span.YEAR, f"{d.year}", f"{d.year}年", _midnight(d.year, 1, 1), _midnight(d.year + 1, 1, 1))


def _quarter_start(year: int, quarter: int) -> datetime:
    return _midnight(year, 3 * quarter - 2, 1)


def _season_start(year: int) -> datetime:
    return local(season(year).start)


_AT: Final[Mapping[Span, Callable[[float], Period]]] = MappingProxyType(
    {Span.DAY: _day, Span.MONTH: _month, Span.QUARTER: _quarter, Span.SEASON: _season, Span.YEAR: _year}
)
_KEYS: Final[Mapping[Span, tuple[str, Callable[..., datetime]]]] = MappingProxyType(
    {
        Span.DAY: (r"(\d{4})-(\d{2})-(\d{2})", _midnight),
        Span.MONTH: (r"(\d{4})-(\d{2})", lambda y, m: _midnight(y, m, 1)),
        Span.QUARTER: (r"(\d{4})-Q([1-4])", _quarter_start),
        Span.SEASON: (r"(\d{4})-S", _season_start),
        Span.YEAR: (r"(\d{4})", lambda y: _midnight(y, 1, 1)),
    }
)
