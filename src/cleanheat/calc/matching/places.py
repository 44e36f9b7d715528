"""Which known places lie near?  Metres on a flat piece of the earth, nearest neighbours, swapped coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
METRES_PER_DEGREE: Final = 111_195.0
_MARGIN_DEG: Final = 0.2


@dataclass(frozen=True)
class Grid:
    """A local plane around a reference latitude; exact to a few metres within a city."""

    latitude: float

    def metres(self, longitude: Floats, latitude: Floats) -> Floats:
        """``float[n, 2]``: east and north in metres; NaN stays NaN."""
        east = longitude * np.cos(np.radians(self.latitude)) * METRES_PER_DEGREE
        return np.stack([east, latitude * METRES_PER_DEGREE], axis=1)


def grid_of(latitude: Floats) -> Grid:
    """The plane of a set of places; 0° where there are none."""
    return Grid(float(np.nanmean(latitude)) if np.isfinite(latitude).any() else 0.0)


def unswapped(
    longitude: Floats, latitude: Floats, known_longitude: Floats, known_latitude: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Coordinates with those turned round that lie among the known places only when swapped; which ones that were.

    What lies among the known places neither way (0, 0; another city) is no place: NaN.
    """
    if not np.isfinite(known_longitude).any():
        return longitude, latitude, np.zeros(longitude.shape, bool)
    west, east = np.nanmin(known_longitude) - _MARGIN_DEG, np.nanmax(known_longitude) + _MARGIN_DEG
    south, north = np.nanmin(known_latitude) - _MARGIN_DEG, np.nanmax(known_latitude) + _MARGIN_DEG

    def inside(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))

    right, turned = inside(longitude, latitude), inside(latitude, longitude)
    turned &= ~right
    lost = ~(right | turned)
    put = [np.where(lost, np.nan, np.where(turned, b, a)) for a, b in ((longitude, latitude), (latitude, longitude))]
    return put[0], put[1], turned


def nearest(asked: Floats, known: Floats, k: int) -> tuple[Ints, Floats]:
    """The ``k`` nearest known places of each place asked, in metres of one plane.

    Returns:
        indices ``int[asked, k]`` (−1: none) and distances ``float[asked, k]`` (NaN: none).
    """
    index = np.full((asked.shape[0], k), -1, np.int64)
    away = np.full((asked.shape[0], k), np.nan)
    here = np.flatnonzero(np.isfinite(asked).all(axis=1))
    there = np.flatnonzero(np.isfinite(known).all(axis=1))
    if not here.size or not there.size:
        return index, away
    width = min(k, there.size)
    distance, found = cKDTree(known[there]).query(asked[here], k=width)
    index[here, :width] = there[np.asarray(found).reshape(here.size, width)]
    away[here, :width] = np.asarray(distance).reshape(here.size, width)
    return index, away
