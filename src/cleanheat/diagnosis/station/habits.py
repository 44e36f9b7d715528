"""What does a day look like at these stations?  The facts of each day that detection judges, and the habits behind.

Learned from training days only: the level while running, the timetable by outdoor temperature, and each signal's value
in running hours by weather, hour and time since the start.  Works with whatever signals there are; at least one water
temperature (or a heat meter) and the outdoor temperature.

Shapes: S stations, T = 24·D hours from a local midnight, C signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import cycling, day_shape, frozen, running
from cleanheat.calc.anomaly.days import HOURS, by_day, day_means, since_false
from cleanheat.calc.models.ridge import fit, predict
from cleanheat.calc.models.weather_memory import memories

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SIGNALS = ("supply_c", "return_c", "primary_return_c", "primary_supply_c", "heat_kw")
FLOORS = {"supply_c": 0.2, "return_c": 0.2, "primary_return_c": 0.3, "primary_supply_c": 0.5, "heat_kw": 0.0}
"""Least spread of a day's mean believed, in each signal's unit."""
_LEVEL_BY = ("return_c", "supply_c", "primary_return_c")
_DAY = slice(6, 22)
"""Hours in which swings are counted: nights are often left out on purpose."""
_HARMONICS = (1, 2, 3)
_PER_DAY = ("residual", "expected", "missing", "swings", "still", "stop", "turns", "outdoor_c")
_PAUSE_DAYS = 21
_BRIDGED_H = 2


@dataclass(frozen=True)
class Settings:
    """Numbers of the model, from ``detection.toml``."""

    running_level: float
    ramp_hours: float
    least_hours: float
    fraction: float
    swing_level: float
    swing_least: float
    still_least_h: float
    missing_least: float
    delivery_least: float
    evident_missing: float
    evident_still_h: float
    z_least: float
    z_evident: float
    evident_share: float
    size_least: float
    size_again: float
    warm_return_k: float
    outdoor_below_c: float
    window_days: float
    false_alarm_share: float
    training_least_days: float
    short_training_margin: float
    course_least: float
    course_size_least: float
    course_evident: float


@dataclass(frozen=True)
class Days:
    """Facts of each day: mean residual and expected value of the signals in running hours ``[S, D, C]``; share of the
    usual delivery that is missing, swings of the level, longest run of one supply value (h), how much the day's course
    looks like a stop and like heating in turns (z of ``day_shape``), outdoor mean ``[S, D]``;
    the day's ``number [D]``, counted without gaps.
    """

    residual: Floats
    expected: Floats
    missing: Floats
    swings: Floats
    still: Floats
    stop: Floats
    turns: Floats
    outdoor_c: Floats
    number: NDArray[np.int64]

    def of(self, days: NDArray[np.int64]) -> Days:
        """Some of the days."""
        return Days(**{name: getattr(self, name)[:, days] for name in _PER_DAY}, number=self.number[days])

    @classmethod
    def joined(cls, parts: list[Days]) -> Days:
        """Days of several judgements, one after the other."""
        per_day = {name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in _PER_DAY}
        return cls(**per_day, number=np.concatenate([part.number for part in parts]))

    @property
    def ages(self) -> NDArray[np.int64]:
        """How many days of its season each day has behind it: a pause of three weeks begins a new one."""
        place = np.arange(self.number.size)
        fresh = np.concatenate([[True], np.diff(self.number) > _PAUSE_DAYS])
        return np.asarray(place - np.maximum.accumulate(np.where(fresh, place, 0)))


@dataclass(frozen=True)
class Habits:
    """How the stations usually run: level coefficients, timetable, values while running."""

    signals: tuple[str, ...]
    level_by: str | None
    level: Floats
    table: running.Timetable
    meter: Bools
    idle_kw: Floats
    with_setpoint: bool
    theta: tuple[Floats, ...]
    shape: day_shape.Shape | None


@dataclass(frozen=True)
class Weather:
    """What is computed of the outdoor temperature once: features of the level, memories ``[S, T, 3]``."""

    level: Floats
    felt: Floats

    @classmethod
    def of(cls, outdoor_c: Floats) -> Weather:
        return cls(running.weather(outdoor_c), memories(outdoor_c, (3.0, 12.0, 48.0)) / 10.0)


def learn(values: Mapping[str, Floats], weather: Weather, use: Bools, settings: Settings) -> Habits:
    """Habits from the hours in ``use [S, T]``; ``values`` are channels ``[S, T]``, of which ``outdoor_c`` must be."""
    signals = tuple(name for name in SIGNALS if name in values and np.isfinite(values[name][use]).any())
    level_by = next((name for name in _LEVEL_BY if name in signals), None)
    x = weather.level
    level = np.zeros((len(use), 1, x.shape[-1]))
    if level_by:
        level = running.fit_level(x, values[level_by], use, settings.running_level)
    share = _share(values, level_by, level, x)
    heat = values.get("heat_kw", np.full(use.shape, np.nan))
    idle_kw = running.idle_heat(heat, share, use)
    heat = _metered(heat, idle_kw, share)
    meter = running.meter_speaks(heat, share, use)
    on = _running(share, heat, meter, settings.running_level)
    table = running.timetable(on, values["outdoor_c"], use & np.isfinite(share))
    with_setpoint = _complete(values.get("setpoint_c"), on & use)
    features = _features(values, weather.felt, on, with_setpoint)
    steady = use & on & (since_false(on) > settings.ramp_hours)
    prior = np.full(features.shape[-1], 3.0)
    read = {**values, "heat_kw": heat}
    theta = tuple(fit(features, read[name], steady, prior, prior).theta for name in signals)
    return Habits(signals, level_by, level, table, meter, idle_kw, with_setpoint, theta, _shape(values, signals, use))


def facts(habits: Habits, values: Mapping[str, Floats], weather: Weather, settings: Settings) -> Days:
    """The facts of each day, judged by habits learned elsewhere."""
    share = _share(values, habits.level_by, habits.level, weather.level)
    heat = _metered(values.get("heat_kw", np.full(share.shape, np.nan)), habits.idle_kw, share)
    on = _running(share, heat, habits.meter, settings.running_level)
    features = _features(values, weather.felt, on, habits.with_setpoint)
    steady = on & (since_false(on) > settings.ramp_hours)
    least = int(settings.least_hours)
    residual, expected = [], []
    for name, theta in zip(habits.signals, habits.theta, strict=True):
        usual = predict(theta, features)
        read = heat if name == "heat_kw" else values[name]
        residual.append(day_means(read - usual, steady, least))
        expected.append(day_means(usual, steady, least))
    known = np.isfinite(share)
    delivered = np.where(known & habits.meter[:, None] & (heat <= 0), 0.0, share)
    stop, turns = _course(habits.shape, values, settings)
    usual_hours = habits.table.usual(values["outdoor_c"])
    return Days(
        np.stack(residual, axis=-1),
        np.stack(expected, axis=-1),
        running.shortfall(delivered, usual_hours, known),
        cycling.swings(by_day(delivered)[..., _DAY], settings.swing_level),
        _still(values, habits.signals),
        stop,
        turns,
        day_means(values["outdoor_c"], np.ones(share.shape, bool), 1),
        np.arange(share.shape[1] // HOURS),
    )


def _share(values: Mapping[str, Floats], level_by: str | None, theta: Floats, x: Floats) -> Floats:
    """Level of each hour ``[S, T]``; with a heat meter alone, 1 where it counts and 0 where it does not."""
    if level_by:
        return running.level(values[level_by], predict(theta, x))
    heat = values.get("heat_kw")
    if heat is None:
        return np.full(x.shape[:2], np.nan)
    return np.where(np.isfinite(heat), (heat > 0).astype(np.float64), np.nan)


def _metered(heat: Floats, idle_kw: Floats, share: Floats) -> Floats:
    """Heat as it can be believed: what a meter shows at rest is none, a dead meter says nothing."""
    heat = np.where(heat <= idle_kw[:, None], 0.0, heat)
    return np.where(running.dead_meter(heat, share), np.nan, heat)


def _running(share: Floats, heat: Floats, meter: Bools, limit: float) -> Bools:
    """By the meter where it speaks, else by the level; over short gaps it goes on as before."""
    by_meter = meter[:, None] & np.isfinite(heat)
    on = np.where(by_meter, heat > 0, share > limit)
    known = by_meter | np.isfinite(share)
    for _ in range(_BRIDGED_H):
        on[:, 1:] = np.where(known[:, 1:], on[:, 1:], on[:, :-1])
        known[:, 1:] |= known[:, :-1]
    return on


def _complete(setpoint: Floats | None, on: Bools, least: float = 0.95) -> bool:
    """Whether there is a set point in practically all running hours, and it is one (it moves)."""
    if setpoint is None or not on.any():
        return False
    known = setpoint[on]
    return bool(np.isfinite(known).mean() >= least and np.nanstd(known) > 0.5)


def _features(values: Mapping[str, Floats], felt: Floats, on: Bools, with_setpoint: bool) -> Floats:
    """``[S, T, K]``: weather and its bends, the hour's waves alone and with the weather, time since the start."""
    fast = felt[..., 0]
    angle = 2 * np.pi * (np.arange(on.shape[-1]) % HOURS) / HOURS
    columns = [np.ones_like(fast), *np.moveaxis(felt, -1, 0), np.maximum(fast - 0.8, 0.0), np.maximum(fast, 0.0)]
    for k in _HARMONICS:
        for wave in (np.sin(k * angle), np.cos(k * angle)):
            columns += [np.broadcast_to(wave, fast.shape), wave * fast]
    age = since_false(on)
    quick, slow = np.exp(-age / 2.0), np.exp(-age / 6.0)
    columns += [quick, quick * fast, slow]
    if with_setpoint:
        columns.append(values["setpoint_c"] / 10.0)
    return np.stack(columns, axis=-1)


