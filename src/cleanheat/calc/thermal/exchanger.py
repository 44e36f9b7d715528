"""What does a heat exchanger do?  Log-mean difference and the cold end that a load asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cleanheat.calc.thermal.constants import Floats, floats


def log_mean_k(hot_end_k: ArrayLike, cold_end_k: ArrayLike) -> Floats:
    """Log-mean temperature difference of a counter-flow exchanger.

    Args: differences at the hot end (τ1 − t_g) and the cold end (τ2 − t_h), K, positive, shapes that broadcast.
    Returns: K, the broadcast shape; NaN if an input is NaN or not positive.
    Source: heating textbooks; equal ends give their common value.

    >>> round(float(log_mean_k(45.0, 10.0)), 3), round(float(log_mean_k(10.0, 10.0)), 3)
    (23.27, 10.0)
    """
    hot, cold = np.broadcast_arrays(floats(hot_end_k), floats(cold_end_k))
    positive = (hot > 0) & (cold > 0)
    ratio = np.where(positive, hot, 1.0) / np.where(positive, cold, 1.0)
    near = np.abs(ratio - 1.0) < 1e-6
    mean = np.where(near, (hot + cold) / 2, (hot - cold) / np.log(np.where(near, 2.0, ratio)))
    return np.where(positive, mean, np.nan)


def cold_end_k(hot_end_k: ArrayLike, mean_k: ArrayLike) -> Floats:
    """Cold-end difference that gives a log-mean difference, the hot end being known.

    Chen's approximation of the log mean, (x·y·(x+y)/2)^⅓, solved for x: exact where both ends are equal, within a few
    per cent of the log mean up to ratios of ten.

    Args: hot end K > 0, log mean K > 0, shapes that broadcast.
    Returns: K, the broadcast shape; NaN if an input is NaN.
    Source: J. J. J. Chen, "Comments on improvements on a replacement for the logarithmic mean",
    Chem. Eng. Sci. 42 (1987).

    >>> round(float(cold_end_k(10.0, 10.0)), 3)
    10.0
    >>> abs(float(log_mean_k(45.0, cold_end_k(45.0, 23.27))) / 23.27 - 1) < 0.02
    True
    """
    hot = floats(hot_end_k)
    return hot / 2 * (np.sqrt(1.0 + 8.0 * (floats(mean_k) / hot) ** 3) - 1.0)


def effectiveness(primary_supply_c: ArrayLike, primary_return_c: ArrayLike, secondary_return_c: ArrayLike) -> Floats:
    """Share of the possible cooling of the primary water that took place, (τ1 − τ2)/(τ1 − t_h).

    Args: temperatures °C, shapes that broadcast.
    Returns: ratio, the broadcast shape; NaN if an input is NaN or there is nothing to exchange.

    >>> round(float(effectiveness(90.0, 50.0, 45.0)), 3)
    0.889
    """
    supply = floats(primary_supply_c)
    possible = supply - floats(secondary_return_c)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(possible > 0, (supply - floats(primary_return_c)) / possible, np.nan)
