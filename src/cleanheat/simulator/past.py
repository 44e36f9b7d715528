"""What happened before the platform was switched on?  Two seasons of hours, three days of minutes, a day of rooms.

The same functions of (seed, time) as the live feed, evaluated for blocks of objects over many instants at once and
handed to the store in (id, time) order.  The counters end where the feed goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, Season, local, season, season_of
from cleanheat.simulator import sensors
from cleanheat.simulator.faults import write_labels
from cleanheat.simulator.grid import Grid, Knots
from cleanheat.simulator.physics import City, Columns, Window, blocks
from cleanheat.simulator.sources import Load
from cleanheat.simulator.state import FeedState
from cleanheat.simulator.weather import Weather

Progress = Callable[[int, int, str], None]
NETWORK_MINUTES_H, PEOPLE_MINUTES_H = 72, 24
SAMPLES_AN_HOUR = 2
UNIT_HOURS = 1_260_000
"""Unit-hours of one span: what a span keeps in memory, ten days of the city or a whole month of a small one."""
SHORTEST_SPAN_H = 240
UNIT_ROWS, PEOPLE_ROWS, HISTORY_ROWS = 660, 1_500, 1_320
"""Objects of one block: blocks as large as the store takes them at once, since each becomes a part to be merged."""
WORKERS = 2


class PastStore(Protocol):
    """The two calls of the telemetry store that take a past."""

    def append_rows(
        self,
        kind: str,
        ids: NDArray[Any],
        times: NDArray[Any],
        columns: Sequence[NDArray[Any]],
        verdict_words: NDArray[np.uint64] | None,
        token: str,
    ) -> None: ...

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
    ) -> None: ...


HourColumns = list[NDArray[Any] | None]


@dataclass(frozen=True)
class Hours:
    """Rows as ``append_hourly`` takes them."""

    ids: NDArray[np.uint32]
    hours: NDArray[np.uint32]
    counts: NDArray[np.uint16]
    means: HourColumns
    lows: HourColumns
    highs: HourColumns
    lasts: HourColumns


@dataclass
class PastReport:
    """Rows written, by what they are."""

    minute_rows: dict[str, int] = field(default_factory=dict)
    hour_rows: dict[str, int] = field(default_factory=dict)

    def add(self, rows: dict[str, int], kind: str, n: int) -> None:
        rows[kind] = rows.get(kind, 0) + n


def write_past(
    archive: Archive,
    store: PastStore,
    seed: int,
    until: int,
    progress: Progress,
    size: str = "city",
    data_dir: Path | None = None,
    weather: Weather | None = None,
) -> PastReport:
    """Write everything up to ``until`` (exclusive, epoch s); the feed's state and labels go to ``data_dir``.

    ``progress(done, total, note)`` is told after every block; ``size`` only names the city in the notes.
    """
    return _Writer(City(archive, seed, weather), store, until - until % MINUTE_S, progress, size).write(data_dir)


class _Writer:
    def __init__(self, city: City, store: PastStore, until: int, progress: Progress, size: str) -> None:
        self.city, self.store, self.until = city, store, until
        self.counters = city.new_counters()
        self.report = PastReport()
        self._progress, self._size = progress, size
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, int], dict[int, Hours]] = {}
        self._done = 0
        first_minute = (until - NETWORK_MINUTES_H * HOUR_S) // HOUR_S * HOUR_S
        span_h = max(SHORTEST_SPAN_H, UNIT_HOURS // max(city.units.count, 1))
        self._spans = list(_chunks(_seasons(until), first_minute, span_h))
        self._days = list(_days(first_minute, until))
        self._people_days = list(_days((until - PEOPLE_MINUTES_H * HOUR_S) // HOUR_S * HOUR_S, until))
        hours, minutes = (len(blocks(city.units.count, n)) + 1 for n in (HISTORY_ROWS, UNIT_ROWS))
        n_people = sum(len(blocks(n, PEOPLE_ROWS)) for n in (city.rooms.count, city.devices.count))
        network = len(self._spans) * hours + len(self._days) * minutes
        self._total = network + len(self._people_days) * n_people

    def write(self, data_dir: Path | None) -> PastReport:
        with ThreadPoolExecutor(WORKERS) as pool:
            step = HOUR_S // SAMPLES_AN_HOUR
            hours = [Grid(start, (end - start) // step, step) for start, end in self._spans]
            minutes = [Grid(start, (end - start) // MINUTE_S) for start, end in self._days]
            self._network(pool, hours + minutes)
            for start, end in self._people_days:
                self._people(pool, Grid(start, (end - start) // MINUTE_S))
        if data_dir is not None:
            self._leave_state(data_dir / "simulator")
        return self.report

    def _leave_state(self, folder: Path) -> None:
        earlier = FeedState.load(folder, self.counters)
        FeedState(self.counters, self.until - MINUTE_S, earlier.sequence).save(folder)
        if self._spans:
            labels = self.city.schedule.labels(self._spans[0][0], self.until)
            write_labels(labels, folder / "labels" / "past.parquet")

    # --- plants, branches, boilers, units, weather -----------------------------------------------------------------

    def _network(self, pool: ThreadPoolExecutor, grids: Sequence[Grid]) -> None:
        """Spans in order of time; while the units of one are at work, the sources of the one before are done."""

        def window(grid: Grid) -> Window:
            return self.city.window(grid.first_hour, grid.n_hours)

        ahead = pool.submit(window, grids[0])
        rest: Callable[[], None] | None = None
        for i, grid in enumerate(grids):
            here = ahead.result()
            if i + 1 < len(grids):
                ahead = pool.submit(window, grids[i + 1])
            rows = blocks(self.city.units.count, UNIT_ROWS if grid.stride == 1 else HISTORY_ROWS)
            jobs = [pool.submit(self._units, here, block, grid) for block in rows]
            if rest is not None:
                rest()
            rest = partial(self._others, here, grid, *_total([job.result() for job in jobs]))
        if rest is not None:
            rest()

    def _others(self, window: Window, grid: Grid, load: Load, peak_kw: NDArray[Any]) -> None:
        found = self.city.source_readings(window, grid, load, peak_kw, self.counters)
        found["weather"] = self.city.weather_readings(window, grid)
        for kind, columns in found.items():
            self._keep(kind, slice(0, self.city.archive[kind].count), columns, grid, window)
        for kind in (*found, "unit"):
            self._keep_waiting(kind, grid)
        self._tell("热网小时数据" if grid.stride > 1 else "热网分钟数据")

    def _units(self, window: Window, rows: slice, grid: Grid) -> tuple[Load, NDArray[Any]]:
        """One block of units: readings in small parts that fit the processor's cache, kept as one block."""
        parts = [self.city.unit_readings(window, part, grid, self.counters) for part in _parts(rows, grid.n)]
        columns = [np.concatenate(c) for c in zip(*(p.columns for p in parts), strict=True)]
        self._keep("unit", rows, columns, grid, window)
        self._tell("机组小时数据" if grid.stride > 1 else "机组分钟数据")
        return _total([(p.load, p.peak_kw) for p in parts])

    # --- rooms and devices -----------------------------------------------------------------------------------------

    def _people(self, pool: ThreadPoolExecutor, grid: Grid) -> None:
        window = self.city.window(grid.first_hour, grid.n_hours)
        knots = {"room": self.city.room_knots(window), "device": self.city.device_knots(window)}
        counts = {"room": self.city.rooms.count, "device": self.city.devices.count}
        jobs = [
            pool.submit(self._meters, kind, rows, grid, knots[kind], window)
            for kind, n in counts.items()
            for rows in blocks(n, PEOPLE_ROWS)
        ]
        for job in jobs:
            job.result()
        for kind in counts:
            self._keep_waiting(kind, grid)

    def _meters(self, kind: str, rows: slice, grid: Grid, knots: Knots, window: Window) -> None:
        readings = self.city.room_readings if kind == "room" else self.city.device_readings
        parts = [readings(part, grid, knots, window) for part in _parts(rows, grid.n)]
        self._keep(kind, rows, [np.concatenate(c) for c in zip(*parts, strict=True)], grid, window)
        self._tell("室温与农村设备")

    # --- storing ---------------------------------------------------------------------------------------------------

    def _keep(self, kind: str, rows: slice, columns: Columns, grid: Grid, window: Window) -> None:
        """Roll-ups of a block, and its minutes if the grid has them."""
        by_minute = grid.stride == 1
        silent = self.city.silent(kind, rows, grid, window.labels) if by_minute else None
        self._keep_hours(kind, rows, columns, grid, silent)
        if not by_minute:
            return
        ids = self.city.archive[kind].numbers[rows].astype(np.uint32)
        sensors.drop_out(kind, columns, sensors.generator(self.city.seed, kind, grid.minute, rows.start))
        all_ids = np.repeat(ids, grid.n)
        times = np.tile(grid.times.astype(np.uint32), ids.shape[0])
        flat = [c.reshape(-1) for c in columns]
        if silent is not None:
            heard = ~silent.reshape(-1)
            all_ids, times, flat = all_ids[heard], times[heard], [c[heard] for c in flat]
        self.store.append_rows(kind, all_ids, times, flat, None, f"past-{kind}-{grid.start}-{rows.start}")
        with self._lock:
            self.report.add(self.report.minute_rows, kind, all_ids.shape[0])

    def _keep_hours(
        self, kind: str, rows: slice, columns: Columns, grid: Grid, silent: NDArray[np.bool_] | None
    ) -> None:
        """Hours of a block: a span of hours is stored at once, the few of a day's minutes wait for the other blocks."""
        ids = self.city.archive[kind].numbers[rows].astype(np.uint32)
        found = _hours(kind, ids, columns, grid, silent)
        if found is None:
            return
        if grid.stride > 1:
            self._store_hours(kind, found, f"past-hours-{kind}-{grid.start}-{rows.start}")
        else:
            with self._lock:
                self._waiting.setdefault((kind, grid.start), {})[rows.start] = found

    def _keep_waiting(self, kind: str, grid: Grid) -> None:
        """All blocks of a grid are through: their hours become one."""
        blocks_of_hours = self._waiting.pop((kind, grid.start), {})
        if blocks_of_hours:
            found = _joined([blocks_of_hours[row] for row in sorted(blocks_of_hours)])
            self._store_hours(kind, found, f"past-hours-{kind}-{grid.start}")

    def _store_hours(self, kind: str, found: Hours, token: str) -> None:
        self.store.append_hourly(
            kind, found.ids, found.hours, found.counts, found.means, found.lows, found.highs, found.lasts, token
        )
        with self._lock:
            self.report.add(self.report.hour_rows, kind, found.ids.shape[0])

    def _tell(self, note: str) -> None:
        with self._lock:
            self._done += 1
            self._progress(min(self._done, self._total), self._total, note)


