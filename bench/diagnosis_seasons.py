"""What do three labelled winters of a city look like?  Arrays straight from the simulator's physics, without a store.

``winters(city_of(11))`` gives each winter as a :class:`Stretch`: hourly means ``float32[S, T]`` under the diagnosis'
channel names with everything that sensors and gateways do to them, beside the labels of what was really wrong.
``minutes`` gives any stretch minute by minute.  Django must be set up (``make_city`` reads vocabularies of the rooms).

Develop with seeds 11, 23, 37; the evaluation seed is for figures only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, season, season_of
from cleanheat.simulator.city import make_city
from cleanheat.simulator.city.sizes import SIZES
from cleanheat.simulator.families import DELIVERY, Fault
from cleanheat.simulator.faults import Labels, Schedule
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City, Columns, Window

DEVELOPMENT_SEEDS, EVALUATION_SEED = (11, 23, 37), 900_101
YEARS = (2022, 2023, 2024)
BEFORE_DAYS = 15
"""A winter begins this long before its first heating day, so that start-up is seen."""
SPAN_H, MINUTE_SPAN = 672, 1_440
TURN_DAYS = 4
"""The physics belong to one winter at a time: no span reaches across the days before its start."""
SAMPLE_S = 1_800
_BESIDE = {
    "unit": {
        "primary_supply_mpa": ("primary_supply_pressure_mpa", 1.0),
        "primary_return_mpa": ("primary_return_pressure_mpa", 1.0),
        "valve_setpoint_pct": ("valve_setpoint_pct", 1.0),
    },
    "device": {"is_on": ("is_on", 1.0)},
}
CHANNELS: Mapping[str, Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        kind: {name: (c.signal, c.factor) for name, c in circuit.channels.items()} | _BESIDE.get(kind, {})
        for kind, circuit in CIRCUITS.items()
    }
    | {
        "room": {"room_c": ("room_temp_c", 1.0)},
        "weather": {"outdoor_c": ("outdoor_temp_c", 1.0), "sun_w_m2": ("irradiance_w_m2", 1.0)},
    }
)
"""Kind → channel → (signal of the catalogue, factor to the channel's unit)."""
NETWORK = ("unit", "boiler", "branch", "plant")
Channels = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Stretch:
    """Some time of a city: ``values[kind][channel]`` is float32[S, T], rows in order of ``city.archive[kind].numbers``.

    ``outdoor_c`` and ``sun_w_m2`` [T] are the mean of the weather stations; ``outdoor_true_c`` is what the physics had.
    """

    city: City
    start: int
    step_s: int
    values: Mapping[str, Channels]
    outdoor_c: NDArray[np.float32]
    sun_w_m2: NDArray[np.float32]
    outdoor_true_c: NDArray[np.float32]
    labels: Labels

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """Beginning of every step, epoch seconds."""
        return self.start + self.step_s * np.arange(self.outdoor_c.shape[0], dtype=np.int64)

    def row_of(self, kind: str, numbers: Any) -> NDArray[np.int64]:
        return np.searchsorted(self.city.archive[kind].numbers, numbers)

    def wrong(self, kind: str, *faults: Fault, settle_s: int = 0) -> NDArray[np.bool_]:
        """``bool[S, T]``: where one of the faults (all if none are named) acts on an object of a kind.

        ``settle_s`` lengthens every label: what a fault leaves behind is neither sound nor to be found.
        """
        mask = np.zeros((self.city.archive[kind].count, self.times.shape[0]), bool)
        chosen = self.labels[self.labels["kind"] == kind]
        if faults:
            chosen = chosen[np.isin(chosen["fault"], [int(f) for f in faults])]
        rows = self.row_of(kind, chosen["number"])
        first = np.clip((chosen["start"] - self.start) // self.step_s, 0, mask.shape[1])
        last = np.clip(-(-(chosen["end"] + settle_s - self.start) // self.step_s), 0, mask.shape[1])
        for row, begin, end in zip(rows.tolist(), first.tolist(), last.tolist(), strict=True):
            mask[row, begin:end] = True
        return mask


def city_of(
    seed: int,
    substations: int = 250,
    rate: float = 1.0,
    data_rate: float | None = None,
    rates: Mapping[Fault, float] | None = None,
) -> City:
    """A city of so many substations (one and a half times as many units), its faults ``rate`` times as frequent."""
    branches, boilers = max(2, substations // 80), max(4, substations // 16)
    own = replace(
        SIZES["small"],
        key="trial",
        substations=substations,
        branches=branches,
        boilers=boilers,
        peak_boilers=max(1, boilers // 4),
        communities=2 * substations,
        buildings=12 * substations,
        rooms=min(8 * substations, 4_000),
        devices=600,
    )
    archive = make_city(own, seed).archive()
    return City(archive, seed, schedule=Schedule(archive, seed, rate=rate, data_rate=data_rate, rates=rates))


def winters(
    city: City, years: Sequence[int] = YEARS, kinds: Sequence[str] = NETWORK, rooms: bool = False
) -> Iterator[Stretch]:
    """Winter after winter, hourly means; ``rooms`` adds single rooms and each unit's mean room temperature."""
    for year in years:
        winter = season(year)
        yield hours(city, winter.start - BEFORE_DAYS * DAY_S, winter.end, kinds, rooms)


def hours(city: City, start: int, end: int, kinds: Sequence[str] = NETWORK, rooms: bool = False) -> Stretch:
    """Hourly means of ``[start, end)``; an hour of which nothing arrived is NaN."""
    turn = season_of(end - 1).start - TURN_DAYS * DAY_S
    cuts = [start, turn, end] if start < turn < end else [start, end]
    spans = [
        (at, min(SPAN_H, (stop - at) // HOUR_S))
        for begin, stop in pairwise(cuts)
        for at in range(begin, stop, SPAN_H * HOUR_S)
    ]
    grids = [Grid(at, n * (HOUR_S // SAMPLE_S), SAMPLE_S) for at, n in spans if n > 0]
    return _stretch(city, grids, HOUR_S, (*kinds, "room") if rooms else tuple(kinds))


def minutes(city: City, start: int, n: int, kinds: Sequence[str] = NETWORK) -> Stretch:
    """The same, minute by minute, as the platform receives it."""
    spans = range(start, start + n * MINUTE_S, MINUTE_SPAN * MINUTE_S)
    grids = [Grid(at, min(MINUTE_SPAN, n - (at - start) // MINUTE_S)) for at in spans]
    return _stretch(city, grids, MINUTE_S, tuple(kinds))


def joined(stretches: Sequence[Stretch], kind: str) -> tuple[Channels, NDArray[np.float32], NDArray[np.int64]]:
    """Channels of one kind, outdoor temperature and times of several stretches, one after the other."""
    channels = {
        name: np.concatenate([s.values[kind][name] for s in stretches], axis=1) for name in stretches[0].values[kind]
    }
    outdoor = np.concatenate([s.outdoor_c for s in stretches])
    return channels, outdoor, np.concatenate([s.times for s in stretches])


def _stretch(city: City, grids: Sequence[Grid], step_s: int, kinds: tuple[str, ...]) -> Stretch:
    parts: dict[str, list[Channels]] = {kind: [] for kind in (*kinds, "weather")}
    true: list[NDArray[Any]] = []
    counters = city.new_counters()
    for grid in grids:
        window = city.window(grid.first_hour, grid.n_hours)
        for kind, columns in _readings(city, window, grid, parts, counters):
            parts[kind].append(_channels(city, kind, columns, grid, step_s, window.labels))
        true.append(window.at(window.weather[:1], grid)[0].reshape(-1, step_s // grid.step_s).mean(axis=1))
    values = {
        kind: {name: np.concatenate([c[name] for c in found], axis=1) for name in found[0]}
        for kind, found in parts.items()
    }
    weather = values.pop("weather")
    if "room" in values and "unit" in values:
        values["unit"]["room_c"] = _by_unit(city, values["room"]["room_c"])
    start, end = grids[0].start, int(grids[-1].times[-1]) + grids[-1].step_s
    return Stretch(
        city, start, step_s, values, _over(weather["outdoor_c"]), _over(weather["sun_w_m2"]),
        np.concatenate(true).astype(np.float32), _lasting(city.labels(start, end)),
    )  # fmt: skip


def _lasting(labels: Labels) -> Labels:
    """Without the faults of single batches: in an hourly mean they are nothing."""
    found: Labels = labels[~np.isin(labels["fault"], [int(f) for f in DELIVERY])]
    return found


def _readings(
    city: City, window: Window, grid: Grid, wanted: Mapping[str, Any], counters: Any
) -> Iterator[tuple[str, Columns]]:
    every = slice(None)
    if wanted.keys() & set(NETWORK):
        units = city.unit_readings(window, slice(0, city.units.count), grid, counters)
        if "unit" in wanted:
            yield "unit", units.columns
        if wanted.keys() & {"plant", "branch", "boiler"}:
            found = city.source_readings(window, grid, units.load, units.peak_kw, counters)
            yield from ((kind, columns) for kind, columns in found.items() if kind in wanted)
    if "room" in wanted:
        yield "room", city.room_readings(every, grid, city.room_knots(window), window)
    if "device" in wanted:
        yield "device", city.device_readings(every, grid, city.device_knots(window), window)
    yield "weather", city.weather_readings(window, grid)


def _channels(city: City, kind: str, columns: Columns, grid: Grid, step_s: int, labels: Labels) -> Channels:
    """Means over whole steps in the channels' units; NaN where nothing was said or nothing arrived."""
    spec, each = KINDS[kind], step_s // grid.step_s
    silent = city.silent(kind, slice(0, columns[0].shape[0]), grid, labels)
    found: Channels = {}
    for channel, (code, factor) in CHANNELS[kind].items():
        signal, stored = spec[code], columns[spec.index[code]]
        value = stored.astype(np.float32) * np.float32(factor / signal.scale)
        value[stored == signal.missing] = np.nan
        if silent is not None:
            value[silent] = np.nan
        found[channel] = value if each == 1 else _mean(value.reshape(value.shape[0], -1, each))
    return found


def _mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of what is there over the last axis; NaN where nothing is."""
    there = ~np.isnan(values)
    n = there.sum(axis=-1)
    total = np.where(there, values, 0).sum(axis=-1)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan).astype(np.float32)


def _over(stations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of the weather stations: one with a fault does not move it."""
    return np.nanmedian(stations, axis=0).astype(np.float32)


def _by_unit(city: City, room_c: NDArray[np.float32]) -> NDArray[np.float32]:
    """``[units, T]``: mean of a unit's rooms that say something; NaN where it has none."""
    unit = city.buildings.unit_row[city.rooms.building_row]
    has = unit >= 0
    order = np.argsort(unit[has], kind="stable")
    rows, first = np.unique(unit[has][order], return_index=True)
    values = room_c[has][order]
    there = ~np.isnan(values)
    total = np.add.reduceat(np.where(there, values, 0), first, axis=0)
    n = np.add.reduceat(there.astype(np.float32), first, axis=0)
    mean = np.full((city.units.count, room_c.shape[1]), np.nan, np.float32)
    mean[rows] = np.where(n > 0, total / np.maximum(n, 1), np.nan)
    return mean
