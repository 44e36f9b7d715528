"""In which hours does a circuit heat, and in which of them does it run steadily?

Heat says so where a meter lives; temperatures always do: water that circulates and heats gives off about the same
share of its excess over the room, (supply − return) / (mean − 20 °C), whatever the weather.  Standing water shows far
more of it (the supply sensor sits at the exchanger) and cooling water far less.  What is not known is not a stop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ROOM_C = 20.0
LEAST_SUPPLY_C = 26.0
"""Below this no circuit heats rooms."""
LEAST_EXCESS_K = 3.0
WIDE, NARROW = (0.6, 1.6), (0.75, 1.35)
"""Shares of the usual drop between which water circulates and heats; the narrow ones where it does so steadily."""
HEAT_SHARE = 0.2
"""Of the heat of a busy hour (90 % quantile), below which a meter shows standing water."""
STEADY_K = 3.0
"""Largest change of the supply from hour to hour where it runs steadily."""
DEAD_HOURS = 6
"""A meter that shows nothing so many hours in a row of water that heats is dead, not idle."""


@dataclass(frozen=True)
class Operation:
    """``on [S, T]``: heats; ``steady``: has heated the hour before and heats on, at a like temperature;

    ``meter_dead``: the heat meter shows nothing while the water says that it heats; ``drop [S]``: usual share of the
    excess that is given off.
    """

    on: Bools
    steady: Bools
    full: Bools
    meter_dead: Bools
    drop: Floats


def operation(supply_c: Floats, return_c: Floats | None, heat_kw: Floats | None) -> Operation:
    """Operation of circuits from hourly ``[S, T]``, NaN where unknown; ``full`` are hours that follow an hour on."""
    share, usual = _drop(supply_c, return_c)
    warm = (supply_c > LEAST_SUPPLY_C) & _near_usual(supply_c)
    flows = warm & _between(share, usual, WIDE) if return_c is not None else warm
    dead = np.zeros(supply_c.shape, bool)
    on = flows
    if heat_kw is not None and np.isfinite(heat_kw).any():
        busy = _quantile(np.where(heat_kw > 0, heat_kw, np.nan), 0.9)[:, None]
        idle = heat_kw < HEAT_SHARE * busy
        dead = _runs(idle & flows, DEAD_HOURS)
        on = flows & ~(idle & ~dead) if np.isfinite(supply_c).any() else heat_kw >= HEAT_SHARE * busy
    before, after = _moved(on, 1), _moved(on, -1)
    change = np.abs(np.diff(supply_c, axis=1, prepend=np.nan))
    narrow = _between(share, usual, NARROW) if return_c is not None else on
    steady = on & before & after & narrow & ~(change > STEADY_K)
    return Operation(on, steady, on & before, dead, usual)


def _drop(supply_c: Floats, return_c: Floats | None) -> tuple[Floats, Floats]:
    """Share of the excess given off each hour, and the usual one of warm hours."""
    if return_c is None:
        return np.full(supply_c.shape, np.nan), np.full(supply_c.shape[0], np.nan)
    share = (supply_c - return_c) / np.maximum((supply_c + return_c) / 2 - ROOM_C, LEAST_EXCESS_K)
    warmer = supply_c >= _quantile(np.where(supply_c > LEAST_SUPPLY_C, supply_c, np.nan), 0.5)[:, None]
    return share, _quantile(np.where(warmer & (share > 0), share, np.nan), 0.5)


def _between(share: Floats, usual: Floats, limits: tuple[float, float]) -> Bools:
    return np.asarray((share > limits[0] * usual[:, None]) & (share < limits[1] * usual[:, None]))


def _near_usual(supply_c: Floats) -> Bools:
    """Not far below what the circuit's warm hours show: water that cools down overnight does not heat."""
    warm = _quantile(np.where(supply_c > LEAST_SUPPLY_C, supply_c, np.nan), 0.75)[:, None]
    return np.asarray(supply_c > ROOM_C + 0.5 * (warm - ROOM_C))


def _runs(flags: Bools, least: int) -> Bools:
    """Flags that stand in runs of at least so many hours."""
    edges = np.diff(np.pad(flags, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    out = np.zeros(flags.shape, np.int32)
    begins, ends = np.nonzero(edges == 1), np.nonzero(edges == -1)
    long = (ends[1] - begins[1]) >= least
    padded = np.zeros((flags.shape[0], flags.shape[1] + 1), np.int32)
    np.add.at(padded, (begins[0][long], begins[1][long]), 1)
    np.add.at(padded, (ends[0][long], ends[1][long]), -1)
    out = np.cumsum(padded, axis=1)[:, :-1]
    return np.asarray(out > 0)


def _moved(flags: Bools, hours: int) -> Bools:
    """Flags of so many hours before (after where negative), False beyond the ends."""
    out = np.zeros_like(flags)
    if hours > 0:
        out[:, hours:] = flags[:, :-hours]
    else:
        out[:, :hours] = flags[:, -hours:]
    return out


def _quantile(values: Floats, q: float) -> Floats:
    """Of the known values of each row, NaN where there are none."""
    ordered = np.sort(values, axis=1)
    last = np.maximum((~np.isnan(values)).sum(axis=1) - 1, 0)
    return np.asarray(ordered[np.arange(values.shape[0]), np.rint(q * last).astype(np.int64)])
