"""Does a circuit lose water?  Make-up in relation to circulation, against its own usual rate and the permitted one.

The daily rate's deviation from its own usual level is summed (CUSUM), so that a small leak shows after days and a burst
at once.  Where the circuit is being filled make-up is meant, and nothing is judged.

Shapes: S objects, D days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import cusum
from cleanheat.calc.anomaly.days import quantile_by

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def rate(makeup_t_h: Floats, flow_t_h: Floats, least_flow_t_h: float = 1.0) -> Floats:
    """Make-up ÷ circulation; NaN where hardly anything circulates or either is unknown.

    >>> rate(np.array([0.5, 0.5]), np.array([100.0, 0.0])).tolist()
    [0.005, nan]
    """
    return np.where(flow_t_h >= least_flow_t_h, makeup_t_h / np.maximum(flow_t_h, least_flow_t_h), np.nan)


def judge(
    daily_rate: Floats, filling: Bools, teaching: Bools, permitted: float, k: float, h: float
) -> tuple[Bools, Floats]:
    """Days with a leak ``bool[S, D]`` and the usual rate ``[S]``.

    Args:
        daily_rate: make-up ÷ circulation of each day ``[S, D]``.
        filling: days on which the circuit was filled ``bool[S, D]``.
        teaching: days that say what is usual ``bool[S, D]``: a leak that lasts must not become usual.
        permitted: rate from which on every day is a leak (1 % secondary, 0.5 % primary [CK]).
        k, h: slack and limit of the CUSUM in units of the spread.
    """
    seen = np.where(filling, np.nan, daily_rate)
    taught = np.where(teaching, seen, np.nan)
    usual = quantile_by(taught, 0.5)
    spread = 1.4826 * quantile_by(np.abs(taught - usual[:, None]), 0.5)
    spread = np.maximum(spread, np.maximum(0.1 * usual, permitted / 20))
    verdict, _ = cusum.over_history((seen - usual[:, None]) / spread[:, None], k, h)
    return (verdict > 0) & np.isfinite(seen) | (seen > permitted), usual
