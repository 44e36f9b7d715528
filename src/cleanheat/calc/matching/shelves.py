"""Which of 200,000 things does a typed text mean?  By name, code, address, full pinyin or initials, in milliseconds.

All lines of one sort of text are held as one string: finding a few characters in megabytes takes a millisecond, line by
line it takes two hundred.  Pinyin is kept with a capital at the start of each syllable, so that ``anhu`` does not
find 南湖 (NanHu) in the middle of a syllable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

Column = Literal["name", "code", "address", "pinyin", "initials"]
Way = Literal["exact", "prefix", "inside"]
TIERS: Final[Sequence[tuple[Column, Way]]] = (
    ("name", "exact"),
    ("code", "exact"),
    ("name", "prefix"),
    ("pinyin", "prefix"),
    ("initials", "prefix"),
    ("name", "inside"),
    ("code", "inside"),
    ("pinyin", "inside"),
    ("initials", "inside"),
    ("address", "inside"),
)
"""What is meant most likely first."""
_LATIN: Final = frozenset[Column](("code", "pinyin", "initials"))
_STRAY_MATCHES: Final = 2_000
"""Matches in the middle of a syllable looked at before giving up: only one or two letters have so many."""
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@cache
def syllables(run: str) -> tuple[str, ...]:
    """Pinyin of a run of characters, a syllable each; kept, because a city's names repeat their parts.

    >>> syllables("长春")
    ('Chang', 'Chun')
    """
    return tuple(s.capitalize() for s in lazy_pinyin(run))


def spelled(name: str) -> tuple[str, str]:
    """Full pinyin, a capital at each syllable, and initials in small letters; what is not Chinese stays.

    >>> spelled("南湖3号楼")
    ('NanHu3HaoLou', 'nh3hl')
    """
    full: list[str] = []
    initials: list[str] = []
    for run in _RUN.findall(name):
        if _CHINESE.match(run):
            found = syllables(run)
            full.extend(found)
            initials.extend(s[:1] for s in found)
        else:
            plain = run.replace(" ", "").casefold()
            full.append(plain.capitalize())
            initials.append(plain)
    return "".join(full), "".join(initials).casefold()


def folded(text: str) -> str:
    """A text as it is compared: small letters, no white space."""
    return "".join(text.casefold().split())


@dataclass(frozen=True)
class Lines:
    """One column of ``n`` lines as one text that begins and ends with a line break; line i starts at ``starts[i]``."""

    text: str
    starts: NDArray[np.int64]
    capitals: str = ""

    @classmethod
    def of(cls, lines: Sequence[str], *, with_capitals: bool = False) -> Lines:
        """``with_capitals`` keeps the lines as given beside their small letters: matches begin at capitals only."""
        joined = "\n" + "".join(f"{line}\n" for line in lines)
        lengths = np.fromiter((len(line) + 1 for line in lines), dtype=np.int64, count=len(lines))
        starts = np.concatenate(([1], 1 + np.cumsum(lengths)))
        return cls(joined.lower() if with_capitals else joined, starts, joined if with_capitals else "")

    def line(self, i: int) -> str:
        return (self.capitals or self.text)[self.starts[i] : self.starts[i + 1] - 1]

    def matches(self, wanted: str, way: Way) -> Iterator[int]:
        """Indices of lines that hold the text, ascending."""
        pattern = {"exact": f"\n{wanted}\n", "prefix": f"\n{wanted}", "inside": wanted}[way]
        lead = 0 if way == "inside" else 1
        stray = 0
        at = self.text.find(pattern)
        while at >= 0 and stray < _STRAY_MATCHES:
            if way == "inside" and self.capitals and not self._begins_syllable(at):
                stray += 1
                at = self.text.find(pattern, at + 1)
                continue
            i = int(np.searchsorted(self.starts, at + lead, side="right")) - 1
            yield i
            at = self.text.find(pattern, int(self.starts[i + 1]) - 1)

    def _begins_syllable(self, at: int) -> bool:
        found = self.capitals[at]
        return found.isupper() or not found.isalpha()


@dataclass(frozen=True)
class Shelf:
    """Things of one kind: ``numbers[i]``, ascending, is the thing of line i in every column."""

    numbers: NDArray[np.int32]
    columns: dict[Column, Lines]

    @classmethod
    def of(cls, numbers: Sequence[int], names: Sequence[str], codes: Sequence[str], addresses: Sequence[str]) -> Shelf:
        """``addresses`` tell where a thing is, from large to small; its name is added to them."""
        spellings = [spelled(name) for name in names]
        return cls(
            np.asarray(numbers, dtype=np.int32),
            {
                "name": Lines.of([folded(n) for n in names]),
                "code": Lines.of([folded(c) for c in codes]),
                "address": Lines.of([folded(a + n) for a, n in zip(addresses, names, strict=True)]),
                "pinyin": Lines.of([full for full, _ in spellings], with_capitals=True),
                "initials": Lines.of([initials for _, initials in spellings]),
            },
        )

    def address(self, number: int) -> str:
        """Where a thing is, without its name; ``numbers`` are ascending."""
        i = int(np.searchsorted(self.numbers, number))
        whole = self.columns["address"].line(i)
        return whole[: len(whole) - len(self.columns["name"].line(i))]

    def only(self, keep: NDArray[np.bool_]) -> Shelf:
        """The lines marked, one flag a line."""
        at = np.flatnonzero(keep).tolist()
        columns = {
            name: Lines.of([c.line(i) for i in at], with_capitals=bool(c.capitals)) for name, c in self.columns.items()
        }
        return Shelf(self.numbers[keep], columns)


def _has_chinese(text: str) -> bool:
    return _CHINESE.search(text) is not None


def find(shelves: dict[str, Shelf], text: str, limit: int) -> list[tuple[str, int]]:
    """Kind and number of what the text means, the likeliest first, kinds in their order; each thing once."""
    wanted = folded(text)
    found: dict[tuple[str, int], None] = {}
    if not wanted:
        return []
    columns = {column for column, _ in TIERS if not (_has_chinese(wanted) and column in _LATIN)}
    holding = {c: [kind for kind, shelf in shelves.items() if wanted in shelf.columns[c].text] for c in columns}
    for column, way in TIERS:
        for kind in holding.get(column, ()):
            shelf = shelves[kind]
            for i in shelf.columns[column].matches(wanted, way):
                found.setdefault((kind, int(shelf.numbers[i])))
                if len(found) >= limit:
                    return list(found)
    return list(found)
