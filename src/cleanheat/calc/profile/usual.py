"""What does each object usually read in this cold at this hour, and how far does it usually lie from that?

A ridge regression for each object, drawn towards what its group does where it has little history of its own, fitted
robustly; then its own quantiles of what is left, by how cold it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.profile.features import KNOTS_C, SIZE

Floats = NDArray[np.float64]
BIN_EDGES_C = (-15.0, -5.0, 5.0)
"""Bins of the slow outdoor temperature in which quantiles are taken."""
ROUNDS = 3
OUTLIER_SPREADS = 4.0
LOW_QUANTILE, HIGH_QUANTILE = 0.005, 0.995
LEAST_IN_BIN = 36
LEAST_HOURS = 12
_COLD = 1 + 2 + len(KNOTS_C)
PRIOR = np.array([1e-3, *[400.0] * (_COLD - 1), *[16.0] * (SIZE - _COLD)])
"""How many hours' worth the group counts in each coefficient (times K² for the slopes)."""


@dataclass(frozen=True)
class Profile:
    """One signal of all objects of a kind, in its unit: coefficients, spread and own quantiles by cold.

    ``coefficients [N, SIZE]``; ``low``/``high [N, bins]`` are what to add to the middle; ``spread [N]`` is the usual
    (robust standard) deviation; ``hours [N]`` how many hours were learned from.  NaN where too few.
    """

    coefficients: Floats
    low: Floats
    high: Floats
    spread: Floats
    hours: NDArray[np.int32]

    def at(self, feature: Floats, slow_c: float) -> tuple[Floats, Floats, Floats]:
        """Low, middle and high ``float64[N]`` at one instant with these features."""
        middle = self.coefficients @ feature
        bin_ = int(np.searchsorted(BIN_EDGES_C, slow_c))
        return middle + self.low[:, bin_], middle, middle + self.high[:, bin_]


def fit(readings: Floats, feature: Floats, relative: bool) -> Profile:
    """Learn from hourly readings ``[N, H]`` (NaN where none) and the hours' features ``[H, SIZE]``.

    ``relative``: objects of one kind differ in size, so that only shares of their own level can be compared (flows);
    otherwise the readings themselves (temperatures, pressures).
    """
    known = ~np.isnan(readings) & ~np.isnan(feature).any(axis=1)
    hours = known.sum(axis=1).astype(np.int32)
    level = _sorted_quantiles(readings, (0.5,))[0] if relative else np.ones(readings.shape[0])
    level = np.where(np.abs(level) > 1e-9, level, np.nan)
    scaled = np.where(known, readings / level[:, None], 0.0)
    known &= np.isfinite(scaled)
    scaled[~known] = 0.0
    safe = np.nan_to_num(feature)
    group = _group(scaled, known, safe)
    found = ridge.fit(safe, scaled, known, PRIOR, PRIOR, group, rounds=ROUNDS, outlier_spreads=OUTLIER_SPREADS)
    kept, coefficients, spread = found.kept, found.theta[:, 0], np.nan_to_num(found.spread, nan=1e-6)
    residual = scaled - coefficients @ safe.T
    low, high = _quantiles(residual, kept, safe[:, 1])
    few = hours < LEAST_HOURS
    unscaled = np.where(few, np.nan, level)[:, None]
    coefficients, low, high = coefficients * unscaled, low * unscaled, high * unscaled
    spread = np.where(few, np.nan, spread * np.abs(level))
    return Profile(coefficients, low, high, spread, hours)


def _group(scaled: Floats, known: NDArray[np.bool_], feature: Floats) -> Floats:
    """Coefficients of the median object: what a newcomer is taken for."""
    some = known.any(axis=0)
    if not some.any():
        return np.zeros(SIZE)
    middle = _sorted_quantiles(np.where(known, scaled, np.nan)[:, some].T, (0.5,))[0]
    normals = ridge.accumulate(feature[some], middle[None], np.ones((1, middle.size), bool))
    return np.asarray(ridge.solve(normals, PRIOR * 0.05 + 1e-9)[0, 0], np.float64)


def _quantiles(residual: Floats, kept: NDArray[np.bool_], slow: Floats) -> tuple[Floats, Floats]:
    """Own quantiles by bin of cold ``[N, bins]``; a bin with little history has those of all hours."""
    bins = np.searchsorted(BIN_EDGES_C, slow)
    own = np.where(kept, residual, np.nan)
    n_bins = len(BIN_EDGES_C) + 1
    out = np.repeat(_sorted_quantiles(own, (LOW_QUANTILE, HIGH_QUANTILE))[:, :, None], n_bins, axis=2)
    for b in range(n_bins):
        here = bins == b
        enough = kept[:, here].sum(axis=1) >= LEAST_IN_BIN
        if enough.any():
            out[:, enough, b] = _sorted_quantiles(own[:, here][enough], (LOW_QUANTILE, HIGH_QUANTILE))
    return out[0], out[1]


def _sorted_quantiles(values: Floats, shares: tuple[float, ...]) -> Floats:
    """Quantiles ``[shares, N]`` of the known values of each row, NaN where there are none."""
    ordered = np.sort(values, axis=1)  # NaN goes to the end
    last = np.maximum((~np.isnan(values)).sum(axis=1) - 1, 0)
    rows = np.arange(values.shape[0])
    return np.stack([ordered[rows, np.rint(share * last).astype(np.int64)] for share in shares])
