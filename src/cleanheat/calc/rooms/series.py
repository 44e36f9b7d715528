"""What do rooms' series look like through a window: means of hours past and ahead, memories, whatever is missing.

Shapes: ``[…, T]`` hourly, NaN where unknown.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shifted(values: Floats, hours: int) -> Floats:
    """Values of ``hours`` ago (negative: ahead); NaN beyond the ends.

    >>> shifted(np.array([1.0, 2.0, 3.0]), 1).tolist()[1:], shifted(np.array([1.0, 2.0, 3.0]), -2).tolist()[0]
    ([1.0, 2.0], 3.0)
    """
    out = np.full(values.shape, np.nan)
    size = values.shape[-1]
    if abs(hours) >= size:
        return out
    if hours >= 0:
        out[..., hours:] = values[..., : size - hours]
    else:
        out[..., :hours] = values[..., -hours:]
    return out


def trailing_mean(values: Floats, hours: int) -> Floats:
    """Mean of the known ones among the last ``hours`` values, the present one included; NaN where none is known.

    >>> trailing_mean(np.array([1.0, np.nan, 3.0]), 2).tolist()
    [1.0, 1.0, 3.0]
    """
    known = ~np.isnan(values)
    nothing = [(0, 0)] * (values.ndim - 1) + [(1, 0)]
    total = np.pad(np.cumsum(np.where(known, values, 0.0), axis=-1), nothing)
    count = np.pad(np.cumsum(known, axis=-1), nothing)
    last = np.arange(1, values.shape[-1] + 1)
    first = np.maximum(last - hours, 0)
    n = count[..., last] - count[..., first]
    return np.where(n > 0, (total[..., last] - total[..., first]) / np.maximum(n, 1), np.nan)


def mean_ahead(values: Floats, hours: int) -> Floats:
    """Mean of the known ones among the next ``hours`` values, the present one not included."""
    return shifted(trailing_mean(values, hours), -hours)


def memory(values: Floats, hours: float) -> Floats:
    """Exponential memory with time constant ``hours``; unknown hours leave it as it was.

    >>> memory(np.array([[0.0, np.nan, 10.0]]), 1.0).round(1).tolist()
    [[0.0, 0.0, 6.3]]
    """
    keep = np.exp(-1.0 / hours)
    out = np.empty(values.shape)
    state = np.full(values.shape[:-1], np.nan)
    for t in range(values.shape[-1]):
        now = values[..., t]
        state = np.where(np.isnan(now), state, np.where(np.isnan(state), now, keep * state + (1 - keep) * now))
        out[..., t] = state
    return out
