"""A past read again as it came: one kind's frames minute by minute, with the verdicts that were stored.

Rows lie by object, frames are by minute.  As many minutes as fit the budget are gathered at once into a grid
(minute × object), filled by ranges of objects; nothing is sorted and the memory does not grow with the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import statements
from cleanheat.kernel.quantities import Kind
from cleanheat.kernel.time import DAY_S, MINUTE_S, SHANGHAI
from cleanheat.kernel.verdicts import unpack
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.store.opened import Opened, check_window, kind_of, signals_of

GRID_BYTES: Final = 512 << 20
"""Memory of the grid; a city's device day of 158 M rows passes in a handful of them."""

_ROWS_AT_ONCE: Final = 2_000_000
_MOST_LISTED: Final = 5_000
"""Objects named one by one in a statement; more are read as a range and picked from it."""


class Streaming(Opened):
    def stream(
        self,
        kind: str,
        start: int,
        end: int,
        ids: NDArray[Any] | None = None,
        signals: Sequence[str] | None = None,
        grid_bytes: int = GRID_BYTES,
    ) -> Iterator[Frame]:
        """Frames of ``[start, end)`` in time order, of all objects or of ``ids``; minutes without a row are left out.

        With ``signals`` only these columns are read, the others hold nothing but missing marks.
        """
        spec = kind_of(kind)
        check_window(start, end)
        places = [spec.index[s.code] for s in signals_of(kind, signals)] if signals else list(range(len(spec.signals)))
        wanted = statements.ids(self._engine, spec, start, end) if ids is None else np.unique(ids).astype(np.uint32)
        if not wanted.shape[0]:
            return
        row_bytes = 9 + sum(spec.signals[i].dtype.itemsize for i in places)
        minutes = max(1, grid_bytes // (row_bytes * wanted.shape[0]))
        for first, until in _windows(start, end, minutes):
            yield from self._grid(spec, places, wanted, first, until, is_all=ids is None)

    def _grid(
        self, kind: Kind, places: list[int], wanted: NDArray[np.uint32], start: int, end: int, *, is_all: bool
    ) -> Iterator[Frame]:
        minutes = -(-(end - start) // MINUTE_S)
        grid = _Grid.empty(kind, places, start, minutes, wanted)
        at_once = max(1, _ROWS_AT_ONCE // minutes)
        is_range = is_all or wanted.shape[0] > _MOST_LISTED
        for at in range(0, wanted.shape[0], at_once):
            part = wanted[at : at + at_once]
            grid.fill(statements.some_rows(self._engine, kind, places, start, end, part, is_range))
        yield from grid.frames()


@dataclass(frozen=True)
class _Grid:
    """Minute × object: what was stored there, per signal, and whether anything was."""

    kind: Kind
    start: int
    ids: NDArray[np.uint32]
    place_of: NDArray[np.int64]
    there: NDArray[np.bool_]
    words: NDArray[Any]
    columns: dict[int, NDArray[Any]]

    @classmethod
    def empty(cls, kind: Kind, places: list[int], start: int, minutes: int, ids: NDArray[np.uint32]) -> _Grid:
        shape = minutes, ids.shape[0]
        place_of = np.full(int(ids[-1]) + 2, -1, np.int64)
        place_of[ids] = np.arange(ids.shape[0])
        columns: dict[int, NDArray[Any]] = {i: np.empty(shape, kind.signals[i].dtype) for i in places}
        words = np.empty(shape, statements.word_dtype(kind))
        return cls(kind, start - start % MINUTE_S, ids, place_of, np.zeros(shape, np.bool_), words, columns)

    def fill(self, rows: statements.Columns) -> None:
        if not rows:
            return
        n = self.ids.shape[0]
        place = self.place_of[rows["id"]]
        cell = (rows["at"] - np.uint32(self.start)) // np.uint32(MINUTE_S) * np.int64(n) + place
        if place.min() < 0:
            inside = place >= 0
            rows, cell = {name: column[inside] for name, column in rows.items()}, cell[inside]
        self.there.reshape(-1)[cell] = True
        self.words.reshape(-1)[cell] = rows["word"]
        for i, column in self.columns.items():
            column.reshape(-1)[cell] = rows[f"c{i}"]

    def frames(self) -> Iterator[Frame]:
        signals = self.kind.signals
        for m, there in enumerate(self.there):
            ids = self.ids[there]
            if not ids.shape[0]:
                continue
            columns = [
                self.columns[i][m][there] if i in self.columns else np.full(ids.shape[0], s.missing, s.dtype)
                for i, s in enumerate(signals)
            ]
            verdicts = unpack(self.words[m][there], len(signals))
            yield Frame(self.kind.code, self.start + m * MINUTE_S, ids, columns, verdicts)


def _windows(start: int, end: int, minutes: int) -> Iterator[tuple[int, int]]:
    """Spans of at most so many minutes; none crosses midnight, where another part of the table begins."""
    offset = int(SHANGHAI.utcoffset(None).total_seconds())
    while start < end:
        midnight = start - (start + offset) % DAY_S + DAY_S
        left = -(-(min(end, midnight) - start) // MINUTE_S)
        even = -(-left // -(-left // minutes))  # spans of a day are equally long: each is a pass over its rows
        until = min(start + even * MINUTE_S, midnight, end)
        yield start, until
        start = until
