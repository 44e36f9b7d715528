"""Which ends of pipes meet?  Ends within a tolerance of each other become one node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]


def snap(points: Floats, tolerance_m: float) -> tuple[Int32s, Floats]:
    """Join points that lie within ``tolerance_m`` of each other, directly or through others in between.

    Args:
        points: float64[n, 2], places in a plane, metres.
        tolerance_m: greatest distance of two points that are one node, ≥ 0.

    Returns:
        The node of each point, int32[n], numbered from 0 without gaps; and the place of each node, float64[nodes, 2]:
        the mean of its distinct points.

    Raises:
        ValueError: a place that is not finite, or a negative tolerance.

    >>> node, _ = snap(np.array([[0.0, 0.0], [9.0, 0.0], [0.3, 0.0]]), 0.5)
    >>> node.tolist()
    [0, 1, 0]
    """
    if tolerance_m < 0 or not np.isfinite(points).all():
        raise ValueError("places must be finite and the tolerance not negative")
    if len(points) == 0:
        return np.zeros(0, np.int32), np.zeros((0, 2))
    distinct, of_point = np.unique(np.ascontiguousarray(points).view(np.complex128).ravel(), return_inverse=True)
    places = distinct.view(np.float64).reshape(-1, 2)
    pairs = cKDTree(places).query_pairs(tolerance_m, output_type="ndarray")
    ones = np.ones(len(pairs), np.int8)
    links = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(places), len(places)))
    count, label = connected_components(links, directed=False)
    share = np.bincount(label, minlength=count)[:, None]
    middle = np.stack([np.bincount(label, places[:, axis], count) for axis in (0, 1)], axis=1) / share
    return label[of_point].astype(np.int32), middle
