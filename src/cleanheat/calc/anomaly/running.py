"""In which hours was heat delivered, and in which would it usually have been?

Heating is often intermittent, and mild middays are left out: a mean over all hours would mix two states.  The level of
an hour is the return's excess over the room's temperature ÷ what it is while running in this weather; running is a
level above a limit, or heat on the meter.  What it is while running is fitted to the upper branch alone: fit, keep the
hours above the limit, fit again.

Shapes: S objects, T = 24·D hours from a local midnight, B bins of outdoor temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS, by_day, quantile_by
from cleanheat.calc.models.ridge import accumulate, predict, solve
from cleanheat.calc.models.weather_memory import memories

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BASE_C = 20.0
"""Room temperature: water at it gives no heat."""
_ROUNDS = 8
_LEAST_EXCESS_K = 3.0


def weather(outdoor_c: Floats) -> Floats:
    """Features ``[S, T, 5]`` of the running level: one, memories of 3, 12, 72 h, the mild part; unknown weather 0."""
    felt = memories(outdoor_c, (3.0, 12.0, 72.0)) / 10.0
    mild = np.maximum(felt[..., :1] - 0.8, 0.0)
    return np.asarray(np.nan_to_num(np.concatenate([np.ones_like(mild), felt, mild], axis=-1)))


def fit_level(x: Floats, water_c: Floats, use: Bools, limit: float) -> Floats:
    """θ ``[S, 1, K]`` of the water's temperature while running; the fit starts from all hours in use."""
    on = use & np.isfinite(water_c)
    prior = np.full(x.shape[-1], 0.1)
    theta = solve(accumulate(x, water_c, on), prior)
    for _ in range(_ROUNDS):
        running = on & (level(water_c, predict(theta, x)) > limit)
        theta = solve(accumulate(x, water_c, running), prior)
    return theta


def level(water_c: Floats, usual_c: Floats) -> Floats:
    """Excess over the room ÷ usual excess while running: 1 = as usual, 0 = room temperature.

    >>> level(np.array([40.0, 20.0]), np.array([40.0, 40.0])).tolist()
    [1.0, 0.0]
    """
    return np.asarray((water_c - BASE_C) / np.maximum(usual_c - BASE_C, _LEAST_EXCESS_K))


def meter_speaks(heat_kw: Floats, share: Floats, use: Bools, least: float = 0.9) -> Bools:
    """Whether the meter tells running hours from others, ``bool[S]``: counts in the warm ones.

    A counter of coarse steps, or one that is dead for weeks, says nothing of single hours.
    """
    warm = use & (share > 0.9) & np.isfinite(heat_kw)
    counts = (warm & (heat_kw > 0)).sum(axis=-1)
    return np.asarray((warm.sum(axis=-1) >= 3 * HOURS) & (counts >= least * warm.sum(axis=-1)))


def idle_heat(heat_kw: Floats, share: Floats, use: Bools, part: float = 0.1) -> Floats:
    """Heat ``[S]`` up to which a meter only shows its rest: a leaking valve, a trickle, a counter's last digit.

    ``part`` of what it usually shows in the warm hours in use; 0 where it never shows any.
    """
    warm = use & (share > 0.9) & (heat_kw > 0)
    return part * np.nan_to_num(quantile_by(np.where(warm, heat_kw, np.nan), 0.5))


def dead_meter(heat_kw: Floats, share: Floats, hours: int = 5, warm: float = 0.85, part: float = 0.5) -> Bools:
    """Hours of days on which the meter shows nothing while water runs warm as usual: ``bool[S, T]``.

    Without heat the water cools within two or three hours; ``hours`` of it, and the better ``part`` of all warm hours,
    can only be the meter.
    """
    is_warm = share > warm
    silent = by_day(is_warm & (heat_kw <= 0)).sum(axis=-1)
    dead = (silent >= hours) & (silent > part * by_day(is_warm & np.isfinite(heat_kw)).sum(axis=-1))
    return np.asarray(np.repeat(dead, HOURS, axis=-1))


@dataclass(frozen=True)
class Timetable:
    """How often each hour of the day ran in training, ``share [S, B, 24]``, by the bins ``edges [S, B − 1]``.

    In weather warmer than training saw (``warmest [S]``, its 99 % quantile) nobody knows: one half.
    """

    edges: Floats
    share: Floats
    warmest: Floats

    def usual(self, outdoor_c: Floats) -> Floats:
        """Share of such hours that ran, ``[S, T]``."""
        bins = (outdoor_c[..., None] > self.edges[:, None, :]).sum(axis=-1)
        hour = np.broadcast_to(np.arange(outdoor_c.shape[-1]) % HOURS, bins.shape)
        usual = self.share[np.arange(len(bins))[:, None], bins, hour]
        return np.where(outdoor_c > self.warmest[:, None], 0.5, usual)


def timetable(running: Bools, outdoor_c: Floats, use: Bools, bins: int = 6) -> Timetable:
    """Learn it from the hours in use; a bin without hours says one half."""
    known = np.where(use, outdoor_c, np.nan)
    at = np.linspace(0, 1, bins + 1)[1:-1]
    ordered = np.sort(known, axis=-1)
    n = np.isfinite(ordered).sum(axis=-1)
    place = np.clip((at * np.maximum(n - 1, 0)[:, None]).astype(np.int64), 0, None)
    edges = np.nan_to_num(np.take_along_axis(ordered, place, axis=-1))
    share = np.empty((running.shape[0], bins, HOURS))
    of = (outdoor_c[..., None] > edges[:, None, :]).sum(axis=-1)
    for b in range(bins):
        there = by_day(use & (of == b))
        ran = (there & by_day(running)).sum(axis=1)
        share[:, b] = (ran + 0.5) / (there.sum(axis=1) + 1.0)
    return Timetable(edges, share, quantile_by(known, 0.99))


def shortfall(share: Floats, usual: Floats, known: Bools, sure: float = 0.8, least_hours: float = 3.0) -> Floats:
    """How much of the day's usual delivery is missing, ``[S, D]`` in 0…1; NaN where too few hours are usual and known.

    Only hours that nearly always run in such weather count; each by how far its level lies below the usual.
    """
    weight = by_day(np.where(known & (usual > sure), usual, 0.0))
    missing = by_day(1.0 - np.clip(np.nan_to_num(share), 0.0, 1.0))
    total = weight.sum(axis=-1)
    return np.where(total >= least_hours, (weight * missing).sum(axis=-1) / np.maximum(total, 1e-9), np.nan)
