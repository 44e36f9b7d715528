"""How does a room answer to heat and cold?  A first-order lag with the building's time constant."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cleanheat.calc.thermal.constants import DESIGN_INDOOR_TEMP_C, DESIGN_OUTDOOR_TEMP_C, Floats, floats


def balance_temp_c(
    supply_ratio: ArrayLike, outdoor_temp_c: ArrayLike, loss_ratio: ArrayLike, gains_k: ArrayLike
) -> Floats:
    """Room temperature at which losses equal the heat given.

    Args: supply_ratio: heat ÷ design heat; outdoor_temp_c °C; loss_ratio: real ÷ design loss coefficient; gains_k: what
    people, appliances and sun add, K.  Shapes broadcast.
    Returns: °C, the broadcast shape; NaN if an input is NaN.
    Source: UA·(t_r − t_w) = Q, with UA = loss_ratio·Q′/(t_n − t_w′).

    >>> round(float(balance_temp_c(1.0, -21.1, 1.0, 0.0)), 1)
    18.0
    """
    lift_k = DESIGN_INDOOR_TEMP_C - DESIGN_OUTDOOR_TEMP_C
    return floats(outdoor_temp_c) + floats(supply_ratio) * lift_k / floats(loss_ratio) + floats(gains_k)


def step(room_temp_c: ArrayLike, balance_c: ArrayLike, time_constant_h: ArrayLike, hours: float) -> Floats:
    """Room temperature after ``hours`` of constant conditions: exact solution of the first-order lag.

    Args: room and balance temperature °C, time constant h (24–72 for dwellings), shapes that broadcast.
    Returns: °C, the broadcast shape; NaN if an input is NaN.
    Source: T(t) = T∞ + (T0 − T∞)·exp(−t/τ).

    >>> round(float(step(20.0, -10.0, 48.0, 48.0)), 2)   # heat off for one time constant
    1.04
    """
    balance = floats(balance_c)
    remaining: Floats = np.exp(-hours / floats(time_constant_h))
    return balance + (floats(room_temp_c) - balance) * remaining
