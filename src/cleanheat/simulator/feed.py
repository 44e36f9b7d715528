"""What do the companies send in a minute?  One batch a sender: with gaps, late, twice, out of order.

Any later start is possible: the city is a function of time, and only the counters are carried over (through the time in
between, at a coarse step).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, season_of
from cleanheat.simulator import sensors
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Labels, Schedule, write_labels
from cleanheat.simulator.grid import Grid, Knots
from cleanheat.simulator.physics import City, Columns, Window
from cleanheat.simulator.state import FeedState
from cleanheat.simulator.weather import Weather
from cleanheat.telemetry.frames import Block

Delivery = tuple[int, list[Block]]
WINDOW_H = 6
SAVE_EVERY_MINUTES = 30
SEQUENCE_RESERVE = 10_000
CATCH_UP_STEPS = 400


@dataclass(frozen=True)
class _Order:
    """A kind's objects by sender: row order, where each sender's part starts, numbers in that order."""

    rows: NDArray[np.int64]
    senders: NDArray[np.int32]
    sender_slot: NDArray[np.int64]
    whole: bool


class Feed:
    """The readings of every minute, sender by sender.  ``minute(t)`` is called for ascending minutes."""

    def __init__(
        self,
        archive: Archive,
        seed: int,
        start: int,
        data_dir: Path,
        weather: Weather | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.city = City(archive, seed, weather, schedule)
        self.seed = seed
        self.folder = data_dir / "simulator"
        self._orders = {kind: _order(self.city.sender[kind]) for kind in KINDS}
        self._window: Window | None = None
        self._people: dict[str, Knots] = {}
        self._later: dict[int, list[Delivery]] = defaultdict(list)
        self.state = FeedState.load(self.folder, self.city.new_counters())
        self._sequence = self.state.sequence
        self._reserve()
        begin = self.state.minute or season_of(start).start
        self._run_up(begin + MINUTE_S, start)
        self.state.minute = max(start - MINUTE_S, 0)

    def minute(self, t: int) -> list[Delivery]:
        """Batches that arrive in the minute starting at ``t``: this minute's, and what was held back earlier."""
        self._run_up(self.state.minute + MINUTE_S, t)
        grid = Grid(t, 1)
        window = self._window_at(t)
        sequence = self._sequence
        batches: dict[int, list[Block]] = defaultdict(list)
        for kind, columns in self._readings(window, grid).items():
            for sender, block in self._blocks(kind, columns, grid, window, sequence):
                batches[sender].append(block)
        self._sequence += 1
        self.state.minute = t
        if self._sequence >= self.state.sequence or (t // MINUTE_S) % SAVE_EVERY_MINUTES == 0:
            self._reserve()
        return self._delivered(t, batches)

    def labels(self, start: int, end: int) -> Labels:
        """What is wrong in ``[start, end)``: for tests and training, never for the platform."""
        return self.city.labels(start, end)

    def close(self) -> None:
        """Save the state so that the next start continues here."""
        self.state.sequence = self._sequence
        self.state.save(self.folder)

    def _reserve(self) -> None:
        """Sequence numbers are reserved ahead on disk, so that none is used twice even after a crash."""
        self.state.sequence = self._sequence + SEQUENCE_RESERVE
        self.state.save(self.folder)

    def _run_up(self, begin: int, end: int) -> None:
        """Let the counters turn over the minutes ``[begin, end)`` that nobody asked for."""
        if end <= begin:
            return
        minutes = (end - begin) // MINUTE_S
        stride = max(1, min(60, minutes // CATCH_UP_STEPS + 1), minutes // 2_000)
        at = begin
        while at < end:
            n = max(1, min(10 * DAY_S, end - at) // (stride * MINUTE_S))
            grid = Grid(at, n, min(stride * MINUTE_S, end - at))
            self._network(self.city.window(grid.first_hour, grid.n_hours), grid)
            at += n * grid.step_s

    def _network(self, window: Window, grid: Grid) -> dict[str, Columns]:
        counters = self.state.counters
        units = self.city.unit_readings(window, slice(0, self.city.units.count), grid, counters)
        sources = self.city.source_readings(window, grid, units.load, units.peak_kw, counters)
        return {**sources, "unit": units.columns}

    def _readings(self, window: Window, grid: Grid) -> dict[str, Columns]:
        found = self._network(window, grid)
        found["device"] = self.city.device_readings(slice(None), grid, self._people["device"], window)
        found["room"] = self.city.room_readings(slice(None), grid, self._people["room"], window)
        found["weather"] = self.city.weather_readings(window, grid)
        for kind, columns in found.items():
            sensors.drop_out(kind, columns, sensors.generator(self.seed, kind, grid.minute))
        return {kind: found[kind] for kind in KINDS}

    def _window_at(self, t: int) -> Window:
        """The hours around ``t``, made anew every few hours of city time."""
        hour = t // HOUR_S
        window = self._window
        if window is None or not window.first_hour <= hour < window.first_hour + WINDOW_H:
            window = self.city.window(hour - hour % WINDOW_H, WINDOW_H + 1)
            self._people = {"room": self.city.room_knots(window), "device": self.city.device_knots(window)}
            self._window = window
            write_labels(window.labels, self.folder / "labels" / f"live-{window.first_hour * HOUR_S}.parquet")
        return window

    def _blocks(
        self, kind: str, columns: Columns, grid: Grid, window: Window, sequence: int
    ) -> Iterator[tuple[int, Block]]:
        """The kind's rows that get through, cut by sender."""
        order = self._orders[kind]
        silent = self.city.silent(kind, slice(None), grid, window.labels)
        rows, slots = order.rows, order.sender_slot
        if silent is not None:
            heard = ~silent[rows, 0]
            rows, slots = rows[heard], slots[heard]
        ids = self.city.archive[kind].numbers[rows].astype(np.uint32)
        flat = [c[:, 0] if order.whole and silent is None else c[rows, 0] for c in columns]
        bounds = np.searchsorted(slots, np.arange(order.senders.shape[0] + 1))
        wrong = _wrong_clocks(window.labels, grid.start)
        for i, sender in enumerate(order.senders.tolist()):
            part = slice(bounds[i], bounds[i + 1])
            if part.stop > part.start:
                own = [_or_none(s.missing, c[part]) for s, c in zip(KINDS[kind].signals, flat, strict=True)]
                minute = grid.start + wrong.get(sender, 0)
                yield sender, Block(sender, sequence, kind, minute, ids[part], own)

    def _delivered(self, t: int, batches: Mapping[int, list[Block]]) -> list[Delivery]:
        """Most batches at once; a few late (after newer ones), twice or never."""
        arriving: list[Delivery] = []
        senders = np.array(sorted(batches), np.int32)
        unlucky = self.city.schedule.deliveries(senders, t, t + MINUTE_S)
        fate = {int(u["number"]): (int(u["fault"]), int(u["amount"])) for u in unlucky}  # a batch in a hundred
        for sender in senders.tolist():
            batch = (sender, batches[sender])
            fault, minutes = fate.get(sender, (0, 0))
            if fault not in {Fault.LATE, Fault.BATCH_LOST}:
                arriving.append(batch)
            if fault in {Fault.LATE, Fault.DUPLICATED}:
                self._later[t + minutes * MINUTE_S].append(batch)
        for due in sorted(d for d in self._later if d <= t):
            arriving += self._later.pop(due)
        return arriving


def _wrong_clocks(labels: Labels, t: int) -> dict[int, int]:
    """Senders whose clock is wrong at an instant, and by how many seconds it is ahead."""
    found = labels[(labels["fault"] == Fault.WRONG_CLOCK) & (labels["start"] <= t) & (labels["end"] > t)]
    return {int(f["number"]): int(f["amount"]) * MINUTE_S for f in found}


def _order(sender: NDArray[np.int32]) -> _Order:
    rows = np.argsort(sender, kind="stable")
    senders, slot = np.unique(sender[rows], return_inverse=True)
    return _Order(rows, senders.astype(np.int32), slot.astype(np.int64), bool(np.all(rows == np.arange(rows.shape[0]))))


def _or_none(missing: int, column: NDArray[Any]) -> NDArray[Any] | None:
    """A column nobody of the sender's objects has is not sent at all."""
    return None if column[0] == missing and bool((column == missing).all()) else column
