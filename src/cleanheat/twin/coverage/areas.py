"""Which ground does each company, source, substation and community serve?  Drawn around the buildings it serves.

The archive says which building hangs on which substation, the substation on which source; the footprints say where they
stand.  Footprints of one owner are grown until the gaps between them close, joined, and shrunk back: courtyards become
part of the area, other people's houses do not.  All owners of a kind at once, in arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

from cleanheat.assets.archive import Archive
from cleanheat.kernel import parameters
from cleanheat.twin.geometry import CityGeometry, Shapes

Int32s = NDArray[np.int32]
Geometries = NDArray[np.object_]

LIMITS: Final = parameters.values(parameters.read("cleanheat.twin", "parameters.toml")["coverage"])
_BY_BUILDING: Final = ("substation", "community")
_BY_BLOCK: Final = ("plant", "company", "branch", "boiler")
_DEGREE_M: Final = 111_320.0
_SIMPLER_M: Final = 2.5
_CORNERS: Final = 2


@dataclass(frozen=True)
class Areas:
    """The areas of one kind: ``shapes[i]`` (degrees) is served by ``owners[i]``, ascending; its name stands at a point.

    The one area of the kind ``extent`` has owner 1.
    """

    owners: Int32s
    shapes: Geometries
    points: NDArray[np.float64]  # float64[n, 2]
    area_km2: NDArray[np.float64]


def owners_of_buildings(archive: Archive) -> dict[str, Int32s]:
    """By kind of owner, the owner of each building number, 0 where it has none."""
    links = archive["building"].links
    found = {kind: links[kind] for kind in ("company", "substation", "community") if kind in links}
    if "substation" in found:
        station = archive["substation"].links
        for kind in ("boiler", "branch"):
            found[kind] = station[kind][found["substation"]]
        found["plant"] = archive["branch"].links["plant"][found["branch"]]
    return found


def draw(archive: Archive, geometry: CityGeometry) -> dict[str, Areas]:
    """The areas of every kind that the archive tells owners of."""
    plane = _Plane.about(geometry.buildings.lonlat)
    polygons = _polygons(geometry.buildings, plane)
    owners = {kind: found[geometry.buildings.numbers] for kind, found in owners_of_buildings(archive).items()}
    drawn = {
        kind: _joined(polygons, owners[kind], LIMITS["building_reach_m"], LIMITS["building_margin_m"])
        for kind in _BY_BUILDING
        if kind in owners
    }
    blocks, block_owners = _blocks(polygons, owners, drawn)
    for kind in _BY_BLOCK:
        if kind in owners:
            drawn[kind] = _joined(blocks, block_owners[kind], LIMITS["block_reach_m"], LIMITS["block_margin_m"])
    drawn["extent"] = _extent(blocks)
    return {kind: _in_degrees(*found, plane) for kind, found in drawn.items()}


@dataclass(frozen=True)
class _Plane:
    """Metres about the middle of the city: areas are drawn, not surveyed."""

    origin: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def about(cls, lonlat: NDArray[np.float64]) -> _Plane:
        origin = lonlat.mean(axis=0) if len(lonlat) else np.zeros(2)
        return cls(origin, np.array([_DEGREE_M * cos(radians(float(origin[1]))), _DEGREE_M]))

    def metres(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((lonlat - self.origin) * self.scale)

    def degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(xy / self.scale + self.origin, 6)


def _polygons(shapes: Shapes, plane: _Plane) -> Geometries:
    """Footprints as polygons, rings closed."""
    ends = shapes.offsets.astype(np.int64)
    lengths = ends[1:] - ends[:-1]
    rings = np.repeat(np.arange(len(lengths)), lengths)
    made = shapely.linearrings(plane.metres(shapes.lonlat), indices=rings) if len(rings) else np.zeros(0, object)
    return np.asarray(shapely.make_valid(shapely.polygons(made)))


def _joined(polygons: Geometries, owner: Int32s, reach_m: float, margin_m: float) -> tuple[Int32s, Geometries]:
    """One area an owner: its polygons grown by ``reach_m``, joined, shrunk to ``margin_m`` outside of them."""
    order = np.argsort(owner, kind="stable")
    order = order[owner[order] > 0]
    owners, group = np.unique(owner[order], return_inverse=True)
    if not len(owners):
        return owners.astype(np.int32), np.zeros(0, object)
    grown = _grown(polygons[order], reach_m)
    ends = np.flatnonzero(np.diff(group, append=-1)) + 1
    # an owner at a time: growing one multipolygon of a thousand overlapping parts takes gigabytes
    together = np.array([shapely.union_all(part) for part in np.split(grown, ends[:-1])], dtype=object)
    shrunk = shapely.buffer(together, margin_m - reach_m, quad_segs=_CORNERS, join_style="mitre", mitre_limit=1.5)
    return owners.astype(np.int32), np.asarray(shapely.simplify(shrunk, _SIMPLER_M))


def _grown(shapes: Geometries, reach_m: float) -> Geometries:
    """Each shape grown by itself; what is finer than a tenth of the reach does not matter then."""
    plain = shapely.simplify(shapes, reach_m / 10.0)
    return np.asarray(shapely.buffer(plain, reach_m, quad_segs=_CORNERS, join_style="mitre", mitre_limit=1.5))


def _blocks(
    polygons: Geometries, owners: Mapping[str, Int32s], drawn: Mapping[str, tuple[Int32s, Geometries]]
) -> tuple[Geometries, dict[str, Int32s]]:
    """What larger areas are joined from, with its owners: the substations' areas, else the buildings themselves."""
    if "substation" not in drawn:
        return polygons, dict(owners)
    numbers, blocks = drawn["substation"]
    first = np.full(int(numbers.max(initial=0)) + 1, 0, dtype=np.int64)
    of = owners["substation"]
    served = np.flatnonzero(of > 0)
    first[of[served][::-1]] = served[::-1]  # the first building of each substation tells its owners
    return blocks, {kind: found[first[numbers]] for kind, found in owners.items()}