def _total(parts: Sequence[tuple[Load, NDArray[Any]]]) -> tuple[Load, NDArray[Any]]:
    load, peak_kw = parts[0]
    for more_load, more_peak_kw in parts[1:]:
        load, peak_kw = load + more_load, peak_kw + more_peak_kw
    return load, peak_kw


def _hours(
    kind: str, ids: NDArray[np.uint32], columns: Columns, grid: Grid, silent: NDArray[np.bool_] | None
) -> Hours | None:
    """Means, extremes and last counters of a grid's whole hours; the hour running is left to the roll-up."""
    each = HOUR_S // grid.step_s
    n_hours = grid.n // each
    if n_hours == 0:
        return None
    shape = (ids.shape[0], n_hours, each)
    cut = n_hours * each
    heard = np.full(shape[:2], HOUR_S // MINUTE_S, np.uint16)
    if silent is not None:
        heard -= silent[:, :cut].reshape(shape).sum(axis=2, dtype=np.uint16)
    there = heard.reshape(-1) > 0
    keep = slice(None) if there.all() else there
    means: HourColumns = []
    lows: HourColumns = []
    highs: HourColumns = []
    lasts: HourColumns = []
    for signal, column in zip(KINDS[kind].signals, columns, strict=True):
        hour = column[:, :cut].reshape(shape)
        values = (None, None, None, hour[:, :, -1]) if signal.is_counter else (*_three(hour, signal.missing), None)
        for target, value in zip((means, lows, highs, lasts), values, strict=True):
            target.append(None if value is None else value.reshape(-1)[keep])
    hours = np.tile(grid.times[:cut:each].astype(np.uint32), ids.shape[0])
    return Hours(np.repeat(ids, n_hours)[keep], hours[keep], heard.reshape(-1)[keep], means, lows, highs, lasts)


def _joined(parts: Sequence[Hours]) -> Hours:
    def columns(name: str) -> HourColumns:
        every = zip(*(getattr(p, name) for p in parts), strict=True)
        return [None if c[0] is None else np.concatenate(c) for c in every]

    ids, hours, counts = (np.concatenate([getattr(p, n) for p in parts]) for n in ("ids", "hours", "counts"))
    return Hours(ids, hours, counts, columns("means"), columns("lows"), columns("highs"), columns("lasts"))


def _three(hour: NDArray[Any], missing: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Mean, lowest and highest of ``[rows, hours, samples]``; nothing where a sample is missing."""
    samples = hour.shape[2]
    if samples == SAMPLES_AN_HOUR:  # numpy reduces axes of two elements slowly
        first, second = hour[:, :, 0], hour[:, :, 1]
        low, high = np.minimum(first, second), np.maximum(first, second)
        mean = ((first.astype(np.int32) + second) // 2).astype(hour.dtype)
    else:
        low, high = hour.min(axis=2), hour.max(axis=2)
        mean = np.rint(hour.sum(axis=2, dtype=np.int32) / np.float32(samples)).astype(hour.dtype)
    gone = low == missing
    if gone.any():
        mean[gone], high[gone] = missing, missing
    return mean, low, high


def _parts(rows: slice, instants: int) -> list[slice]:
    """Rows in parts whose working arrays stay within the second-level cache."""
    size = max(8, 64_000 // max(instants, 1))
    return [slice(i, min(i + size, rows.stop)) for i in range(rows.start, rows.stop, size)]


def _seasons(until: int) -> tuple[Season, Season]:
    """The season before the present one, and the present one."""
    present = season_of(until)
    return season(present.year - 1), present


def _chunks(seasons: Iterable[Season], until: int, longest_h: int) -> Iterable[tuple[int, int]]:
    """Spans of whole hours of the seasons, none across a month; the three days of filling before a season count."""
    for one in seasons:
        at, end = one.start - 3 * DAY_S, min(one.end + HOUR_S, until)
        while at < end:
            here = local(at)
            turn = (here.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=32)).replace(day=1)
            stop = min(end, at + longest_h * HOUR_S, int(turn.timestamp()))
            yield at, stop
            at = stop


def _days(start: int, end: int) -> Iterable[tuple[int, int]]:
    """``[start, end)`` cut at midnight of Asia/Shanghai, where the store's partitions begin."""
    at = start
    while at < end:
        midnight = (at + 8 * HOUR_S) // DAY_S * DAY_S + DAY_S - 8 * HOUR_S
        yield at, min(end, midnight)
        at = min(end, midnight)
