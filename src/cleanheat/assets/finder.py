"""Which rows of a list hold a text: names and codes of all searchable kinds, held as one text a kind.

Finding a few characters in five megabytes takes a millisecond; the same over the tables takes two hundred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import gazetteer
from cleanheat.assets.archive import Archive
from cleanheat.assets.naming import all_titles
from cleanheat.assets.queries import archive

SEARCHED: Final = ("substation", "boiler", "community", "plant", "branch", "unit", "building", "weather", "device")
"""Kinds people ask for most often first."""


@dataclass(frozen=True)
class _Shelf:
    """One kind: line i of ``text`` is name and code of ``numbers[i]``, beginning at ``starts[i]``."""

    text: str
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]

    def matches(self, wanted: str) -> Iterator[int]:
        at = self.text.find(wanted)
        while at >= 0:
            line = int(np.searchsorted(self.starts, at, side="right")) - 1
            yield int(self.numbers[line])
            at = self.text.find(wanted, int(self.starts[line + 1])) if line + 1 < len(self.numbers) else -1


@dataclass
class _Shelves:
    lock: Lock = field(default_factory=Lock)
    archive: Archive | None = None  # the one they were read beside: another object is another state of the city
    kinds: dict[str, _Shelf] = field(default_factory=dict)


_shelves = _Shelves()


def forget() -> None:
    """A name has changed: read them again at the next search."""
    with _shelves.lock:
        _shelves.kinds.clear()
    gazetteer.forget()


def _shelf(kind: str) -> _Shelf:
    present = archive()
    with _shelves.lock:
        if _shelves.archive is not present:
            _shelves.archive = present
            _shelves.kinds.clear()
        if kind not in _shelves.kinds:
            _shelves.kinds[kind] = _read(kind)
        return _shelves.kinds[kind]


def matching(kind: str, text: str) -> NDArray[np.bool_]:
    """Which objects of a kind have the text in their name or code: ``bool[size]``."""
    found = np.zeros(archive()[kind].size, dtype=bool)
    numbers = np.fromiter(_shelf(kind).matches(_folded(text)), dtype=np.int64)
    found[numbers[numbers < found.shape[0]]] = True
    return found


def _folded(text: str) -> str:
    return text.strip().casefold().replace("\n", "")


def _read(kind: str) -> _Shelf:
    titled = all_titles(kind)
    lines = [f"{name} {code}\n".casefold() for _, name, code in titled]
    starts = np.fromiter(accumulate((len(line) for line in lines), initial=0), dtype=np.int64, count=len(lines) + 1)
    return _Shelf("".join(lines), starts[:-1], np.array([number for number, *_ in titled], dtype=np.int32))
