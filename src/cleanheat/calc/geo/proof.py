"""Did a conversion do what it should?  Residuals at check points, and a topology that is what it was.

A conversion moves vertices and must do nothing else: vertices that were one point are one point still, vertices that
were two are two, rings turn the way they turned, areas and lengths keep their proportions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EARTH_RADIUS_M: Final = 6_371_008.8


@dataclass(frozen=True)
class Residuals:
    """Distances at check points in metres, east and north apart; NaN-free."""

    east_m: Floats
    north_m: Floats

    @property
    def distance_m(self) -> Floats:
        return np.asarray(np.hypot(self.east_m, self.north_m))

    @property
    def rms_m(self) -> float:
        return float(np.sqrt((self.distance_m**2).mean())) if self.east_m.size else float("nan")

    @property
    def most_m(self) -> float:
        return float(self.distance_m.max(initial=0.0))


@dataclass(frozen=True)
class Unchanged:
    """The topology before and after: counts of what differs, all zero where nothing does.

    ``merged``: pairs of vertices that became one; ``split``: that were one and are none; ``turned``: rings whose sense
    changed; ``area_ratio`` and ``length_ratio``: least and greatest of after to before, over the median.
    """

    vertices: int
    nodes: int
    merged: int
    split: int
    rings: int
    turned: int
    area_ratio: tuple[float, float]
    length_ratio: tuple[float, float]

    @property
    def holds(self) -> bool:
        return self.merged == self.split == self.turned == 0


def residuals(found: Floats, wanted: Floats) -> Residuals:
    """Of ``[n, 2]`` WGS-84 degrees against what they should be, in metres on the ground."""
    north = np.radians(found[:, 1] - wanted[:, 1]) * EARTH_RADIUS_M
    east = np.radians(found[:, 0] - wanted[:, 0]) * EARTH_RADIUS_M * np.cos(np.radians(wanted[:, 1]))
    return Residuals(east, north)


def unchanged(before: Floats, after: Floats, offsets: Ints, is_ring: NDArray[np.bool_]) -> Unchanged:
    """Compare a layer's vertices before and after.

    Args:
        before, after: ``[v, 2]`` vertices of all shapes, one after the other.
        offsets: ``[s + 1]``; shape ``i`` has the vertices ``offsets[i]:offsets[i + 1]``.
        is_ring: ``[s]``; rings are closed (the first vertex repeated at the end) and compared by area, lines by length.
    """
    old, new = _nodes(before), _nodes(after)
    n_old, n_new = int(old.max(initial=-1)) + 1, int(new.max(initial=-1)) + 1
    pairs = np.unique(old.astype(np.int64) * max(n_new, 1) + new).size
    areas = _areas(before, offsets)[is_ring], _areas(after, offsets)[is_ring]
    lengths = _lengths(before, offsets), _lengths(after, offsets)
    return Unchanged(
        vertices=int(before.shape[0]),
        nodes=n_old,
        merged=pairs - n_new,
        split=pairs - n_old,
        rings=int(is_ring.sum()),
        turned=int((np.sign(areas[0]) != np.sign(areas[1])).sum()),
        area_ratio=_spread(np.abs(areas[0]), np.abs(areas[1])),
        length_ratio=_spread(*lengths),
    )


def _nodes(xy: Floats) -> Ints:
    """A number for every distinct vertex: equal coordinates, equal number."""
    _, inverse = np.unique(np.ascontiguousarray(xy).view(np.complex128).ravel(), return_inverse=True)
    return np.asarray(inverse, np.int64)


def _areas(xy: Floats, offsets: Ints) -> Floats:
    """Twice the signed area of every closed shape, each from its own first vertex: far from the origin digits fail."""
    if xy.shape[0] == 0:
        return np.zeros(offsets.size - 1)
    lengths = np.diff(offsets)
    local = xy - np.repeat(xy[offsets[:-1].clip(max=xy.shape[0] - 1)], lengths, axis=0)
    cross = np.zeros(xy.shape[0])
    cross[:-1] = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
    cross[offsets[1:][lengths > 0] - 1] = 0.0
    return _sums(cross, offsets)


def _lengths(xy: Floats, offsets: Ints) -> Floats:
    step = np.zeros(xy.shape[0])
    if xy.shape[0] > 1:
        step[:-1] = np.hypot(*np.diff(xy, axis=0).T)
        step[offsets[1:][np.diff(offsets) > 0] - 1] = 0.0
    return _sums(step, offsets)


def _sums(values: Floats, offsets: Ints) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[offsets[1:]] - total[offsets[:-1]])


def _spread(before: Floats, after: Floats) -> tuple[float, float]:
    ratio = after[before > 0] / before[before > 0]
    if ratio.size == 0:
        return 1.0, 1.0
    middle = float(np.median(ratio))
    return (float(ratio.min() / middle), float(ratio.max() / middle)) if middle > 0 else (0.0, 0.0)
