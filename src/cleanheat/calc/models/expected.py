"""What would each object read now if nothing were wrong, and how far from that does it usually lie?

A fit holds coefficients, spread and own limits of each quantity; the expected values of any hours follow from it.
A whole history is judged by rolling origin: every week by what the weeks before it have taught, with slow forgetting,
so that a building that has changed is followed and nothing is ever expected from its own future.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.design import FeatureSet, Inputs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LOW_QUANTILE, HIGH_QUANTILE = 0.005, 0.995
LEAST_HOURS = 48
"""Fewer hours than these teach nothing about an object alone."""
LEAST_IN_STRATUM = 30
"""Fewer hours than these of one hour of the day: its limits are those of the whole day."""


@dataclass(frozen=True)
class Expected:
    """Expected values on an hourly grid: hour ``t`` begins at ``start + 3600·t`` (epoch s).

    Per quantity (a canonical channel): ``value``, ``sigma`` (robust standard deviation of actual − value), ``low`` and
    ``high`` (the object's own 0.5 % and 99.5 % limits), all ``float64[S, T]`` and NaN where nothing can be expected;
    ``basis``: whose history says so, ``uint8[S]`` of 0 nobody's, 1 the group's, 2 the object's own.
    ``learned`` ``bool[T]``: hours the first fit has learned from; thresholds may be drawn from these only.
    """

    start: int
    value: Mapping[str, Floats]
    sigma: Mapping[str, Floats]
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    basis: Mapping[str, NDArray[np.uint8]]
    learned: Bools

    def residual(self, quantity: str, actual: Floats) -> Floats:
        """(actual − expected) / σ ``[S, T]``."""
        return np.asarray((actual - self.value[quantity]) / self.sigma[quantity])


@dataclass(frozen=True)
class Fitted:
    """One quantity of all objects: θ ``[S, J, K]``, ``sigma``, ``low``, ``high`` ``[S, J]``, ``hours [S]`` learned."""

    features: FeatureSet
    theta: Floats
    sigma: Floats
    low: Floats
    high: Floats
    hours: Ints
    normals: ridge.Normals


NOBODY, GROUP, OWN = np.uint8(0), np.uint8(1), np.uint8(2)


def fit(
    features: FeatureSet,
    inputs: Inputs,
    actual: Floats,
    known: Bools | None = None,
    centre: Floats | float | None = None,
) -> Fitted:
    """Learn one quantity from ``actual [S, T]``; ``known`` leaves hours out (alarms, not heating).

    ``centre``: θ of each object's group ``[S, J, K]`` (or ``[S, 1, K]``); without one slopes are drawn to 0, and an
    object with too few hours of its own has no θ (NaN).
    """
    x, stratum = features.build(inputs), features.stratum(inputs)
    known = np.isfinite(actual) if known is None else known & np.isfinite(actual)
    priors = features.priors, features.stratum_priors
    found = ridge.fit(x, actual, known, *priors, 0.0 if centre is None else centre, stratum, features.strata)
    hours = found.kept.sum(axis=1)
    residual = actual - ridge.predict(found.theta, x, stratum)
    sigma, low, high = limits(residual, found.kept, stratum, features.strata)
    few = hours < LEAST_HOURS
    theta = found.theta
    if centre is None:
        theta = np.where(few[:, None, None], np.nan, theta)
    return Fitted(features, theta, sigma, low, high, hours, found.normals)


def limits(residual: Floats, kept: Bools, stratum: Ints | None, strata: int) -> tuple[Floats, Floats, Floats]:
    """Robust spread and own quantiles ``[S, J]`` of residuals ``[S, T]``; a thin stratum has those of the whole day."""
    whole = _width(residual, kept)
    out = tuple(np.repeat(part[:, None], strata, axis=1) for part in whole)
    for j in range(strata if stratum is not None else 0):
        rows = np.flatnonzero(stratum == j)
        enough = kept[:, rows].sum(axis=1) >= LEAST_IN_STRATUM
        if enough.any():
            for target, part in zip(out, _width(residual[enough][:, rows], kept[enough][:, rows]), strict=True):
                target[enough, j] = part
    return out[0], out[1], out[2]


def _width(residual: Floats, kept: Bools) -> tuple[Floats, Floats, Floats]:
    ordered = np.sort(np.where(kept, residual, np.nan), axis=1)
    last = np.maximum(kept.sum(axis=1) - 1, 0)
    rows = np.arange(residual.shape[0])
    low, high = (ordered[rows, np.rint(q * last).astype(np.int64)] for q in (LOW_QUANTILE, HIGH_QUANTILE))
    return ridge.spread(residual, kept), low, high


def expected(fits: Mapping[str, Fitted], inputs: Inputs, start: int, learned: Bools | None = None) -> Expected:
    """What the fits expect of the hours of ``inputs``."""
    value, sigma, low, high, basis = {}, {}, {}, {}, {}
    for quantity, fitted in fits.items():
        x, stratum = fitted.features.build(inputs), fitted.features.stratum(inputs)
        at = np.zeros(inputs.local_s.size, np.int64) if stratum is None else stratum
        value[quantity] = ridge.predict(fitted.theta, x, stratum)
        sigma[quantity] = fitted.sigma[:, at]
        low[quantity] = value[quantity] + fitted.low[:, at]
        high[quantity] = value[quantity] + fitted.high[:, at]
        own, some = fitted.hours >= LEAST_HOURS, np.isfinite(fitted.theta).all(axis=(1, 2))
        basis[quantity] = np.where(some, np.where(own, OWN, GROUP), NOBODY)
    seen = np.zeros(inputs.local_s.size, bool) if learned is None else learned
    return Expected(start, value, sigma, low, high, basis, seen)


BIAS_RATES = (0.0, 0.05, 0.1, 0.2)
"""Share of a day's bias that the next day's expectation takes over."""
_HELD_SHARE = 0.9


def followed(value: Floats, actual: Floats, use: Bools, learned: Bools, day: Ints) -> Floats:
    """Expected values that follow a building which has changed: plus the bias of the days before, slowly taken over.

    Args: ``value``, ``actual [S, T]``; ``use [S, T]`` hours that count; ``learned [T]`` hours in which the rate that
    would have served each object best is chosen (0 = does not follow); ``day [T]`` ascending number of the local day.
    A day's bias enters from the next day on; nothing is taken from an hour's own day or later.
    """
    residual = np.where(use & np.isfinite(actual) & np.isfinite(value), actual - value, np.nan)
    place = day - day[0]
    days = int(place[-1]) + 1
    bias = _day_means(residual, place, days)
    limit = _largest(np.where(np.bincount(place, learned, days) > 0, bias, np.nan))
    best, least = value, np.full(value.shape[0], np.inf)
    for rate in BIAS_RATES:
        trial = value + _carried(bias, rate, limit)[:, place]
        error = np.where(learned & np.isfinite(residual), np.abs(actual - trial), 0.0).sum(axis=1)
        better = error < least
        best, least = np.where(better[:, None], trial, best), np.where(better, error, least)
    return best


def _day_means(residual: Floats, place: Ints, days: int) -> Floats:
    """Mean residual of each day ``[S, D]``, NaN where fewer than four hours are known."""
    known = np.isfinite(residual)
    total, n = np.zeros((residual.shape[0], days)), np.zeros((residual.shape[0], days))
    begins = np.searchsorted(place, np.unique(place))
    at = place[begins]
    total[:, at] = np.add.reduceat(np.where(known, residual, 0.0), begins, axis=1)
    n[:, at] = np.add.reduceat(known.astype(np.float64), begins, axis=1)
    return np.where(n >= 4, total / np.maximum(n, 1), np.nan)


def _largest(bias: Floats) -> Floats:
    """How far off a day may be ``[S]`` and still count in full: as nine in ten of the days learned."""
    size = np.sort(np.abs(bias), axis=1)
    last = np.maximum(np.isfinite(size).sum(axis=1) - 1, 0)
    return np.asarray(np.nan_to_num(size[np.arange(size.shape[0]), np.rint(_HELD_SHARE * last).astype(np.int64)]))


def _carried(bias: Floats, rate: float, limit: Floats) -> Floats:
    """What each day takes over from the days before ``[S, D]``; a day far off counts no more than ``limit [S]``."""
    out, now = np.zeros_like(bias), np.zeros(bias.shape[0])
    for d in range(bias.shape[1]):
        out[:, d] = now
        step = np.clip(bias[:, d] - now, -limit, limit)
        now = now + np.where(np.isfinite(step), rate * step, 0.0)
    return out
