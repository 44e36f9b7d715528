"""How much heat will a station take in the coming day?  Its weather and the days before, followed from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.design import DAY_S, Inputs, shifted
from cleanheat.calc.models.next_hour import Forecast, line

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)


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
    straight = line(x[:, 1], kwh, learned)
    return Forecast(np.maximum(value, 0.0), fixed, shifted(kwh, 1), shifted(kwh, 1), straight, "ridge, followed by day")


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
