"""Which values lie outside their plausible bounds?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def outside(values: NDArray[Any], low: int, high: int, missing: int) -> NDArray[np.bool_]:
    """Present values outside ``[low, high]``; a missing one is another check's business.

    Args:
        values: scaled integers ``int8|int16|int32[n]``, contiguous.
        low, high: inclusive bounds in the same scaled unit; cut to what the width can hold.
        missing: the integer that stands for "no value".
    Returns: ``bool[n]``.
    Source: rule family 边界值 (boundary); bounds come from the signal catalogue.

    One unsigned comparison does both bounds: ``x - low`` wraps to a large number below ``low``.

    >>> outside(np.array([-1, 0, 950, 951, -32768], np.int16), 0, 950, -32768).tolist()
    [True, False, False, True, False]
    """
    width = np.iinfo(values.dtype)
    low, high = max(low, int(width.min)), min(high, int(width.max))
    unsigned = np.dtype(f"u{values.dtype.itemsize}").type
    wrapped = values.view(unsigned) - unsigned(low % (1 << width.bits))
    hits: NDArray[np.bool_] = wrapped > unsigned(high - low)
    if not low <= missing <= high and hits.any():
        hits &= values != missing
    return hits
