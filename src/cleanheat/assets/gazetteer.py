"""Which object do people mean?  Names, codes and addresses of all searchable kinds, spelled out once an archive."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from cleanheat.assets.archive import Archive
from cleanheat.assets.queries import KIND_MODELS, archive, visible
from cleanheat.calc.matching.shelves import Shelf, find
from cleanheat.infra.scope import Scope

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "substation": ("district__name", "street__name"),
    "community": ("district__name", "street__name"),
    "boiler": ("district__name",),
    "plant": ("district__name",),
    "branch": ("district__name",),
    "building": ("district__name", "community__street__name"),
    "unit": ("substation__district__name", "substation__street__name"),
    "weather": ("district__name",),
    "device": ("district__name", "village__parent__name"),
}
"""The areas a kind's address is made of, from large to small; kinds people ask for most often first."""
_SCOPES_KEPT: Final = 64


@dataclass
class _Kept:
    """The whole city's shelves, and what each scope sees of them."""

    lock: Lock = field(default_factory=Lock)
    archive: Archive | None = None  # another object is another state of the city
    city: dict[str, Shelf] = field(default_factory=dict)
    scopes: OrderedDict[str, dict[str, Shelf]] = field(default_factory=OrderedDict)


_kept = _Kept()


def forget() -> None:
    """A name has changed: read all of them again at the next search."""
    with _kept.lock:
        _kept.archive = None


def locate(text: str, scope: Scope, limit: int) -> list[tuple[str, int]]:
    """Kind and number of the objects of the scope that a name, code, address, pinyin or initials mean."""
    return find(_shelves(scope), text, limit)


def address(kind: str, number: int, scope: Scope) -> str:
    """The areas in which an object found lies, from large to small."""
    return _shelves(scope)[kind].address(number)


def _shelves(scope: Scope) -> dict[str, Shelf]:
    present = archive()
    with _kept.lock:
        if _kept.archive is not present:
            _kept.archive = present
            _kept.scopes.clear()
            _kept.city = {kind: _read(kind) for kind in ADDRESSES}
        if scope.sees_all and not scope.view:
            return _kept.city
        if scope.key not in _kept.scopes:
            _kept.scopes[scope.key] = _seen(scope)
        _kept.scopes.move_to_end(scope.key)
        while len(_kept.scopes) > _SCOPES_KEPT:
            _kept.scopes.popitem(last=False)
        return _kept.scopes[scope.key]


def _seen(scope: Scope) -> dict[str, Shelf]:
    """The shelves cut to a scope: what is outside costs no time and cannot be found by accident."""
    found = {}
    for kind, shelf in _kept.city.items():
        mask = visible(kind, scope)
        inside = shelf.numbers < mask.shape[0]  # a row may be newer than the arrays
        keep = inside & mask[shelf.numbers * inside]
        if keep.any():
            found[kind] = shelf.only(keep)
    return found


def _read(kind: str) -> Shelf:
    parts = ("pk", "name", "code", *ADDRESSES[kind])
    rows = list(KIND_MODELS[kind].objects.order_by("pk").values_list(*parts))  # type: ignore[attr-defined]
    return Shelf.of([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], [_joined(r[3:]) for r in rows])


def _joined(parts: tuple[str | None, ...]) -> str:
    return "".join(part for part in parts if part)
