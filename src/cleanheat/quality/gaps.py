"""What lay between?  Gaps of up to two hours are bridged once both sides are known; each value keeps its rule.

Only for rules that correct by interpolation, and only values that those rules have found wrong or missing.  A value
that somebody or something has put there before stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.kernel.verdicts import TRUSTED, Verdict
from cleanheat.quality.engine.compiled import COUNTED_ONLY
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Action, Family, Fill
from cleanheat.telemetry.public import Store
from cleanheat.telemetry.traces import Cleaned, Method

LONGEST_MIN: Final = 120
"""Longest gap that a straight line may bridge (platform proposal)."""

SPAN_S: Final = 5 * HOUR_S
"""How far back a run looks: a gap of two hours that ended within the last hour, and both its sides."""

Ints = NDArray[np.int64]


AT_ONCE: Final = 8_192
"""Objects whose grid is held in memory at a time."""


@dataclass
class _Grid:
    """One signal's readings of all objects, minute by minute: ``int64[minutes, n]``, and which are wanted filled."""

    raw: Ints
    trusted: NDArray[np.bool_]
    wanted: NDArray[np.bool_]


def bridged(raw: Ints, trusted: NDArray[np.bool_], longest: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Straight lines over gaps of at most ``longest`` rows between trusted readings.

    Returns: the readings with gaps filled (rounded to the stored unit), and where a line could be drawn.
    """
    minutes = raw.shape[0]
    row = np.arange(minutes)[:, None]
    before = np.maximum.accumulate(np.where(trusted, row, -1), axis=0)
    after = np.minimum.accumulate(np.where(trusted, row, minutes)[::-1], axis=0)[::-1]
    able = ~trusted & (before >= 0) & (after < minutes) & (after - before - 1 <= longest)
    low, high = np.maximum(before, 0), np.minimum(after, minutes - 1)
    start, end = np.take_along_axis(raw, low, axis=0), np.take_along_axis(raw, high, axis=0)
    share = (row - low) / np.maximum(high - low, 1)
    return np.where(able, np.rint(start + (end - start) * share).astype(np.int64), raw), able


def fill_gaps(specs: Iterable[RuleSpec], store: Store, archive: Archive, until: int) -> int:
    """Bridge what can be bridged in the hours before ``until``; returns how many values were put in.

    Safe to repeat: what has been filled is not filled again.
    """
    total = 0
    for spec in specs:
        if spec.action is Action.CORRECT and spec.fill is Fill.INTERPOLATION:
            numbers = archive[spec.kind].numbers.astype(np.uint32)
            for code in spec.each or spec.marks:
                for first in range(0, numbers.size, AT_ONCE):
                    part = _Part(spec, KINDS[spec.kind][code], numbers[first : first + AT_ONCE], until - SPAN_S, until)
                    cleaned = part.cleaned(store)
                    token = f"gaps-{spec.number}-{spec.version}-{code}-{first}-{until}"
                    store.append_judged([], [cleaned] if len(cleaned) else [], token)
                    total += len(cleaned)
    return total


@dataclass(frozen=True)
class _Part:
    """One rule on one signal of some objects (ids ascending) over one span."""

    spec: RuleSpec
    signal: Signal
    ids: NDArray[np.uint32]
    start: int
    end: int

    @property
    def index(self) -> int:
        return KINDS[self.spec.kind].index[self.signal.code]

    def cleaned(self, store: Store) -> Cleaned:
        grid = self._read(store)
        values, able = bridged(grid.raw, grid.trusted, LONGEST_MIN)
        rows, places = (able & grid.wanted).nonzero()
        n = rows.size
        return Cleaned(
            kind=self.spec.kind,
            ids=self.ids[places],
            minutes=self.start + rows * MINUTE_S,
            signals=np.full(n, self.index, np.uint8),
            raw=grid.raw[rows, places].astype(np.int32),
            values=values[rows, places].astype(np.int32),
            verdicts=np.full(n, Verdict.IMPUTED, np.uint8),
            methods=np.full(n, Method.INTERPOLATION, np.uint8),
            rules=np.full(n, self.spec.number, np.uint32),
            versions=np.full(n, self.spec.version, np.uint16),
        )

    def _read(self, store: Store) -> _Grid:
        kind, missing = self.spec.kind, self.signal.missing
        shape = (self.end - self.start) // MINUTE_S, self.ids.size
        grid = _Grid(np.full(shape, missing, np.int64), np.zeros(shape, bool), np.zeros(shape, bool))
        leaves_no_hits = self.spec.family is Family.COMPLETENESS and kind in COUNTED_ONLY
        for frame in store.stream(kind, self.start, self.end, ids=self.ids, signals=[self.signal.code]):
            column, at = frame.columns[self.index], self._at(frame.minute, frame.ids)
            grid.raw[at] = column
            grid.trusted[at] = TRUSTED[frame.verdicts[self.index]] & (column != missing)
            grid.wanted[at] = leaves_no_hits & (column == missing)
        hits = store.hits(kind, self.ids, self.start, self.end, rules=[self.spec.number])
        own = hits.signals == self.index
        grid.wanted[self._at(hits.minutes[own], hits.ids[own])] = True
        done = store.cleaned(kind, self.ids, self.start, self.end)
        own = done.signals == self.index
        grid.wanted[self._at(done.minutes[own], done.ids[own])] = False
        return grid

    def _at(self, minutes: Any, ids: NDArray[np.uint32]) -> tuple[Any, NDArray[np.intp]]:
        return (minutes - self.start) // MINUTE_S, np.searchsorted(self.ids, ids)
