"""Which values are missing, and which rows carry no value at all because the connection was lost?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def absent(values: NDArray[Any], missing: int) -> NDArray[np.bool_]:
    """Values that are the null mark; ``int[n]`` → ``bool[n]``.

    Source: rule family 完整性 (completeness).

    >>> absent(np.array([215, -32768], np.int16), -32768).tolist()
    [False, True]
    """
    hits: NDArray[np.bool_] = values == missing
    return hits


def lost_rows(columns: Sequence[NDArray[Any]], missing: Iterable[int]) -> NDArray[np.bool_]:
    """Rows whose every channel is zero or missing, at least one of them a zero.

    A gateway that loses its controller sends zeros for all channels at once: that is no reading of 0 °C and 0 MPa.

    Args:
        columns: one ``int[n]`` a channel; pass the channels that cannot all be zero in operation (no counters).
        missing: the null mark of each channel.
    Returns: ``bool[n]``.  Stops at the first channel that leaves no candidate, which is nearly always the first.
    Source: communication loss as seen in real substations: all temperatures 0 in the same row.

    >>> lost_rows([np.array([0, 0, 5], np.int16), np.array([0, -32768, 0], np.int16)], [-32768, -32768]).tolist()
    [True, True, False]
    >>> lost_rows([np.array([-32768], np.int16)], [-32768]).tolist()
    [False]
    """
    rows = np.ones(columns[0].shape[0], dtype=bool)
    any_zero = np.zeros_like(rows)
    for column, null in zip(columns, missing, strict=True):
        zero = column == 0
        rows &= zero | (column == null)
        if not rows.any():
            break
        any_zero |= zero
    return rows & any_zero
