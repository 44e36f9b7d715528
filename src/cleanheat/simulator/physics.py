"""What is the state of the whole city on a grid of instants?  All tables, the hours around, and readings kind by kind.

There is one set of functions of (seed, time) for the past and for the live feed, so the two join without a seam; only
counters carry a state from one call to the next.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, Season, season_of
from cleanheat.simulator import (
    boiler_faults,
    chance,
    devices,
    distortion,
    home_faults,
    rooms,
    sensors,
    shortfall,
    sources,
    stations,
    units,
)
from cleanheat.simulator.effects import TAIL_S, Effects
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import LABEL, Labels, Schedule
from cleanheat.simulator.grid import Grid, Knots
from cleanheat.simulator.shortfall import Shortfall
from cleanheat.simulator.sources import Load
from cleanheat.simulator.weather import Weather

Columns = list[NDArray[Any]]
Resets = Sequence[tuple[int, int, int]]
LONGEST_DELAY_H = 10
LATTICE_H = 168
TRIAL_DAYS = 5
"""Units start up to so many days before their season."""
UNIT_BLOCK = 64
COUNTERS = {code: tuple(i for i, s in enumerate(kind.signals) if s.is_counter) for code, kind in KINDS.items()}


@dataclass
class Counters:
    """Cumulative readings of one kind, ``float64[counters, objects]``, as they stood at the end of the last step."""

    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def advance(self, kind: str, rows: slice, columns: Columns, grid: Grid, resets: Resets = ()) -> None:
        """Replace the rate columns (per hour) by the counters' readings at the end of each step, in place.

        A meter exchanged or reset (row, column, instant) begins again from nothing.
        """
        for slot, i in enumerate(COUNTERS[kind]):
            state = self.values[kind][slot]
            reading = np.cumsum(columns[i], axis=1, dtype=np.float64)
            reading *= grid.step_s / HOUR_S
            reading += state[rows, None]
            for row, column, at in resets:
                if column == i:
                    begun = max(0, -(-(at - grid.start) // grid.step_s))
                    reading[row, begun:] -= reading[row, begun : begun + 1]
            state[rows] = reading[:, -1]
            columns[i] = reading


@dataclass(frozen=True)
class Window:
    """Some hours of the city: weather, faults and the slow quantities that every grid within them needs."""

    first_hour: int
    n_hours: int
    weather: NDArray[np.float64]
    smoothed_c: NDArray[np.float64]
    labels: Labels
    effects: Effects
    supply_c: NDArray[Any]
    unit_knots: Knots
    season: Season
    started_s: NDArray[np.int64]

    @cached_property
    def said_wrongly(self) -> dict[str, Labels]:
        """Faults of what is said, by kind: asked for every block and minute."""
        return {kind: distortion.of_kind(self.labels, kind) for kind in KINDS}

    @cached_property
    def resets(self) -> Labels:
        found: Labels = self.labels[self.labels["fault"] == Fault.COUNTER_RESET]
        return found

    def at(self, hourly: NDArray[Any], grid: Grid) -> NDArray[np.float32]:
        """Hourly rows of this window on a grid within it."""
        return grid.between(np.atleast_2d(hourly).astype(np.float32), self.first_hour)


@dataclass(frozen=True)
class UnitReadings:
    """What some rows of units report on a grid, and what they take from the network."""

    columns: Columns
    load: Load
    peak_kw: NDArray[Any]


class City:
    """The physical city of one archive and seed."""

    def __init__(
        self, archive: Archive, seed: int, weather: Weather | None = None, schedule: Schedule | None = None
    ) -> None:
        self.seed = seed
        self.archive = archive
        self.weather = weather or Weather(seed)
        self.schedule = schedule or Schedule(archive, seed)
        self.sources = sources.source_table(archive, seed)
        source, distance, self._peak_of_unit = sources.supplying(archive, self.sources)
        self.units = units.unit_table(archive, seed, source, distance)
        self.unit_row = np.full(archive["unit"].size, -1, np.int64)
        self.unit_row[self.units.numbers] = np.arange(self.units.count)
        self.rooms = rooms.room_table(archive, seed)
        self.devices = devices.device_table(archive, seed)
        self.stations = stations.station_table(archive, seed)
        self.sender = {k: archive[k].links["sender"][archive[k].numbers] for k in KINDS}
        self._lacking = {k: sensors.lacking(seed, k, self.sender[k]) for k in ("unit", "boiler")}
        self._onset_lock = threading.Lock()
        self._onset: dict[tuple[str, int, int, int], int] = {}

    @cached_property
    def buildings(self) -> rooms.BuildingTable:
        return rooms.building_table(self.archive, self.seed, self.unit_row)

    def new_counters(self) -> Counters:
        """Readings of meters that have been turning since they were installed."""
        values = {}
        for kind, slots in COUNTERS.items():
            numbers = self.archive[kind].numbers
            if slots:
                size = np.full(numbers.shape[0], 4.0)
                if kind == "unit":
                    size = self.units.design_kw / 400.0
                elif kind != "device":
                    size = size * 40.0
                values[kind] = np.stack(
                    [1000.0 * size * (0.2 + chance.uniform(self.seed, f"meter/{i}", numbers)) for i in slots]
                )
        return Counters(values)

    # --- hours -----------------------------------------------------------------------------------------------------

    def window(self, first_hour: int, n_hours: int) -> Window:
        """The hours whose instants ``[first_hour, first_hour + n_hours)`` (knots) enclose the grids to come."""
        start, end = first_hour * HOUR_S, (first_hour + n_hours) * HOUR_S
        span = self._span(first_hour, n_hours)
        labels = self.schedule.labels(start - TAIL_S, end)
        season = season_of(end + TRIAL_DAYS * DAY_S)  # one that begins within the window, or soon after, is the one
        lacks = self._shortfall(labels, span)
        if lacks is not None:
            span = replace(span, source_supply_c=lacks.on_sources(span.source_supply_c))
        return Window(
            first_hour=first_hour,
            n_hours=n_hours,
            weather=self.weather.hours(first_hour, n_hours),
            smoothed_c=span.smoothed_temp_c,
            labels=labels,
            effects=Effects.of(labels, self.unit_row, self._served),
            supply_c=span.source_supply_c[:, LONGEST_DELAY_H:],
            unit_knots=units.knots(self.units, span, lacks),
            season=season,
            started_s=season.start + self.schedule.unit_start_delay_s(self.units.numbers, season.year),
        )

    def _shortfall(self, labels: Labels, span: units.Span) -> Shortfall | None:
        """What stuck valves and short sources take from the load of units in a window; None where there are none."""
        valves = labels[labels["fault"] == Fault.VALVE_STUCK]
        sources_ = labels[np.isin(labels["fault"], (Fault.CAPACITY_SHORTAGE, Fault.BRANCH_UNDER))]
        if valves.shape[0] + sources_.shape[0] == 0:
            return None
        branches = self.sources.branch_numbers.shape[0]
        slots = np.where(
            sources_["kind"] == "branch",
            np.searchsorted(self.sources.branch_numbers, sources_["number"]),
            branches + np.searchsorted(self.sources.boiler_numbers, sources_["number"]),
        ).astype(np.int64)
        before = span.source_first_hour
        felt = self.weather.smoothed_temp_c(before, span.source_supply_c.shape[1])
        source_got = shortfall.shortage(sources_, felt, before)
        given = source_got[:, LONGEST_DELAY_H:]
        served = [np.flatnonzero(self.units.source == slot) for slot in slots.tolist()]
        rows = self.unit_row[valves["number"]]
        own = [units.take(self.units, slice(row, row + 1)) for row in rows.tolist()]
        at = [self._span(int(start) // HOUR_S, 1) for start in valves["start"].tolist()]
        held = [float(units.needed(o, s)[0][0, 0]) for o, s in zip(own, at, strict=True)]
        needs = np.concatenate([units.needed(o, span)[0] for o in own] or [np.ones((0, given.shape[1]), np.float32)])
        stands = shortfall.stuck(valves, held, needs, span.first_hour)
        each = np.repeat(np.arange(len(served)), [len(r) for r in served])
        return Shortfall(
            row=np.concatenate([rows, *served]).astype(np.int64),
            got=np.concatenate([stands, given[each]]),
            stray=np.arange(rows.shape[0] + each.shape[0]) < rows.shape[0],
            source=slots,
            source_got=source_got,
        )

    def _span(self, first_hour: int, n_hours: int) -> units.Span:
        """Weather and source temperatures that units meet, reaching back by the longest transport delay."""
        before, n = first_hour - LONGEST_DELAY_H, n_hours + LONGEST_DELAY_H
        felt = self.weather.smoothed_temp_c(before, n)
        recent = np.convolve(self.weather.outdoor_temp_c(before, n), np.full(6, 1 / 6))[LONGEST_DELAY_H:n]
        supply = sources.supply_knots(self.sources, felt)
        return units.Span(first_hour, felt[LONGEST_DELAY_H:], recent, supply, before)

    @cached_property
    def _served(self) -> list[NDArray[np.int64]]:
        """Unit rows that each boiler room supplies, by boiler number."""
        n = self.sources.branch_numbers.shape[0]
        rows: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * self.archive["boiler"].size
        for row, number in enumerate(self.sources.boiler_numbers.tolist()):
            rows[number] = np.flatnonzero(self.units.source == n + row)
        return rows

    def room_knots(self, window: Window) -> Knots:
        """Hourly room temperatures of a window, buildings having run up to it from the start of an earlier week."""
        first = (window.first_hour - rooms.SPIN_UP_H) // LATTICE_H * LATTICE_H
        hours = window.first_hour + window.n_hours - first
        run_up = self.window(first, hours + 1)
        grid = Grid(first * HOUR_S, hours, HOUR_S)
        ratio = np.empty((self.units.count, hours), np.float32)
        for rows in blocks(self.units.count, 512):
            heat = self._unit_values(run_up, rows, grid).heat_kw
            ratio[rows] = heat / self.units.design_kw[rows, None]
        outdoor, sun = run_up.weather[0, :hours], run_up.weather[3, :hours]
        tilt = 2.0 * chance.uniform(self.seed, "building/tilt", self.archive["building"].numbers) - 1.0
        uneven = home_faults.uneven(
            run_up.labels, self.buildings.unit_row, self.unit_row, tilt.astype(np.float32), first, hours
        )
        at = grid.times
        unheated = (at < run_up.started_s[:, None]) | (at >= run_up.season.end)
        warm = rooms.building_knots(self.buildings, ratio, outdoor, sun, window.n_hours, uneven, unheated)
        found = rooms.room_knots(self.rooms, warm, window.first_hour)
        self._disturb_rooms(found, window)
        return found

    def _disturb_rooms(self, knots: Knots, window: Window) -> None:
        faults = (Fault.ROOM_VACANT, Fault.ROOM_MISPLACED)
        able = np.isin(window.labels["number"], self.rooms.numbers[~self.rooms.is_stuck])
        labels = window.labels[np.isin(window.labels["fault"], faults) & able]
        if labels.shape[0] == 0:
            return
        middle = window.unit_knots.values["middle"]
        unit = np.maximum(self.buildings.unit_row[self.rooms.building_row], 0)
        concerned = np.searchsorted(self.rooms.numbers, labels["number"])
        supply = {int(r): middle[unit[r]] + 0.5 * window.unit_knots.values["difference"][unit[r]] for r in concerned}
        home_faults.disturb_rooms(
            knots.values["room"], labels, self.rooms.numbers, window.first_hour, window.weather[0], supply
        )

    def device_knots(self, window: Window) -> Knots:
        knots = devices.device_knots(
            self.devices, window.first_hour, window.weather[0], window.smoothed_c, window.weather[3]
        )
        home_faults.disturb_devices(knots, window.labels, self.devices.numbers, window.smoothed_c)
        return knots

    # --- readings --------------------------------------------------------------------------------------------------

    def _unit_values(self, window: Window, rows: slice, grid: Grid) -> units.UnitValues:
        return units.evaluate(
            self.units, rows, grid, window.unit_knots, window.effects, self.seed, window.started_s, window.season.end
        )

    def unit_readings(self, window: Window, rows: slice, grid: Grid, counters: Counters) -> UnitReadings:
        """Scaled columns ``[rows, T]`` with sensor faults, and the sums the sources have to carry."""
        values = self._unit_values(window, rows, grid)
        flow = values.primary_flow_t_h
        taken = (values.heat_kw, flow, flow * values.primary_return_c)
        load = Load(*(_by_slot(v, self.units.source[rows], self.sources.count) for v in taken))
        peak_kw = _by_slot(values.heat_kw, self._peak_of_unit[rows], self.sources.boiler_numbers.shape[0])
        columns = self._stored("unit", rows, values.columns, grid, window, counters)
        return UnitReadings(columns, load, peak_kw)

    def _true_at(self, row: int, column: int, start: int) -> int:
        own = units.take(self.units, slice(row, row + 1))
        hour = start // HOUR_S
        calm = units.knots(own, self._span(hour, 2))
        begun = np.zeros(1, np.int64)
        values = units.evaluate(own, slice(0, 1), Grid(start, 1), calm, Effects.none(), self.seed, begun, start + 1)
        return round(float(values.columns[column][0, 0]) * KINDS["unit"].signals[column].scale)

    def source_readings(
        self, window: Window, grid: Grid, load: Load, peak_kw: NDArray[Any], counters: Counters
    ) -> dict[str, Columns]:
        """Scaled columns of plants, branches and boiler rooms, from the sums over all units."""
        runs = ((grid.times >= window.season.start - 3 * DAY_S) & (grid.times < window.season.end)).astype(np.float32)
        idle = boiler_faults.idle(window.labels, self.sources.boiler_numbers, grid.times)
        if idle is not None:
            peak_kw = np.where(idle, 0.0, peak_kw)
        values = sources.evaluate(
            self.sources,
            grid,
            window.at(window.supply_c, grid),
            window.at(window.smoothed_c, grid)[0],
            load,
            peak_kw / 1000.0,
            self.seed,
            runs,
        )
        boiler_faults.disturb(values.boiler, window.labels, self.sources.boiler_numbers, grid.times, self.seed)
        every = slice(None)
        return {
            kind: self._stored(kind, every, list(getattr(values, kind)), grid, window, counters)
            for kind in ("plant", "branch", "boiler")
        }

    def room_readings(self, rows: slice, grid: Grid, knots: Knots, window: Window) -> Columns:
        return self._stored("room", rows, rooms.evaluate(self.rooms, rows, grid, knots, self.seed), grid, window)

    def device_readings(self, rows: slice, grid: Grid, knots: Knots, window: Window) -> Columns:
        values = devices.evaluate(self.devices, rows, grid, knots, self.seed)
        home_faults.cycle_devices(values, self.devices, rows, grid, knots, window.labels, self.seed)
        return self._stored("device", rows, values, grid, window)

    def weather_readings(self, window: Window, grid: Grid) -> Columns:
        values = stations.evaluate(self.stations, grid, window.weather, window.first_hour, self.seed)
        return self._stored("weather", slice(None), values, grid, window)

    def _stored(
        self, kind: str, rows: slice, columns: Columns, grid: Grid, window: Window, counters: Counters | None = None
    ) -> Columns:
        """What meters and sensors make of the true values: counted, rounded, and wrong where a fault says so."""
        numbers = self.archive[kind].numbers
        first, last, _ = rows.indices(numbers.shape[0])
        if counters is not None:
            counters.advance(kind, rows, columns, grid, self._resets(kind, first, last, grid, window))
        stored = [sensors.quantise(s, c) for s, c in zip(KINDS[kind].signals, columns, strict=True)]
        for i, lacks in self._lacking.get(kind, {}).items():
            stored[i][lacks[rows]] = KINDS[kind].signals[i].missing
        labels = window.said_wrongly[kind]
        if labels.shape[0]:
            at = np.searchsorted(numbers, labels["number"])
            distortion.distort(kind, stored, labels, at, first, grid.times, partial(self._held, kind))
        return stored

    def _resets(self, kind: str, first: int, last: int, grid: Grid, window: Window) -> list[tuple[int, int, int]]:
        labels = window.resets
        until = grid.start + grid.n * grid.step_s
        found = labels[(labels["kind"] == kind) & (labels["start"] >= grid.start) & (labels["start"] < until)]
        rows = np.searchsorted(self.archive[kind].numbers, found["number"])
        inside = (rows >= first) & (rows < last)
        begun = zip(rows[inside] - first, found["column"][inside], found["start"][inside], strict=True)
        return [(int(row), int(column), int(at)) for row, column, at in begun]

    def _held(self, kind: str, row: int, column: int, start: int, seen: int, is_onset: bool) -> int:
        """The scaled value at which a sensor got stuck, remembered since every later minute asks for it.

        Of a unit stuck before anybody looked the physics knows what it said; of other kinds what is ``seen`` first.
        """
        key = (kind, row, column, start)
        with self._onset_lock:
            if key in self._onset:
                return self._onset[key]
        value = seen if is_onset or kind != "unit" else self._true_at(row, column, start)
        with self._onset_lock:
            return self._onset.setdefault(key, value)

    def silent(self, kind: str, rows: slice, grid: Grid, labels: Labels) -> NDArray[np.bool_] | None:
        """``[rows, T]``: where nothing of an object arrives, because its gateway or the meter itself is silent."""
        table = self.archive[kind]
        masks = []
        if kind in {"unit", "boiler", "room"}:
            masks.append(self._lost(labels, Fault.COMPANY_GATEWAY, self.sender[kind][rows], grid))
        if kind == "device":
            masks.append(self._lost(labels, Fault.PLATFORM_GATEWAY, self.sender[kind][rows], grid))
        if kind == "unit":
            substation = table.links["substation"][table.numbers[rows]]
            masks.append(self._lost(labels, Fault.SUBSTATION_GATEWAY, substation, grid))
        masks.append(self._rows_missing(kind, rows, grid, labels))
        if kind in sensors.DEAD_SHARE:
            gone = sensors.dead(self.seed, kind, table.numbers[rows], grid.start // DAY_S)
            masks.append(np.broadcast_to(gone[:, None], (gone.shape[0], grid.n)) if gone.any() else None)
        found = [m for m in masks if m is not None]
        return np.logical_or.reduce(found) if found else None

    def _rows_missing(self, kind: str, rows: slice, grid: Grid, labels: Labels) -> NDArray[np.bool_] | None:
        mine = labels[(labels["fault"] == Fault.ROW_MISSING) & (labels["kind"] == kind)]
        return self._lost(mine, Fault.ROW_MISSING, self.archive[kind].numbers[rows], grid) if mine.shape[0] else None

    def labels(self, start: int, end: int) -> Labels:
        """Everything that is wrong in ``[start, end)``: the schedule's faults, batches and rooms with bad meters."""
        senders = np.unique(np.concatenate(list(self.sender.values())))
        parts = [self.schedule.labels(start, end), self.schedule.deliveries(senders, start, end)]
        for fault, flawed in ((Fault.STUCK, self.rooms.is_stuck), (Fault.LIE, self.rooms.lies)):
            label = np.zeros(int(np.count_nonzero(flawed)), LABEL)
            label["kind"], label["number"], label["fault"] = "room", self.rooms.numbers[flawed], fault
            label["start"], label["end"], label["amount"] = start, end, 1.0
            parts.append(label)
        found = np.concatenate(parts)
        return found[np.argsort(found["start"], kind="stable")]

    def _lost(self, labels: Labels, fault: Fault, slot: NDArray[np.int32], grid: Grid) -> NDArray[np.bool_] | None:
        return sensors.silent(labels, fault, slot, grid.times)


def _by_slot(values: NDArray[Any], slot: NDArray[np.int64], n: int) -> NDArray[np.float32]:
    """``[n, T]``: sums of rows by their slot; rows of slot −1 count nowhere."""
    order = np.argsort(slot, kind="stable")
    found, first = np.unique(slot[order], return_index=True)
    sums = np.add.reduceat(values[order], first, axis=0)
    total = np.zeros((n, values.shape[1]), np.float32)
    total[found[found >= 0]] = sums[found >= 0]
    return total


def blocks(n: int, size: int) -> list[slice]:
    return [slice(i, min(i + size, n)) for i in range(0, n, size)]
