"""Which English word stands for which Chinese term?  One word a term, the same in code, interface and catalogue."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Term:
    zh: str
    word: str
    note: str


@cache
def glossary() -> tuple[Term, ...]:
    """All terms in the order of the file."""
    document = tomllib.loads(files("cleanheat.kernel").joinpath("glossary.toml").read_text("utf-8"))
    return tuple(Term(**row) for row in document["term"])


def word_of(zh: str) -> str:
    """The English word of a Chinese term.

    >>> word_of("换热站")
    'substation'
    """
    return next(term.word for term in glossary() if term.zh == zh)
