"""How much heat will a station take in the next hour?  A forecast with its baselines.

It may know everything read up to the hour's beginning, and the weather of the hour itself (observed, or a forecast
where one is given).  Baselines come from the same run: as the hour before, as at this hour yesterday, a straight line
over the outdoor temperature, the ridge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import boosting, ridge
from cleanheat.calc.models.design import FeatureSet, Inputs, shifted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

HEAT_SHARE = 0.2
"""Of the heat of a busy hour, above which an hour heats."""
WEEK = 7
NEWEST = "_newest"
"""Ends the name of a channel that holds, for each hour, what was last read by its beginning."""
WATER = ("supply_c", "return_c", "primary_supply_c", "primary_return_c")
WATCHED = (*WATER, "setpoint_c")
APART = (("supply_c", "return_c"), ("primary_supply_c", "primary_return_c"), ("setpoint_c", "supply_c"))
"""What flows now shows in these differences: what each side gives off, and how far the water is from its set point."""
WEATHER_NOW = ("one", "outdoor", "felt_3h", "felt_24h", "weekend")
PAST_HEAT = tuple(f"heat_kw@{hours}" for hours in (1, 2, 3, 23, 24, 25, 48, 168))
LINEAR = (*WEATHER_NOW, *PAST_HEAT, "busy@1", "busy@24")
TRIALS = boosting.Boosting(rounds=200, asked=0.4)
FULL = boosting.Boosting(rounds=900, depth=6, rate=0.05, asked=0.4)


@dataclass(frozen=True)
class Forecast:
    """``value [T]`` and its baselines on the same grid, NaN where nothing can be forecast; ``made_of`` says how."""

    value: Floats
    ridge: Floats
    persistence: Floats
    yesterday: Floats
    line: Floats
    made_of: str


@dataclass(frozen=True)
class _Task:
    """What is learned: columns of the ridge ``[T, K]``, of the trees ``[T, F]``, the heat, its hours and weights."""

    linear: Floats
    wide: Floats
    heat: Floats
    hour: Ints
    weight: Floats


def next_hour(inputs: Inputs, learned: Bools, usable: Bools) -> Forecast:
    """Heat kW of every hour from what was known at its beginning; ``inputs.own`` holds ``heat_kw [1, T]`` at least.

    ``learned [T]``: hours to learn from, ``usable [T]``: hours whose meter can be believed.  Channels ``…_newest``
    hold the readings at the hour's beginning; without them those of the hour before serve.  What serves is chosen on
    the last fifth of the hours learned: the ridge, trees on what it leaves, or these with trees on the heat itself.
    """
    heat = np.where(usable, inputs.own["heat_kw"][0], np.nan)
    learned = learned & np.isfinite(heat)
    own = {**inputs.own, **_begun(inputs), **_derived(heat, learned)}
    at = Inputs(inputs.outdoor_c, inputs.local_s, own, inputs.memory)
    task = _Task(_linear(at, learned), _wide(at, heat), heat, at.hour, _weights(heat, learned))
    early = learned & (np.cumsum(learned) <= 0.8 * learned.sum())
    shares = _chosen(task, early, learned & ~early)
    straight = _ridge(task, learned)
    parts = np.stack([straight, *_trees(task, straight, learned, FULL, shares)])
    value = np.maximum(np.tensordot(shares, parts, 1), 0.0)
    names = ("ridge", "trees on ridge", "trees")
    made_of = " + ".join(name for name, share in zip(names, shares, strict=True) if share > 0)
    return Forecast(value, straight, shifted(heat, 1), shifted(heat, 24), line(at.outdoor_c, heat, learned), made_of)


def busy_kw(heat: Floats) -> float:
    """Heat of a busy hour: the 90 % quantile of what flows, 0 where nothing does."""
    flowing = heat[heat > 0]
    return float(np.quantile(flowing, 0.9)) if flowing.size else 0.0


def line(outdoor: Floats, heat: Floats, learned: Bools) -> Floats:
    """The straight line over the outdoor temperature ``[T]``."""
    x = np.column_stack([np.ones_like(outdoor), outdoor])
    theta = ridge.solve(ridge.accumulate(x, heat[None], learned[None]), np.full(2, 1e-3))
    return np.asarray(ridge.predict(theta, x)[0], np.float64)


def _begun(inputs: Inputs) -> dict[str, Floats]:
    """The water as each hour begins, and its differences."""
    own = inputs.own
    newest = {c + NEWEST: own.get(c + NEWEST, shifted(own[c], 1)) for c in WATCHED if c in own}
    apart = {
        f"{a}-{b}": newest[a + NEWEST] - newest[b + NEWEST]
        for a, b in APART
        if a + NEWEST in newest and b + NEWEST in newest
    }
    return newest | apart


def _derived(heat: Floats, learned: Bools) -> dict[str, Floats]:
    """``busy``: heats (1) or not (0); ``run``: hours it has been so, negative where it does not."""
    busy = np.where(np.isfinite(heat), heat > HEAT_SHARE * busy_kw(heat[learned]), np.nan).astype(np.float64)
    turns = np.concatenate([[True], ~(busy[1:] == busy[:-1])])
    since = np.arange(heat.size) - np.maximum.accumulate(np.where(turns, np.arange(heat.size), 0)) + 1.0
    run = np.asarray(since * np.where(busy > 0, 1.0, -1.0), np.float64)
    return {"heat_kw": heat[None], "busy": busy[None], "run": run[None]}


PERCENT = 0.3
"""What a share of a busy hour's heat counts beside its kilowatts."""


