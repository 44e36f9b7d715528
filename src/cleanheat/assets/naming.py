"""What is an object called?  Its name for people and its archive code, read for many objects at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cleanheat.assets.queries import MODELS
from cleanheat.assets.vocabulary import PipeMedium

MANY: Final = 2_000
"""From here on reading a whole table is cheaper than asking for its rows by number."""
_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "heat_user": ("building__name", "stair", "door"),
    "room": ("user__building__name", "user__stair", "user__door"),
    "pipe": ("medium", "diameter_mm"),
}


def names(kind: str, numbers: Iterable[int]) -> list[str]:
    """Names in the order asked; empty for a number nobody has.  ``kind`` may be ``area``."""
    return [name for name, _ in titles(kind, numbers)]


def titles(kind: str, numbers: Iterable[int]) -> list[tuple[str, str]]:
    """Name and archive code in the order asked; both empty for a number nobody has.  ``kind`` may be ``area``."""
    wanted = [int(n) for n in numbers]
    known = {number: (name, code) for number, name, code in _titled(kind, wanted if len(wanted) < MANY else None)}
    return [known.get(n, ("", "")) for n in wanted]


def all_titles(kind: str) -> list[tuple[int, str, str]]:
    """Number, name and code of every object of the kind, by number."""
    return sorted(_titled(kind, None))


def _titled(kind: str, numbers: list[int] | None) -> Iterator[tuple[int, str, str]]:
    rows = MODELS[kind].objects.all()  # type: ignore[attr-defined]
    if numbers is not None:
        rows = rows.filter(pk__in=numbers)
    for number, code, *parts in rows.values_list("pk", "code", *_NAMED_BY.get(kind, ("name",))):
        yield number, _name(kind, parts), code


def _name(kind: str, parts: list[Any]) -> str:
    if kind in {"heat_user", "room"}:
        return f"{parts[0]} {parts[1]}单元{parts[2]}"
    if kind == "pipe":
        return f"{PipeMedium(parts[0]).label} DN{parts[1]}"
    return str(parts[0])
