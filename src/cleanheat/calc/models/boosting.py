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
    """How much is learned; ``share`` of the rows and ``asked`` of the features seen by each tree, ``least`` rows' worth
    of caution in a leaf."""

    rounds: int = 250
    depth: int = 5
    rate: float = 0.06
    share: float = 0.5
    asked: float = 1.0
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


def fit(x: Floats, y: Floats, how: Boosting | None = None, weight: Floats | None = None) -> Trees:
    """Trees for ``y [N]`` (all known) on ``x [N, F]`` (NaN allowed); ``weight [N]``: what a row's error counts.

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
    chance = np.random.default_rng(how.seed)
    weight = np.ones(y.size) if weight is None else weight / weight.mean()
    base = float(_leaf_medians(np.zeros(y.size, np.int64), y, weight, 1, 0.0)[0])
    residual = y - base
    grown = []
    for _ in range(how.rounds):
        seen = np.flatnonzero(chance.random(y.size) < how.share)
        some = np.sort(chance.permutation(x.shape[1])[: max(int(np.ceil(how.asked * x.shape[1])), 1)])
        asked, beyond = _grow(bins[np.ix_(seen, some)], residual[seen], weight[seen], how)
        features = some[asked]
        place = (bins[:, features] > beyond) @ (1 << np.arange(how.depth))
        leaf = how.rate * _leaf_medians(place[seen], residual[seen], weight[seen], 1 << how.depth, how.least)
        residual = residual - leaf[place]
        grown.append((features, beyond, leaf))
    return Trees(borders, base, *(np.array(part) for part in zip(*grown, strict=True)))


def _grow(
    bins: NDArray[np.int64], residual: Floats, weight: Floats, how: Boosting
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The questions of one tree: at each level the feature and border that explain most in all nodes together."""
    n_features = bins.shape[1]
    cells = bins + BINS * np.arange(n_features)
    clipped = np.clip(residual, *np.quantile(residual, [0.1, 0.9])) if residual.size else residual
    node = np.zeros(residual.size, np.int64)
    features, beyond = np.zeros(how.depth, np.int64), np.full(how.depth, BINS, np.int64)
    width = n_features * BINS
    counted, pulled = np.repeat(weight, n_features), np.repeat(weight * clipped, n_features)
    for level in range(how.depth):
        index = (node[:, None] * width + cells).ravel()
        size = (1 << level, n_features, BINS)
        n, total = (
            np.bincount(index, part, minlength=width << level).reshape(size).cumsum(axis=2)
            for part in (counted, pulled)
        )
        left = total**2 / (n + how.least)
        right = (total[..., -1:] - total) ** 2 / (n[..., -1:] - n + how.least)
        feature, border = divmod(int(np.argmax((left + right).sum(axis=0))), BINS)
        features[level], beyond[level] = feature, border
        node += (bins[:, feature] > border).astype(np.int64) << level
    return features, beyond


def _leaf_medians(place: NDArray[np.int64], residual: Floats, weight: Floats, leaves: int, least: float) -> Floats:
    """Weighted median residual of each leaf, drawn to 0 where the leaf holds few rows."""
    if not residual.size:
        return np.zeros(leaves)
    order = np.lexsort((residual, place))
    n = np.bincount(place, weight, minlength=leaves)
    up_to = np.cumsum(weight[order])
    half = np.cumsum(n) - n / 2
    middle = np.minimum(np.searchsorted(up_to, half * (1 - 1e-12)), residual.size - 1)
    return np.where(n > 0, residual[order[middle]] * n / np.maximum(n + least, 1e-12), 0.0)
