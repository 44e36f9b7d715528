"""What does the map know of the archive's objects?  Districts, footprints, coverages and pipe ends, made once a run.

All plane coordinates are kilometres about the middle of the districts: good to a few metres over a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import shape

from cleanheat.assets import public as assets
from cleanheat.quality.records.columns import EARTH_KM_PER_DEGREE, Floats, Ints
from cleanheat.twin import public as twin

_APART_KM: Final = 1e5
"""Ends of different owners are put this far apart, so that the nearest end is one of the same owner."""
_MIDDLE: Final = np.array([125.5, 44.0])
_SCALE: Final = EARTH_KM_PER_DEGREE * np.array([np.cos(np.radians(_MIDDLE[1])), 1.0])


def plane_km(longitude: Floats, latitude: Floats) -> Floats:
    """Kilometres east and north, ``float64[n, 2]``."""
    return np.asarray((np.column_stack([longitude, latitude]) - _MIDDLE) * _SCALE)


@dataclass(frozen=True)
class Coverages:
    """Supply areas of one kind: owner's number, whether its drawing crosses itself, and the area mended, in km²."""

    numbers: Ints
    is_valid: NDArray[np.bool_]
    areas: NDArray[np.object_]

    def overlap_ratio(self) -> Floats:
        """Share of each area that lies in areas of other owners as well."""
        mine, other = shapely.STRtree(self.areas).query(self.areas, predicate="intersects")
        apart = mine != other
        mine, other = mine[apart], other[apart]
        shared = shapely.area(shapely.intersection(self.areas[mine], self.areas[other]))
        whole = shapely.area(self.areas)
        sums = np.bincount(mine, shared, len(self.areas))
        share: Floats = np.divide(sums, whole, out=np.zeros(whole.shape), where=whole > 0)
        return np.minimum(share, 1.0)


@dataclass(frozen=True)
class Drawn:
    """One geometry of the city with the archive of the same objects."""

    geometry: twin.CityGeometry
    archive: assets.Archive

    @cached_property
    def districts(self) -> Mapping[str, Any]:
        """District code → its area on the plane, prepared for many questions."""
        found = {}
        for feature in self.geometry.base.get("districts", ()):
            area = _on_plane(shapely.make_valid(shape(feature["geometry"])))
            shapely.prepare(area)
            found[str(feature["properties"]["code"])] = area
        return found

    def coverages(self, kind: str) -> Coverages | None:
        """Supply areas of a kind; None where none are drawn."""
        rows = self.geometry.coverage.get(kind, ())
        if not rows:
            return None
        shapes = np.array([shape(geometry) for _, geometry in rows], dtype=object)
        mended = np.array([_on_plane(shapely.make_valid(one)) for one in shapes], dtype=object)
        return Coverages(np.array([n for n, _ in rows], np.int64), np.asarray(shapely.is_valid(shapes)), mended)

    @cached_property
    def footprint_m2(self) -> Floats:
        """Area of each building's footprint by number; NaN without one."""
        shapes = self.geometry.buildings
        xy = 1_000 * plane_km(shapes.lonlat[:, 0], shapes.lonlat[:, 1])
        first, last = shapes.offsets[:-1].astype(np.int64), shapes.offsets[1:].astype(np.int64) - 1
        after = np.arange(1, len(xy) + 1)
        after[last] = first  # a ring returns to its first vertex
        cross = xy[:, 0] * xy[after, 1] - xy[after, 0] * xy[:, 1] if len(xy) else np.zeros(0)
        area = np.abs(np.add.reduceat(cross, first)) / 2 if len(first) else np.zeros(0)
        return self._by_number(area)

    @cached_property
    def footprint_km(self) -> Floats:
        """Middle of each building's footprint on the plane, ``float64[size, 2]``; NaN without one."""
        shapes = self.geometry.buildings
        xy = plane_km(shapes.lonlat[:, 0], shapes.lonlat[:, 1])
        first = shapes.offsets[:-1].astype(np.int64)
        counts = np.diff(shapes.offsets.astype(np.int64))
        if not len(first):
            return np.full((self.archive["building"].size, 2), np.nan)
        return np.column_stack([self._by_number(np.add.reduceat(axis, first) / counts) for axis in xy.T])

    def _by_number(self, values: Floats) -> Floats:
        slots = np.full(self.archive["building"].size, np.nan)
        numbers = self.geometry.buildings.numbers
        known = numbers < slots.shape[0]
        slots[numbers[known]] = values[known]
        return slots

    def to_own_pipes_km(self, owner_of_pipe: Ints, numbers: Ints, at_km: Floats) -> Floats:
        """How far each position is from the nearest vertex of a pipe of the same owner; infinite without any.

        Args:
            owner_of_pipe: owner's number by pipe number, 0 for none.
        """
        shapes = self.geometry.pipes
        ends = shapes.offsets.astype(np.int64)
        counts = ends[1:] - ends[:-1]
        owner = np.repeat(np.where(shapes.numbers < len(owner_of_pipe), owner_of_pipe[shapes.numbers], 0), counts)
        mine = np.isin(owner, numbers) & (owner > 0)
        if not mine.any() or not len(at_km):
            return np.full(len(at_km), np.inf)
        ends = np.column_stack([plane_km(*shapes.lonlat[mine].T), owner[mine] * _APART_KM])
        wanted = np.column_stack([at_km, numbers * _APART_KM])
        known = np.isfinite(wanted).all(axis=1)
        away = np.full(len(at_km), np.inf)
        away[known] = cKDTree(ends).query(wanted[known], distance_upper_bound=_APART_KM / 2)[0]
        return away


def _on_plane(geometry: Any) -> Any:
    return shapely.transform(geometry, lambda lonlat: (lonlat - _MIDDLE) * _SCALE)
