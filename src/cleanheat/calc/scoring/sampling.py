"""Which records are looked at by hand, and what do they say of all?  Stratified, seeded, repeatable."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


def allocate(sizes: ArrayLike, total: int, weights: ArrayLike | None = None) -> Ints:
    """How many of each stratum: in proportion to ``size · weight``, at least one of each that has any, never more
    than it has.  Fractions go to the largest remainders; equal ones to the earlier stratum.
    """
    n = np.asarray(sizes, dtype=np.int64)
    share = n * (np.ones(n.shape) if weights is None else np.asarray(weights, dtype=np.float64))
    wanted = min(total, int(n.sum()))
    out = np.minimum((share > 0).astype(np.int64), n)
    if int(out.sum()) > wanted:  # fewer samples than strata: the largest come first
        out = np.zeros_like(n)
        out[np.argsort(-share, kind="stable")[:wanted]] = 1
        return out
    while (left := wanted - int(out.sum())) > 0:
        open_share = np.where(out < n, share, 0.0)
        if not open_share.any():
            break
        ideal = open_share / open_share.sum() * left
        more = np.minimum(np.floor(ideal).astype(np.int64), n - out)
        if not more.any():
            more = np.zeros_like(n)
            more[np.argsort(-(ideal - np.floor(ideal)) - ideal * 1e-9, kind="stable")[:left]] = 1
            more = np.minimum(more, n - out)
        out = out + more
    return out


def draw(members: ArrayLike, wanted: int, seed: int) -> Ints:
    """``wanted`` of the members without repetition, in rising order; the same seed draws the same."""
    pool = np.sort(np.asarray(members, dtype=np.int64))
    chosen = np.random.default_rng(seed).choice(pool, size=min(wanted, pool.size), replace=False)
    return np.sort(chosen)


def weighted_counts(sizes: ArrayLike, checked: ArrayLike, wrong: ArrayLike) -> tuple[float, float]:
    """The sample blown up to all records: (records spoken for, wrong ones among them).

    Σ N_h and Σ N_h · wrong_h ÷ checked_h over the strata of which any record was checked.
    """
    n, c, w = (np.asarray(a, dtype=np.float64) for a in (sizes, checked, wrong))
    seen = c > 0
    return float(n[seen].sum()), float((n[seen] * w[seen] / c[seen]).sum())
