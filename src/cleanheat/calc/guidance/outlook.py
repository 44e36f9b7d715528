"""How cold will it be, as buildings feel it?  Memory of the cold, and what to assume where no forecast can be had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_H = 24


def felt(past_c: Floats, coming_c: Floats, time_constant_h: float) -> Floats:
    """Outdoor temperature as a building feels it over the coming hours: an exponential memory.

    Args: ``past_c [H]`` hourly, oldest first, NaN where unknown; ``coming_c [T]`` what follows; time constant h.
    Returns: ``[T]``; monotone in every hour's temperature.  Without a past the first coming hour stands for it.
    Source: weather compensation by a smoothed outdoor temperature, time constant 12–24 h.

    >>> felt(np.full(48, -10.0), np.full(3, -10.0), 12.0).tolist()
    [-10.0, -10.0, -10.0]
    """
    known = past_c[~np.isnan(past_c)]
    keep = np.exp(-1.0 / time_constant_h)
    state = known[0] if known.size else coming_c[0]
    for value in known:
        state += (value - state) * (1.0 - keep)
    out = np.empty(coming_c.shape[0])
    for t, value in enumerate(coming_c):
        state += (value - state) * (1.0 - keep)
        out[t] = state
    return out


def as_before(past_c: Floats, hours: int, days: int = 3) -> Floats:
    """Persistence of the daily cycle: the last day's mean with the mean cycle of the last ``days``.

    Args: ``past_c [H]`` hourly up to the present hour (its last), NaN where unknown.
    Returns: ``[hours]`` from the present hour on; NaN where nothing of the past is known.

    >>> as_before(np.tile(np.arange(24.0), 3), 3).tolist()   # the present hour is the cycle's last
    [23.0, 0.0, 1.0]
    """
    span = past_c[-days * DAY_H :]
    place = np.arange(span.shape[0] - 1, -1, -1) % DAY_H  # hours before the present, modulo a day
    known = ~np.isnan(span)
    if not known.any():
        return np.full(hours, np.nan)
    sums = np.bincount(place[known], span[known], DAY_H)
    count = np.bincount(place[known], minlength=DAY_H)
    mean = float(span[known].mean())
    cycle = np.where(count > 0, sums / np.maximum(count, 1), mean)
    last = span[-DAY_H:]
    level = float(last[~np.isnan(last)].mean()) if (~np.isnan(last)).sum() >= DAY_H // 2 else mean
    ahead = (-np.arange(hours)) % DAY_H
    return np.asarray(cycle[ahead] + level - float(cycle.mean()))


def spread(hours: int, first_k: float, day_k: float, most_k: float) -> Floats:
    """Standard error of an outdoor temperature by lead time: grows with the root of the days ahead, to a limit.

    >>> [round(float(s), 2) for s in spread(49, 0.5, 1.5, 5.0)[[0, 24, 48]]]
    [0.5, 1.58, 2.18]
    """
    days = np.arange(hours) / DAY_H
    return np.minimum(np.sqrt(first_k**2 + days * day_k**2), most_k)
