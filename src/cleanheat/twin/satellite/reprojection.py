"""Which pixels of a source's tiles make a tile of the map?  For sources in GCJ-02 or on a grid of degrees.

Every pixel of the wanted tile is carried to where the source has it, and read there between the four pixels around:
exact to far less than a pixel at every zoom, with no assumption that the shift is the same across a tile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.geo.shifted import to_gcj02
from cleanheat.twin.satellite.sources import Source

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
"""``uint8[height, width, 4]``: red, green, blue, opacity."""


@dataclass(frozen=True)
class Wanted:
    """Where each pixel of a tile lies among the source's pixels at zoom ``z``, and which tiles hold them."""

    z: int
    columns: Floats  # float64[size, size], pixels from the west edge of the grid; a pixel's middle is at .5
    rows: Floats
    tiles: tuple[tuple[int, int], ...]


def lonlat_of_pixels(z: int, x: int, y: int, size: int) -> tuple[Floats, Floats]:
    """Degrees of the middles of a Web-Mercator tile's pixels, each ``float64[size, size]``."""
    world = size * 2.0**z
    across = (x * size + np.arange(size) + 0.5) / world
    down = (y * size + np.arange(size) + 0.5) / world
    longitude = across * 360.0 - 180.0
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * down))))
    lon, lat = np.meshgrid(longitude, latitude)
    return lon, lat


def wanted(source: Source, z: int, x: int, y: int) -> Wanted:
    """What of a source makes the map's tile ``z/x/y``."""
    lon, lat = lonlat_of_pixels(z, x, y, source.tile_size)
    if source.coordinate_system == "gcj02":
        lon, lat = to_gcj02(lon, lat)
    columns, rows = _on_grid(source, z, lon, lat)
    width, height = source.columns(z)
    size = source.tile_size
    west, east = int((columns.min() - 0.5) // size), int((columns.max() + 0.5) // size)
    north, south = int((rows.min() - 0.5) // size), int((rows.max() + 0.5) // size)
    tiles = tuple(
        (tx % width, ty) for ty in range(max(north, 0), min(south, height - 1) + 1) for tx in range(west, east + 1)
    )
    return Wanted(z, columns, rows, tiles)


def _on_grid(source: Source, z: int, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    world = source.tile_size * 2.0**z
    columns = (lon / 360.0 + 0.5) * world
    if source.grid == "geographic":  # a zoom is twice as wide as high: 180 degrees are half of the columns' 360
        return columns, (90.0 - lat) / 360.0 * world
    return columns, (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2.0 * np.pi)) * world


def resample(source: Source, found: Wanted, tiles: Mapping[tuple[int, int], Pixels]) -> Pixels:
    """The map's tile from the source's; transparent where a tile is missing."""
    size = source.tile_size
    width = source.columns(found.z)[0] * size
    c, r = found.columns - 0.5, found.rows - 0.5
    left, top = np.floor(c).astype(np.int64), np.floor(r).astype(np.int64)
    mosaic, origin_x, origin_y = _mosaic(size, found, tiles, width)
    x0 = np.clip(left - origin_x, 0, mosaic.shape[1] - 2)
    y0 = np.clip(top - origin_y, 0, mosaic.shape[0] - 2)
    along, down = (c - left)[..., None], (r - top)[..., None]
    upper = mosaic[y0, x0] * (1 - along) + mosaic[y0, x0 + 1] * along
    lower = mosaic[y0 + 1, x0] * (1 - along) + mosaic[y0 + 1, x0 + 1] * along
    return np.rint(upper * (1 - down) + lower * down).astype(np.uint8)


def _mosaic(
    size: int, found: Wanted, tiles: Mapping[tuple[int, int], Pixels], width: int
) -> tuple[NDArray[np.float32], int, int]:
    """All tiles side by side, and the pixel of the grid at which the mosaic begins."""
    west, east = int((found.columns.min() - 0.5) // size), int((found.columns.max() + 0.5) // size)
    rows = [ty for _, ty in found.tiles] or [0]
    north, south = min(rows), max(rows)
    mosaic = np.zeros(((south - north + 1) * size, (east - west + 1) * size, 4), dtype=np.float32)
    for tx in range(west, east + 1):
        for ty in range(north, south + 1):
            pixels = tiles.get((tx % (width // size), ty))
            if pixels is not None:
                at = (
                    slice((ty - north) * size, (ty - north + 1) * size),
                    slice((tx - west) * size, (tx - west + 1) * size),
                )
                mosaic[at] = pixels
    return mosaic, west * size, north * size
