"""Which linear model fits each of very many objects, whatever each one lacks?  The one ridge of the platform.

Everything is normal equations, one set an object and stratum (an hour of the day, or one for all), so that objects
with different gaps are fitted in one batch, histories can be added to and slowly forgotten, groups are sums, and an
object with little history is drawn towards its group: θ = (XᵀX + Λ)⁻¹(Xᵀy + Λ·θ_centre).
Source: ridge regression with a prior mean (Hoerl & Kennard 1970; Lindley & Smith 1972, hierarchical linear models).

Shapes: S objects, T times, K features, J strata.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Normals:
    """Sums over the times known: ``xx [S, J, K, K]``, ``xy [S, J, K]``, ``yy [S, J]``, ``n [S, J]``."""

    xx: Floats
    xy: Floats
    yy: Floats
    n: Floats

    @classmethod
    def empty(cls, objects: int, features: int, strata: int = 1) -> Normals:
        shape = (objects, strata)
        return cls(
            np.zeros((*shape, features, features)), np.zeros((*shape, features)), np.zeros(shape), np.zeros(shape)
        )

    def __add__(self, other: Normals) -> Normals:
        return Normals(self.xx + other.xx, self.xy + other.xy, self.yy + other.yy, self.n + other.n)

    def forget(self, factor: float | Floats) -> Normals:
        """The past counted less, by one factor or one an object: 0.985 a day halves it in 46 days."""
        f = np.broadcast_to(np.asarray(factor, np.float64), self.n.shape[:1])[:, None]
        return Normals(self.xx * f[..., None, None], self.xy * f[..., None], self.yy * f, self.n * f)

    def pooled(self) -> Normals:
        """All strata as one: ``J = 1``."""
        return Normals(*(part.sum(axis=1, keepdims=True) for part in (self.xx, self.xy, self.yy, self.n)))


def accumulate(x: Floats, y: Floats, known: Bools, stratum: Ints | None = None, strata: int = 1) -> Normals:
    """Normal equations of ``y [S, T]`` on features shared by all objects ``[T, K]`` or each one's own ``[S, T, K]``.

    Only times with ``known [S, T]`` and finite ``x`` and ``y`` count; ``stratum [T]`` says to which set a time belongs.
    """
    known = known & np.isfinite(y) & np.isfinite(x).all(axis=-1)
    out = Normals.empty(y.shape[0], x.shape[-1], strata)
    for j in range(strata):
        rows = slice(None) if stratum is None else np.flatnonzero(stratum == j)
        _add(out, j, x[..., rows, :], y[:, rows], known[:, rows])
    return out


def _add(out: Normals, j: int, x: Floats, y: Floats, known: Bools) -> None:
    weight = known.astype(x.dtype)
    y = np.where(known, y, 0.0).astype(x.dtype)
    x = np.where(np.isfinite(x), x, 0.0)
    size = x.shape[-1]
    if x.ndim == 2:
        products = (x[:, :, None] * x[:, None, :]).reshape(x.shape[0], -1)
        out.xx[:, j] = (weight @ products).reshape(-1, size, size)
        out.xy[:, j] = y @ x
    else:
        own = x * weight[..., None]
        out.xx[:, j] = np.matmul(own.transpose(0, 2, 1), own)
        out.xy[:, j] = np.matmul(own.transpose(0, 2, 1), y[..., None])[..., 0]
    out.yy[:, j] = np.einsum("st,st->s", y, y)
    out.n[:, j] = weight.sum(axis=1)


def group_of(normals: Normals, group: Ints, groups: int) -> Normals:
    """The sums of each group ``[G, J, …]``: ``group [S]`` holds each object's, below 0 for none."""
    out = Normals.empty(groups, normals.xy.shape[-1], normals.n.shape[1])
    into = group >= 0
    for target, part in zip(
        (out.xx, out.xy, out.yy, out.n), (normals.xx, normals.xy, normals.yy, normals.n), strict=True
    ):
        np.add.at(target, group[into], part[into])
    return out


