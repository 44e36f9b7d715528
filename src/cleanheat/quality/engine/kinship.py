"""Who is whose parent, child or peer?  Index arrays over positions, made once an archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.quality.engine.board import place_of

Floats = NDArray[np.float64]
Places = NDArray[np.int32]

_PEERS: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("branch", "boiler"),
    "room": ("unit",),
    "device": ("village",),
    "boiler": ("branch", "district"),
    "branch": ("plant",),
    "plant": (),
    "weather": (),
}
"""The nearest common parent of peers, the first that an object has; without any all of the kind are peers."""


class Kinship:
    """Relations between the objects of one archive, by position in each kind's ``numbers``."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.place_of = {kind: place_of(table) for kind, table in archive.kinds.items()}
        self.sender = {
            kind: table.links["sender"][table.numbers].astype(np.intp)
            for kind, table in archive.kinds.items()
            if "sender" in table.links
        }
        """Sender of each position."""
        self._sends: dict[str, NDArray[np.bool_]] = {}
        self._parents: dict[tuple[str, str], Places] = {}
        self._groups: dict[str, NDArray[np.int64]] = {}

    def sends(self, kind: str, senders: int) -> NDArray[np.bool_]:
        """Who sends rows of a kind, by sender id."""
        if kind not in self._sends:
            self._sends[kind] = np.bincount(self.sender[kind], minlength=senders) > 0
        return self._sends[kind]

    def parents(self, child: str, parent: str) -> Places:
        """Position of each child's parent of that kind, directly or over one kind between; −1 for none."""
        key = child, parent
        if key not in self._parents:
            self._parents[key] = self._find_parents(child, parent)
        return self._parents[key]

    def _find_parents(self, child: str, parent: str) -> Places:
        table = self._archive[child]
        if parent in table.links:
            return _at(self.place_of[parent], table.links[parent][table.numbers])
        for between, links in table.links.items():
            if between in self._archive.kinds and parent in self._archive[between].links:
                up = _at(self.place_of[between], links[table.numbers])
                further = self._find_parents(between, parent)
                return np.where(up >= 0, further[up], np.int32(-1))
        return np.full(table.count, -1, np.int32)

    def of_parent(self, values: Floats, child: str, parent: str) -> Floats:
        """The parent's value at each child, NaN where it has none."""
        places = self.parents(child, parent)
        return np.where(places >= 0, values[places], np.nan)

    def of_children(self, values: Floats, parent: str, child: str) -> Floats:
        """Sum over all children of each parent; NaN where one of them has no value, or there is none."""
        places = self.parents(child, parent)
        belong = np.flatnonzero(places >= 0)
        size = self._archive[parent].count
        sums: Floats = np.bincount(places[belong], weights=values[belong], minlength=size).astype(np.float64)
        sums[np.bincount(places[belong], minlength=size) == 0] = np.nan
        return sums

    def group(self, kind: str) -> NDArray[np.int64]:
        """Number of the group of peers that each object belongs to."""
        if kind not in self._groups:
            table = self._archive[kind]
            codes = np.zeros(table.count, np.int64)
            for rank, link in enumerate(_PEERS.get(kind, ()), start=1):
                if link in table.links:
                    of = table.links[link][table.numbers].astype(np.int64)
                    codes = np.where((codes == 0) & (of > 0), of * 8 + rank, codes)
            self._groups[kind] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        return self._groups[kind]

    def peers_median(self, stored: NDArray[Any], known: NDArray[np.intp], kind: str) -> Floats:
        """Median over each object's peers, itself included, of scaled integers at the ``known`` positions.

        One sort for all groups together: the group in the high bits, the reading in the low ones.
        """
        group = self.group(kind)
        bits = 8 * stored.dtype.itemsize
        offset = 1 << (bits - 1)
        wide = np.dtype(np.int64 if bits > 16 or int(group.max(initial=0)) >> (31 - bits) else np.int32)
        keys: NDArray[Any] = group[known].astype(wide) * (1 << bits)
        keys += stored
        keys += offset
        keys.sort()
        counts = np.bincount(group[known], minlength=int(group.max(initial=0)) + 1)
        ends, full = np.cumsum(counts), counts > 0
        low, high = ends - counts + (counts - 1) // 2, ends - counts + counts // 2
        mask = (1 << bits) - 1
        medians = np.full(counts.size, np.nan)
        medians[full] = ((keys[low[full]] & mask).astype(np.float64) + (keys[high[full]] & mask)) / 2 - offset
        return medians[group]


def _at(places: Places, numbers: NDArray[np.int32]) -> Places:
    known = (numbers > 0) & (numbers < places.size)
    return np.where(known, places[np.where(known, numbers, 0)], np.int32(-1)).astype(np.int32)
