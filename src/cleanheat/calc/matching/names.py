"""How alike are two names?  By their characters and by how they sound; and which names could be meant at all.

Blocking keeps whole cities affordable: a name is held only against the names it shares most of its characters,
neighbouring pairs and syllables with (TF-IDF, cosine), as sparse matrices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SOUNDS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
"""Sounds that writers by ear confuse."""
_TAIL = re.compile(r"(?:小区|社区|花园小区|住宅小区|住宅区)$")
_ROWS: Final = 1_024
SOUND_DISCOUNT: Final = 0.97
"""Names that only sound alike are a little less alike than names that are written alike."""


@cache
def syllable(character: str) -> str:
    """Toneless pinyin of one character, sounds that are confused made one; other characters as they are."""
    sound = lazy_pinyin(character)[0]
    for heard, meant in _SOUNDS:
        sound = sound.replace(heard, meant)
    return sound


def syllables(name: str) -> list[str]:
    """How a name sounds, character by character.

    >>> syllables("御景嘉园") == syllables("御景家园")
    True
    """
    return [syllable(c) for c in name]


def sounding(name: str) -> str:
    """Syllables as private-use characters, so that edit distance counts syllables and not letters."""
    return "".join(_letter(s) for s in syllables(name))


_letters: dict[str, str] = {}


def _letter(sound: str) -> str:
    return _letters.setdefault(sound, chr(0xE000 + len(_letters))) if len(sound) > 1 else sound


def core(name: str) -> str:
    """A name without the word every other name ends in, unless little would be left.

    >>> [core("和平小区"), core("东区小区"), core("小区")]
    ['和平', '东区', '小区']
    """
    bare = _TAIL.sub("", name)
    return bare if len(bare) >= 2 else name


def likeness(asked: Sequence[str], known: Sequence[str], at: Ints, of: Ints) -> Floats:
    """Likeness in [0, 1] of pairs ``asked[at[i]]``, ``known[of[i]]``; 0 where one of them is empty.

    The best of: edit distance over the whole names and over their cores, by character and by syllable.
    """
    best = np.zeros(at.shape[0])
    if not best.size:
        return best
    for form, worth in ((str, 1.0), (core, 1.0), (sounding, SOUND_DISCOUNT), (_core_sound, SOUND_DISCOUNT)):
        left, right = ([form(n) for n in names] for names in (asked, known))
        best = np.maximum(best, worth * _ratio([left[i] for i in at.tolist()], [right[i] for i in of.tolist()]))
    said = [np.array([bool(n) for n in names], bool) for names in (asked, known)]
    return np.asarray(best * (said[0][at] & said[1][of]), np.float64)


def _core_sound(name: str) -> str:
    return sounding(core(name))


def _ratio(left: list[str], right: list[str]) -> Floats:
    """A missing character costs half of a wrong one, two characters turned round cost one."""
    indel: NDArray[Any] = process.cpdist(left, right, scorer=Indel.normalized_similarity, workers=1)
    turned: NDArray[Any] = process.cpdist(left, right, scorer=OSA.normalized_similarity, workers=1)
    return np.asarray(np.maximum(indel, turned), np.float64)


def alike(asked: Sequence[str], known: Sequence[str], k: int) -> Ints:
    """The ``k`` known names that share most with each name asked: ``int[asked, k]``, −1 where there are fewer."""
    found = np.full((len(asked), k), -1, np.int64)
    if not asked or not known:
        return found
    words: dict[str, int] = {}
    there = _counts(known, words, grows=True)
    here = _counts(asked, words, grows=False)
    spread = np.asarray((there > 0).sum(axis=0)).ravel()
    rare = sparse.diags_array(np.log1p(len(known) / np.maximum(spread, 1.0)))
    right = _unit(there @ rare).T.tocsr()
    left = _unit(here @ rare).tocsr()
    width = min(k, len(known))
    for start in range(0, len(asked), _ROWS):
        block = (left[start : start + _ROWS] @ right).toarray()
        best = np.argpartition(-block, width - 1, axis=1)[:, :width]
        shared = np.take_along_axis(block, best, axis=1) > 0
        found[start : start + _ROWS, :width] = np.where(shared, best, -1)
    return found


def _counts(names: Sequence[str], words: dict[str, int], *, grows: bool) -> Any:
    """Names × grams: which characters, pairs of characters and pairs of syllables each name has."""
    rows: list[int] = []
    columns: list[int] = []
    for row, name in enumerate(names):
        for gram in _grams(name):
            at = words.setdefault(gram, len(words)) if grows else words.get(gram, -1)
            if at >= 0:
                rows.append(row)
                columns.append(at)
    shape = (len(names), max(len(words), 1))
    return sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def _grams(name: str) -> set[str]:
    sounds = syllables(name)
    pairs = {name[i : i + 2] for i in range(len(name) - 1)}
    return set(name) | pairs | {f"{a}'{b}" for a, b in pairwise(sounds)}


def _unit(matrix: Any) -> Any:
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags_array(1.0 / np.where(length > 0, length, 1.0)) @ matrix