def _still(values: Mapping[str, Floats], signals: tuple[str, ...]) -> Floats:
    """Longest run of one value of the supply (or of what there is), while its best neighbour moves."""
    water = [name for name in signals if name != "heat_kw"] or list(signals)
    neighbour = values[water[1]] if len(water) > 1 else np.full_like(values[water[0]], np.nan)
    return frozen.longest_still(values[water[0]], neighbour)


def _shape(values: Mapping[str, Floats], signals: tuple[str, ...], use: Bools) -> day_shape.Shape | None:
    """The usual course of a day, from the water temperatures there are."""
    names = [name for name in day_shape.CHANNELS if name in signals]
    if not names:
        return None
    return day_shape.learn(values, values["outdoor_c"], np.asarray(by_day(use).any(axis=-1)), names)


def _course(shape: day_shape.Shape | None, values: Mapping[str, Floats], settings: Settings) -> tuple[Floats, Floats]:
    """z of a stop and of turns ``[S, D]``; 0 where the departure is too small to be one."""
    if shape is None:
        nobody = np.full(by_day(values["outdoor_c"]).shape[:2], np.nan)
        return nobody, nobody
    z, size = day_shape.match(shape, *day_shape.departures(shape, values, values["outdoor_c"]))
    z = np.where(size < settings.course_size_least, np.minimum(z, 0.0), z)
    return z[..., 0], z[..., 1]
