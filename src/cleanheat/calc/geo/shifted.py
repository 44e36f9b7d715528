"""What do the map services' shifted systems make of a point, and what was it before?  GCJ-02 and BD-09.

Both are given as functions from WGS-84; the way back is found by iteration, since no closed form exists.  The functions
are those in public use (e.g. the open-source library eviltransform); they are measured to reproduce it to 1e-9 degrees.
All arrays are degrees of one shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Move = Callable[[Floats, Floats], tuple[Floats, Floats]]

_SEMI_MAJOR_M: Final = 6_378_245.0
_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943
_SPIRAL: Final = np.pi * 3_000.0 / 180.0
_CLOSE_ENOUGH_DEGREES: Final = 1e-10
_MOST_STEPS: Final = 40


def _waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The disturbance in longitude and latitude, in its own units."""
    common = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (common + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y / 30.0 * np.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (common + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    return east, north


def to_gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """WGS-84 → GCJ-02; meaningful within China."""
    east, north = _waves(longitude - 105.0, latitude - 35.0)
    radians = np.radians(latitude)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    root = np.sqrt(magic)
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * root)
    parallel_m = _SEMI_MAJOR_M / root * np.cos(radians)
    return longitude + np.degrees(east / parallel_m), latitude + np.degrees(north / meridian_m)


def gcj02_to_bd09(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * _SPIRAL)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * _SPIRAL)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def to_bd09(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """WGS-84 → BD-09."""
    return gcj02_to_bd09(*to_gcj02(longitude, latitude))


def from_gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 → WGS-84, to far less than a millimetre."""
    return undone(to_gcj02, longitude, latitude)


def from_bd09(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """BD-09 → WGS-84, to far less than a millimetre."""
    return undone(to_bd09, longitude, latitude)


def undone(move: Move, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """The point that ``move`` takes to the one given: fixed-point iteration, which contracts as the shift is small.

    Raises:
        ValueError: it does not settle (NaN, infinite, or far outside China).
    """
    x, y = longitude.astype(np.float64), latitude.astype(np.float64)
    for _ in range(_MOST_STEPS):
        moved_x, moved_y = move(x, y)
        miss_x, miss_y = longitude - moved_x, latitude - moved_y
        x, y = x + miss_x, y + miss_y
        if max(np.abs(miss_x).max(initial=0.0), np.abs(miss_y).max(initial=0.0)) < _CLOSE_ENOUGH_DEGREES:
            return x, y
    raise ValueError("coordinates that no shift leads to")