def _weights(heat: Floats, learned: Bools) -> Floats:
    """How much an hour's kilowatt counts: kW in every hour, and besides per cent of the heat where it heats.

    Both are asked of a forecast; minding kilowatts alone makes it serve "off" wherever off is the likelier half.
    """
    busy = busy_kw(heat[learned])
    known = np.nan_to_num(heat)
    return np.where(known > HEAT_SHARE * busy, 1.0 + PERCENT * busy / np.maximum(known, HEAT_SHARE * busy), 1.0)


def _linear(at: Inputs, learned: Bools) -> Floats:
    begun = [name for name in at.own if name.endswith(NEWEST) or "-" in name]
    names = (*LINEAR, *begun, *(f"{name}@1" for name in begun))
    return _scaled(FeatureSet("heat_kw", names).build(at)[0], learned)


def _wide(at: Inputs, heat: Floats) -> Floats:
    """What trees look at besides: the hour, more of the past, and how this hour went in the days before."""
    begun = [name for name in at.own if name.endswith(NEWEST) or "-" in name]
    names = (*LINEAR, "felt_12h", "felt_72h", "outdoor@1", "busy@48", "run@1", *begun, *(f"{name}@1" for name in begun))
    columns = FeatureSet("heat_kw", names).build(at)[0]
    moves = [at.own[name][0] - shifted(at.own[name][0], hours) for name in begun for hours in (1, 24)]
    busy = at.own["busy"][0]
    usual_on, usual, share = _week_mean(np.where(busy > 0, heat, np.nan)), _week_mean(heat), _week_mean(busy)
    moved = shifted(heat, 24) + shifted(heat, 1) - shifted(heat, 25)
    day = np.cumsum(np.nan_to_num(heat))
    of_day = shifted(day, 1) - shifted(day, 25)
    return np.column_stack([columns, *moves, at.hour, usual_on, usual, share, moved, shifted(heat - usual, 1), of_day])


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


def _ridge(task: _Task, learned: Bools) -> Floats:
    x = task.linear
    prior, towards_day = np.full(x.shape[1], 1.0), np.full(x.shape[1], 20.0)
    prior[0], towards_day[0] = 0.05, 0.5
    found = ridge.fit(x, task.heat[None], learned[None], prior, towards_day, 0.0, task.hour, 24)
    return np.asarray(np.maximum(ridge.predict(found.theta, x, task.hour)[0], 0.0), np.float64)


def _trees(
    task: _Task, straight: Floats, learned: Bools, how: boosting.Boosting, shares: Floats | None = None
) -> tuple[Floats, Floats]:
    """Ridge + trees on what it leaves, and trees on the heat itself; what has no share is not grown."""
    x = np.column_stack([task.wide, straight])
    heat, weight = task.heat[learned], task.weight[learned]
    first = second = straight
    if shares is None or shares[1] > 0:
        first = straight + boosting.fit(x[learned], heat - straight[learned], how, weight).predict(x)
    if shares is None or shares[2] > 0:
        second = boosting.fit(task.wide[learned], heat, how, weight).predict(task.wide)
    return first, second


MIXES = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
LEAST_FOR_TREES = 600


def _chosen(task: _Task, early: Bools, late: Bools) -> Floats:
    """The mix that erred least on hours it had not seen; the ridge where there are too few to tell."""
    if early.sum() < LEAST_FOR_TREES or late.sum() < LEAST_FOR_TREES // 4:
        return np.asarray(MIXES[0], np.float64)
    straight = _ridge(task, early)
    parts = np.stack([straight, *_trees(task, straight, early, TRIALS)])
    off = np.abs(np.tensordot(MIXES, parts, 1) - task.heat) * task.weight
    return np.asarray(MIXES[int(np.argmin(off[:, late].mean(axis=1)))], np.float64)
