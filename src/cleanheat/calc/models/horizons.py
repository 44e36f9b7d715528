"""How much heat will a station take in the next hour, and in the coming day?  Forecasts with their baselines.

The next hour may know everything up to the hour before, and the weather of the hour itself (observed, or a forecast
where one is given); the day may know the days before and its own weather.  Baselines come from the same run: as the
hour before, as at this hour yesterday, a straight line over the outdoor temperature, the ridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import boosting, ridge
from cleanheat.calc.models.design import DAY_S, FeatureSet, Inputs, shifted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

Kind = TypeVar("Kind", bound=np.generic)
HEAT_SHARE = 0.2
WEEK = 7
WEATHER_NOW = ("one", "outdoor", "felt_3h", "felt_24h", "weekend")
PAST_HEAT = tuple(f"heat_kw@{hours}" for hours in (1, 2, 3, 23, 24, 25, 48, 168))
LINEAR = (*WEATHER_NOW, *PAST_HEAT, "busy@1", "busy@24")
WATER = ("supply_c", "return_c", "primary_supply_c", "primary_return_c")
TRIALS = boosting.Boosting(rounds=200)
FULL = boosting.Boosting(rounds=900, depth=6, rate=0.05)


@dataclass(frozen=True)
class Forecast:
    """``value [T]`` and its baselines on the same grid, NaN where nothing can be forecast; ``made_of`` says how."""

    value: Floats
    ridge: Floats
    persistence: Floats
    yesterday: Floats
    line: Floats
    made_of: str


def next_hour(inputs: Inputs, learned: Bools, usable: Bools) -> Forecast:
    """Heat kW of every hour from what was known an hour before; ``inputs.own`` holds ``heat_kw [1, T]`` at least.

    ``learned [T]``: hours to learn from, ``usable [T]``: hours whose meter can be believed.  What serves is chosen on
    the last fifth of the hours learned: the ridge, trees on what it leaves, or these with trees on the heat itself.
    """
    heat = np.where(usable, inputs.own["heat_kw"][0], np.nan)
    learned = learned & np.isfinite(heat)
    at = Inputs(inputs.outdoor_c, inputs.local_s, {**inputs.own, **_derived(heat, learned)}, inputs.memory)
    x, wide = _linear(at, learned), _wide(at, heat)
    early = learned & (np.cumsum(learned) <= 0.8 * learned.sum())
    weights = _chosen(x, wide, heat, at.hour, early, learned & ~early)
    straight = _ridge(x, heat, at.hour, learned)
    parts = np.stack([straight, *_trees(wide, straight, heat, learned, FULL, weights)])
    value = np.maximum(np.tensordot(weights, parts, 1), 0.0)
    line = _line(at.outdoor_c, heat, learned)
    names = ("ridge", "trees on ridge", "trees")
    made_of = " + ".join(name for name, weight in zip(names, weights, strict=True) if weight > 0)
    return Forecast(value, straight, shifted(heat, 1), shifted(heat, 24), line, made_of)


def _derived(heat: Floats, learned: Bools) -> dict[str, Floats]:
    """``busy``: heats (1) or not (0); ``run``: hours it has been so, negative where it does not."""
    busy = np.where(np.isfinite(heat), heat > HEAT_SHARE * busy_kw(heat[learned]), np.nan).astype(np.float64)
    turns = np.concatenate([[True], ~(busy[1:] == busy[:-1])])
    since = np.arange(heat.size) - np.maximum.accumulate(np.where(turns, np.arange(heat.size), 0)) + 1.0
    run = np.asarray(since * np.where(busy > 0, 1.0, -1.0), np.float64)
    return {"heat_kw": heat[None], "busy": busy[None], "run": run[None]}


def busy_kw(heat: Floats) -> float:
    """Heat of a busy hour: the 90 % quantile of what flows, 0 where nothing does."""
    flowing = heat[heat > 0]
    return float(np.quantile(flowing, 0.9)) if flowing.size else 0.0


def _linear(at: Inputs, learned: Bools) -> Floats:
    names = LINEAR + tuple(f"{c}@1" for c in WATER if c in at.own)
    return _scaled(FeatureSet("heat_kw", names).build(at)[0], learned)


def _wide(at: Inputs, heat: Floats) -> Floats:
    """What trees look at besides: the hour, more of the past, and how this hour went in the days before."""
    names = (
        "felt_12h",
        "felt_72h",
        "outdoor@1",
        "busy@48",
        "run@1",
        *(f"{c}@{h}" for c in WATER for h in (1, 2) if c in at.own),
    )
    columns = FeatureSet("heat_kw", LINEAR + names).build(at)[0]
    busy = at.own["busy"][0]
    on = np.where(busy > 0, heat, np.nan)
    usual_on, usual, share = _week_mean(on), _week_mean(heat), _week_mean(busy)
    moved = shifted(heat, 24) + shifted(heat, 1) - shifted(heat, 25)
    day = np.cumsum(np.nan_to_num(heat))
    return np.column_stack(
        [columns, at.hour, usual_on, usual, share, moved, shifted(heat - usual, 1), shifted(day, 1) - shifted(day, 25)]
    )


def _week_mean(values: Floats) -> Floats:
    """Mean at this hour of the week before."""
    past = np.stack([shifted(values, 24 * day) for day in range(1, WEEK + 1)])
    known = np.isfinite(past)
    n = known.sum(axis=0)
    return np.asarray(np.where(n > 0, np.where(known, past, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan), np.float64)


def _scaled(x: Floats, learned: Bools) -> Floats:
    """Columns of like size in the hours learned; unknown counts as usual."""
    known = np.isfinite(x)
    count = known & learned[:, None]
    n = np.maximum(count.sum(axis=0), 1)
    mean = np.where(count, x, 0.0).sum(axis=0) / n
    width = np.sqrt(np.where(count, (x - mean) ** 2, 0.0).sum(axis=0) / n)
    out = np.where(known, x - mean, 0.0) / np.where(width > 1e-6, width, np.inf)
    out[:, 0] = 1.0
    return np.asarray(out, np.float64)


def _ridge(x: Floats, heat: Floats, hour: Ints, learned: Bools) -> Floats:
    prior, towards_day = np.full(x.shape[1], 1.0), np.full(x.shape[1], 20.0)
    prior[0], towards_day[0] = 0.05, 0.5
    found = ridge.fit(x, heat[None], learned[None], prior, towards_day, 0.0, hour, 24)
    return np.asarray(np.maximum(ridge.predict(found.theta, x, hour)[0], 0.0), np.float64)


def _trees(
    wide: Floats, straight: Floats, heat: Floats, learned: Bools, how: boosting.Boosting, weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """Ridge + trees on what it leaves, and trees on the heat itself; what has no weight is not grown."""
    x = np.column_stack([wide, straight])
    first = second = straight
    if weights is None or weights[1] > 0:
        first = straight + boosting.fit(x[learned], (heat - straight)[learned], how).predict(x)
    if weights is None or weights[2] > 0:
        second = boosting.fit(wide[learned], heat[learned], how).predict(wide)
    return first, second


MIXES = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
LEAST_FOR_TREES = 600


def _chosen(x: Floats, wide: Floats, heat: Floats, hour: Ints, early: Bools, late: Bools) -> Floats:
    """The mix that erred least on hours it had not seen; the ridge where there are too few to tell."""
    if early.sum() < LEAST_FOR_TREES or late.sum() < LEAST_FOR_TREES // 4:
        return np.asarray(MIXES[0], np.float64)
    straight = _ridge(x, heat, hour, early)
    parts = np.stack([straight, *_trees(wide, straight, heat, early, TRIALS)])
    errors = [np.abs(np.tensordot(mix, parts, 1) - heat)[late].mean() for mix in MIXES]
    return np.asarray(MIXES[int(np.argmin(errors))], np.float64)


def _line(outdoor: Floats, heat: Floats, learned: Bools) -> Floats:
    x = np.column_stack([np.ones_like(outdoor), outdoor])
    theta = ridge.solve(ridge.accumulate(x, heat[None], learned[None]), np.full(2, 1e-3))
    return np.asarray(ridge.predict(theta, x)[0], np.float64)


@dataclass(frozen=True)
class Days:
    """Local days: ``heat_kwh [D]`` (NaN where the meter cannot be believed), hours' places ``[D, 24]``, baselines."""

    first_day: int
    heat_kwh: Floats
    forecast: Forecast
    judged: Bools


