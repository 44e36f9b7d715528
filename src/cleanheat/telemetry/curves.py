"""What the curve of an object over an hour, a day, a week or a season looks like, doubtful stretches marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, season_of
from cleanheat.telemetry.store import Series, SignalSeries, Store

Doubt = Literal["bad", "missing", "silent"]

SPANS_S: Final = {"hour": HOUR_S, "day": DAY_S, "week": 7 * DAY_S}
SILENT_AFTER_BUCKETS: Final = 3
"""A gap of this many usual steps is silence (communication lost), a shorter one is a late row."""


@dataclass(frozen=True)
class Stretch:
    """``[start, end)`` without a trusted value: bad, missing while others came, or nothing at all (silent)."""

    start: int
    end: int
    doubt: Doubt


@dataclass(frozen=True)
class Line:
    """One signal of a curve: what it is, its points, and where not to trust it."""

    signal: Signal
    points: SignalSeries
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Curve:
    """The curves of one object over ``[start, end)``; ``times`` are the starts of the points' buckets."""

    kind: str
    number: int
    start: int
    end: int
    width_s: int
    source: str
    times: NDArray[np.int64]
    lines: tuple[Line, ...]


def window(span: str, until: int) -> tuple[int, int]:
    """``hour``, ``day`` and ``week`` end at ``until``; ``season`` is the heating season that holds it, up to it."""
    end = until + -until % MINUTE_S
    if span == "season":
        season = season_of(until)
        return season.start, max(min(end, season.end), season.start + MINUTE_S)
    if span not in SPANS_S:
        raise invalid("span", "时间跨度须为 hour、day、week 或 season", span)
    return end - SPANS_S[span], end


def curve(
    store: Store, kind: str, number: int, signals: Sequence[str], start: int, end: int, points: int = 1_000
) -> Curve:
    """Points and doubtful stretches of some signals of one object.

    Down-sampling keeps each bucket's mean and both extremes, so that no peak disappears on a long span; and doubt is
    looked for hour by hour whatever the buckets, over all signals, so that no lost hour does.
    """
    spec = KINDS[kind]
    series = store.series(kind, number, signals, start, end, points)
    hours = -(-(end - start) // HOUR_S)
    every = store.series(kind, number, list(spec.index), start, end, max(points, hours), series.source)
    step, lost = _usual_step(every), lost_buckets(every)
    lines = tuple(
        Line(spec[code], values, tuple(stretches(every, every.signals[code], step, lost)))
        for code, values in series.signals.items()
    )
    return Curve(kind, number, series.start, end, series.width_s, series.source, series.times, lines)


def lost_buckets(every: Series) -> NDArray[np.bool_]:
    """Buckets whose rows say nothing at all: of no signal a value, not even a bad one.  The line was down."""
    lost = np.ones(every.times.shape[0], dtype=bool)
    for points in every.signals.values():
        lost &= (points.good == 0) & (points.bad == 0)
    return lost


def stretches(series: Series, points: SignalSeries, step_s: int, lost: NDArray[np.bool_]) -> list[Stretch]:
    """Runs of buckets without a trusted value, in time order: silent where nothing came at all or only empty rows."""
    found = _silences(series, step_s)
    untrusted = points.good == 0
    mostly_bad = points.bad > 0
    doubts = ((lost, "silent"), (untrusted & mostly_bad, "bad"), (untrusted & ~mostly_bad & ~lost, "missing"))
    for wanted, doubt in doubts:
        for first, last in _runs(wanted):
            ends = series.times[last] + max(step_s, series.width_s)
            found.append(Stretch(int(series.times[first]), int(min(ends, series.end)), doubt))  # type: ignore[arg-type]
    return sorted(found, key=lambda s: s.start)


def _usual_step(series: Series) -> int:
    """The cadence the rows show: hourly histories have gaps between minute buckets that are no losses."""
    if series.times.shape[0] < 2:
        return series.width_s
    return max(series.width_s, int(np.median(np.diff(series.times))))


def _silences(series: Series, step_s: int) -> list[Stretch]:
    if not series.times.shape[0]:
        return [Stretch(series.start, series.end, "silent")]
    longest = SILENT_AFTER_BUCKETS * step_s
    starts = np.concatenate([[series.start], series.times + step_s])
    ends = np.concatenate([series.times, [series.end]])
    return [
        Stretch(int(starts[i]), int(ends[i]), "silent") for i in np.flatnonzero(ends - starts >= longest - step_s + 1)
    ]


def _runs(wanted: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every run of True."""
    edges = np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))
