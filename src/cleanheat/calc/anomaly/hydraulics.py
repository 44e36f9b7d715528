"""Does the water run as pumps, valves and meters say?  Valves at their end or stuck, pumps without flow, heat balance.

Shapes: all arguments of one function broadcast; NaN = unknown, and what is unknown is never a fault.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Limit = float | np.floating[Any]


def valve_at_end(opening_pct: Floats, beyond_k: Floats, open_pct: Limit, short_k: Limit | Floats) -> Bools:
    """Valve (nearly) fully open, the water still ``short_k`` below what is due: the primary side has no more to give.

    >>> valve_at_end(np.array([99.0, 99.0, 60.0, np.nan]), np.array([-6.0, 0.0, -6.0, -6.0]), 98.0, 3.0).tolist()
    [True, False, False, False]
    """
    return np.asarray((opening_pct >= open_pct) & (beyond_k < -short_k))


def valve_stuck(opening_pct: Floats, setpoint_pct: Floats, apart_pct: Limit) -> Bools:
    """The valve does not follow its set point.

    >>> valve_stuck(np.array([30.0, 30.0, np.nan]), np.array([60.0, 32.0, 60.0]), 10.0).tolist()
    [True, False, False]
    """
    return np.asarray(np.abs(opening_pct - setpoint_pct) > apart_pct)


def pump_without_flow(pump_hz: Floats, flow_ratio: Floats, turning_hz: Limit, still_ratio: Limit) -> Bools:
    """The pump turns and nothing moves: closed valve, broken coupling, air, or a dead flow meter.

    >>> pump_without_flow(np.array([42.0, 42.0, 0.0, 42.0]), np.array([0.01, 0.9, 0.0, np.nan]), 10.0, 0.05).tolist()
    [True, False, False, False]
    """
    return np.asarray((pump_hz > turning_hz) & (flow_ratio < still_ratio))


def heat_balance(heat_kw: Floats, water_kw: Floats) -> Floats:
    """(Q_meter − c·G·ΔT) ÷ c·G·ΔT: 0 when meter and water agree; NaN where no heat moves.

    >>> heat_balance(np.array([1100.0, 900.0, np.nan, 5.0]), np.array([1000.0, 1000.0, 1000.0, 0.0])).round(3).tolist()
    [0.1, -0.1, nan, nan]
    """
    moves = water_kw > 0
    return np.where(moves, heat_kw / np.where(moves, water_kw, 1.0) - 1.0, np.nan)
