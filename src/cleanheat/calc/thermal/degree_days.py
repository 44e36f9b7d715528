"""How cold was it?  Heating degree-days and use corrected for weather."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cleanheat.calc.thermal.constants import DEGREE_DAY_BASE_C, Floats, floats


def degree_days(daily_mean_temp_c: ArrayLike, base_c: float = DEGREE_DAY_BASE_C) -> Floats:
    """Heating degree-days, Σ max(0, base − t̄_d) over the first axis.

    Args: daily means °C, float[D] or float[D, S].
    Returns: °C·d, scalar array or float[S]; a missing (NaN) day adds nothing.
    Source: JGJ 26-2018.

    >>> float(degree_days([20.0, 8.0, -2.0]))
    30.0
    """
    total: Floats = np.nansum(np.maximum(0.0, base_c - floats(daily_mean_temp_c)), axis=0)
    return total


def normalised_use(use: ArrayLike, normal_degree_days: ArrayLike, actual_degree_days: ArrayLike) -> Floats:
    """Heat use corrected to a normal winter, e·HDD_normal/HDD_actual.

    Args: use in any unit, degree-days °C·d, shapes that broadcast.
    Returns: unit of ``use``, the broadcast shape; NaN if an input is NaN.
    Source: weather normalisation by degree-days.

    >>> float(normalised_use(0.30, 4642.0, 4642.0 / 2))
    0.6
    """
    return floats(use) * floats(normal_degree_days) / floats(actual_degree_days)
