"""Which outdoor temperature does a building feel?  Exponential memories of the last hours and days, and their blend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TIME_CONSTANTS_H = (3.0, 12.0, 24.0, 72.0)
_FADED = 0.02
"""Weight of what is known, below which a memory has forgotten too much to be used."""


def memories(outdoor_c: Floats, time_constants_h: tuple[float, ...] = TIME_CONSTANTS_H) -> Floats:
    """Exponential means ``[..., T, M]`` of hourly temperatures ``[..., T]``, the present hour included.

    Unknown hours leave what is remembered as it is; it fades, and a memory that has faded (or never begun) is NaN.

    >>> memories(np.full(5, -7.0))[..., 0].round(6).tolist()
    [-7.0, -7.0, -7.0, -7.0, -7.0]
    """
    hours = np.moveaxis(outdoor_c, -1, 0)
    keep = np.exp(-1.0 / np.asarray(time_constants_h))
    total = np.zeros((*hours.shape[1:], keep.size))
    weight = np.zeros_like(total)
    out = np.empty((hours.shape[0], *total.shape))
    known = ~np.isnan(hours)
    gain, value = known[..., None] * (1.0 - keep), np.where(known, hours, 0.0)[..., None] * (1.0 - keep)
    for t in range(hours.shape[0]):
        total = total * keep + value[t]
        weight = weight * keep + gain[t]
        out[t] = total / np.maximum(weight, 1e-12)
        out[t][weight < _FADED * (1.0 - keep)] = np.nan
    return np.moveaxis(out, 0, -2)


def blend(parts: Floats, y: Floats, known: NDArray[np.bool_], rounds: int = 200) -> Floats:
    """Weights ``w [M] ≥ 0, Σw = 1`` for which ``parts [T, M] @ w`` explains ``y [T]`` best by a straight line.

    Projected gradient on the correlation's least-squares form: y = a + b·(parts @ w).  Equal weights where ``y`` says
    nothing.
    """
    use = known & np.isfinite(parts).all(axis=1) & np.isfinite(y)
    size = parts.shape[1]
    weights = np.full(size, 1.0 / size)
    if use.sum() < 10 * size or np.ptp(y[use]) < 1e-6:
        return weights
    x = parts[use] - parts[use].mean(axis=0)
    target = y[use] - y[use].mean()
    square, product = x.T @ x, x.T @ target
    step = 1.0 / max(float(np.linalg.eigvalsh(square)[-1]), 1e-9)
    slope = min(float(product @ weights) / max(float(weights @ square @ weights), 1e-9), -1e-9)
    free = weights * slope
    for _ in range(rounds):  # all parts pull the same way: a colder hour never lowers the water
        free = np.minimum(free - step * (square @ free - product), 0.0)
    return free / free.sum() if free.sum() < -1e-9 else weights
