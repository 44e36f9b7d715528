"""What can be said of one value: the verdict codes, and how a row's verdicts pack into one integer."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.quantities import VERDICT_BITS


class Verdict(IntEnum):
    """Trust in one value; the number is what is stored (three bits a column)."""

    GOOD = 0
    SUSPICIOUS = 1
    BAD = 2
    MISSING = 3
    IMPUTED = 4
    CONFIRMED = 5

    @property
    def zh(self) -> str:
        return ("可信", "可疑", "错误", "缺失", "补全", "人工确认")[self]


def _of(*counted: Verdict) -> NDArray[np.bool_]:
    return np.isin(np.arange(1 << VERDICT_BITS), counted)


TRUSTED: Final = _of(Verdict.GOOD, Verdict.IMPUTED, Verdict.CONFIRMED)
"""Which verdicts models and totals judge by: ``TRUSTED[verdicts]``.  What is suspicious must not raise an alert."""

USABLE: Final = TRUSTED | _of(Verdict.SUSPICIOUS)
"""Which verdicts are shown and averaged (roll-ups, curves, rankings): all but bad and missing."""


def pack(verdicts: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Verdicts ``uint8[S, n]`` (signal × row) as one ``uint64[n]`` word a row, column i in bits 3i..3i+2."""
    word = np.zeros(verdicts.shape[1], dtype=np.uint64)
    for column, verdict in enumerate(verdicts):
        if verdict.any():  # most columns of most minutes are wholly good: the word keeps its zeros
            word |= verdict.astype(np.uint64) << np.uint64(VERDICT_BITS * column)
    return word


def unpack(word: NDArray[Any], n_signals: int) -> NDArray[np.uint8]:
    """Inverse of :func:`pack`: ``uint8[S, n]`` from ``uint64[n]``."""
    shifts = (np.arange(n_signals, dtype=np.uint64) * np.uint64(VERDICT_BITS))[:, None]
    return ((word.astype(np.uint64)[None, :] >> shifts) & np.uint64(7)).astype(np.uint8)
