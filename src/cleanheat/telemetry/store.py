"""Where readings are kept and how they are asked for: minutes, hours, the newest rows, the worst objects.

Everything that leaves or enters is an array of scaled integers or physical values; the SQL is ``infra.tsdb``'s.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema, statements
from cleanheat.infra.tsdb.engine import DEFAULT_MEMORY_MIB, Engine
from cleanheat.infra.tsdb.native import column_or_empty
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS, VERDICT_BITS, Kind, Signal
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
from cleanheat.kernel.verdicts import Verdict, pack
from cleanheat.telemetry.frames import Frame

Source = Literal["minutes", "hours"]

MINUTES_UP_TO_S: Final = 2 * DAY_S + HOUR_S
"""Longest window that is answered from minutes unless the caller says otherwise."""

_OPEN_HOURS_S: Final = 6 * HOUR_S
"""How far back from a window's end an hour may not be rolled up yet; these hours are read from minutes."""


_ROLLUP_GROUPS: Final = 150_000
"""Object-hours that one roll-up statement holds in memory."""


@dataclass(frozen=True)
class LatestRows:
    """The newest row of each object: ``columns[i]`` scaled integers, ``words`` packed verdicts, all ordered by id."""

    ids: NDArray[np.uint32]
    minutes: NDArray[np.int64]
    columns: list[NDArray[Any]]
    words: NDArray[np.uint64]


@dataclass(frozen=True)
class SignalSeries:
    """One signal's buckets, in its unit; NaN where no value is usable.  Of a counter, ``mean`` is the last reading."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    good: NDArray[np.int64]
    bad: NDArray[np.int64]
    missing: NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """Readings of one object in buckets of ``width_s`` seconds; buckets without a single row are left out.

    ``times`` are the buckets' starts (epoch seconds), ``rows`` how many rows fell into each.
    """

    kind: str
    number: int
    start: int
    end: int
    width_s: int
    source: Source
    times: NDArray[np.int64]
    rows: NDArray[np.int64]
    signals: Mapping[str, SignalSeries]


@dataclass(frozen=True)
class HourlyMeans:
    """Means over many objects an hour: ``means`` float64[S, H] in the signals' units, ``counts`` values behind them."""

    hours: NDArray[np.int64]
    means: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Ranked:
    """Objects in order of their mean over a window."""

    ids: NDArray[np.uint32]
    means: NDArray[np.float64]
    counts: NDArray[np.int64]


