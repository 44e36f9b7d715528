"""Which part of the earth is a tile?  The tile matrix sets offered, by their formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid, not_found
from cleanheat.twin.ogc.shapes import Box, Geometries

SIDE_PX: Final = 256
LEVELS: Final = 19
_RADIUS_M: Final = 6_378_137.0
_HALF_M: Final = np.pi * _RADIUS_M
_PIXEL_M: Final = 0.00028
"""A pixel of the standard's scales."""


@dataclass(frozen=True)
class Grid:
    """A quad tree of tiles.  ``columns`` × 1 of them at level 0; ``unit_m``: metres of one unit of the system."""

    key: str
    zh: str
    epsg: int
    corner: tuple[float, float]
    width: float
    columns: int
    unit_m: float
    uri: str

    def resolution(self, z: int) -> float:
        """Units a pixel."""
        return float(self.width / (SIDE_PX * self.columns * 2**z))

    def scale(self, z: int) -> float:
        """The standard's scale denominator."""
        return self.resolution(z) * self.unit_m / _PIXEL_M

    def size(self, z: int) -> tuple[int, int]:
        """Columns and rows of a level."""
        return self.columns * 2**z, 2**z

    def box(self, z: int, row: int, column: int) -> Box:
        """The tile's edges in the system's units; a problem for one that does not exist."""
        columns, rows = self.size(z) if 0 <= z < LEVELS else (0, 0)
        if not (0 <= column < columns and 0 <= row < rows):
            raise not_found("没有这张瓦片", f"{z}/{row}/{column}")
        side = self.resolution(z) * SIDE_PX
        west, north = self.corner[0] + column * side, self.corner[1] - row * side
        return west, north - side, west + side, north

    def degrees(self, box: Box) -> Box:
        """The box in WGS-84 degrees."""
        if self.unit_m > 1:
            return box
        west, south, east, north = box
        return _longitude(west), _latitude(south), _longitude(east), _latitude(north)

    def drawn(self, geometries: Geometries) -> Geometries:
        """Geometries of WGS-84 degrees in the system's units."""
        import shapely

        return geometries if self.unit_m > 1 else np.asarray(shapely.transform(geometries, _mercator))


def _longitude(x: float) -> float:
    return float(np.degrees(x / _RADIUS_M))


def _latitude(y: float) -> float:
    return float(np.degrees(2 * np.arctan(np.exp(y / _RADIUS_M)) - np.pi / 2))


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.radians(lonlat[:, 0]) * _RADIUS_M
    y = np.log(np.tan(np.pi / 4 + np.radians(lonlat[:, 1]) / 2)) * _RADIUS_M
    return np.column_stack((x, y))


_DEGREE_M: Final = _RADIUS_M * np.pi / 180
_TMS: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0"
GRIDS: Final[Mapping[str, Grid]] = {
    g.key: g
    for g in (
        Grid(
            "WebMercatorQuad", "Web 墨卡托", 3857, (-_HALF_M, _HALF_M), 2 * _HALF_M, 1, 1.0, f"{_TMS}/WebMercatorQuad"
        ),
        Grid("WorldCRS84Quad", "经纬度（WGS-84）", 4326, (-180.0, 90.0), 360.0, 2, _DEGREE_M, f"{_TMS}/WorldCRS84Quad"),
        Grid("CGCS2000Quad", "经纬度（CGCS2000）", 4490, (-180.0, 90.0), 360.0, 2, _DEGREE_M, f"{_TMS}/CGCS2000Quad"),
    )
}


def grid(key: str) -> Grid:
    if key not in GRIDS:
        raise invalid("tilematrixset", "没有这个瓦片矩阵集", f"可用: {', '.join(GRIDS)}")
    return GRIDS[key]
