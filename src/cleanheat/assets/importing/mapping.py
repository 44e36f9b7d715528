"""Which column of a file is which field?  Proposed by names, synonyms and pinyin; confirmed by people, kept by name.

A proposal is made once for every column and every field: the best pairs first, none twice.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pypinyin import lazy_pinyin

from cleanheat.assets.importing.shapes import SYSTEMS
from cleanheat.assets.importing.sources import Layer
from cleanheat.assets.record_fields import Field, field_of, fields_of
from cleanheat.kernel.errors import invalid

SURE, LIKELY, LEAST_LIKELY = 1.0, 0.9, 0.72
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_SYNONYMS: Final[Mapping[str, list[str]]] = tomllib.loads(
    files("cleanheat.assets.importing").joinpath("synonyms.toml").read_text("utf-8")
)
PLACES: Final = ("longitude", "latitude")


@dataclass(frozen=True)
class ColumnMap:
    """How a layer's columns become records of a kind.

    ``columns``: field → title of the column; ``constants``: field → one text for all rows; ``system``: key of the
    coordinate system, empty: as the file says; ``rules``: rules of writing that are applied to texts.
    """

    kind: str
    layer: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    system: str = ""
    rules: Sequence[str] = ("width",)


@dataclass(frozen=True)
class Suggestion:
    """One proposed pair; ``score`` in [0, 1]: 1 the very name."""

    field: str
    column: str
    score: float


def suggested(kind: str, columns: Sequence[str]) -> list[Suggestion]:
    """Pairs of field and column, the surest first; a field or column stands in one pair at most."""
    scored = [
        Suggestion(f.key, column, score)
        for f in fields_of(kind)
        for column in columns
        if (score := _score(f, column)) >= LEAST_LIKELY
    ]
    chosen: list[Suggestion] = []
    for pair in sorted(scored, key=lambda s: -s.score):
        if all(pair.field != c.field and pair.column != c.column for c in chosen):
            chosen.append(pair)
    return chosen


def checked(mapping: ColumnMap, layer: Layer) -> ColumnMap:
    """The mapping, if its fields and columns exist and nothing required is missing.

    Raises:
        Problem: naming the field at fault.
    """
    for key in [*mapping.columns, *mapping.constants]:
        if field_of(mapping.kind, key) is None:
            raise invalid(key, "没有此字段", mapping.kind)
    for key, column in mapping.columns.items():
        if column not in layer.columns:
            raise invalid(key, "文件里没有这一列", column)
    if mapping.system and mapping.system not in SYSTEMS:
        raise invalid("system", "没有这种坐标系", mapping.system)
    given = {*mapping.columns, *mapping.constants}
    if layer.geometry:
        given |= {*PLACES, "length_m"}
    missing = [f.zh for f in fields_of(mapping.kind) if f.is_required and f.key not in given]
    # a file with codes may correct a few columns of what exists; new objects need them all
    if missing and "code" not in given:
        raise invalid("columns", "缺少必填列", "、".join(missing))
    return mapping


def _score(wanted: Field, column: str) -> float:
    title = _folded(column)
    words = {_folded(wanted.zh), _folded(wanted.key), _folded(wanted.key.removesuffix("_id"))}
    if title in words:
        return SURE
    synonyms = {_folded(word) for word in _SYNONYMS.get(wanted.key, ())}
    if title in synonyms:
        return LIKELY
    if title.isascii():
        return LIKELY - 0.05 if title in {s for word in (wanted.zh, *synonyms) for s in _sounds(word)} else 0.0
    return max(0.85 * SequenceMatcher(None, title, word).ratio() for word in words | synonyms)


def _folded(title: str) -> str:
    """Without brackets, blanks and marks, half width, lower case."""
    return re.sub(r"[\s_\-:：*]+", "", _BRACKETS.sub("", unicodedata.normalize("NFKC", title))).lower()


@cache
def _sounds(word: str) -> frozenset[str]:
    """Pinyin in full and by initials: ``gongremianji``, ``grmj``."""
    syllables: list[Any] = lazy_pinyin(word)
    return frozenset({"".join(syllables), "".join(s[:1] for s in syllables)}) if not word.isascii() else frozenset()