class Store:
    """One open store.  Safe for many threads: each thread has its own connection to the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rolling = threading.Lock()

    @classmethod
    def open(cls, target: str | Path, database: str = "cleanheat", memory_mib: int = DEFAULT_MEMORY_MIB) -> Store:
        """A directory (embedded engine) or a DSN (``clickhouse://user:password@host:8123``).

        Raises:
            StoreLocked: another process owns the directory.
        """
        engine = Engine(target, database, memory_mib)
        schema.bring_up_to_date(engine)
        return cls(engine)

    def close(self) -> None:
        self._engine.close()

    # --- writing ------------------------------------------------------------------------------------------------------

    def append(self, frame: Frame, token: str) -> None:
        """One judged frame; the same token again changes nothing."""
        if len(frame):
            times = np.full(len(frame), frame.minute, np.uint32)
            self._insert(frame.spec, frame.ids, times, frame.columns, pack(frame.verdicts), token)

    def append_rows(
        self,
        kind: str,
        ids: NDArray[Any],
        times: NDArray[Any],
        columns: Sequence[NDArray[Any]],
        verdict_words: NDArray[np.uint64] | None,
        token: str,
    ) -> None:
        """Rows of any times: ``columns[i]`` is the scaled-integer column of the kind's i-th signal.

        Rows in (id, time) order cost least, 100,000 to 1,000,000 a call.  Without ``verdict_words`` values are good,
        or missing where the integer says so.  The same token with the same rows again changes nothing.
        """
        if ids.shape[0]:
            spec = _kind(kind)
            words = missing_words(spec, columns) if verdict_words is None else verdict_words
            self._insert(spec, ids, times, columns, words, token)

    def _insert(
        self,
        kind: Kind,
        ids: NDArray[Any],
        times: NDArray[Any],
        columns: Sequence[NDArray[Any]],
        words: NDArray[np.uint64],
        token: str,
    ) -> None:
        table = schema.minutes(kind)
        self._engine.insert(table.name, table.names, table.types, [ids, times, words, *columns], token)

    def append_hourly(
        self,
        kind: str,
        ids: NDArray[Any],
        hours: NDArray[Any],
        counts: NDArray[Any] | Sequence[NDArray[Any] | None],
        means: Sequence[NDArray[Any] | None],
        lows: Sequence[NDArray[Any] | None],
        highs: Sequence[NDArray[Any] | None],
        lasts: Sequence[NDArray[Any] | None],
        token: str,
    ) -> None:
        """Hours that never were minutes (a past that arrives already averaged), one row an object and hour.

        All lists follow the kind's signals, ``None`` where there is nothing.  Floats are physical values (NaN none);
        integers are already scaled (the type's own missing mark none).  ``means``/``lows``/``highs`` concern mean
        signals (lows and highs default to the mean), ``lasts`` the counters (float64 or integers: float32 cannot hold
        them).  ``counts`` is how many usable values stand behind each mean: one array for all signals (also the rows
        seen), or one a signal.  Rows in (id, hour) order cost least.

        A later ``roll_up`` of such an hour replaces it, but only where that hour has minutes does it find anything:
        never roll up an hour that was given only here.
        """
        if not ids.shape[0]:
            return
        spec = _kind(kind)
        table = schema.hours(spec)
        each = [counts] * len(spec.signals) if isinstance(counts, np.ndarray) else list(counts)
        rows = counts if isinstance(counts, np.ndarray) else np.max([c for c in each if c is not None], axis=0)
        stored: dict[str, NDArray[Any]] = {"id": ids, "h": hours, "n": rows}
        for i, s in enumerate(spec.signals):
            if s.is_counter:
                last = lasts[i]
                if last is not None:
                    stored[f"{s.code}_last"] = _scaled(s, last)
                continue
            mean = means[i]
            if mean is None:
                continue
            count = each[i]
            total, usable = _sums(s, mean, rows if count is None else count)
            low, high = lows[i], highs[i]
            stored[f"{s.code}_s"], stored[f"{s.code}_n"] = total, usable
            stored[f"{s.code}_lo"] = _scaled(s, mean if low is None else low)
            stored[f"{s.code}_hi"] = _scaled(s, mean if high is None else high)
        types = {c.name: c.type for c in table.columns}
        self._engine.insert(table.name, list(stored), [types[n] for n in stored], list(stored.values()), token)
        self._log_new(spec, np.unique(np.asarray(hours, np.int64)))

    @contextmanager
    def merges_postponed(self, *kinds: str, hours: bool = False) -> Iterator[None]:
        """For bulk writing: merging what is still growing is work done twice.  Ends with the process at the latest.

        With ``hours`` also for the roll-ups; nothing may then be rolled up again meanwhile, since deleting waits for
        merges.
        """
        tables = [table for k in kinds for table in (_kind(k).table, f"{_kind(k).table}_h")[: 1 + hours]]
        for table in tables:
            statements.stop_merges(self._engine, table)
        try:
            yield
        finally:
            for table in tables:
                statements.start_merges(self._engine, table)

    def roll_up(self, hour_start: int, kinds: Iterable[str] = KINDS) -> None:
        """The hour's roll-up for all objects; again for the same hour (late data) replaces what was there."""
        if hour_start % HOUR_S:
            raise ValueError(f"{hour_start} is not the start of an hour")
        for code in kinds:
            spec = _kind(code)
            with self._rolling:
                # The hour is logged first: whatever a crash leaves behind is replaced by the next run.
                self._log_new(spec, np.array([hour_start], np.int64))
                statements.roll_up_hour(self._engine, spec, hour_start)

    def roll_up_objects(self, kind: str, start: int, end: int, ids: NDArray[Any]) -> None:
        """Recompute the hours of some objects in ``[start, end)`` where they have minutes: after an import."""
        if not ids.shape[0]:
            return
        step = max(DAY_S, _ROLLUP_GROUPS // ids.shape[0] // 24 * DAY_S)  # object-hours a statement holds in memory
        first = start - start % HOUR_S
        with self._rolling:
            for at in range(first, end, step):
                until = min(at + step, end + -end % HOUR_S)
                statements.roll_up_objects(self._engine, _kind(kind), at, until, ids)

    def hours_to_roll_up(self, start: int, end: int, kinds: Iterable[str] = KINDS) -> list[int]:
        """Whole hours in ``[start, end)`` not rolled up yet for some kind: what to catch up after a stop.

        Hours outside every part's times hold no minutes, and there is nothing to make of them.
        """
        wanted = np.arange(start + -start % HOUR_S, end - end % HOUR_S, HOUR_S)
        if not wanted.shape[0]:
            return []
        missing: set[int] = set()
        for code in kinds:
            done = statements.rolled_hours(self._engine, _kind(code), start, end)
            open_hours = np.setdiff1d(wanted, done)
            spans = statements.part_spans(self._engine, _kind(code))
            begun = spans[:, 0][None, :] < open_hours[:, None] + HOUR_S
            missing.update(open_hours[(begun & (spans[:, 1][None, :] >= open_hours[:, None])).any(axis=1)].tolist())
        return sorted(missing)

    def _log_new(self, kind: Kind, hours: NDArray[np.int64]) -> None:
        """Logs hours as rolled up, each once."""
        known = statements.rolled_hours(self._engine, kind, int(hours.min()), int(hours.max()) + HOUR_S)
        new = np.setdiff1d(hours, known)
        if new.shape[0]:
            statements.log_rolled(self._engine, kind, new)

    def drop_before(self, kind: str, day: date) -> int:
        """Removes the minutes of all days (Asia/Shanghai) before ``day``; hours stay.  Returns the days removed."""
        spec = _kind(kind)
        old = [d for d in self.days(kind) if d < day]
        for d in old:
            statements.drop_day(self._engine, spec, d)
        return len(old)

    # --- asking -------------------------------------------------------------------------------------------------------

    def latest_rows(self, kind: str, since: int, until: int) -> LatestRows:
        """The newest row of every object that reported in ``[since, until)``."""
        spec = _kind(kind)
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
        found = statements.keys(self._engine, _kind(kind), start, end, low, high)
        return column_or_empty(found, "id", np.uint32), column_or_empty(found, "at", np.int64)

    def rows(self, kind: str, start: int, end: int, low: int, high: int) -> LatestRows:
        """All rows of ``[start, end)`` for ids in ``[low, high]``, by id and time: for export and judging afresh."""
        spec = _kind(kind)
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
        spec, wanted = _kind(kind), _signals(kind, signals)
        _check_window(start, end)
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
        spec, wanted = _kind(kind), _signals(kind, signals)
        _check_window(start, end)
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
        spec, (wanted,) = _kind(kind), _signals(kind, [signal])
        _check_window(start, end)
        if wanted.is_counter:
            raise invalid("signal", "累计量不能排名", signal)
        from_hours = not self._from_minutes(spec, start, end, source)
        found = statements.worst(self._engine, spec, wanted, start, end, n, order == "highest", from_hours)
        counts = column_or_empty(found, "t", np.int64)
        means = _ratio(column_or_empty(found, "s", np.int64) / wanted.scale, counts)
        return Ranked(column_or_empty(found, "id", np.uint32), means, counts)

    # --- upkeep -------------------------------------------------------------------------------------------------------

    def days(self, kind: str) -> list[date]:
        """Days (Asia/Shanghai) with minutes, oldest first."""
        return [date.fromisoformat(d) for d in statements.day_partitions(self._engine, _kind(kind))]

    def sizes(self) -> dict[str, tuple[int, int, int]]:
        """Rows, bytes on disk and parts of every table."""
        return statements.sizes(self._engine)

    def merge_fully(self, kind: str) -> None:
        """Merges the kind's parts to one a day: after a large import, or to measure sizes."""
        spec = _kind(kind)
        statements.merge_fully(self._engine, spec.table)
        statements.merge_fully(self._engine, f"{spec.table}_h")

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


def missing_words(kind: Kind, columns: Sequence[NDArray[Any]]) -> NDArray[np.uint64]:
    """Verdict words that only say which values are missing."""
    words = np.zeros(columns[0].shape[0], np.uint64)
    for i, (s, column) in enumerate(zip(kind.signals, columns, strict=True)):
        gone = column == s.missing
        if gone.any():
            words |= gone.astype(np.uint64) * np.uint64(Verdict.MISSING << (VERDICT_BITS * i))
    return words


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise invalid("kind", "没有这一类监测对象", code)
    return KINDS[code]


def _signals(kind: str, codes: Sequence[str]) -> list[Signal]:
    spec = _kind(kind)
    unknown = [c for c in codes if c not in spec.index]
    if unknown or not codes:
        raise invalid("signals", "没有这一监测量", ", ".join(unknown) or "give at least one")
    return [spec[c] for c in codes]


def _check_window(start: int, end: int) -> None:
    if not 0 <= start < end:
        raise invalid("end", "时间范围须为正", f"[{start}, {end})")


def _width(span: int, points: int, step: int) -> int:
    """Smallest multiple of ``step`` that covers the span with at most ``points`` buckets."""
    return max(1, -(-span // (points * step))) * step


def _scaled(signal: Signal, values: NDArray[Any]) -> NDArray[Any]:
    return values if values.dtype.kind in "iu" else signal.encode(values)


def _sums(signal: Signal, mean: NDArray[Any], count: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scaled sum and usable count behind a mean; no value, no count."""
    if mean.dtype.kind in "iu":
        there = mean != signal.missing
        usable = np.where(there, count, 0) if not there.all() else count
        wide = np.dtype(np.int32 if signal.bits <= 16 else np.int64)
        return np.multiply(mean, usable, dtype=wide, casting="unsafe"), usable
    usable = np.where(np.isfinite(mean), count, 0)
    total = np.rint(np.nan_to_num(mean, copy=True).astype(np.float64) * (usable * float(signal.scale)))
    return total, usable


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


_installed: list[Store] = []


def install_store(opened: Store) -> None:
    """Makes one open store the process's own."""
    _installed[:] = [opened]


def store() -> Store:
    if not _installed:
        raise RuntimeError("no telemetry store is installed: call install_store at start-up")
    return _installed[0]
