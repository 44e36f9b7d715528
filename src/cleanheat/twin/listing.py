"""The objects of a trace by name: a page for the panel beside the map, or all of them for a file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.twin import tracing, varint
from cleanheat.twin.tracing import KIND_ZH, Basis, Group

What = Literal["down", "up", "close", "burst"]
PAGE: Final = 50
_COUNTED_ONLY: Final = "heat_user"
"""Flats are people's homes: a trace counts them and lists none."""


@dataclass(frozen=True)
class Asked:
    """Which trace: ``down``/``up`` of an object, ``close`` of pipes and valves ("12,34"), ``burst`` of a pipe."""

    what: What
    kind: str = ""
    number: int = 0
    by: Basis = "network"
    pipes: str = ""
    valves: str = ""


@dataclass(frozen=True)
class Named:
    number: int
    code: str
    name: str


@dataclass(frozen=True)
class NamedPage:
    total: int
    rows: list[Named]


def groups(asked: Asked, scope: Scope) -> list[Group]:
    """What the trace found, kind by kind."""
    if asked.what == "close":
        return tracing.what_if(_numbers("pipes", asked.pipes), _numbers("valves", asked.valves), scope).groups
    if asked.what == "burst":
        return tracing.isolate(asked.number, scope).groups
    return tracing.trace(asked.kind, asked.number, scope, asked.what, asked.by).groups


def page(asked: Asked, kind: str, offset: int, scope: Scope) -> NamedPage:
    """Fifty objects of one kind from ``offset`` on."""
    if kind not in KIND_ZH or kind == _COUNTED_ONLY:
        raise not_found("这类对象不列清单", kind)
    numbers = next((numbers_of(g) for g in groups(asked, scope) if g.kind == kind), [])
    return NamedPage(len(numbers), _named(kind, numbers[offset : offset + PAGE]))


def rows(asked: Asked, scope: Scope) -> Iterator[tuple[str, str, str]]:
    """Kind, code and name of every object found."""
    for group in groups(asked, scope):
        if group.kind != _COUNTED_ONLY:
            for one in _named(group.kind, numbers_of(group)):
                yield group.zh, one.code, one.name


def numbers_of(group: Group) -> list[int]:
    return [int(n) for n in varint.decode_deltas(base64.b64decode(group.numbers))]


def _named(kind: str, numbers: list[int]) -> list[Named]:
    titled = zip(numbers, assets.titles(kind, numbers), strict=True)
    return [Named(number, code, name) for number, (name, code) in titled]


def _numbers(field: str, text: str) -> list[int]:
    parts = [part for part in text.split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise invalid(field, "应为以逗号分隔的编号")
    return [int(part) for part in parts]
