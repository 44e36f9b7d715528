"""What does the linear model leave unexplained?  Small gradient-boosted trees for one series, in numpy.

Trees are oblivious: all nodes of a level ask the same question, so that a tree is ``depth`` comparisons and a table of
2^depth values, fitting is counting, and there is little to overfit with.  The loss is absolute error (leaf medians).
Source: gradient boosting (Friedman 2001, LAD_TreeBoost); oblivious trees (Kohavi 1994; Prokhorenkova et al. 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 48
"""Bins of each feature; bin 0 holds what is unknown."""


@dataclass(frozen=True)
class Boosting:
    """How much is learned; ``share`` of the rows seen by each tree, ``least`` rows' worth of caution in a leaf."""

    rounds: int = 250
    depth: int = 5
    rate: float = 0.06
    share: float = 0.5
    least: float = 20.0
    seed: int = 7


@dataclass(frozen=True)
class Trees:
    """Borders ``[F, BINS - 2]`` of the bins; per tree the features asked, the bins beyond which is 1, the leaves."""

    borders: Floats
    base: float
    feature: NDArray[np.int64]
    beyond: NDArray[np.int64]
    leaf: Floats

    def predict(self, x: Floats) -> Floats:
        """``[N]`` for features ``[N, F]``; NaN is a value like any other."""
        bins = _binned(x, self.borders)
        out = np.full(x.shape[0], self.base)
        power = 1 << np.arange(self.feature.shape[1])
        for features, beyond, leaf in zip(self.feature, self.beyond, self.leaf, strict=True):
            out += leaf[(bins[:, features] > beyond) @ power]
        return out


def _binned(x: Floats, borders: Floats) -> NDArray[np.int64]:
    columns = [np.searchsorted(borders[f], x[:, f]) + 1 for f in range(x.shape[1])]
    return np.where(np.isnan(x), 0, np.stack(columns, axis=1))


def fit(x: Floats, y: Floats, how: Boosting | None = None) -> Trees:
    """Trees for ``y [N]`` (all known) on ``x [N, F]`` (NaN allowed).

    >>> x = np.random.default_rng(1).uniform(-1, 1, (400, 2))
    >>> trees = fit(x, np.where(x[:, 0] > 0, 5.0, 1.0))
    >>> bool(np.abs(trees.predict(x) - np.where(x[:, 0] > 0, 5.0, 1.0)).mean() < 0.3)
    True
    """
    how = how or Boosting()
    at = np.linspace(0.0, 1.0, BINS)[1:-1]
    with_some = np.where(np.isnan(x).all(axis=0), 0.0, x)
    borders = np.nanquantile(with_some, at, axis=0).T
    bins = _binned(x, borders)
    cells = bins + BINS * np.arange(x.shape[1])
    chance = np.random.default_rng(how.seed)
    base = float(np.median(y))
    residual = y - base
    grown = []
    for _ in range(how.rounds):
        seen = np.flatnonzero(chance.random(y.size) < how.share)
        features, beyond = _grow(cells[seen], residual[seen], x.shape[1], how)
        place = (bins[:, features] > beyond) @ (1 << np.arange(how.depth))
        leaf = how.rate * _leaf_medians(place[seen], residual[seen], 1 << how.depth, how.least)
        residual = residual - leaf[place]
        grown.append((features, beyond, leaf))
    return Trees(borders, base, *(np.array(part) for part in zip(*grown, strict=True)))


def _grow(
    cells: NDArray[np.int64], residual: Floats, n_features: int, how: Boosting
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The questions of one tree: at each level the feature and border that explain most in all nodes together."""
    clipped = np.clip(residual, *np.quantile(residual, [0.1, 0.9])) if residual.size else residual
    node = np.zeros(residual.size, np.int64)
    features, beyond = np.zeros(how.depth, np.int64), np.full(how.depth, BINS, np.int64)
    width = n_features * BINS
    weights = np.repeat(clipped, n_features)
    for level in range(how.depth):
        index = (node[:, None] * width + cells).ravel()
        size = (1 << level, n_features, BINS)
        n = np.bincount(index, minlength=width << level).reshape(size).cumsum(axis=2)
        total = np.bincount(index, weights, minlength=width << level).reshape(size).cumsum(axis=2)
        left = total**2 / (n + how.least)
        right = (total[..., -1:] - total) ** 2 / (n[..., -1:] - n + how.least)
        feature, border = divmod(int(np.argmax((left + right).sum(axis=0))), BINS)
        features[level], beyond[level] = feature, border
        node += (cells[:, feature] - feature * BINS > border).astype(np.int64) << level
    return features, beyond


def _leaf_medians(place: NDArray[np.int64], residual: Floats, leaves: int, least: float) -> Floats:
    """Median residual of each leaf, drawn to 0 where the leaf holds few rows."""
    order = np.lexsort((residual, place))
    n = np.bincount(place, minlength=leaves)
    first = np.concatenate([[0], np.cumsum(n)[:-1]])
    middle = np.minimum(first + n // 2, max(residual.size - 1, 0))
    value = residual[order[middle]] if residual.size else np.zeros(leaves)
    return np.where(n > 0, value * n / (n + least), 0.0)
