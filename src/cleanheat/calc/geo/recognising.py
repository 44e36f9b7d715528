"""In which shifted system were these positions noted down?  GCJ-02 and BD-09 told by what should lie there.

A position noted in a shifted system lies some 500 m (GCJ-02) or 1,100 m (BD-09) from its object; taken back, it falls
upon it.  A single position is told by its own reference, a whole source of positions by the middle of its residuals,
which forgives references that are only roughly where the objects are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.geo.shifted import from_bd09, from_gcj02

Floats = NDArray[np.float64]
SYSTEMS: Final = ("wgs84", "gcj02", "bd09")
"""What a position may have been noted in: as it should be, and the two shifted systems."""
_DEGREE_M: Final = 111_320.0


def taken_back(longitude: Floats, latitude: Floats) -> Mapping[str, tuple[Floats, Floats]]:
    """Where the positions would be, had they been noted in each of :data:`SYSTEMS`; NaN where they are NaN.

    Raises:
        ValueError: positions that no shift leads to (far outside China).
    """
    known = np.isfinite(longitude) & np.isfinite(latitude)
    found = {"wgs84": (longitude, latitude)}
    for system, back in (("gcj02", from_gcj02), ("bd09", from_bd09)):
        x, y = np.full(longitude.shape, np.nan), np.full(latitude.shape, np.nan)
        x[known], y[known] = back(longitude[known], latitude[known])
        found[system] = (x, y)
    return MappingProxyType(found)


def metres(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> tuple[Floats, Floats]:
    """East and north from the second to the first point, on a flat piece of the earth."""
    east = (lon1 - lon2) * _DEGREE_M * np.cos(np.radians((lat1 + lat2) / 2))
    return east, (lat1 - lat2) * _DEGREE_M


def middle_m(east: Floats, north: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Length of each group's median residual in metres, ``float64[groups]``; NaN for a group without any."""
    known = np.isfinite(east) & np.isfinite(north)
    return np.asarray(np.hypot(*(_medians(axis[known], group[known], groups) for axis in (east, north))))


def _medians(values: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    order = np.lexsort((values, group))
    present, starts, counts = np.unique(group[order], return_index=True, return_counts=True)
    medians = np.full(groups, np.nan)
    ordered = values[order]
    medians[present] = (ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2
    return medians
