"""What did each object say during the last minutes?  Rings of trusted readings, and since when a value stands still.

Only what some rule asks for is kept: a ring per signal, as long as the longest window that is asked of it.  Positions
are those of the archive's ``numbers``, so that every block of objects is a plain slice of every ring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS, Kind, Signal
from cleanheat.kernel.time import MINUTE_S

Positions = slice | NDArray[np.intp]
NEVER = -(1 << 30)


@dataclass(frozen=True)
class Needs:
    """What the compiled rules of one kind ask of history: minutes to look back, by signal; signals watched for rest."""

    lookback_min: Mapping[str, int] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()


@dataclass
class _Newest:
    """The newest trusted integer of every object before the newest minute, and its minute (number)."""

    raw: NDArray[Any]
    minute_no: NDArray[np.int32]


@dataclass
class _Resting:
    """The last raw integer of every object and the minute (number) since which it has not moved."""

    raw: NDArray[Any]
    since: NDArray[np.int32]


class KindHistory:
    """One kind's rings: ``int[length, n]`` scaled integers, the null mark where nothing was trusted or nothing came."""

    def __init__(self, spec: Kind, count: int) -> None:
        self.spec = spec
        self.count = count
        self.minute_no = NEVER
        self._length = 1
        self._rings: dict[str, NDArray[Any]] = {}
        self._newest: dict[str, _Newest] = {}
        self._resting: dict[str, _Resting] = {}

    def need(self, needs: Needs) -> None:
        """Keep what is asked for from now on; what is kept already stays, so that new rules do not begin blind."""
        length = max((m + 1 for m in needs.lookback_min.values()), default=1)
        if length > self._length:
            self._lengthen(length)
        for code in needs.lookback_min.keys() - self._rings.keys():
            signal = self.spec[code]
            self._rings[code] = np.full((self._length, self.count), signal.missing, signal.dtype)
            never = np.full(self.count, NEVER, np.int32)
            self._newest[code] = _Newest(np.full(self.count, signal.missing, signal.dtype), never)
        for code in needs.resting - self._resting.keys():
            signal = self.spec[code]
            since = np.full(self.count, NEVER, np.int32)
            self._resting[code] = _Resting(np.full(self.count, signal.missing, signal.dtype), since)
        self._rings = {c: r for c, r in self._rings.items() if c in needs.lookback_min}
        self._newest = {c: n for c, n in self._newest.items() if c in self._rings}
        self._resting = {c: r for c, r in self._resting.items() if c in needs.resting}

    @property
    def kept(self) -> frozenset[str]:
        """Signals of which anything is remembered."""
        return frozenset(self._rings.keys() | self._resting.keys())

    def _lengthen(self, length: int) -> None:
        kept = range(self.minute_no - self._length + 1, self.minute_no + 1) if self.minute_no != NEVER else range(0)
        for code, old in self._rings.items():
            signal = self.spec[code]
            ring = np.full((length, self.count), signal.missing, signal.dtype)
            for minute_no in kept:
                ring[minute_no % length] = old[minute_no % self._length]
            self._rings[code] = ring
        self._length = length

    def begin(self, minute: int) -> bool:
        """Make room for a minute.  False where it lies before one that is known: history then says nothing of it."""
        minute_no = minute // MINUTE_S
        if minute_no < self.minute_no:
            return False
        if minute_no > self.minute_no:
            self._fold()
            passed = min(minute_no - self.minute_no, self._length)
            for code, ring in self._rings.items():
                ring[[m % self._length for m in range(minute_no - passed + 1, minute_no + 1)]] = self.spec[code].missing
            self.minute_no = minute_no
        return True

    def _fold(self) -> None:
        """The newest minute becomes the past.  Not earlier: its rows may come in parts, and parts come again."""
        for code, newest in self._newest.items():
            row = self._rings[code][self.minute_no % self._length]
            there = row != self.spec[code].missing
            np.copyto(newest.raw, row, where=there)
            np.copyto(newest.minute_no, np.int32(self.minute_no), where=there)

    def previous(self, code: str, most_min: int, at: Positions) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """The newest trusted values before the newest minute, NaN where older than ``most_min``, and their age."""
        newest = self._newest[code]
        age = self.minute_no - newest.minute_no[at]
        values: NDArray[np.float64] = newest.raw[at] / self.spec[code].scale
        values[(age > most_min).nonzero()[0]] = np.nan
        return values, age

    def past(self, code: str, back_min: int, at: Positions) -> NDArray[Any]:
        """Trusted integers ``back_min`` minutes before the newest minute."""
        if back_min >= self._length:
            raise ValueError(f"{code} is kept for {self._length} minutes, not {back_min + 1}")
        column: NDArray[Any] = self._rings[code][(self.minute_no - back_min) % self._length, at]
        return column

    def window(self, code: str, minutes: int, at: Positions) -> NDArray[Any]:
        """The ``minutes - 1`` minutes before the newest one, oldest first, ``int[minutes - 1, len(at)]``."""
        rows = [(self.minute_no - back) % self._length for back in range(minutes - 1, 0, -1)]
        ring = self._rings[code]
        if isinstance(at, slice):
            return ring[:, at][rows]
        return ring[np.ix_(np.asarray(rows, np.intp), at)]

    def unmoved_min(self, code: str, raw: NDArray[Any], at: Positions) -> NDArray[np.float64]:
        """Minutes for which the raw value has been the same, 0 for one that has just moved, NaN without a value."""
        kept = self._resting[code]
        minutes = (self.minute_no - kept.since[at]).astype(np.float64)
        moved = raw != kept.raw[at]
        minutes[moved] = 0.0
        minutes[raw == self.spec[code].missing] = np.nan
        return minutes

    def take(self, raw: Mapping[str, NDArray[Any]], distrusted: Mapping[str, NDArray[np.intp]], minute: int) -> None:
        """Remember a judged minute: dense integers by signal, and the positions whose value is not trusted.

        A late minute fills its place in the rings, if they still reach so far, and changes nothing else.
        """
        minute_no = minute // MINUTE_S
        back = self.minute_no - minute_no
        for code, ring in self._rings.items():
            if 0 <= back < self._length:
                self._place(ring[minute_no % self._length], self.spec[code], raw[code], distrusted[code])
        if back == 0:
            for code, kept in self._resting.items():
                moved = raw[code] != kept.raw
                moved &= raw[code] != self.spec[code].missing
                np.copyto(kept.since, np.int32(minute_no), where=moved)
                np.copyto(kept.raw, raw[code], where=moved)

    @staticmethod
    def _place(row: NDArray[Any], signal: Signal, raw: NDArray[Any], distrusted: NDArray[np.intp]) -> None:
        """Into an empty row as it is; into one that holds earlier arrivals only what has come now."""
        there = row != signal.missing
        if not there.any():
            row[:] = raw
            row[distrusted] = signal.missing
            return
        came = raw != signal.missing
        came[distrusted] = False
        np.copyto(row, raw, where=came)


class History:
    """All kinds' history."""

    def __init__(self, archive: Archive) -> None:
        self._kinds = {code: KindHistory(spec, archive[code].count) for code, spec in KINDS.items()}

    def __getitem__(self, kind: str) -> KindHistory:
        return self._kinds[kind]

    def need(self, needs: Mapping[str, Needs]) -> None:
        for kind, history in self._kinds.items():
            history.need(needs.get(kind, Needs()))
