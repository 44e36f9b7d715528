"""When did peak-shaving boilers run, and should they have?  Starts and stops against the load behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Episode:
    """One run of one boiler room ``row``: hours ``[first, last)``, its mean and highest heat MW."""

    row: int
    first: int
    last: int
    mean_mw: float
    highest_mw: float


def running(heat_mw: Floats, capacity_mw: Floats, on_share: float, off_share: float) -> Bools:
    """Which hours ``[N, T]`` a boiler room burns: on above one share of capacity, off below a lower one.

    An hour without a reading stays as the hour before it.
    """
    share = heat_mw / capacity_mw[:, None]
    state, out = np.zeros(heat_mw.shape[0], bool), np.zeros(heat_mw.shape, bool)
    for t in range(heat_mw.shape[1]):
        with np.errstate(invalid="ignore"):
            state = np.where(share[:, t] > on_share, True, np.where(share[:, t] < off_share, False, state))
        out[:, t] = state
    return out


def episodes(on: Bools, heat_mw: Floats) -> list[Episode]:
    """All runs, by room and time."""
    edges = np.diff(np.pad(on, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, firsts = np.nonzero(edges == 1)
    _, lasts = np.nonzero(edges == -1)
    found = []
    for row, first, last in zip(rows.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
        heat = heat_mw[row, first:last]
        heat = heat[~np.isnan(heat)]
        mean, high = (float(heat.mean()), float(heat.max())) if heat.size else (float("nan"), float("nan"))
        found.append(Episode(row, first, last, mean, high))
    return found


def should_run(need_mw: Floats, main_mw: Floats, start_share: float, stop_share: float, present: Bools) -> Bools:
    """Whether peak boilers are called for, ``[N, T]``: from when the need behind them exceeds a share of what the main
    source can send until it is below a lower share.  ``present [N]``: whether they run now."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = need_mw / main_mw
    state, out = present.copy(), np.zeros(need_mw.shape, bool)
    for t in range(need_mw.shape[1]):
        with np.errstate(invalid="ignore"):
            state = np.where(share[:, t] > start_share, True, np.where(share[:, t] < stop_share, False, state))
        out[:, t] = state
    return out
