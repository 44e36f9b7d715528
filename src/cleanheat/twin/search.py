"""Where is what somebody types?  Objects of his scope and the map's own roads and places, for the map to fly to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.calc.matching.shelves import Shelf, find
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy.classes import place
from cleanheat.twin import queries
from cleanheat.twin.geometry import CityGeometry

KIND_ZH: Final[Mapping[str, str]] = {
    "substation": "换热站",
    "community": "小区",
    "boiler": "锅炉房",
    "plant": "热电厂",
    "branch": "支线",
    "building": "楼宇",
    "unit": "换热机组",
    "weather": "气象站",
    "device": "农村清洁取暖设备",
    "place": "地名",
    "road": "道路",
}
_ON_BASE_MAP: Final[Mapping[str, str]] = {"places": "place", "roads": "road"}
"""Layers of the base map whose names can be searched; what lies on the base map is the same for everybody."""


@dataclass(frozen=True)
class Found:
    """One thing that a text means.  ``number`` is 0 for a place of the base map, which has no record."""

    kind: str
    zh: str
    number: int
    name: str
    code: str
    address: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class _BaseNames:
    """Named features of the base map, each name once, with a point of each."""

    shelves: dict[str, Shelf]
    named: dict[str, list[tuple[str, float, float]]]


def search(text: str, scope: Scope, limit: int) -> list[Found]:
    """Objects first, then places and roads; at most ``limit`` together."""
    hits = assets.locate(text, scope, limit)
    by_kind: dict[str, list[int]] = {}
    for kind, number in hits:
        by_kind.setdefault(kind, []).append(number)
    titles = {
        (kind, number): title
        for kind, numbers in by_kind.items()
        for number, title in zip(numbers, assets.titles(kind, numbers), strict=True)
    }
    objects = [_object(kind, number, *titles[kind, number], scope) for kind, number in hits]
    return objects + _on_base_map(text, scope, limit - len(objects))


def _object(kind: str, number: int, name: str, code: str, scope: Scope) -> Found:
    table = assets.archive()[kind]
    at = place(kind, scope, float(table.longitude[number]), float(table.latitude[number]))
    return Found(kind, KIND_ZH[kind], number, name, code, assets.address(kind, number, scope), *at)


def _on_base_map(text: str, scope: Scope, limit: int) -> list[Found]:
    geometry = queries.current_geometry()
    if geometry is None or limit <= 0 or scope.key == "nobody":
        return []
    base = _base_names(queries.version())
    rows = [(kind, *base.named[kind][i]) for kind, i in find(base.shelves, text, limit)]
    return [Found(kind, KIND_ZH[kind], 0, name, "", "", lon, lat) for kind, name, lon, lat in rows]


@lru_cache(maxsize=1)
def _base_names(_version: str) -> _BaseNames:
    geometry = queries.current_geometry()
    named = {kind: _named(geometry, layer) for layer, kind in _ON_BASE_MAP.items()} if geometry else {}
    shelves = {
        kind: Shelf.of(range(len(rows)), [name for name, *_ in rows], [""] * len(rows), [""] * len(rows))
        for kind, rows in named.items()
    }
    return _BaseNames(shelves, named)


def _named(geometry: CityGeometry, layer: str) -> list[tuple[str, float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for feature in geometry.base.get(layer, ()):
        if name := feature.get("properties", {}).get("name"):
            found.setdefault(str(name), _middle(feature["geometry"]["coordinates"]))
    return [(name, *at) for name, at in found.items()]


def _middle(coordinates: Iterable[Any]) -> tuple[float, float]:
    """A point on the shape: itself, or the middle vertex of a line."""
    points = np.asarray(list(_points(coordinates)))
    lon, lat = points[len(points) // 2]
    return float(lon), float(lat)


def _points(coordinates: Any) -> Iterable[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield (coordinates[0], coordinates[1])
    else:
        for part in coordinates:
            yield from _points(part)
