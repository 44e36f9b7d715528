"""From one named coordinate system to WGS-84 degrees, step by step: plane → datum → degrees.

A system is what a layer was drawn in.  CGCS2000 and WGS-84 differ by centimetres and count as one here.  Projection and
ellipsoids are PROJ's (pyproj); parameters between a local system and the national one are given with the request and
belong to nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
import pyproj
from numpy.typing import NDArray

from cleanheat.calc.geo import shifted
from cleanheat.calc.geo.helmert import Four, Seven, plane, plane_back, space, space_back

Floats = NDArray[np.float64]
ELLIPSOIDS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "CGCS2000": (6_378_137.0, 298.257222101),
        "WGS84": (6_378_137.0, 298.257223563),
        "Krassovsky": (6_378_245.0, 298.3),
        "IAG75": (6_378_140.0, 298.257),
    }
)
"""Semi-major axis in metres and inverse flattening: CGCS2000, WGS-84, of Beijing 1954, of Xi'an 1980."""
Shift = Literal["none", "gcj02", "bd09"]


@dataclass(frozen=True)
class Plane:
    """A Gauss–Krüger plane: metres, x east, y north.  ``zone_prefix``: eastings begin with the zone's number."""

    central_meridian: float
    ellipsoid: str = "CGCS2000"
    false_easting_m: float = 500_000.0
    false_northing_m: float = 0.0
    zone_prefix: int = 0

    @property
    def easting_m(self) -> float:
        return self.zone_prefix * 1e6 + self.false_easting_m


@dataclass(frozen=True)
class Frame:
    """What a layer's coordinates are.

    ``plane``: None where they are degrees.  ``four``: from the layer's own plane into ``plane``.  ``seven``: from the
    datum of ``plane``'s ellipsoid into CGCS2000.  ``shift``: degrees of a map service.
    """

    plane: Plane | None = None
    four: Four | None = None
    seven: Seven | None = None
    shift: Shift = "none"


WGS84: Final = Frame()


def zone(number: int, width_degrees: Literal[3, 6], *, prefixed: bool = True) -> Plane:
    """A national zone: central meridian ``3·n`` (3°), ``6·n − 3`` (6°).

    >>> zone(42, 3).central_meridian, zone(21, 6).central_meridian
    (126.0, 123.0)
    """
    most = 45 if width_degrees == 3 else 23
    least = 25 if width_degrees == 3 else 13
    if not least <= number <= most:
        raise ValueError(f"zones of {width_degrees} degrees in China are {least} to {most}")
    meridian = 3.0 * number if width_degrees == 3 else 6.0 * number - 3.0
    return Plane(meridian, zone_prefix=number if prefixed else 0)


@cache
def _projection(p: Plane) -> pyproj.Proj:
    axis, flattening = ELLIPSOIDS[p.ellipsoid]
    return pyproj.Proj(
        proj="tmerc",
        lat_0=0,
        lon_0=p.central_meridian,
        k=1,
        x_0=p.easting_m,
        y_0=p.false_northing_m,
        a=axis,
        rf=flattening,
    )


@cache
def _space(ellipsoid: str) -> pyproj.Transformer:
    """Degrees and height on an ellipsoid → geocentric metres."""
    axis, flattening = ELLIPSOIDS[ellipsoid]
    return pyproj.Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +a={axis} +rf={flattening}"
    )


def to_geocentric(lonlat: Floats, ellipsoid: str, height_m: Floats | float = 0.0) -> Floats:
    """``[n, 3]`` metres of degrees on an ellipsoid."""
    height = np.broadcast_to(np.asarray(height_m, np.float64), lonlat.shape[:1])
    return np.column_stack(_space(ellipsoid).transform(lonlat[:, 0], lonlat[:, 1], height))


def from_geocentric(xyz: Floats, ellipsoid: str) -> Floats:
    """``[n, 2]`` degrees; heights are left out, a map has none."""
    longitude, latitude, _ = _space(ellipsoid).transform(xyz[:, 0], xyz[:, 1], xyz[:, 2], direction="INVERSE")
    return np.column_stack([longitude, latitude])


def degrees_of(plane: Plane, xy: Floats) -> Floats:
    """``[n, 2]`` degrees on the plane's own ellipsoid of ``[n, 2]`` metres in it."""
    return np.column_stack(_projection(plane)(xy[:, 0], xy[:, 1], inverse=True))


def to_wgs84(frame: Frame, xy: Floats) -> Floats:
    """``[n, 2]`` degrees (longitude, latitude) of ``[n, 2]`` coordinates in the frame (x east, y north).

    Rows with NaN stay NaN.

    Raises:
        ValueError: coordinates that cannot be in this system.
    """
    known = np.isfinite(xy).all(axis=1)
    answer = np.full(xy.shape, np.nan)
    answer[known] = _checked(_forward(frame, xy[known]))
    return answer


def from_wgs84(frame: Frame, lonlat: Floats) -> Floats:
    """The way back: ``[n, 2]`` coordinates in the frame of WGS-84 degrees; rows with NaN stay NaN."""
    known = np.isfinite(lonlat).all(axis=1)
    answer = np.full(lonlat.shape, np.nan)
    answer[known] = _checked(_backward(frame, _checked(lonlat[known])))
    return answer


def _forward(frame: Frame, xy: Floats) -> Floats:
    if frame.four is not None:
        xy = plane(frame.four, xy)
    ellipsoid = "CGCS2000"
    if frame.plane is not None:
        ellipsoid = frame.plane.ellipsoid
        xy = degrees_of(frame.plane, xy)
    if frame.seven is not None:
        xy = _into_national(frame.seven, _degrees(xy), ellipsoid)
    if frame.shift != "none":
        back = shifted.from_gcj02 if frame.shift == "gcj02" else shifted.from_bd09
        xy = np.column_stack(back(*_degrees(xy).T))
    return _degrees(xy)


def _backward(frame: Frame, lonlat: Floats) -> Floats:
    xy = lonlat
    if frame.shift != "none":
        there = shifted.to_gcj02 if frame.shift == "gcj02" else shifted.to_bd09
        xy = np.column_stack(there(*xy.T))
    ellipsoid = frame.plane.ellipsoid if frame.plane is not None else "CGCS2000"
    if frame.seven is not None:
        xy = _out_of_national(frame.seven, xy, ellipsoid)
    if frame.plane is not None:
        xy = np.column_stack(_projection(frame.plane)(xy[:, 0], xy[:, 1]))
    return plane_back(frame.four, xy) if frame.four is not None else xy


def _into_national(seven: Seven, lonlat: Floats, ellipsoid: str) -> Floats:
    return from_geocentric(space(seven, to_geocentric(lonlat, ellipsoid)), "CGCS2000")


def _out_of_national(seven: Seven, lonlat: Floats, ellipsoid: str) -> Floats:
    """The exact inverse: heights are unknown both ways, which costs millimetres that two corrections take back."""
    local = from_geocentric(space_back(seven, to_geocentric(lonlat, "CGCS2000")), ellipsoid)
    for _ in range(2):
        local = local + (lonlat - _into_national(seven, local, ellipsoid))
    return local


def _degrees(lonlat: Floats) -> Floats:
    if lonlat.size and not (np.abs(lonlat[:, 0]).max() <= 360 and np.abs(lonlat[:, 1]).max() <= 90):
        raise ValueError("coordinates are no degrees in this system")
    return lonlat


def _checked(xy: Floats) -> Floats:
    if not np.isfinite(xy).all():
        raise ValueError("coordinates that this system does not have")
    return xy
