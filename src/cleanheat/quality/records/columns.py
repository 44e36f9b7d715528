"""A table of records as arrays: what rules on records are asked over, texts coded by dictionary."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.complaints.public import TextColumn

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EARTH_KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Proposal:
    """What a record should say: for people, and as values of the archive's fields (none: it cannot be written)."""

    text: str
    values: Mapping[str, Any]


@dataclass
class Columns:
    """One table by ascending record number; ``owners``: company, office, district and sender of each record.

    ``proposals``: by the field at fault, what a row should say instead, where that can be told.
    """

    key: str
    ids: Ints
    numbers: dict[str, Floats] = field(default_factory=dict)
    texts: dict[str, TextColumn] = field(default_factory=dict)
    owners: dict[str, Ints] = field(default_factory=dict)
    proposals: dict[str, Callable[[int], Proposal | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.ids.shape[0])

    def flag(self, code: str, truth: NDArray[np.bool_]) -> None:
        self.numbers[code] = truth.astype(np.float64)


def unified(text: str) -> str:
    """A text in the one way of writing: full-width letters, digits and marks folded, spaces within Chinese gone.

    >>> unified("吉盛花都　１号楼（东） ")
    '吉盛花都1号楼(东)'
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    return "".join(c for i, c in enumerate(folded) if not (c.isspace() and _between_han(folded, i)))


def _between_han(text: str, i: int) -> bool:
    return any(0 <= j < len(text) and ord(text[j]) > 0x2E7F for j in (i - 1, i + 1))


def coded(values: Iterable[Any]) -> TextColumn:
    """Texts by dictionary; nothing is an empty text."""
    words: dict[str, int] = {}
    codes = [words.setdefault("" if v is None else str(v), len(words)) for v in values]
    return TextColumn(np.array(codes, np.int32), list(words))


def numbers(values: Sequence[Any]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def by_word(column: TextColumn, answer: Callable[[str], float]) -> Floats:
    """A function of texts, asked once a distinct text."""
    answers = np.array([answer(w) for w in column.words] or [np.nan], dtype=np.float64)
    return np.asarray(answers[column.codes], np.float64)


def is_tidy(column: TextColumn) -> Floats:
    return by_word(column, lambda word: float(unified(word) == word))


def copies(*keys: NDArray[Any]) -> Floats:
    """How many rows have the same keys as this one."""
    if not keys[0].shape[0]:
        return np.zeros(0)
    whole = np.zeros(keys[0].shape[0], np.int64)
    for key in keys:
        values, inverse = np.unique(key, return_inverse=True)
        _, whole = np.unique(whole * values.shape[0] + inverse, return_inverse=True)
    counts = np.bincount(whole).astype(np.float64)
    return np.asarray(counts[whole], np.float64)


def distance_km(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """On a flat piece of the earth: exact to a few metres within a city."""
    east = (lon1 - lon2) * np.cos(np.radians((lat1 + lat2) / 2))
    return np.asarray(EARTH_KM_PER_DEGREE * np.hypot(east, lat1 - lat2))


def ratio(upper: Floats, lower: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    found: Floats = np.divide(upper, lower, out=np.full(upper.shape, np.nan), where=lower > 0)
    return found


def total(values: Floats, group: NDArray[Any], groups: int) -> Floats:
    """Sum by group number; a missing value counts nothing."""
    return np.asarray(np.bincount(group, np.nan_to_num(values), groups), np.float64)


def median_by(values: Floats, group: NDArray[Any]) -> Floats:
    """For every row the median of its group."""
    order = np.lexsort((values, group))
    _, starts, inverse, counts = np.unique(group[order], return_index=True, return_inverse=True, return_counts=True)
    middle = values[order][starts + (counts - 1) // 2] / 2 + values[order][starts + counts // 2] / 2
    medians = np.empty(values.shape[0])
    medians[order] = middle[inverse]
    return medians
