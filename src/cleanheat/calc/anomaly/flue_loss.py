"""How much of the fuel's heat leaves by the stack?  From the temperature and the oxygen of flue gas."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
AIR_OXYGEN_PCT = 21.0
MOST_OXYGEN_PCT = 19.0
"""Above this the flue gas is mostly air: nothing burns, or the probe is out of it."""


def flue_loss_pct(flue_c: Floats, oxygen_pct: Floats, air_c: float, offset: Floats, slope: Floats) -> Floats:
    """q₂ = (m + n·α)·(t_flue − t_air)/100 with excess air α = 21 ÷ (21 − O₂), % of the fuel's heat.

    Args: flue gas and combustion air °C, oxygen % of dry gas, ``offset`` m and ``slope`` n of the fuel; shapes that
    broadcast.  NaN where an input is, where flue gas is no hotter than air, or above 19 % oxygen.
    Source: simplified flue-loss formula of Chinese boiler monitoring practice (m, n by fuel); with natural gas within
    half a point of Siegert's (0.66/(21 − O₂) + 0.009)·Δt.

    >>> flue_loss_pct(np.array([120.0, 120.0, 15.0]), np.array([3.5, 20.5, 3.5]), 20.0, 0.5, 3.45).round(2).tolist()
    [4.64, nan, nan]
    """
    known = (flue_c > air_c) & (oxygen_pct >= 0) & (oxygen_pct < MOST_OXYGEN_PCT)
    alpha = AIR_OXYGEN_PCT / (AIR_OXYGEN_PCT - np.where(known, oxygen_pct, 0.0))
    return np.where(known, (offset + slope * alpha) * (flue_c - air_c) / 100.0, np.nan)
