"""The archive as arrays: who owns, supplies and contains whom, for everything that works on whole kinds at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int32s = NDArray[np.int32]


@dataclass(frozen=True)
class KindTable:
    """One kind's objects as slot arrays: index = object number, size = largest number + 1, 0 or NaN where none.

    ``links`` hold object numbers of other kinds (``links["substation"]`` of a unit), organisation ids
    (``company``, ``office``, ``sender``) and area ids (``district``); 0 means "none".
    ``values`` hold float64 attributes (``heated_area_m2`` …).
    """

    kind: str
    numbers: Int32s
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    links: Mapping[str, Int32s] = field(default_factory=dict)
    values: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return int(self.longitude.shape[0])

    @property
    def count(self) -> int:
        return int(self.numbers.shape[0])

    def exists(self) -> NDArray[np.bool_]:
        mask = np.zeros(self.size, dtype=bool)
        mask[self.numbers] = True
        return mask


@dataclass(frozen=True)
class Archive:
    """All kinds of one archive version."""

    version: str
    kinds: Mapping[str, KindTable]

    def __getitem__(self, kind: str) -> KindTable:
        return self.kinds[kind]


def same(one: Archive, other: Archive) -> bool:
    """Whether two versions hold the same objects, places, links and values: then whoever works on one may keep it."""
    return one.kinds.keys() == other.kinds.keys() and all(_alike(one[kind], other[kind]) for kind in one.kinds)


def _alike(one: KindTable, other: KindTable) -> bool:
    if one.links.keys() != other.links.keys() or one.values.keys() != other.values.keys():
        return False
    pairs: list[tuple[NDArray[Any], NDArray[Any]]] = [(one.numbers, other.numbers)]
    pairs += [(one.longitude, other.longitude), (one.latitude, other.latitude)]
    pairs += [(one.links[name], other.links[name]) for name in one.links]
    pairs += [(one.values[name], other.values[name]) for name in one.values]
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)
