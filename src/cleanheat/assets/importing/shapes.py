"""Can this geometry stand on the map?  Broken, empty, of another type, crossing itself, swapped, outside the city.

And where is the object: a point as it is, a polygon's point inside it, a line's first vertex.  Everything works on
arrays of shapely objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from cleanheat.assets import drawn_shapes
from cleanheat.assets.record_checks import LIMITS
from cleanheat.calc.geo.frames import Frame, Plane, to_wgs84
from cleanheat.kernel.errors import invalid

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]
Convert = Callable[[Floats], Floats]
POINT, LINE, POLYGON, MULTILINE, MULTIPOLYGON = 0, 1, 3, 5, 6
_TYPES: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {"pipe": (LINE, MULTILINE), "building": (POINT, POLYGON, MULTIPOLYGON)}
)
_PLACED: Final = (POINT, POLYGON, MULTIPOLYGON)
_CENTIMETRE_DEG: Final = 1e-7
_GEOD: Final = pyproj.Geod(ellps="GRS80")

SYSTEMS: Final[Mapping[str, tuple[str, Frame]]] = MappingProxyType(
    {
        "wgs84": ("WGS-84 / CGCS2000 经纬度", Frame()),
        "gcj02": ("GCJ-02 经纬度", Frame(shift="gcj02")),
        "bd09": ("BD-09 经纬度", Frame(shift="bd09")),
        "gk3-126": ("CGCS2000 高斯投影 3°带 中央经线 126°", Frame(Plane(126.0))),
        "gk3-123": ("CGCS2000 高斯投影 3°带 中央经线 123°", Frame(Plane(123.0))),
        "gk3-42": ("CGCS2000 高斯投影 3°带 42 带（带号）", Frame(Plane(126.0, zone_prefix=42))),
        "gk3-41": ("CGCS2000 高斯投影 3°带 41 带（带号）", Frame(Plane(123.0, zone_prefix=41))),
        "gk6-21": ("CGCS2000 高斯投影 6°带 21 带（带号）", Frame(Plane(123.0, zone_prefix=21))),
    }
)
"""Systems a file may be in, by key: what people call them, and how they become WGS-84."""


@dataclass(frozen=True)
class Placed:
    """Where objects are (WGS-84 degrees, NaN where a fault keeps it unknown), metres of lines, and faults by row.

    ``drawn``: WKB of the shapes that the map draws (footprints, lines), empty where there is none.
    """

    lonlat: Floats
    length_m: Floats
    faults: Mapping[int, str]
    drawn: Sequence[bytes]


def converter(system: str, crs: str) -> Convert:
    """From the system chosen, or the one the file names, to WGS-84 degrees.

    Raises:
        Problem: neither says what the coordinates are.
    """
    if system:
        if system not in SYSTEMS:
            raise invalid("system", "没有这种坐标系", system)
        frame = SYSTEMS[system][1]
        return lambda xy: to_wgs84(frame, xy)
    if not crs:
        raise invalid("system", "文件没有说明坐标系", "请选择坐标系")
    try:
        move = pyproj.Transformer.from_crs(pyproj.CRS.from_user_input(crs), 4326, always_xy=True)
    except CRSError as error:
        raise invalid("system", "无法识别文件的坐标系", crs[:100]) from error
    return lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1]))


def placed(kind: str, geometry: Objects, broken: NDArray[np.bool_], convert: Convert) -> Placed:
    """Positions of a chunk's geometry, with every reason why one has none."""
    faults: dict[int, str] = {}

    def refuse(where: NDArray[np.bool_], reason: str) -> None:
        for row in np.flatnonzero(where).tolist():
            faults.setdefault(row, reason)

    missing = shapely.is_missing(geometry)
    refuse(broken, "几何损坏：环未闭合或坐标不全")
    refuse(missing | shapely.is_empty(geometry), "缺少几何")
    allowed = _TYPES.get(kind, _PLACED)
    refuse(~np.isin(shapely.get_type_id(geometry), allowed), f"几何类型应为{_named(allowed)}")
    refuse(
        (shapely.get_num_geometries(geometry) > 1) & (shapely.get_type_id(geometry) == MULTILINE),
        "一条管段只能是一条线",
    )
    for row in np.flatnonzero(~shapely.is_valid(geometry)).tolist():
        faults.setdefault(row, _reason(str(shapely.is_valid_reason(geometry[row]))))
    good = np.ones(geometry.shape[0], bool)
    good[list(faults)] = False
    moved, foreign = _moved(geometry, good, convert)
    for row in np.flatnonzero(foreign).tolist():
        told = misplaced(_at(geometry[row : row + 1])).get(0, "")
        faults.setdefault(row, told if "颠倒" in told else "坐标不属于所选坐标系")
    good &= ~foreign
    lonlat = np.full((geometry.shape[0], 2), np.nan)
    lonlat[good] = _at(moved[good])
    for row, reason in misplaced(lonlat).items():
        faults.setdefault(row, reason)
    lonlat[list(faults)] = np.nan
    good[list(faults)] = False
    return Placed(lonlat, _lengths(moved, good), MappingProxyType(faults), _drawn(kind, moved, good))


