"""What lay between?  Gaps are filled once both sides are known; each value keeps its rule.

Up to two hours by a straight line (rules that correct by interpolation), any length by what is usual for the object at
that hour in that cold, shifted to meet both sides (rules that correct by profile).  Only values that those rules have
found wrong or missing; a value that somebody or something has put there before stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.kernel.verdicts import TRUSTED, Verdict
from cleanheat.quality.engine.compiled import COUNTED_ONLY
from cleanheat.quality.engine.readings import OUTDOOR
from cleanheat.quality.engine.regularities import Regularities
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Action, Family, Fill
from cleanheat.telemetry.public import Store
from cleanheat.telemetry.traces import Cleaned, Method

LONGEST_MIN: Final = 120
"""Longest gap that a straight line may bridge (platform proposal)."""

SPAN_S: Final = 5 * HOUR_S
"""How far back a run looks: a gap of two hours that ended within the last hour, and both its sides."""
PROFILE_SPAN_S: Final = 26 * HOUR_S
"""The same where gaps may be long: a day."""
PROFILE_AT_ONCE: Final = 1_024
SLOT_MIN: Final = 10
"""Minutes for which one evaluation of the usual stands."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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


def along(raw: Ints, trusted: NDArray[np.bool_], usual: Floats) -> tuple[Ints, NDArray[np.bool_]]:
    """What is usual, shifted so that it meets the trusted readings on both sides; as ``bridged``, of any length.

    ``usual``: ``float64[minutes, n]`` in the stored unit, NaN where nothing is known.
    """
    apart, everywhere = np.rint((raw - usual) * _FINE), ~np.isnan(usual)
    shift, able = bridged(np.where(everywhere, apart, 0).astype(np.int64), trusted & everywhere, raw.shape[0])
    able &= everywhere
    filled = np.where(able, usual + shift / _FINE, raw)
    return np.rint(filled).astype(np.int64), able


_FINE: Final = 1_000
"""Shifts are reckoned in thousandths of the stored unit."""


def fill_gaps(
    specs: Iterable[RuleSpec], store: Store, archive: Archive, until: int, regularities: Regularities | None = None
) -> int:
    """Fill what can be filled in the hours before ``until``; returns how many values were put in.

    Safe to repeat: what has been filled is not filled again.  Without ``regularities`` no profile is known.
    """
    total = 0
    for spec in specs:
        by_profile = spec.fill is Fill.PROFILE and regularities is not None
        if spec.action is not Action.CORRECT or not (by_profile or spec.fill is Fill.INTERPOLATION):
            continue
        numbers = archive[spec.kind].numbers.astype(np.uint32)
        span, at_once = (PROFILE_SPAN_S, PROFILE_AT_ONCE) if by_profile else (SPAN_S, AT_ONCE)
        for code in spec.each or spec.marks:
            for first in range(0, numbers.size, at_once):
                places = slice(first, first + at_once)
                part = _Part(spec, KINDS[spec.kind][code], numbers[places], places, until - span, until)
                cleaned = part.cleaned(store, regularities if by_profile else None)
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
    places: slice
    start: int
    end: int

    @property
    def index(self) -> int:
        return KINDS[self.spec.kind].index[self.signal.code]

    def cleaned(self, store: Store, regularities: Regularities | None) -> Cleaned:
        grid = self._read(store)
        if not grid.wanted.any():
            values, able = grid.raw, grid.wanted
        elif regularities is None:
            values, able = bridged(grid.raw, grid.trusted, LONGEST_MIN)
        else:
            values, able = along(grid.raw, grid.trusted, self._usual(regularities, store))
            able &= (values >= self.signal.low_scaled) & (values <= self.signal.high_scaled)
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
            methods=np.full(n, Method.INTERPOLATION if regularities is None else Method.PROFILE, np.uint8),
            rules=np.full(n, self.spec.number, np.uint32),
            versions=np.full(n, self.spec.version, np.uint16),
        )

    def _usual(self, regularities: Regularities, store: Store) -> Floats:
        """What each object usually reads in every minute of the span, in the stored unit."""
        slots = range(self.start, self.end, SLOT_MIN * MINUTE_S)
        nothing, cold = np.full(self.ids.size, np.nan), _cold(store, self.start, self.end)
        found = [regularities.usual(self.spec.kind, self.signal.code, t, cold(t)) for t in slots]
        middles = [nothing if one is None else one[1][self.places] * self.signal.scale for one in found]
        return np.repeat(np.stack(middles), SLOT_MIN, axis=0)[: (self.end - self.start) // MINUTE_S]

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


def _cold(store: Store, start: int, end: int) -> Callable[[int], float]:
    """The city's outdoor temperature by the hour, NaN where none was read."""
    sums: dict[int, list[float]] = {}
    for frame in store.stream("weather", start, end, signals=[OUTDOOR]):
        i = frame.spec.index[OUTDOOR]
        known = TRUSTED[frame.verdicts[i]] & (frame.columns[i] != frame.spec.signals[i].missing)
        if known.any():
            reading = float(np.median(frame.columns[i][known])) / frame.spec.signals[i].scale
            sums.setdefault(frame.minute // HOUR_S, []).append(reading)
    hourly = {hour: sum(readings) / len(readings) for hour, readings in sums.items()}
    return lambda t: hourly.get(t // HOUR_S, float("nan"))
