"""In which coordinates does a client ask and get answers?  Names of systems, order of axes, conversion of geometries.

A URN or an OGC address of an EPSG system means its official order of axes (latitude first for 4326 and 4490);
``EPSG:4326`` and ``CRS84`` mean longitude first, as clients have always meant them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyproj
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid
from cleanheat.twin.ogc.shapes import Box, Geometries

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OFFERED: Final[Mapping[int, str]] = {4326: "WGS 84", 3857: "Web 墨卡托", 4490: "CGCS2000", 4549: "CGCS2000 3° 带 126°E"}
"""EPSG codes clients may ask for."""
_NORTHING_FIRST: Final = frozenset({4326, 4490, 4549})
_NAMES: Final = re.compile(
    r"^(?:(?P<urn>urn:ogc:def:crs:EPSG:[\d.]*:)|(?P<uri>https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/)"
    r"|(?:EPSG:)|(?:https?://www\.opengis\.net/gml/srs/epsg\.xml#))(?P<code>\d{4,5})$",
    re.IGNORECASE,
)
_LONGITUDE_FIRST: Final = frozenset({CRS84.lower(), "crs84", "urn:ogc:def:crs:ogc:1.3:crs84", "ogc:crs84", "crs:84"})


@dataclass(frozen=True)
class System:
    """One coordinate system; ``is_swapped``: its first axis points north."""

    name: str
    epsg: int
    is_swapped: bool = False


def uri(epsg: int) -> str:
    return f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"


def urn(epsg: int) -> str:
    return f"urn:ogc:def:crs:EPSG::{epsg}"


def system(name: str, field: str = "crs") -> System:
    """The system of a name; a problem naming the parameter for one that is not offered."""
    if not name or name.strip("<>").lower() in _LONGITUDE_FIRST:
        return System(name.strip("<> ") or CRS84, 4326)
    found = _NAMES.match(name.strip())
    if found is None or int(found["code"]) not in OFFERED:
        raise invalid(field, "不支持该坐标系", f"{name[:80]}；可用 EPSG: {', '.join(map(str, OFFERED))}")
    code = int(found["code"])
    return System(name, code, bool(found["urn"] or found["uri"]) and code in _NORTHING_FIRST)


@lru_cache(maxsize=16)
def _transformer(source: int, target: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def converted(geometries: Geometries, target: System) -> Geometries:
    """Geometries of WGS-84 degrees in another system, axes in its order; degrees to 1e-7, metres to a millimetre."""
    import shapely

    if target.epsg == 4326 and not target.is_swapped:
        return geometries
    return np.asarray(shapely.transform(geometries, lambda xy: _points(xy, 4326, target)))


def _points(xy: NDArray[np.float64], source: int, target: System) -> NDArray[np.float64]:
    x, y = xy[:, 0], xy[:, 1]
    if source != target.epsg and {source, target.epsg} != {4326, 4490}:  # these two differ by centimetres
        x, y = _transformer(source, target.epsg).transform(x, y)
    return np.column_stack((y, x) if target.is_swapped else (x, y))


def box_of(numbers: tuple[float, float, float, float], source: System) -> Box:
    """A client's box in WGS-84 degrees: the box around the converted one."""
    a, b, c, d = numbers
    west, south, east, north = (b, a, d, c) if source.is_swapped else (a, b, c, d)
    if not (np.isfinite([west, south, east, north]).all() and west <= east and south <= north):
        raise invalid("bbox", "范围应为：最小值在前、最大值在后的四个数")
    if source.epsg in (4326, 4490):
        return west, south, east, north
    found = _transformer(source.epsg, 4326).transform_bounds(west, south, east, north)
    if not np.isfinite(found).all():
        raise invalid("bbox", "范围超出坐标系的适用区域")
    return tuple(float(v) for v in found)  # type: ignore[return-value]


def parse_box(text: str, default: System) -> Box | None:
    """``a,b,c,d`` or ``a,b,c,d,system``, as WFS and OGC API write it."""
    if not text:
        return None
    parts: list[Any] = text.split(",")
    source = system(parts.pop(), "bbox") if len(parts) == 5 else default
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        numbers = ()
    if len(numbers) != 4:
        raise invalid("bbox", "范围应为四个数", text[:80])
    return box_of(numbers, source)
