"""How warm will rooms be, and which homes take no heat?  Measured flats of one winter, simulated ones of another.

Rolling origin: each week of the second half is forecast by what the weeks before it taught, from every hour of it.
Outdoor and supply temperatures ahead are the observed ones.  Baselines on the same hours: as now (persistence), and an
ordinary ridge of the room, weather and supply learned once from the first half.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from bench.diagnosis_accuracy import Row
from bench.diagnosis_seasons import Stretch, city_of, winters
from cleanheat.calc.models import ridge
from cleanheat.calc.models.series import HOUR_S, step_means
from cleanheat.calc.rooms import horizons, stopped_household
from cleanheat.calc.rooms.horizons import HORIZONS_H, RoomInputs
from cleanheat.calc.rooms.states import group_median
from cleanheat.calc.rooms.stopped_household import MeterReading, StopLimits
from cleanheat.kernel import parameters
from cleanheat.simulator import chance
from cleanheat.simulator.families import Fault

Floats = NDArray[Any]
FOLDER = Path(__file__).parents[2] / "shared/data/substations_nis"
TARGETS_K = {1: 0.095, 6: 0.25, 24: 0.28, 48: 0.38}
WEEK_H, LEAST_HOURS = 168, 100
UNITS, LEAST_ROOMS = 16, 6
HOMES, BUILDINGS, STOPPED_SHARE, NEARLY_CLOSED = 60, 400, 0.08, 0.12
Errors = tuple[Floats, Floats, Floats]
"""Mean absolute errors ``[rooms, horizons]`` in K: ours, as now, ridge."""


def rows(seed: int, quick: bool) -> list[Row]:
    found: list[Row] = []
    measured = [_judged(_measured(n)) for n in ("L4", "L17") if (FOLDER / f"season2024_25_{n}.csv.gz").exists()]
    if measured:
        found += _horizons(_together(measured), "L4, L17 measured", True)
    else:
        print(f"{FOLDER} is not there: no measured rooms judged")
    city = city_of(seed, substations=40 if quick else 120)
    winter = next(winters(city, (2024,), ("unit",), rooms=True))
    found += _horizons(_together([_judged(at) for at in _by_unit(winter, 2 if quick else UNITS)]), "simulated", False)
    return [*found, *_households(seed, BUILDINGS // 10 if quick else BUILDINGS)]


def _measured(station: str) -> RoomInputs:
    """Hourly means of a season's flats, in local time as recorded."""
    table = csv.read_csv(FOLDER / f"season2024_25_{station}.csv.gz")
    stamps = table["datetime"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy()
    start = int(stamps[0]) // HOUR_S * HOUR_S
    steps = int((stamps[-1] - start) // HOUR_S) + 1

    def hourly(name: str, low: float, high: float) -> Floats:
        values = np.asarray(table[name].to_numpy(zero_copy_only=False), np.float64)
        return step_means(stamps, np.where((values > low) & (values < high), values, np.nan), start, HOUR_S, steps)

    rooms = np.stack([hourly(n, 5.0, 40.0) for n in table.column_names if n.startswith("temperature_")])
    supply = np.broadcast_to(hourly("t_sup_sec", 1.0, 120.0), rooms.shape)
    hour = (start // HOUR_S + np.arange(steps)) % 24
    return RoomInputs(rooms, supply, hourly("t_amb", -39.0, 45.0), hour)


def _by_unit(winter: Stretch, units: int) -> list[RoomInputs]:
    """Rooms of some units with several, from two weeks after the season's start; rooms with a bad sensor left out."""
    city, begin = winter.city, 30 * 24
    unit = city.buildings.unit_row[city.rooms.building_row]
    bad = (
        city.rooms.is_stuck
        | city.rooms.lies
        | winter.wrong("room", Fault.ROOM_VACANT, Fault.ROOM_MISPLACED).any(axis=1)
    )
    count = np.bincount(unit[(unit >= 0) & ~bad], minlength=city.units.count)
    hour = (winter.times[begin:] // HOUR_S + 8) % 24
    found = []
    for row in np.flatnonzero(count >= LEAST_ROOMS)[:units].tolist():
        rooms = np.asarray(winter.values["room"]["room_c"][(unit == row) & ~bad, begin:], np.float64)
        supply = np.broadcast_to(winter.values["unit"]["supply_c"][row, begin:].astype(np.float64), rooms.shape)
        found.append(RoomInputs(rooms, supply, winter.outdoor_c[begin:].astype(np.float64), hour))
    return found


def _judged(at: RoomInputs) -> Errors:
    """Errors over the second half, week by week."""
    hours = at.room_c.shape[1]
    half = hours // 2 // WEEK_H * WEEK_H
    ours = np.full((at.room_c.shape[0], len(HORIZONS_H), hours), np.nan)
    for begin in range(half, hours, WEEK_H):
        past = RoomInputs(at.room_c[:, :begin], at.supply_c[:, :begin], at.outdoor_c[:begin], at.local_hour[:begin])
        said = horizons.forecast(horizons.fit(past), at)
        ours[:, :, begin : begin + WEEK_H] = said[:, :, begin : begin + WEEK_H]
    parts = [[], [], []]  # type: list[list[Floats]]
    for i, ahead in enumerate(HORIZONS_H):
        was = np.full(at.room_c.shape, np.nan)
        was[:, :-ahead] = at.room_c[:, ahead:]
        linear = _linear(at, was, ahead, half)
        use = np.isfinite(was) & np.isfinite(ours[:, i]) & np.isfinite(linear) & (np.arange(hours) >= half)
        for part, said in zip(parts, (ours[:, i], at.room_c, linear), strict=True):
            error = np.where(use, np.abs(np.where(use, said - was, 0.0)), 0.0).sum(axis=1)
            part.append(np.where(use.sum(axis=1) >= LEAST_HOURS, error / np.maximum(use.sum(axis=1), 1), np.nan))
    return tuple(np.stack(p, axis=1) for p in parts)  # type: ignore[return-value]


def _linear(at: RoomInputs, was: Floats, ahead: int, half: int) -> Floats:
    """A plain ARX ridge a room: room now, an hour and a day ago, supply and weather now and then, hour of the day."""

    def ago(values: Floats, hours: int) -> Floats:
        out = np.full(values.shape, np.nan)
        out[..., max(hours, 0) : values.shape[-1] + min(hours, 0)] = values[
            ..., max(-hours, 0) : values.shape[-1] - max(hours, 0)
        ]
        return out

    outdoor = np.broadcast_to(at.outdoor_c, at.room_c.shape)
    angle = 2 * np.pi * (at.local_hour + ahead) / 24
    columns = [
        np.ones_like(at.room_c),
        at.room_c,
        ago(at.room_c, 1),
        ago(at.room_c, 24),
        at.supply_c,
        ago(at.supply_c, -ahead),
    ]
    columns += [outdoor, ago(outdoor, -ahead), *(np.broadcast_to(f(angle), at.room_c.shape) for f in (np.sin, np.cos))]
    x = np.stack(columns, axis=-1)
    learned = np.isfinite(was) & np.isfinite(x).all(axis=-1) & (np.arange(was.shape[1]) + ahead < half)
    prior = np.full(x.shape[-1], 1.0)
    return ridge.predict(ridge.solve(ridge.accumulate(x, was, learned), prior), x)


def _together(parts: list[Errors]) -> Errors:
    return tuple(np.concatenate(p) for p in zip(*parts, strict=True))  # type: ignore[return-value]


def _horizons(errors: Errors, data: str, is_measured: bool) -> list[Row]:
    ours, now, linear = errors
    found = []
    note = "weather and supply ahead observed"
    for i, ahead in enumerate(HORIZONS_H):
        beside = {"persistence": float(np.nanmedian(now[:, i])), "ridge": float(np.nanmedian(linear[:, i]))}
        counts = f"{np.isfinite(ours[:, i]).sum()} rooms"
        value = float(np.nanmedian(ours[:, i]))
        found.append(
            Row(f"room +{ahead} h: median MAE", data, value, "K", TARGETS_K[ahead], "lower", beside, counts, note)
        )
    worse = (ours > 1.001 * now).any(axis=1)
    names = "" if not is_measured else f"by at most {np.nanmax(np.where(ours > now, ours - now, 0.0)):.3f} K"
    found.append(
        Row(
            "rooms worse than persistence at any horizon",
            data,
            float(worse.sum()),
            "rooms",
            0.0,
            counts=f"of {worse.shape[0]}",
            note=names,
        )
    )
    return found


def _households(seed: int, buildings: int) -> list[Row]:
    """One reading of every home's meter at one moment; who is stopped is known."""
    reading, stopped = _meters(seed, buildings)
    middle = {
        name: _beside(values, reading.building, buildings)
        for name, values in (
            ("flow", reading.flow_t_h / reading.area_m2), ("heat", reading.heat_w_m2),
            ("return", reading.return_c), ("room", reading.room_c),
        )
    }  # fmt: skip
    table = parameters.read("cleanheat.diagnosis.service", "service.toml")["stopped"]
    said = stopped_household.probability(reading, middle, StopLimits(**parameters.values(table)))
    by_flow = reading.flow_t_h / reading.area_m2 < 0.2 * middle["flow"]
    by_heat = reading.heat_w_m2 < 0.2 * middle["heat"]
    known = np.isfinite(said)
    scores = [_precision_recall(v[known], stopped[known]) for v in (said > 0.5, by_flow, by_heat)]
    found = []
    for i, (what, target) in enumerate((("precision", 0.95), ("recall", 0.98))):
        beside = {"flow alone": scores[1][i], "heat alone": scores[2][i]}
        counts = f"{int(stopped[known].sum()):,} stopped of {int(known.sum()):,} homes"
        note = "meters drawn from stated distributions, not measured"
        found.append(
            Row(
                f"stopped household, one reading: {what}",
                "simulated",
                scores[0][i],
                "%",
                target,
                "higher",
                beside,
                counts,
                note,
            )
        )
    return found


def _beside(values: Floats, building: NDArray[np.int64], buildings: int) -> Floats:
    return np.asarray(group_median(values, building, buildings + 1)[0][building])


def _precision_recall(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> tuple[float, float]:
    hit = float((said & true).sum())
    return hit / max(float(said.sum()), 1.0), hit / max(float(true.sum()), 1.0)


def _meters(seed: int, buildings: int) -> tuple[MeterReading, NDArray[np.bool_]]:
    """Homes of buildings in the cold: most throttle little, one in eight nearly closes; 8 % are stopped, some leak.

    Water cools the more the less flows (as a radiator's effectiveness falls with flow), a stopped home's return stands
    near its stairwell, its rooms live on its neighbours; a third have a room sensor, channels fail now and then.
    """
    n = buildings * HOMES
    home = np.arange(n)

    def luck(name: str) -> Floats:
        return chance.uniform(seed, f"home/{name}", home)

    def bell(name: str) -> Floats:
        return chance.normal(seed, f"home/{name}", home)

    building = home // HOMES + 1
    supply = (42.0 + 14.0 * chance.uniform(seed, "home/supply", building)) + 0.5 * bell("supply/own")
    stopped = luck("stopped") < STOPPED_SHARE
    throttled = luck("closed") < NEARLY_CLOSED
    share = np.exp(0.28 * bell("share"))
    share = np.where(throttled, 0.12 + 0.35 * luck("throttle"), share)
    share = np.where(stopped, np.where(luck("leaks") < 0.12, 0.02 + 0.12 * luck("leak"), 0.0), share)
    room = np.where(stopped, 14.0 + 1.6 * bell("room"), 21.3 + 1.2 * bell("room") - 1.2 * throttled)
    effect = -np.expm1(-0.42 / np.maximum(share, 1e-3))
    back = supply - (supply - room) * np.clip(effect, 0.0, 0.93)
    back = np.where(stopped & (share == 0), 19.0 + 3.0 * bell("standing"), back) + 0.3 * bell("sensor")
    area = 55.0 + 70.0 * luck("area")
    flow = np.round(share * 0.0029 * area * (1 + 0.02 * bell("flow")), 3)
    heat = 1163.0 * flow * np.maximum(supply - back, 0.0) / area
    heat = np.where(luck("heat/dead") < 0.02, np.nan, heat)
    flow = np.where(luck("flow/dead") < 0.02, np.nan, flow)
    back = np.where(luck("back/dead") < 0.02, np.nan, back)
    room = np.where(luck("sensor") < 0.33, room + 0.2 * bell("room/sensor"), np.nan)
    return MeterReading(flow, area, heat, back, room, building), stopped
