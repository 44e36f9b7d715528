"""How unusual is a vector of residuals as a whole, and which signals make it so?  Hotelling's T² on a robust scatter.

T² = vᵀS⁻¹v over the known signals; SPE is what is left of it outside the leading directions of S (patterns never seen).
Contributions are exact and cheap: the share of each signal in the sum v·(S⁻¹v), negative parts set to nothing.
Source: Hotelling 1931; SPE after Jackson & Mudholkar, Technometrics 21 (1979).

Shapes: S objects, D days or samples, C signals; NaN = not measured, and then it takes no part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import quantile_by

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_ROUNDS = 4
_KEPT = 0.97
_MOST_OF_MEDIAN = 3.0
"""T² beyond so many times its median is left out: of χ² with 2–5 signals 97 % lie within 5.1–2.8."""
_LEAST_SAMPLES = 5


def scatter(v: Floats, floor: Floats) -> Floats:
    """Robust scatter about zero ``[S, C, C]`` of vectors ``[S, D, C]``: the furthest left out, four rounds.

    Left out are 3 %, or more where more of them lie far beyond the middle: faults among the days do not widen it.

    ``floor [C]`` is the least standard deviation believed (the sensor's own).  A signal without enough samples gets a
    variance so large that it says nothing.
    """
    known = np.isfinite(v)
    value = np.where(known, v, 0.0)
    there = np.asarray(known.any(axis=-1))
    keep = there
    out = np.empty((v.shape[0], v.shape[2], v.shape[2]))
    for _ in range(_ROUNDS):
        out = _moments(value, known & keep[..., None], floor)
        far = t2(v, inverse(out[:, None], known))
        far = np.where(there, far, np.nan)
        limit = np.fmin(quantile_by(far, _KEPT), _MOST_OF_MEDIAN * quantile_by(far, 0.5))
        keep = there & ~(far > limit[:, None])
    return out


def _moments(value: Floats, use: Bools, floor: Floats) -> Floats:
    weight = use.astype(np.float64)
    both = np.einsum("sdi,sdj->sij", weight, weight)
    held = value * weight
    out = np.einsum("sdi,sdj->sij", held, held) / np.maximum(both, 1.0)
    few = both < _LEAST_SAMPLES
    size = np.arange(value.shape[-1])
    out = np.where(few, 0.0, out)
    spread = np.sqrt(np.maximum(out[:, size, size], np.maximum(floor, 1e-6) ** 2))
    correlation = np.clip(out / (spread[:, :, None] * spread[:, None, :]), -0.995, 0.995)
    correlation *= 0.97  # shrunk towards independence: pairs seen on different days need not fit together
    correlation[:, size, size] = 1.0
    spread = np.where(few[:, size, size], 1e6, spread)
    return np.asarray(correlation * spread[:, :, None] * spread[:, None, :])


def inverse(scatters: Floats, known: Bools) -> Floats:
    """S⁻¹ over the known signals ``[..., C, C]``, zero in rows and columns of the unknown."""
    pair = known[..., :, None] & known[..., None, :]
    one = np.eye(known.shape[-1])
    return np.where(pair, np.linalg.inv(np.where(pair, scatters, one)), 0.0)


def t2(v: Floats, inverted: Floats) -> Floats:
    """vᵀS⁻¹v, ``[S, D]``.

    >>> v = np.array([[[3.0, np.nan]]])
    >>> float(t2(v, inverse(np.eye(2)[None, None], np.isfinite(v)))[0, 0])
    9.0
    """
    value = np.nan_to_num(v)
    return np.asarray(np.einsum("...i,...ij,...j->...", value, inverted, value))


def spe(v: Floats, scatters: Floats, leading: int) -> Floats:
    """What of T² lies outside the ``leading`` directions of the scatter, ``[S, D]``; needs all signals, else NaN."""
    spread = np.sqrt(np.diagonal(scatters, axis1=-2, axis2=-1))
    scale, vectors = np.linalg.eigh(scatters / (spread[..., :, None] * spread[..., None, :]))
    parts = np.einsum("sdi,sij->sdj", v / spread[:, None], vectors) ** 2 / np.maximum(scale[:, None], 1e-3)
    return np.asarray(parts[..., : max(parts.shape[-1] - leading, 0)].sum(axis=-1))


def contributions(v: Floats, inverted: Floats) -> Floats:
    """Share of each signal ``[..., C]``, summing to 1; zeros where nothing departs.

    >>> v = np.array([[[3.0, 1.0]]])
    >>> contributions(v, inverse(np.eye(2)[None, None], np.isfinite(v)))[0, 0].tolist()
    [0.9, 0.1]
    """
    value = np.nan_to_num(v)
    part = np.maximum(value * np.einsum("...ij,...j->...i", inverted, value), 0.0)
    total = part.sum(axis=-1, keepdims=True)
    return np.where(total > 0, part / np.maximum(total, 1e-12), 0.0)