def solve(normals: Normals, prior: Floats, centre: Floats | float = 0.0) -> Floats:
    """θ ``[S, J, K]``; ``prior [K]`` or ``[S, J, K]`` is how much the centre counts, in squares of the features.

    >>> x = np.column_stack([np.ones(4), np.arange(4.0)])
    >>> y = 3 + 2 * x[:, 1][None]
    >>> solve(accumulate(x, y, np.ones((1, 4), bool)), np.full(2, 1e-9)).round(6).tolist()
    [[[3.0, 2.0]]]
    """
    weight = np.broadcast_to(prior, normals.xy.shape)
    size = normals.xy.shape[-1]
    left = normals.xx.copy()
    left[..., np.arange(size), np.arange(size)] += weight
    right = normals.xy + weight * centre
    return np.asarray(np.linalg.solve(left, right[..., None])[..., 0])


def levels(normals: Normals, prior: Floats, stratum_prior: Floats, centre: Floats | float = 0.0) -> Floats:
    """θ ``[S, J, K]`` in two levels: the whole object drawn to its centre, then each stratum to the whole object."""
    whole = solve(normals.pooled(), prior, centre)
    return whole if normals.n.shape[1] == 1 else solve(normals, stratum_prior, whole)


def predict(theta: Floats, x: Floats, stratum: Ints | None = None) -> Floats:
    """``[S, T]`` for θ ``[S, J, K]`` and features ``[T, K]`` or ``[S, T, K]``; NaN where a feature is."""
    if stratum is None or theta.shape[1] == 1:
        return _dot(theta[:, 0], x)
    out = np.empty((theta.shape[0], x.shape[-2]))
    for j in range(theta.shape[1]):
        rows = np.flatnonzero(stratum == j)
        out[:, rows] = _dot(theta[:, j], x[..., rows, :])
    return out


def _dot(theta: Floats, x: Floats) -> Floats:
    if x.ndim == 2:
        return np.asarray(theta @ x.T)
    return np.asarray(np.matmul(x, theta[..., None])[..., 0])


def spread(residual: Floats, known: Bools, least: float = 1e-6) -> Floats:
    """Robust standard deviation ``[S]`` (1.4826 · median |residual|), NaN where nothing is known."""
    size = np.sort(np.where(known, np.abs(residual), np.nan), axis=1)  # NaN goes to the end
    n = (~np.isnan(size)).sum(axis=1)
    middle = size[np.arange(size.shape[0]), np.maximum(n - 1, 0) // 2]
    return np.asarray(np.maximum(MAD_TO_SIGMA * middle, least))


@dataclass(frozen=True)
class Fit:
    """θ ``[S, J, K]``, robust spread ``[S]``, the times kept ``[S, T]`` and their normal equations."""

    theta: Floats
    spread: Floats
    kept: Bools
    normals: Normals


def fit(
    x: Floats,
    y: Floats,
    known: Bools,
    prior: Floats,
    stratum_prior: Floats,
    centre: Floats | float = 0.0,
    stratum: Ints | None = None,
    strata: int = 1,
    rounds: int = 3,
    outlier_spreads: float = 4.0,
) -> Fit:
    """A robust fit: times further than ``outlier_spreads`` from the model are left out of the next round.

    Times far off (faults, dead meters) do not become usual; at most half of an object's times can be.
    """
    known = known & np.isfinite(y) & np.isfinite(x).all(axis=-1)
    kept = known
    for _ in range(rounds):
        normals = accumulate(x, y, kept, stratum, strata)
        theta = levels(normals, prior, stratum_prior, centre)
        residual = y - predict(theta, x, stratum)
        width = spread(residual, known)
        kept = known & (np.abs(residual) <= outlier_spreads * width[:, None])
    return Fit(theta, width, kept, normals)