def _extent(blocks: Geometries) -> tuple[Int32s, Geometries]:
    """One area around all that is heated, open ground inside it included, outposts left out."""
    owner, shapes = _joined(blocks, np.ones(len(blocks), np.int32), LIMITS["extent_reach_m"], LIMITS["extent_margin_m"])
    if not len(shapes):
        return owner, shapes
    parts = shapely.get_parts(shapes[0])
    whole = shapely.polygons(shapely.get_exterior_ring(parts))
    large = whole[shapely.area(whole) >= LIMITS["extent_least_km2"] * 1e6]
    return owner, np.array([shapely.union_all(large if len(large) else whole)], dtype=object)


def _in_degrees(owners: Int32s, shapes: Geometries, plane: _Plane) -> Areas:
    kept = ~shapely.is_empty(shapes)
    shapes = shapes[kept]
    inner = shapely.get_coordinates(shapely.point_on_surface(_largest(shapes)))
    turned = shapely.transform(shapes, plane.degrees) if len(shapes) else shapes
    return Areas(owners[kept], turned, plane.degrees(inner.reshape(-1, 2)), shapely.area(shapes) / 1e6)


def _largest(shapes: Geometries) -> Geometries:
    """The largest part of each shape: its name stands there."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((-shapely.area(parts), of))
    return np.asarray(parts[order][np.unique(of[order], return_index=True)[1]])


def features(areas: Areas, min_zoom: int) -> list[dict[str, Any]]:
    """GeoJSON features whose id is the owner's number; nothing else is told of him, for tiles are cut by this id."""
    zooms = {"minzoom": min_zoom}
    return [
        {"type": "Feature", "id": owner, "properties": {}, "tippecanoe": zooms, "geometry": mapping(shape)}
        for owner, shape in zip(areas.owners.tolist(), areas.shapes, strict=True)
    ]
