"""Does the water run as pumps and valves say?  Resistance Δp/G², valves fully open, pumps that turn without flow.

Shapes: all arguments of one function broadcast; NaN = unknown, and what is unknown is never a fault.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def resistance(delta_pressure_mpa: Floats, flow_t_h: Floats, least_flow_t_h: float = 1.0) -> Floats:
    """Δp/G², MPa/(t/h)²: grows when a strainer clogs or a valve closes, falls when a bypass opens.

    >>> float(resistance(np.array(0.2), np.array(100.0)))
    2e-05
    """
    moving = flow_t_h >= least_flow_t_h
    return np.where(moving, delta_pressure_mpa / np.where(moving, flow_t_h, 1.0) ** 2, np.nan)


def resistance_changed(resistance_now: Floats, usual: Floats, share: float) -> NDArray[np.int8]:
    """1 where the resistance is above usual by ``share``, −1 where as much below, else 0.

    >>> resistance_changed(np.array([1.6, 1.0, 0.6, np.nan]), np.ones(4), 0.5).tolist()
    [1, 0, -1, 0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = resistance_now / usual
    return ((ratio > 1 + share).astype(np.int8) - (ratio < 1 / (1 + share)).astype(np.int8)).astype(np.int8)


def valve_at_end(opening_pct: Floats, supply_c: Floats, expected_c: Floats, open_pct: float, below_k: float) -> Bools:
    """Valve (nearly) fully open and the water still too cold: the primary side has no more to give.

    >>> valve_at_end(np.array([99.0, 99.0, 60.0]), np.array([40.0, 46.0, 40.0]), np.full(3, 46.0), 98.0, 3.0).tolist()
    [True, False, False]
    """
    return np.asarray((opening_pct >= open_pct) & (expected_c - supply_c > below_k))


def valve_stuck(opening_pct: Floats, setpoint_pct: Floats, apart_pct: float) -> Bools:
    """The valve does not follow its set point.

    >>> valve_stuck(np.array([30.0, 30.0]), np.array([60.0, 32.0]), 10.0).tolist()
    [True, False]
    """
    return np.asarray(np.abs(opening_pct - setpoint_pct) > apart_pct)


def pump_without_flow(pump_hz: Floats, flow_ratio: Floats, turning_hz: float, still_ratio: float) -> Bools:
    """The pump turns and nothing moves: closed valve, broken coupling, air, or a dead flow meter.

    >>> pump_without_flow(np.array([42.0, 42.0, 0.0]), np.array([0.01, 0.9, 0.0]), 10.0, 0.05).tolist()
    [True, False, False]
    """
    return np.asarray((pump_hz >= turning_hz) & (flow_ratio < still_ratio))


def pump_power_off(power_kw: Floats, flow_t_h: Floats, usual_kw_per_cube: Floats, share: float) -> NDArray[np.int8]:
    """1 where the pump takes more than its usual P/G³ by ``share``, −1 where less, else 0 (affinity law).

    >>> pump_power_off(np.array([16.0, 8.0]), np.array([2.0, 2.0]), np.array([1.0, 1.0]), 0.3).tolist()
    [1, 0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = power_kw / (usual_kw_per_cube * flow_t_h**3)
    ratio = np.where(flow_t_h > 0, ratio, np.nan)
    return ((ratio > 1 + share).astype(np.int8) - (ratio < 1 - share).astype(np.int8)).astype(np.int8)


def imbalance(return_c: Floats, expected_c: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Standard deviation of returns beyond the expected among the circuits of each group, K ``[G]`` (target ≤ 2 K).

    >>> imbalance(np.array([40.0, 44.0, 50.0]), np.full(3, 42.0), np.array([0, 0, 1]), 2).tolist()
    [2.0, nan]
    """
    off = return_c - expected_c
    known = np.isfinite(off) & (group >= 0)
    n = np.bincount(group[known], minlength=groups)
    total = np.bincount(group[known], weights=off[known], minlength=groups)
    square = np.bincount(group[known], weights=off[known] ** 2, minlength=groups)
    many = np.maximum(n, 1)
    return np.where(n > 1, np.sqrt(np.maximum(square / many - (total / many) ** 2, 0.0)), np.nan)
