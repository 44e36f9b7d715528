"""How well does an exchanger pass heat?  Its conductance from four temperatures and the heat that went through."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.exchanger import log_mean_k

Floats = NDArray[np.floating[Any]]
LEAST_END_K = 0.3
"""Temperature difference at an end below which sensors of 0.1 K say nothing of it."""


def conductance_kw_k(
    heat_kw: Floats, primary_supply_c: Floats, primary_return_c: Floats, supply_c: Floats, return_c: Floats
) -> NDArray[np.float64]:
    """UA = Q ÷ Δt_m of a counter-flow exchanger, kW/K; it falls as plates foul.

    Args: heat kW; temperatures °C of the primary side and of the secondary side, shapes that broadcast.
    Returns: the broadcast shape; NaN where an input is, no heat goes through, or an end is narrower than 0.3 K.
    Source: Q = UA·Δt_m with Δt_m = [(τ1 − t_g) − (τ2 − t_h)] ÷ ln[(τ1 − t_g)/(τ2 − t_h)], heating textbooks.

    >>> round(float(conductance_kw_k(*np.array([2327.0, 95.0, 50.0, 50.0, 40.0]))), 1)
    100.0
    >>> bool(np.isnan(conductance_kw_k(*np.array([2327.0, 50.0, 50.0, 50.0, 40.0]))))
    True
    """
    hot, cold = primary_supply_c - supply_c, primary_return_c - return_c
    known = (hot >= LEAST_END_K) & (cold >= LEAST_END_K) & (heat_kw > 0)
    mean = log_mean_k(np.where(known, hot, np.nan), np.where(known, cold, np.nan))
    return np.where(known, heat_kw, np.nan) / mean
