"""Where do the features of a layer lie, and which of them meet a box?  Cut to what the client may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.infra.secrecy import classes
from cleanheat.kernel.errors import Problem
from cleanheat.twin import queries
from cleanheat.twin.geometry import Shapes
from cleanheat.twin.ogc.collections import Collection, outline_is_hidden
from cleanheat.twin.secrecy import Allowed

Box = tuple[float, float, float, float]
"""West, south, east, north in WGS-84 degrees."""
Numbers = NDArray[np.int32]
Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class _Drawn:
    """Lines or outlines of one kind: ``geometries[i]`` is that of ``numbers[i]``; ``place`` the way back."""

    numbers: Numbers
    geometries: Geometries
    place: NDArray[np.int32]
    tree: Any


def find(c: Collection, allowed: Allowed, box: Box | None = None) -> Numbers:
    """Ascending numbers of the features the client sees, within the box (WGS-84 degrees) if there is one."""
    if c.source != "archive":
        drawn = _areas(c, allowed)
        return np.sort(drawn.numbers if box is None else _met(drawn, box))
    seen = np.asarray(assets.visible(c.kind, allowed.scope), dtype=bool)
    if _is_drawn(c, allowed):
        drawn = _drawn(c.kind)
        numbers = drawn.numbers if box is None else _met(drawn, box)
        return np.sort(numbers[seen[numbers]])
    numbers = np.flatnonzero(seen).astype(np.int32)
    longitude, latitude = _places(c, allowed, numbers)
    inside = np.isfinite(longitude) & np.isfinite(latitude)
    if box is not None:
        west, south, east, north = box
        inside &= (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    return numbers[inside]


def geometries(c: Collection, allowed: Allowed, numbers: Numbers) -> Geometries:
    """Shapely geometries (WGS-84 degrees) of features found before, in the order asked."""
    import shapely

    if c.source != "archive" or _is_drawn(c, allowed):
        drawn = _areas(c, allowed) if c.source != "archive" else _drawn(c.kind)
        return np.asarray(drawn.geometries[drawn.place[numbers]])
    return np.asarray(shapely.points(*_places(c, allowed, numbers)))


def extent(c: Collection, allowed: Allowed) -> Box:
    """The box around what the client sees; the whole map's where he sees nothing."""
    import shapely

    numbers = find(c, allowed)
    if not numbers.size:
        lonlat = _geometry().buildings.lonlat
        west, south, east, north = np.concatenate([lonlat.min(axis=0), lonlat.max(axis=0)]).tolist()
    else:
        west, south, east, north = shapely.total_bounds(geometries(c, allowed, numbers))
    return float(west), float(south), float(east), float(north)


def areas(c: Collection, allowed: Allowed) -> list[dict[str, Any]]:
    """The GeoJSON features of a layer of areas, with ``id`` and properties; of coverage those of the scope."""
    if c.source == "coverage":
        return list(queries.coverage(c.kind, allowed.scope)["features"])
    return [{**f, "id": i + 1} for i, f in enumerate(_geometry().base.get("districts", ()))]


def _is_drawn(c: Collection, allowed: Allowed) -> bool:
    return c.shape != "Point" and not outline_is_hidden(c, allowed)


def _places(c: Collection, allowed: Allowed, numbers: Numbers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = assets.archive()[c.kind]
    return classes.places(c.kind, allowed.scope, table.longitude[numbers], table.latitude[numbers])


def _geometry() -> Any:
    found = queries.current_geometry()
    if found is None:
        raise Problem(503, "no-geometry", "地图数据尚未生成")
    return found


def _met(drawn: _Drawn, box: Box) -> Numbers:
    import shapely

    met: Numbers = drawn.numbers[drawn.tree.query(shapely.box(*box), predicate="intersects")]
    return met


def _drawn(kind: str) -> _Drawn:
    return _drawn_of(kind, queries.version())


@lru_cache(maxsize=4)
def _drawn_of(kind: str, _version: str) -> _Drawn:
    """Built once a geometry: a hundred thousand lines take a second."""
    geometry = _geometry()
    return _indexed(*((geometry.buildings, True) if kind == "building" else (geometry.pipes, False)))


def _indexed(shapes: Shapes, closed: bool) -> _Drawn:
    import shapely

    offsets = shapes.offsets.astype(np.int64)
    counts = np.diff(offsets)
    if closed:
        lonlat = np.insert(shapes.lonlat, offsets[1:], shapes.lonlat[offsets[:-1]], axis=0)
        made = shapely.polygons(shapely.linearrings(lonlat, indices=np.repeat(np.arange(len(counts)), counts + 1)))
    else:
        made = shapely.linestrings(shapes.lonlat, indices=np.repeat(np.arange(len(counts)), counts))
    return _ready(shapes.numbers, np.asarray(made))


def _areas(c: Collection, allowed: Allowed) -> _Drawn:
    from shapely.geometry import shape

    found = areas(c, allowed)
    drawn = np.empty(len(found), dtype=object)
    drawn[:] = [shape(f["geometry"]) for f in found]
    return _ready(np.array([f["id"] for f in found], dtype=np.int32), drawn)


def _ready(numbers: Numbers, drawn: Geometries) -> _Drawn:
    import shapely

    place = np.full(int(numbers.max(initial=0)) + 1, -1, np.int32)
    place[numbers] = np.arange(len(numbers))
    return _Drawn(numbers, drawn, place, shapely.STRtree(drawn))
