"""Which names a formula may use: fields with their Chinese name, unit and type."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

FieldType = Literal["number", "flag", "text"]
FieldGroup = Literal["signal", "attribute", "weather", "parameter", "context"]


def name_of(text: str) -> str:
    """The one spelling of a name: compatibility forms folded, dots become underscores, spaces go.

    >>> name_of("ＰＭ2.5 浓度")
    'PM2_5浓度'
    """
    return "".join(unicodedata.normalize("NFKC", text).replace(".", "_").split())


@dataclass(frozen=True)
class Field:
    """One thing a formula may name, by ``code`` or by ``zh``; a flag is 0 or 1 and stands for a condition too."""

    code: str
    zh: str
    unit: str = ""
    type: FieldType = "number"
    group: FieldGroup = "signal"


class Vocabulary:
    """All names known to one formula.

    ``kinds`` holds the vocabularies of other kinds of object, by code and by Chinese name: what ``sum_children`` and
    ``parent`` look their field up in.  A later field of the same name hides an earlier one.
    """

    def __init__(self, fields: Iterable[Field], kinds: Mapping[str, tuple[str, Vocabulary]] | None = None) -> None:
        self.fields = tuple(fields)
        self.kinds: Mapping[str, tuple[str, Vocabulary]] = {name_of(k): v for k, v in (kinds or {}).items()}
        self._by_name: dict[str, Field] = {}
        for field in self.fields:
            self._by_name[name_of(field.code)] = field
            self._by_name[name_of(field.zh)] = field

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def find(self, text: str) -> Field | None:
        """The field of that code or Chinese name, however it is spelled in width and spaces."""
        return self._by_name.get(name_of(text))

    def extended(self, fields: Iterable[Field]) -> Vocabulary:
        """This vocabulary and more fields, for instance a rule's parameters."""
        return Vocabulary((*self.fields, *fields), self.kinds)

    def names(self) -> tuple[str, ...]:
        """Every spelling that is understood, for suggestions."""
        return tuple(self._by_name)
