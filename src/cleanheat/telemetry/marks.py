"""What a curve shows beside its points: the values that broke a rule, and what was put in the place of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.store import Store

_MOST: Final = 500_000
"""Rows that one curve may read; a signal that is wrong for a whole season still fits."""


@dataclass(frozen=True)
class Marks:
    """Points of one signal: hits with the raw value and rule, cleaned values with method and verdict (NaN: none)."""

    signal: str
    hit_times: NDArray[np.int64]
    hit_values: NDArray[np.float64]
    hit_rules: NDArray[np.uint32]
    cleaned_times: NDArray[np.int64]
    cleaned_values: NDArray[np.float64]
    cleaned_methods: NDArray[np.uint8]
    cleaned_verdicts: NDArray[np.uint8]


def marks(
    store: Store, kind: str, number: int, signals: Sequence[str], start: int, end: int, width_s: int
) -> list[Marks]:
    """Marks of some signals, at most one hit and one cleaned value in ``width_s`` seconds: the last of each."""
    spec = KINDS[kind]
    hits = store.hits(kind, number, start, end, limit=_MOST)
    cleaned = store.cleaned(kind, number, start, end, limit=_MOST)
    found = []
    for code in signals:
        place, signal = spec.index[code], spec[code]
        hit = _thinned(np.flatnonzero(hits.signals == place), hits.minutes, start, width_s)
        put = _thinned(np.flatnonzero(cleaned.signals == place), cleaned.minutes, start, width_s)
        found.append(
            Marks(
                code,
                hits.minutes[hit],
                signal.decode(hits.raw[hit]),
                hits.rules[hit],
                cleaned.minutes[put],
                signal.decode(cleaned.values[put]),
                cleaned.methods[put],
                cleaned.verdicts[put],
            )
        )
    return found


def _thinned(rows: NDArray[Any], minutes: NDArray[np.int64], start: int, width_s: int) -> NDArray[Any]:
    """The last of the rows (in time order) of every bucket."""
    bucket = (minutes[rows] - start) // width_s
    return rows[np.append(np.diff(bucket) > 0, True)] if rows.shape[0] else rows
