"""Which layers do GIS clients find, and what do their attributes mean?  Declared map layers first, areas after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from cleanheat.assets import public as assets
from cleanheat.infra.maplayers import layers
from cleanheat.infra.secrecy import classes
from cleanheat.kernel.errors import not_found
from cleanheat.twin import queries
from cleanheat.twin.secrecy import Allowed

Source = Literal["archive", "coverage", "districts"]
Shape = Literal["Point", "LineString", "Polygon"]
_SHAPES: Final[Mapping[str, Shape]] = {"extrusion": "Polygon", "line": "LineString", "disc": "Point"}
_OUTLINES: Final[Mapping[str, str]] = {"building": "buildings", "pipe": "pipes"}
"""Kinds whose outline has a class of secrecy of its own, apart from the objects."""
_MORE: Final = (("communities", "小区", "community", "#8ab4ff", 10.0),)
"""Kinds of the archive that the map draws no marks of."""


@dataclass(frozen=True)
class Collection:
    """One layer.  ``min_zoom``: from which zoom its tiles hold anything, so that no tile holds half a city."""

    key: str
    zh: str
    kind: str
    shape: Shape
    source: Source
    colour: str
    min_zoom: int


@dataclass(frozen=True)
class Attribute:
    """One column.  ``type`` is JSON Schema's word; ``path`` where it is stored, ``reference`` whose name it tells."""

    key: str
    zh: str
    type: str
    unit: str = ""
    path: str = ""
    reference: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        return f"{self.zh}（{self.unit}）" if self.unit else self.zh


def offered(allowed: Allowed) -> list[Collection]:
    """The layers a client may know of; which of their features it sees is asked for each anew."""
    return [c for c in _all() if _may_know(c, allowed)]


def find(key: str, allowed: Allowed) -> Collection:
    """One layer; a 404 problem for one that does not exist or is above the client's class."""
    found = next((c for c in offered(allowed) if c.key == key), None)
    if found is None:
        raise not_found("没有这个图层", key)
    return found


def _may_know(c: Collection, allowed: Allowed) -> bool:
    if c.source == "archive":
        return not classes.hides(c.kind, allowed.scope)
    return not classes.hides_shape("base" if c.source == "districts" else "coverage", allowed.scope)


def outline_is_hidden(c: Collection, allowed: Allowed) -> bool:
    """Is the client told of places only, where the layer has outlines?"""
    return c.kind in _OUTLINES and classes.hides_shape(_OUTLINES[c.kind], allowed.scope)


def _all() -> list[Collection]:
    kinds = assets.archive().kinds
    found = [
        Collection(
            layer.key, layer.zh, layer.kind, _SHAPES[layer.drawing], "archive", layer.colour, _min_zoom(layer.key)
        )
        for layer in layers
        if layer.kind in kinds
    ]
    found += [
        Collection(key, zh, kind, "Point", "archive", colour, int(zoom))
        for key, zh, kind, colour, zoom in _MORE
        if kind in kinds and key not in layers
    ]
    found.append(Collection("districts", "区县", "area", "Polygon", "districts", "#5a7fb0", 0))
    found += [
        Collection(f"coverage_{kind}", f"{zh}供热范围", kind, "Polygon", "coverage", "#2f9bff", 0)
        for kind, zh in queries.COVERAGE_ZH.items()
    ]
    return found


_MIN_ZOOM: Final[Mapping[str, int]] = {
    "buildings": 13, "pipes": 11, "valves": 14, "devices": 9, "substations": 8, "communities": 10,
}  # fmt: skip


def _min_zoom(key: str) -> int:
    return _MIN_ZOOM.get(key, 0)


_NUMBER: Final = Attribute("number", "编号", "integer")
_NAME: Final = Attribute("name", "名称", "string")
_CODE: Final = Attribute("code", "编码", "string")


def attributes(c: Collection, allowed: Allowed) -> tuple[Attribute, ...]:
    """The columns of a layer for this client."""
    if c.source == "districts":
        return (_NUMBER, _CODE, _NAME)
    if c.source == "coverage":
        return (_NUMBER, _NAME)
    return tuple(a for a in _of_kind(c.kind) if not classes.withheld(a.path or a.key, allowed.scope))


@cache
def _of_kind(kind: str) -> tuple[Attribute, ...]:
    found = [_NUMBER]
    for field in assets.fields_of(kind):
        if field.personal or field.key in ("longitude", "latitude"):
            continue
        if field.type == "reference":
            base = field.key.removesuffix("_id")
            found.append(Attribute(field.key, f"{field.zh}编号", "integer", path=field.key))
            found.append(Attribute(base, field.zh, "string", path=field.key, reference=field.reference))
        else:
            found.append(
                Attribute(field.key, field.zh, _TYPES[field.type], field.unit, path=field.key, choices=field.choices)
            )
    return tuple(found)


_TYPES: Final[Mapping[str, str]] = {
    "text": "string", "choice": "string", "integer": "integer", "number": "number", "boolean": "boolean",
}  # fmt: skip


def schema(found: tuple[Attribute, ...]) -> dict[str, dict[str, Any]]:
    """The attributes as JSON Schema properties."""
    return {
        a.key: {"type": a.type, "title": a.title, **({"enum": [zh for _, zh in a.choices]} if a.choices else {})}
        for a in found
    }
