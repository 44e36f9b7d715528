"""How are small rows kept until it is worth writing them?  Gathered for minutes in memory, and in a file beside.

An insert costs milliseconds by the statement, hardly by the row.  What waits lies in the file too, so a killed process
neither loses it nor, running its last segment again, counts it twice: the file also names what was written lately.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema
from cleanheat.kernel.time import MINUTE_S

GATHERED_MIN: Final = 10
_REMEMBERED: Final = 1_000
"""Tokens written lately: a segment that failed half way is run again the next minute."""

Columns = list[NDArray[Any]]
Write = Callable[[schema.Table, Columns, str], None]


class Gathered:
    """Rows of one table that wait to be written together; without ``path`` in memory only."""

    def __init__(self, table: schema.Table, write: Write, path: Path | None = None) -> None:
        self._table, self._write, self._path = table, write, path
        self._lock = threading.Lock()
        self._waiting: dict[str, Columns] = {}
        self._written: deque[str] = deque(maxlen=_REMEMBERED)
        self._since = 0
        if path is not None and path.exists():
            self._recover(path)

    def add(self, columns: Columns, minute: int, token: str) -> None:
        """The same token again soon after changes nothing."""
        with self._lock:
            if token in self._written or token in self._waiting:
                return
            self._since = min(self._since, minute) if self._waiting else minute
            self._waiting[token] = columns
            self._note(token, columns)
            is_due = minute - self._since >= GATHERED_MIN * MINUTE_S
        if is_due:
            self.flush()

    def flush(self) -> None:
        with self._lock:
            if self._waiting:
                columns = [np.concatenate(same) for same in zip(*self._waiting.values(), strict=True)]
                self._write(self._table, columns, "+".join(self._waiting))
                self._written.extend(self._waiting)
                self._waiting = {}
                self._begin_anew()

    def _note(self, token: str, columns: Columns) -> None:
        if self._path is not None:
            if not self._path.exists():
                self._begin_anew()
            with self._path.open("ab") as file:
                _put(file, [np.array(token), *columns])

    def _begin_anew(self) -> None:
        """The file with nothing waiting in it; whole or not at all."""
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            with fresh.open("wb") as file:
                _put(file, [np.array(list(self._written), dtype=np.str_)])
            fresh.replace(self._path)

    def _recover(self, path: Path) -> None:
        """Write what a killed process left; under the token it would have had, so that twice is once."""
        with path.open("rb") as file:
            self._written.extend(next(_taken(file, 1), [np.array([])])[0].tolist())
            width = len(self._table.names)
            self._waiting = {str(token): columns for token, *columns in _taken(file, 1 + width)}
        self.flush()
        self._begin_anew()


def _put(file: BinaryIO, arrays: Sequence[NDArray[Any]]) -> None:
    for array in arrays:
        np.save(file, array, allow_pickle=False)


def _taken(file: BinaryIO, width: int) -> Iterator[Columns]:
    """Records up to the end; one that was cut off is none."""
    while True:
        try:
            yield [np.load(file, allow_pickle=False) for _ in range(width)]
        except (EOFError, ValueError, OSError):
            return
