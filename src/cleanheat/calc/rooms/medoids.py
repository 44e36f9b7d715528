"""Which sorts of homes are there?  Robust k-medoids: every sort is a home that exists, and outliers move nothing.

Features are scaled by median and quartile distance and cut at ±3; an unknown feature is left out of the distance.
Source: PAM/CLARA (Kaufman & Rousseeuw 1990) with the fast alternating step (Park & Jun 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SAMPLE, ROUNDS, BLOCK = 1_000, 20, 4_096
CUT = 3.0


@dataclass(frozen=True)
class Clusters:
    """``of [N]`` (−1: nothing known of the row), ``medoids [k]`` rows, ``distance [N]``, ``silhouette``."""

    of: NDArray[np.int64]
    medoids: NDArray[np.int64]
    distance: Floats
    silhouette: float


def scaled(features: Floats) -> Floats:
    """Columns ``[N, F]`` around their median in quartile distances, cut at ±3; a constant column says nothing."""
    out = np.full(features.shape, np.nan)
    for i, column in enumerate(features.T):
        known = column[~np.isnan(column)]
        if known.size:
            low, middle, high = np.percentile(known, [25, 50, 75])
            spread = (high - low) / 1.349
            out[:, i] = np.clip((column - middle) / spread, -CUT, CUT) if spread > 1e-9 else np.nan
    return out


def cluster(features: Floats, k: int, seed: int) -> Clusters:
    """At most ``k`` sorts of rows ``[N, F]``; medoids are sought in a sample, everybody is put to the nearest."""
    z = scaled(features)
    usable = np.flatnonzero((~np.isnan(z)).sum(axis=1) >= max(1, z.shape[1] // 2))
    of, distance = np.full(z.shape[0], -1, np.int64), np.full(z.shape[0], np.nan)
    if not usable.size:
        return Clusters(of, np.zeros(0, np.int64), distance, float("nan"))
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(usable, min(SAMPLE, usable.size), replace=False))
    between = distances(z[sample], z[sample])
    medoids = sample[_alternate(between, _start(between, min(k, sample.size)))]
    second = np.empty(usable.size)
    for at in range(0, usable.size, BLOCK):
        rows = usable[at : at + BLOCK]
        to = distances(z[rows], z[medoids])
        of[rows], distance[rows] = to.argmin(axis=1), to.min(axis=1)
        second[at : at + BLOCK] = np.partition(to, 1, axis=1)[:, 1] if medoids.size > 1 else to[:, 0]
    own = distance[usable]
    shape = (second - own) / np.maximum(np.maximum(second, own), 1e-12)
    return Clusters(of, medoids, distance, float(shape.mean()))


def distances(a: Floats, b: Floats) -> Floats:
    """Mean absolute difference over the features both know ``[A, B]``; infinite where they share none."""
    total, shared = np.zeros((a.shape[0], b.shape[0])), np.zeros((a.shape[0], b.shape[0]))
    for x, y in zip(a.T, b.T, strict=True):
        off = np.abs(x[:, None] - y[None, :])
        known = ~np.isnan(off)
        total += np.where(known, off, 0.0)
        shared += known
    return np.where(shared > 0, total / np.maximum(shared, 1), np.inf)


def _start(between: Floats, k: int) -> NDArray[np.int64]:
    """The most central row, then always the one that brings all rows nearest."""
    chosen = [int(between.sum(axis=1).argmin())]
    nearest = between[chosen[0]].copy()
    while len(chosen) < k:
        gain = np.maximum(nearest[None, :] - between, 0).sum(axis=1)
        if gain.max() <= 1e-12:
            break
        chosen.append(int(gain.argmax()))
        nearest = np.minimum(nearest, between[chosen[-1]])
    return np.array(chosen)


def _alternate(between: Floats, medoids: NDArray[np.int64]) -> NDArray[np.int64]:
    for _ in range(ROUNDS):
        of = between[:, medoids].argmin(axis=1)
        members = [np.flatnonzero(of == i) for i in range(medoids.size)]
        found = [m[between[np.ix_(m, m)].sum(axis=1).argmin()] if m.size else medoids[i] for i, m in enumerate(members)]
        moved = np.array(found, dtype=np.int64)
        if (moved == medoids).all():
            break
        medoids = moved
    return medoids
