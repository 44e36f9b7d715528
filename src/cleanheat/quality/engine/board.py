"""One kind in one minute, laid out for judging: every object has its place, whether it has reported or not.

Columns are scattered from the frame's rows to the positions of the archive's ``numbers``, so that archive attributes,
scope masks and history are plain slices beside them.  Values are decoded once, the first time some rule asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import KindTable
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.frames import Frame

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


class Board:
    """A frame spread over all objects of its kind.

    ``verdicts`` are those of the positions; a null mark is missing whatever rules say.  ``values`` hold NaN where
    nothing was sent and, phase by phase, where a rule has found the value bad.
    """

    def __init__(self, frame: Frame, table: KindTable, place_of: NDArray[np.int32], sender: Places) -> None:
        self.frame = frame
        self.spec = frame.spec
        self.sender = sender
        self.minute = frame.minute
        self.count = table.count
        ids = frame.ids.astype(np.intp)
        known = ids < place_of.size
        places = place_of[np.where(known, ids, 0)].astype(np.intp)
        known &= places >= 0
        self._known = None if known.all() else known  # rows of objects the archive has lost are not judged
        self.places: Places = places if self._known is None else places[known]
        self.present = np.zeros(self.count, dtype=bool)
        self.present[self.places] = True
        self.is_full = self.places.size == self.count
        self.raw: list[NDArray[Any]] = [self._spread(i) for i in range(len(self.spec.signals))]
        self.verdicts = np.zeros((len(self.raw), self.count), dtype=np.uint8)
        self._null: list[Places] = []
        for signal, column, verdicts in zip(self.spec.signals, self.raw, self.verdicts, strict=True):
            null = np.flatnonzero(column == signal.missing)
            verdicts[null] = Verdict.MISSING
            self._null.append(null)
        self._values: dict[int, Floats] = {}
        self._found_bad: dict[int, list[Places]] = {}

    def _spread(self, i: int) -> NDArray[Any]:
        column, signal = self.frame.columns[i], self.spec.signals[i]
        if self._known is not None:
            column = column[self._known]
        if self.is_full:
            return column
        dense = np.full(self.count, signal.missing, signal.dtype)
        dense[self.places] = column
        return dense

    def values(self, i: int) -> Floats:
        """Physical values of the i-th signal at all positions; NaN where missing or found bad."""
        values = self._values.get(i)
        if values is None:
            values = self._values[i] = self.raw[i] / self.spec.signals[i].scale
            values[np.flatnonzero(self.verdicts[i] >= Verdict.BAD)] = np.nan
        return values

    def distrust(self, i: int, at: Places) -> None:
        """Later phases see these values no more."""
        self._found_bad.setdefault(i, []).append(at)
        if i in self._values:
            self._values[i][at] = np.nan

    def mark(self, i: int, at: Places, verdict: Verdict) -> None:
        """Write a verdict; of several the gravest stays (missing > bad > suspicious)."""
        verdicts = self.verdicts[i]
        verdicts[at] = np.maximum(verdicts[at], np.uint8(verdict))

    def write_back(self) -> None:
        """The verdicts into the frame's rows."""
        for mine, frames in zip(self.verdicts, self.frame.verdicts, strict=True):
            if self._known is None:
                np.take(mine, self.places, out=frames)
            else:
                frames[self._known] = mine[self.places]

    def take_verdicts(self) -> None:
        """The verdicts of a frame that has been judged before."""
        for mine, frames in zip(self.verdicts, self.frame.verdicts, strict=True):
            mine[self.places] = frames if self._known is None else frames[self._known]

    def null(self, i: int) -> Places:
        """Positions whose i-th signal is a null mark or did not come."""
        return self._null[i]

    def outside(self, i: int) -> tuple[Places, Places]:
        """Positions of values out of the signal's bounds, and of those that are not known.

        Compared as received, in integers a quarter as wide: most values of most minutes are within.
        """
        signal, raw = self.spec.signals[i], self.raw[i]
        out = ((raw < signal.low_scaled) | (raw > signal.high_scaled)).nonzero()[0]
        unknown = self._unknown(i)
        return np.setdiff1d(out, unknown, assume_unique=True) if out.size else out, unknown

    def _unknown(self, i: int) -> Places:
        """Where the i-th signal has no value that rules may see, ascending."""
        bad = self._found_bad.get(i)
        return np.unique(np.concatenate([self._null[i], *bad])) if bad else self._null[i]

    def rows_of(self, places: Places) -> Places:
        """The frame's row numbers of positions that have reported."""
        rows: Places = np.searchsorted(self.places, places)
        return rows if self._known is None else np.flatnonzero(self._known)[rows]

    def distrusted(self, codes: Iterable[str]) -> dict[str, Places]:
        """Positions whose value history must not hold, by signal.

        A meter that began again is suspicious once; what it counts from there on is compared with its new level.
        """
        return {code: np.flatnonzero(self._distrusted(self.spec.index[code])) for code in codes}

    def _distrusted(self, i: int) -> NDArray[np.bool_]:
        verdicts = self.verdicts[i]
        if self.spec.signals[i].is_counter:
            return np.asarray((verdicts == Verdict.BAD) | (verdicts == Verdict.MISSING))
        return np.asarray(verdicts != Verdict.GOOD)


def place_of(table: KindTable) -> NDArray[np.int32]:
    """Position of every object number in the archive's ``numbers``, −1 where there is none."""
    places = np.full(table.size, -1, np.int32)
    places[table.numbers] = np.arange(table.count, dtype=np.int32)
    return places
