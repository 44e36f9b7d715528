"""Which heating curve does a circuit follow in fact?  Identified from operation; what it should be is :mod:`need`.

Only steady hours count (:mod:`operation`): hours of starting, stopping and standing are no control.  A straight line
gives the slope, a line bent at knots the break points; where the controller's set point is known, its own line over
the same hours is put beside it.
Source: least squares with gross errors left out; broken lines with falling heights (isotonic, Barlow et al. 1972).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KNOTS = 5
LEAST_HOURS = 36
LEAST_SPAN_K = 4.0
"""Outdoor temperatures closer together than this show no slope."""
GROSS_SPREADS = 8.0
_SMOOTH = 15.0


@dataclass(frozen=True)
class Curve:
    """``breakpoints [S, KNOTS, 2]`` (outdoor °C ascending, supply °C), ``slope`` K/K, ``at_zero`` °C, ``r2``, hours.

    NaN where there were too few steady hours or too little weather.
    """

    breakpoints: Floats
    slope_k_per_k: Floats
    at_zero_c: Floats
    r2: Floats
    hours: NDArray[np.int64]

    def at(self, outdoor_c: Floats) -> Floats:
        """Supply °C ``[S, T]`` on the curve at ``outdoor_c [T]``, level beyond its ends."""
        return np.stack([np.interp(outdoor_c, knots[:, 0], knots[:, 1]) for knots in self.breakpoints])


def curve(supply_c: Floats, outdoor_c: Floats, steady: Bools) -> Curve:
    """Of ``supply_c [S, T]`` over ``outdoor_c [T]`` or ``[S, T]`` in the hours ``steady [S, T]``."""
    outdoor = np.broadcast_to(outdoor_c, supply_c.shape)
    known = steady & np.isfinite(supply_c) & np.isfinite(outdoor)
    theta, kept, r2 = _line(supply_c, outdoor, known)
    hours = kept.sum(axis=1)
    knots = _knots(outdoor, kept)
    enough = (hours >= LEAST_HOURS) & (knots[:, -1] - knots[:, 0] >= LEAST_SPAN_K)
    heights = _heights(supply_c, outdoor, kept, knots, theta)
    shape = np.where(enough[:, None, None], np.stack([knots, heights], axis=-1), np.nan)
    slope, level, r2 = (np.where(enough, part, np.nan) for part in (theta[:, 1], theta[:, 0], r2))
    return Curve(shape, slope, level, r2, hours)


def _line(y: Floats, x: Floats, known: Bools) -> tuple[Floats, Bools, Floats]:
    """Least squares ``[S, 2]`` with gross errors left out, the hours kept and R² ``[S]``."""
    design, kept = np.stack([np.ones_like(x), x], axis=-1), known
    for _ in range(3):
        theta = ridge.solve(ridge.accumulate(design, y, kept), np.array([1e-6, 1e-3]))[:, 0]
        residual = y - theta[:, :1] - theta[:, 1:] * x
        kept = known & (np.abs(residual) <= GROSS_SPREADS * ridge.spread(residual, known)[:, None])
    n = np.maximum(kept.sum(axis=1), 1)
    mean = np.where(kept, y, 0.0).sum(axis=1) / n
    left = np.where(kept, residual**2, 0.0).sum(axis=1)
    total = np.where(kept, (y - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return theta, kept, np.clip(1.0 - left / np.maximum(total, 1e-9), 0.0, 1.0)


def _knots(outdoor: Floats, kept: Bools) -> Floats:
    """Outdoor temperatures ``[S, KNOTS]``: evenly between the 1 % and 99 % quantiles of the hours kept."""
    ordered = np.sort(np.where(kept, outdoor, np.nan), axis=1)
    last = np.maximum(kept.sum(axis=1) - 1, 0)
    rows = np.arange(outdoor.shape[0])
    low, high = (ordered[rows, np.rint(q * last).astype(np.int64)] for q in (0.01, 0.99))
    return np.linspace(low, high, KNOTS, axis=1)


def _heights(y: Floats, outdoor: Floats, kept: Bools, knots: Floats, theta: Floats) -> Floats:
    """Supply °C at the knots: a line bent there, drawn to the straight one, never warmer where it is milder."""
    width = np.maximum(knots[:, 1] - knots[:, 0], 1e-6)[:, None]
    place = np.clip((outdoor - knots[:, :1]) / width, 0.0, KNOTS - 1.0)
    hats = np.maximum(0.0, 1.0 - np.abs(place[..., None] - np.arange(KNOTS)))
    straight = theta[:, :1] + theta[:, 1:] * knots
    prior = np.full(KNOTS, _SMOOTH)
    heights = ridge.solve(ridge.accumulate(hats, y, kept), prior, np.nan_to_num(straight)[:, None])[:, 0]
    return falling(heights)


def falling(heights: Floats) -> Floats:
    """The nearest heights ``[S, B]`` that never rise from left to right (means of max-min pairs).

    >>> falling(np.array([[5.0, 3.0, 4.0, 1.0]])).tolist()
    [[5.0, 3.5, 3.5, 1.0]]
    """
    size = heights.shape[1]
    total = np.concatenate([np.zeros((heights.shape[0], 1)), np.cumsum(heights, axis=1)], axis=1)
    out = np.empty_like(heights)
    for i in range(size):
        of_starts = [
            np.max([(total[:, b + 1] - total[:, a]) / (b + 1 - a) for b in range(i, size)], axis=0)
            for a in range(i + 1)
        ]
        out[:, i] = np.min(of_starts, axis=0)
    return out
