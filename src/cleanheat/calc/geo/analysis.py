"""What lies around, within and between shapes, and how densely?  Buffers, overlays, kernel density.

Shapes come and go as Shapely geometries of WGS-84 degrees; lengths and areas are measured in a transverse Mercator
plane about their middle, which over the hundred kilometres of a city is true to 1 in 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray
from scipy.signal import fftconvolve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]
_RIM: float = 0.01
"""Square metres or metres below which two shapes only touch: what rounding of the projection leaves."""


@cache
def _plane(longitude: float, latitude: float) -> pyproj.Proj:
    return pyproj.Proj(proj="tmerc", lon_0=longitude, lat_0=latitude, k=1, ellps="GRS80")


@dataclass(frozen=True)
class Local:
    """Metres about a point (degrees); equal points share one projection."""

    longitude: float
    latitude: float

    @classmethod
    def about(cls, geometries: Geometries) -> Local:
        """The plane about the middle of shapes, to a tenth of a degree so that neighbours share it."""
        import shapely

        west, south, east, north = shapely.total_bounds(geometries)
        return cls(round(float(west + east) / 2, 1), round(float(south + north) / 2, 1))

    def points(self, lonlat: Floats) -> Floats:
        """Degrees ``[n, 2]`` → metres ``[n, 2]``."""
        return np.column_stack(_plane(self.longitude, self.latitude)(lonlat[:, 0], lonlat[:, 1]))

    def back(self, xy: Floats) -> Floats:
        """Metres ``[n, 2]`` → degrees ``[n, 2]``."""
        return np.column_stack(_plane(self.longitude, self.latitude)(xy[:, 0], xy[:, 1], inverse=True))

    def metres(self, geometries: Geometries) -> Geometries:
        import shapely

        return np.asarray(shapely.transform(geometries, self.points))

    def degrees(self, geometries: Geometries) -> Geometries:
        import shapely

        return np.asarray(shapely.transform(geometries, self.back))


def buffers(geometries: Geometries, distance_m: float, *, merged: bool) -> Geometries:
    """All places within a distance (metres, > 0) of each shape, degrees; ``merged``: as one shape."""
    import shapely

    local = Local.about(geometries)
    around = shapely.buffer(local.metres(geometries), distance_m, quad_segs=12)
    return local.degrees(np.array([shapely.union_all(around)]) if merged else around)


@dataclass(frozen=True)
class Overlay:
    """Where shapes of two sets share ground: ``first`` and ``second`` index the sets.

    ``shared`` in degrees; ``size`` in m² where areas meet, in metres along lines, 1 for points.
    """

    first: Ints
    second: Ints
    shared: Geometries
    size: Floats


def overlay(first: Geometries, second: Geometries, most_pairs: int) -> Overlay:
    """The shared part of every pair of shapes that meet in more than their rims.

    Raises:
        ValueError: more than ``most_pairs`` pairs meet.
    """
    import shapely

    local = Local.about(np.concatenate([first, second]))
    a, b = local.metres(first), shapely.make_valid(local.metres(second))
    left, right = shapely.STRtree(b).query(a, predicate="intersects")
    if left.size > most_pairs:
        raise ValueError(f"{left.size} pairs meet, at most {most_pairs}")
    shared = shapely.intersection(shapely.make_valid(a[left]), b[right])
    least = np.minimum(shapely.get_dimensions(a[left]), shapely.get_dimensions(b[right]))
    kept = (shapely.get_dimensions(shared) == least) & ~shapely.is_empty(shared)
    size = np.select([least == 2, least == 1], [shapely.area(shared), shapely.length(shared)], 1.0)
    kept &= size > _RIM
    size = size[kept]
    order = np.lexsort((right[kept], left[kept]))
    cut = local.degrees(shared[kept][order])
    return Overlay(left[kept][order], right[kept][order], cut, np.asarray(size[order], np.float64))


@dataclass(frozen=True)
class Density:
    """A grid of ``values`` (weight a km²; row 0 is the southern one) of square cells in a local plane."""

    local: Local
    west_m: float
    south_m: float
    cell_m: float
    values: Floats

    def cells(self, least: float) -> tuple[Geometries, Floats]:
        """Squares (degrees) of all cells at or above a value, and their values."""
        import shapely

        row, column = np.nonzero(self.values >= least)
        x, y = self.west_m + column * self.cell_m, self.south_m + row * self.cell_m
        return self.local.degrees(shapely.box(x, y, x + self.cell_m, y + self.cell_m)), self.values[row, column]


def density(lonlat: Floats, weight: Floats, bandwidth_m: float, cell_m: float, most_cells: int) -> Density:
    """Quartic kernel density of weighted points, as Silverman gives it (Density Estimation, 1986, eq. 4.5).

    Args:
        lonlat: ``[n, 2]`` degrees, n ≥ 1; weight: ``[n]`` ≥ 0.
        bandwidth_m: beyond it a point counts nothing.
        cell_m: side of the grid's cells, at most the bandwidth.

    The sum over all cells times their area is the sum of weights: points are put to the cells they lie in, and the
    kernel, measured at the cells' middles, is normalised to one.

    Raises:
        ValueError: the grid would have more than ``most_cells`` cells, or cells wider than the bandwidth.
    """
    if not 0 < cell_m <= bandwidth_m:
        raise ValueError("cells must not be wider than the bandwidth")
    middle = lonlat.mean(axis=0)
    local = Local(round(float(middle[0]), 1), round(float(middle[1]), 1))
    xy = local.points(lonlat)
    reach = int(np.ceil(bandwidth_m / cell_m))
    low = (np.floor(xy.min(axis=0) / cell_m) - reach) * cell_m
    columns, rows = (np.floor((xy.max(axis=0) - low) / cell_m).astype(int) + reach + 1).tolist()
    if rows * columns > most_cells:
        raise ValueError(f"{rows * columns} cells, at most {most_cells}")
    at = np.floor((xy - low) / cell_m).astype(int)
    mass = np.zeros((rows, columns))
    np.add.at(mass, (at[:, 1], at[:, 0]), weight)
    step = np.arange(-reach, reach + 1) * cell_m / bandwidth_m
    kernel = np.clip(1 - step[:, None] ** 2 - step[None, :] ** 2, 0, None) ** 2
    spread: Any = fftconvolve(mass, kernel / kernel.sum(), mode="same")
    values = np.where(spread < 1e-9 * spread.max(initial=0.0), 0.0, spread) / (cell_m / 1_000) ** 2
    return Density(local, float(low[0]), float(low[1]), cell_m, values)
