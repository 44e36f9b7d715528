"""How many boilers should burn?  The number with the least fuel that carries the load, not changed too often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]


@dataclass(frozen=True)
class Boilers:
    """Boiler rooms ``[S]``: number of equal boilers, power of one MW, lowest share a boiler may burn at, best
    efficiency, and the share of a boiler's power that a burning one loses whatever it gives."""

    count: Int64s
    each_mw: Floats
    least_share: Floats
    efficiency: Floats
    standing_loss: Floats


def fuel_mw(boilers: Boilers, heat_mw: Floats, running: Int64s) -> Floats:
    """Fuel power of ``running [S, ...]`` boilers that share a heat output ``[S, ...]``: Q/η + standing loss of each.

    Below the lowest share a boiler burns at that share and the rest is lost; infinite where the load is not carried.
    Source: boiler heat balance with a constant standing loss, the usual shape of an efficiency curve.
    """
    shape = (-1, *([1] * (heat_mw.ndim - 1)))
    each, least, eta, standing = (
        a.reshape(shape) for a in (boilers.each_mw, boilers.least_share, boilers.efficiency, boilers.standing_loss)
    )
    given = np.maximum(heat_mw, running * each * least)
    fuel = given / eta + running * each * standing
    carried = heat_mw <= running * each * (1 + 1e-9)
    return np.where(carried, fuel, np.inf)


def best_number(boilers: Boilers, heat_mw: Floats) -> Int64s:
    """argmin fuel over the number of boilers, ``int64[S, T]``; all of them where even all cannot carry the load.

    No boiler for no load.  Never fewer for a greater load.
    """
    most = int(boilers.count.max(initial=1))
    best = np.broadcast_to(boilers.count[:, None], heat_mw.shape).copy()
    least_fuel = np.full(heat_mw.shape, np.inf)
    for n in range(1, most + 1):
        fuel = np.where(n <= boilers.count[:, None], fuel_mw(boilers, heat_mw, np.full(heat_mw.shape, n)), np.inf)
        better = fuel < least_fuel
        best, least_fuel = np.where(better, n, best), np.where(better, fuel, least_fuel)
    return np.where(heat_mw > 0.0, best, 0).astype(np.int64)


def held(wanted: Int64s, least_hours: Int64s, present: Int64s | None = None) -> Int64s:
    """The plan in which a boiler once lit burns for at least ``least_hours [S]``: more at once, fewer only later.

    ``present [S]``: how many burn now, long enough to be put out.
    """
    out = wanted.copy()
    before = wanted[:, 0].copy() if present is None else present.copy()
    since = least_hours.copy()
    for t in range(wanted.shape[1]):
        rises = wanted[:, t] > before
        now = np.where(rises | (since >= least_hours), wanted[:, t], before)
        since = np.where(rises, 1, since + 1)
        out[:, t] = before = now
    return out