DAY_FORGET = 0.98
DAY_BIAS = 0.1
LEAST_HOURS_A_DAY = 22
LEAST_DAYS = 21


def coming_day(inputs: Inputs, learned: Bools, judged: Bools, usable: Bools) -> Days:
    """Heat kWh of every local day from its weather and the days before, followed from day to day.

    The mean of two: a ridge of the days learned plus their slow bias, and a ridge that forgets 2 % a day.
    """
    lead = int(-inputs.local_s[0] // 3600 % 24)
    days = (inputs.local_s.size - lead) // 24

    def by_day(hours: NDArray[Kind]) -> NDArray[Kind]:
        return hours[lead : lead + 24 * days].reshape(days, 24)

    heat = by_day(np.where(usable, inputs.own["heat_kw"][0], np.nan))
    known = np.isfinite(heat)
    enough = known.sum(axis=1) >= LEAST_HOURS_A_DAY
    kwh = np.where(enough, 24.0 * np.where(known, heat, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)
    x = _day_features(by_day(inputs.outdoor_c), by_day(inputs.weekend)[:, 12])
    of_learned, of_judged = (np.asarray(by_day(part).any(axis=1)) for part in (learned, judged))
    first = int(inputs.local_s[0] + lead * 3600) // DAY_S
    return Days(first, kwh, _day_forecast(x, kwh, of_learned & ~of_judged), of_judged)


def _day_features(outdoor: Floats, weekend: Floats) -> Floats:
    known = np.isfinite(outdoor)
    n = known.sum(axis=1)
    mean = np.where(n >= 12, np.where(known, outdoor, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
    light = np.where(known, outdoor, mean[:, None])[:, 6:22].mean(axis=1) - mean
    bends = [np.maximum(mean - knot, 0.0) for knot in (10.0, 14.0)]
    before = [np.where(np.isfinite(shifted(mean, k)), shifted(mean, k), mean) for k in (1, 2)]
    return np.column_stack([np.ones_like(mean), mean, *before, *bends, weekend, light])


def _day_forecast(x: Floats, kwh: Floats, learned: Bools) -> Forecast:
    known = np.isfinite(kwh) & np.isfinite(x).all(axis=1) & (kwh > 0)
    learned = learned & known
    nothing = np.full(kwh.size, np.nan)
    if learned.sum() < LEAST_DAYS:
        return Forecast(nothing, nothing, shifted(kwh, 1), shifted(kwh, 1), nothing, "")
    prior = np.full(x.shape[1], 5.0)
    prior[0] = 0.05
    found = ridge.fit(x, kwh[None], learned[None], prior, prior)
    fixed = ridge.predict(found.theta, x)[0]
    value = (fixed + _bias(kwh - fixed, known) + _forgetful(x, kwh, known, prior, fixed)) / 2
    line = _line(x[:, 1], kwh, learned)
    return Forecast(np.maximum(value, 0.0), fixed, shifted(kwh, 1), shifted(kwh, 1), line, "ridge, followed by day")


def _bias(residual: Floats, known: Bools) -> Floats:
    """The slow bias of the days before each day."""
    out, now = np.zeros_like(residual), 0.0
    for d in range(residual.size):
        out[d] = now
        if known[d]:
            now += DAY_BIAS * (residual[d] - now)
    return out


def _forgetful(x: Floats, kwh: Floats, known: Bools, prior: Floats, fixed: Floats) -> Floats:
    """A ridge fitted anew every day on the days before, each counting 2 % less than the one after it."""
    normals, out = ridge.Normals.empty(1, x.shape[1]), fixed.copy()
    for d in np.flatnonzero(np.isfinite(x).all(axis=1)).tolist():
        if normals.n.sum() >= LEAST_DAYS:
            out[d] = float(x[d] @ ridge.solve(normals, prior)[0, 0])
        if known[d] and abs(kwh[d] - out[d]) < 0.6 * max(out[d], fixed[d]):
            normals = normals.forget(DAY_FORGET) + ridge.accumulate(
                x[d : d + 1], kwh[None, d : d + 1], known[None, d : d + 1]
            )
    return out
