"""Does a boiler room run as boilers do?  Heat balance, efficiency, flue gas, starts per hour, make-up, residual vector.

Shapes: all arguments of one function broadcast; NaN = unknown, and what is unknown is never a fault.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def heat_balance(heat_kw: Floats, flow_t_h: Floats, supply_c: Floats, return_c: Floats) -> Floats:
    """(Q_meter − c·G·ΔT) ÷ c·G·ΔT: 0 when meter and water agree; NaN where no heat moves.

    >>> round(float(heat_balance(np.array(1100.0), np.array(43.0), np.array(90.0), np.array(70.0))), 2)
    0.1
    """
    water = WATER_KWH_PER_T_K * flow_t_h * (supply_c - return_c)
    return np.where(water > 0, heat_kw / np.where(water > 0, water, 1.0) - 1.0, np.nan)


def efficiency(heat_kw: Floats, fuel_t_h: Floats, lower_heating_value_kwh_t: Floats) -> Floats:
    """η = Q / (B·LHV); NaN where nothing burns.

    >>> float(efficiency(np.array(4070.0), np.array(1.0), np.array(8140.0)))
    0.5
    """
    burnt = fuel_t_h * lower_heating_value_kwh_t
    return np.where(burnt > 0, heat_kw / np.where(burnt > 0, burnt, 1.0), np.nan)


def excess_air(oxygen_pct: Floats) -> Floats:
    """α = 21 / (21 − O₂); NaN at or above the air's own oxygen.

    >>> float(excess_air(np.array(9.0)))
    1.75
    """
    return np.where(oxygen_pct < 21.0, 21.0 / np.where(oxygen_pct < 21.0, 21.0 - oxygen_pct, 1.0), np.nan)


def flue_loss(flue_c: Floats, air_c: Floats, oxygen_pct: Floats, factor: float = 0.68) -> Floats:
    """Share of the fuel's heat that leaves by the flue, Siegert's formula q = factor·(t_f − t_a)/CO₂ with
    CO₂ = 18.7·(1 − O₂/21) of hard coal (factor 0.68) as a share of 1.

    >>> round(float(flue_loss(np.array(150.0), np.array(0.0), np.array(9.0))), 3)
    0.095
    """
    carbon_dioxide = 18.7 * (1 - oxygen_pct / 21.0)
    return (
        np.where(
            carbon_dioxide > 0, factor * (flue_c - air_c) / np.where(carbon_dioxide > 0, carbon_dioxide, 1), np.nan
        )
        / 100
    )


def flue_expected(flue_c: Floats, load: Floats, use: Bools) -> tuple[Floats, Floats]:
    """Straight line of flue temperature over load of each boiler ``[S, T]``: (at no load, per unit of load) ``[S]``.

    >>> flue, load = np.array([[110.0, 130.0, 150.0]]), np.array([[0.2, 0.6, 1.0]])
    >>> base, slope = flue_expected(flue, load, np.ones((1, 3), bool))
    >>> round(float(base[0]), 6), round(float(slope[0]), 6)
    (100.0, 50.0)
    """
    use = use & np.isfinite(flue_c) & np.isfinite(load)
    n = np.maximum(use.sum(axis=-1), 1)
    x, y = np.where(use, load, 0.0), np.where(use, flue_c, 0.0)
    mean_x, mean_y = x.sum(axis=-1) / n, y.sum(axis=-1) / n
    dx = np.where(use, load - mean_x[:, None], 0.0)
    spread = (dx**2).sum(axis=-1)
    slope = np.where(spread > 1e-6, (dx * y).sum(axis=-1) / np.maximum(spread, 1e-6), 0.0)
    return mean_y - slope * mean_x, slope


@dataclass
class Starts:
    """For the minute path: whether ``n`` boilers ran, and starts of the last hour as a ring of minutes [n, 60]."""

    running: Bools
    known: Bools
    ring: NDArray[np.uint8]

    @classmethod
    def of(cls, n: int) -> Starts:
        return cls(np.zeros(n, bool), np.zeros(n, bool), np.zeros((n, 60), np.uint8))


def advance(starts: Starts, running: Bools, known: Bools, minute: int) -> NDArray[np.int64]:
    """Take the boilers' state of one more minute (counted since the epoch); returns starts in the last hour ``[n]``.

    >>> starts = Starts.of(1)
    >>> [int(advance(starts, np.array([on]), np.array([True]), m)[0]) for m, on in enumerate([0, 1, 0, 1, 1], start=7)]
    [0, 1, 1, 2, 2]
    """
    starts.ring[:, minute % 60] = known & starts.known & running.astype(bool) & ~starts.running
    starts.running = np.where(known, running, starts.running).astype(bool)
    starts.known = starts.known | known
    return np.asarray(starts.ring.sum(axis=1, dtype=np.int64))


def starts_per_hour(running: Bools, known: Bools, steps_per_hour: int) -> Floats:
    """Highest number of starts within any hour of a past ``bool[S, T]``, ``[S]``.

    >>> starts_per_hour(np.array([[0, 1, 0, 1, 0, 1]], bool), np.ones((1, 6), bool), 6).tolist()
    [3.0]
    """
    start = np.zeros(running.shape)
    start[:, 1:] = running[:, 1:] & ~running[:, :-1] & known[:, 1:] & known[:, :-1]
    total = np.cumsum(np.pad(start, ((0, 0), (steps_per_hour, 0))), axis=1)
    return np.asarray((total[:, steps_per_hour:] - total[:, :-steps_per_hour]).max(axis=1))