def _drawn(kind: str, geometry: Objects, good: NDArray[np.bool_]) -> list[bytes]:
    """Footprints (the largest part, without courtyards, counter-clockwise) and lines, to a centimetre."""
    found = [b""] * geometry.shape[0]
    if kind not in drawn_shapes.KINDS:
        return found
    wanted = POLYGON if kind == "building" else LINE
    types = shapely.get_type_id(geometry)
    for row in np.flatnonzero(good & (types % 3 == wanted % 3) & (types != POINT)).tolist():
        parts = shapely.get_parts(geometry[row])
        part = max(parts, key=shapely.area if wanted == POLYGON else shapely.length)
        if wanted == POLYGON:
            part = shapely.orient_polygons(shapely.polygons(shapely.get_exterior_ring(part)))
        found[row] = bytes(shapely.to_wkb(shapely.set_precision(part, _CENTIMETRE_DEG, mode="pointwise")))
    return found


def _moved(geometry: Objects, good: NDArray[np.bool_], convert: Convert) -> tuple[Objects, NDArray[np.bool_]]:
    """The good ones in WGS-84; one by one where one of them cannot be, to tell which."""
    moved, foreign = geometry.copy(), np.zeros(geometry.shape[0], bool)
    try:
        moved[good] = shapely.transform(geometry[good], convert)
    except ValueError:
        for row in np.flatnonzero(good).tolist():
            try:
                moved[row] = shapely.transform(geometry[row], convert)
            except ValueError:
                foreign[row] = True
    return moved, foreign


def misplaced(lonlat: Floats) -> dict[int, str]:
    """Points that are not in the city: exchanged, or elsewhere.  Unknown ones are no fault."""
    low = np.array([LIMITS[axis]["least"].value for axis in ("longitude", "latitude")])
    high = np.array([LIMITS[axis]["most"].value for axis in ("longitude", "latitude")])
    known = np.isfinite(lonlat).all(axis=1)
    inside = _within(lonlat, low, high)
    swapped = _within(lonlat[:, ::-1], low, high)
    out = known & ~inside
    return {
        row: "经度与纬度颠倒" if bool(swapped[row]) else f"位置不在市域内（{lonlat[row, 0]:.5f}, {lonlat[row, 1]:.5f}）"
        for row in np.flatnonzero(out).tolist()
    }


def _within(lonlat: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    return np.asarray(((lonlat >= low) & (lonlat <= high)).all(axis=1))


def _at(geometry: Objects) -> Floats:
    lines = shapely.get_type_id(geometry) % 4 == LINE  # lines and multi-lines: 1 and 5
    points = shapely.point_on_surface(geometry)
    first = shapely.get_point(shapely.get_geometry(geometry, 0), 0)
    chosen = np.where(lines, first, points)
    return np.column_stack([shapely.get_x(chosen), shapely.get_y(chosen)])


def _lengths(geometry: Objects, good: NDArray[np.bool_]) -> Floats:
    """Metres along lines on the ellipsoid; NaN for what is no line."""
    lines = good & (shapely.get_type_id(geometry) % 4 == LINE)
    lengths = np.full(geometry.shape[0], np.nan)
    lengths[lines] = [_GEOD.geometry_length(line) for line in geometry[lines]]
    return lengths


def _named(types: tuple[int, ...]) -> str:
    words = {POINT: "点", LINE: "线", POLYGON: "面"}
    return "、".join(words[t] for t in types if t in words)


def _reason(said: str) -> str:
    """GEOS's reason in Chinese, with its place."""
    words = {
        "Self-intersection": "自相交",
        "Ring Self-intersection": "环自相交",
        "Too few points in geometry component": "顶点过少",
        "Hole lies outside shell": "内环在外环之外",
        "Nested shells": "外环嵌套",
        "Interior is disconnected": "内部不连通",
        "Duplicate Rings": "环重复",
        "Invalid Coordinate": "坐标不是数",
    }
    what, _, where = said.partition("[")
    return f"几何无效：{words.get(what, what)}" + (f"，位于 {where.rstrip(']')}" if where else "")
