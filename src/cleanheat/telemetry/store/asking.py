"""What the readings say: curves of one object, means of many, the worst, the newest, the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import statements
from cleanheat.infra.tsdb.native import column_or_empty
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import Kind, Signal
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
from cleanheat.telemetry.store.answers import HourlyMeans, LatestRows, ObjectHours, Ranked, Series, SignalSeries, Source
from cleanheat.telemetry.store.opened import Opened, check_window, kind_of, signals_of

MINUTES_UP_TO_S: Final = 2 * DAY_S + HOUR_S
"""Longest window that is answered from minutes unless the caller says otherwise."""

_OPEN_HOURS_S: Final = 6 * HOUR_S
"""How far back from a window's end an hour may not be rolled up yet; these hours are read from minutes."""


class Asking(Opened):
    def latest_rows(self, kind: str, since: int, until: int) -> LatestRows:
        """The newest row of every object that reported in ``[since, until)``."""
        spec = kind_of(kind)
        found = statements.latest(self._engine, spec, since, until)
        return LatestRows(
            ids=column_or_empty(found, "id", np.uint32),
            minutes=column_or_empty(found, "last", np.int64),
            columns=[column_or_empty(found, f"c{i}", s.dtype) for i, s in enumerate(spec.signals)],
            words=column_or_empty(found, "word", np.uint64),
        )

    def present_ids(self, kind: str, minute: int, ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Those of ``ids`` that already have a row for the minute."""
        if not ids.shape[0]:
            return ids
        stored, _ = self.stored_keys(kind, minute, minute + 1, int(ids.min()), int(ids.max()))
        return ids[np.isin(ids, stored)]

    def stored_keys(
        self, kind: str, start: int, end: int, low: int, high: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Ids and times of the rows stored in ``[start, end)`` for ids in ``[low, high]``."""
        found = statements.keys(self._engine, kind_of(kind), start, end, low, high)
        return column_or_empty(found, "id", np.uint32), column_or_empty(found, "at", np.int64)

    def rows(self, kind: str, start: int, end: int, low: int, high: int) -> LatestRows:
        """All rows of ``[start, end)`` for ids in ``[low, high]``, by id and time: for export and judging afresh."""
        spec = kind_of(kind)
        found = statements.rows(self._engine, spec, start, end, low, high)
        return LatestRows(
            ids=column_or_empty(found, "id", np.uint32),
            minutes=column_or_empty(found, "at", np.int64),
            columns=[column_or_empty(found, f"c{i}", s.dtype) for i, s in enumerate(spec.signals)],
            words=column_or_empty(found, "word", np.uint64),
        )

    def series(
        self,
        kind: str,
        number: int,
        signals: Sequence[str],
        start: int,
        end: int,
        points: int = 1_000,
        source: Source | None = None,
    ) -> Series:
        """At most ``points`` buckets (and one) of one object with mean, extremes and how many values deserve trust.

        Short windows are read from minutes, long ones from roll-ups with the hours not yet rolled up added from
        minutes; a short window without minutes falls back to roll-ups.
        """
        spec, wanted = kind_of(kind), signals_of(kind, signals)
        check_window(start, end)
        if points < 1:
            raise invalid("points", "点数须为正整数", str(points))
        chosen = source or ("minutes" if end - start <= MINUTES_UP_TO_S else "hours")
        if chosen == "minutes":
            width = _width(end - start, points, MINUTE_S)
            found = statements.series_from_minutes(self._engine, spec, number, wanted, start, end, width)
            if found or source is not None:
                return _series(spec, number, wanted, start, end, width, "minutes", found)
        start -= start % HOUR_S
        width = _width(end - start, points, HOUR_S)
        border = self._rolled_until(spec, start, end)
        found = {}
        if border > start:
            found = statements.series_from_hours(self._engine, spec, number, wanted, start, border, width)
        if border < end:
            tail = statements.series_from_minutes(self._engine, spec, number, wanted, border, end, HOUR_S)
            found = _joined(found, tail, border - start, width, wanted)
        return _series(spec, number, wanted, start, end, width, "hours", found)

    def hourly_means(
        self,
        kind: str,
        signals: Sequence[str],
        start: int,
        end: int,
        ids: NDArray[Any] | None = None,
        source: Source | None = None,
    ) -> HourlyMeans:
        """Hourly means over all objects of a kind (or ``ids``), every usable value weighing the same."""
        spec, wanted = kind_of(kind), signals_of(kind, signals)
        check_window(start, end)
        start -= start % HOUR_S
        ask = (
            statements.hourly_sums_from_minutes
            if self._from_minutes(spec, start, end, source)
            else statements.hourly_sums_from_hours
        )
        found = ask(self._engine, spec, wanted, start, end, ids)
        hours = start + column_or_empty(found, "b", np.int64) * HOUR_S
        counts = np.array([column_or_empty(found, f"t{i}", np.int64) for i in range(len(wanted))])
        sums = np.array([column_or_empty(found, f"s{i}", np.int64) / s.scale for i, s in enumerate(wanted)])
        return HourlyMeans(hours, _ratio(sums, counts), counts)

    def object_hours(
        self, kind: str, signal: str, start: int, end: int, ids: NDArray[Any], source: Source | None = None
    ) -> ObjectHours:
        """Hourly means of each of ``ids``; hours without a usable value are left out."""
        spec, (wanted,) = kind_of(kind), signals_of(kind, [signal])
        check_window(start, end)
        start -= start % HOUR_S
        from_hours = not self._from_minutes(spec, start, end, source)
        found = statements.object_hours(self._engine, spec, wanted, start, end, ids, from_hours)
        means = _ratio(column_or_empty(found, "s", np.int64) / wanted.scale, column_or_empty(found, "t", np.int64))
        hours = start + column_or_empty(found, "b", np.int64) * HOUR_S
        return ObjectHours(column_or_empty(found, "id", np.uint32), hours, means)

    def hour_grid(
        self, kind: str, signals: Sequence[str], start: int, end: int, ids: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Hourly means of each of ``ids`` (ascending) in the hours of ``[start, end)``: ``float32[signals, S, T]``.

        From the roll-ups, the hours not rolled up yet from minutes; NaN where there is no usable value.  Memory is
        that of the answer and of its rows once: ask for some hundred objects and one season at a time.
        """
        spec, wanted = kind_of(kind), signals_of(kind, signals)
        check_window(start, end)
        if any(s.is_counter for s in wanted):
            raise invalid("signals", "累计量没有小时均值", ", ".join(s.code for s in wanted if s.is_counter))
        start -= start % HOUR_S
        out = np.full((len(wanted), len(ids), -(-(end - start) // HOUR_S)), np.nan, np.float32)
        border = self._rolled_until(spec, start, end)
        for ask, since, until in (
            (statements.grid_of_hours, start, border),
            (statements.grid_of_minutes, border, end),
        ):
            if since < until and len(ids):
                found = ask(self._engine, spec, wanted, since, until, ids)
                _place(out[:, :, (since - start) // HOUR_S :], wanted, ids, found)
        return out

    def first_hour(self, kind: str, start: int, end: int) -> int | None:
        """The first hour of the window that was rolled up; None where there is none."""
        check_window(start, end)
        hours = statements.rolled_hours(self._engine, kind_of(kind), start, end)
        return int(hours[0]) if hours.shape[0] else None

    def worst(
        self,
        kind: str,
        signal: str,
        start: int,
        end: int,
        n: int = 20,
        order: Literal["lowest", "highest"] = "lowest",
        source: Source | None = None,
    ) -> Ranked:
        """The ``n`` objects with the lowest (or highest) mean over the window."""
        spec, (wanted,) = kind_of(kind), signals_of(kind, [signal])
        check_window(start, end)
        if wanted.is_counter:
            raise invalid("signal", "累计量不能排名", signal)
        from_hours = not self._from_minutes(spec, start, end, source)
        found = statements.worst(self._engine, spec, wanted, start, end, n, order == "highest", from_hours)
        counts = column_or_empty(found, "t", np.int64)
        means = _ratio(column_or_empty(found, "s", np.int64) / wanted.scale, counts)
        return Ranked(column_or_empty(found, "id", np.uint32), means, counts)

    def _from_minutes(self, kind: Kind, start: int, end: int, source: Source | None) -> bool:
        if source is not None:
            return source == "minutes"
        oldest = statements.oldest_minute(self._engine, kind)
        return end - start <= MINUTES_UP_TO_S and 0 < oldest <= start

    def _rolled_until(self, kind: Kind, start: int, end: int) -> int:
        """End of the part of ``[start, end)`` that roll-ups answer; what follows is read from minutes."""
        back = max(start, end - end % HOUR_S - _OPEN_HOURS_S)
        if back >= end:
            return end
        done = statements.rolled_hours(self._engine, kind, back, end)
        return min(end, int(done[-1]) + HOUR_S) if done.shape[0] else back


def _place(grid: NDArray[np.float32], signals: Sequence[Signal], ids: NDArray[Any], found: statements.Columns) -> None:
    """Means of the rows found, where their object and hour stand in the grid."""
    if not found:
        return
    row, column = np.searchsorted(ids, found["id"]), found["b"]
    for i, s in enumerate(signals):
        grid[i, row, column] = _ratio(found[f"s{i}"] / np.float64(s.scale), found[f"t{i}"])


def _width(span: int, points: int, step: int) -> int:
    """Smallest multiple of ``step`` that covers the span with at most ``points`` buckets."""
    return max(1, -(-span // (points * step))) * step


def _ratio(sums: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=out, where=counts > 0)
    return out


def _series(
    kind: Kind,
    number: int,
    wanted: Sequence[Signal],
    start: int,
    end: int,
    width: int,
    source: Source,
    found: statements.Columns,
) -> Series:
    times = start + column_or_empty(found, "b", np.int64) * width
    rows = column_or_empty(found, "seen", np.int64)
    return Series(
        kind.code,
        number,
        start,
        end,
        width,
        source,
        times,
        rows,
        {s.code: _signal_series(s, i, found, rows) for i, s in enumerate(wanted)},
    )


def _signal_series(s: Signal, i: int, found: statements.Columns, rows: NDArray[np.int64]) -> SignalSeries:
    good = column_or_empty(found, f"t{i}", np.int64)
    bad = column_or_empty(found, f"x{i}", np.int64)
    total = column_or_empty(found, f"s{i}", np.int64) / s.scale
    seen = good > 0
    mean = np.where(seen, total, np.nan) if s.is_counter else _ratio(total, good)
    low = np.where(seen, column_or_empty(found, f"lo{i}", np.int64) / s.scale, np.nan)
    high = np.where(seen, column_or_empty(found, f"hi{i}", np.int64) / s.scale, np.nan)
    return SignalSeries(mean, low, high, good, bad, np.maximum(rows - good - bad, 0))


def _joined(
    head: statements.Columns, tail: statements.Columns, offset_s: int, width: int, wanted: Sequence[Signal]
) -> statements.Columns:
    """Buckets of the roll-ups and, ``offset_s`` later, hours read from minutes, gathered on the roll-ups' grid."""
    if not tail:
        return head
    tail = {**tail, "b": (offset_s + tail["b"].astype(np.int64) * HOUR_S) // width}
    both = {n: np.concatenate([head[n].astype(np.int64), tail[n].astype(np.int64)]) for n in head} if head else tail
    groups, first = np.unique(both["b"], return_index=True)
    out: statements.Columns = {"b": groups, "seen": np.add.reduceat(both["seen"].astype(np.int64), first)}
    for i, s in enumerate(wanted):
        total, usable, bad, low, high = (both[f"{c}{i}"].astype(np.int64) for c in ("s", "t", "x", "lo", "hi"))
        seen = usable > 0
        out[f"t{i}"], out[f"x{i}"] = np.add.reduceat(usable, first), np.add.reduceat(bad, first)
        out[f"lo{i}"] = np.minimum.reduceat(np.where(seen, low, np.iinfo(np.int64).max), first)
        out[f"hi{i}"] = np.maximum.reduceat(np.where(seen, high, np.iinfo(np.int64).min), first)
        if s.is_counter:
            last = np.maximum.reduceat(np.where(seen, np.arange(seen.shape[0]), 0), first)
            out[f"s{i}"] = total[last]
        else:
            out[f"s{i}"] = np.add.reduceat(total, first)
    return out
