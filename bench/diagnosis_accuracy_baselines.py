"""What would simpler methods have said?  Persistence, a static line of the weather, gradient boosting by LightGBM."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
DAY_H = 24
LEAST_ROWS = 200
MEMORIES_H = (3.0, 12.0, 24.0, 72.0)


def day_before(y: Floats, hours: int = DAY_H) -> Floats:
    """The value of so many hours ago ``[..., T]``."""
    out = np.full(y.shape, np.nan)
    out[..., hours:] = y[..., :-hours]
    return out


def static_line(outdoor_c: Floats, y: Floats, learns: NDArray[np.bool_]) -> Floats:
    """A straight line of the outdoor temperature through what may be learned from ``bool[S, T]``; ``[S, T]``."""
    use = learns & np.isfinite(y) & np.isfinite(outdoor_c)
    n = np.maximum(use.sum(axis=1), 1)
    at = np.where(use, outdoor_c, 0.0)
    value = np.where(use, y, 0.0)
    mean_at, mean = at.sum(axis=1) / n, value.sum(axis=1) / n
    spread = (np.where(use, outdoor_c - mean_at[:, None], 0.0) ** 2).sum(axis=1)
    both = (np.where(use, outdoor_c - mean_at[:, None], 0.0) * (value - mean[:, None])).sum(axis=1)
    slope = both / np.maximum(spread, 1e-9)
    return np.asarray(mean[:, None] + slope[:, None] * (outdoor_c[None, :] - mean_at[:, None]))


def boosted(x: Floats, y: Floats, learns: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Floats | None:
    """LightGBM's answer for ``asked`` rows of ``x [T, K]``, learned from ``learns``; None where it is not installed."""
    try:
        import lightgbm
    except ImportError:
        return None
    use = learns & np.isfinite(y)
    out = np.full(y.shape, np.nan)
    if use.sum() < LEAST_ROWS or not asked.any():
        return out
    model = lightgbm.LGBMRegressor(
        n_estimators=300, learning_rate=0.05, num_leaves=31, min_child_samples=40, verbosity=-1, n_jobs=1, seed=1
    )
    model.fit(x[use], y[use])
    out[asked] = model.predict(x[asked])
    return out


def weather_columns(outdoor_c: Floats, local_hour: NDArray[np.int64], weekend: Floats) -> Floats:
    """What LightGBM is shown ``[T, K]``: outdoor temperature and its memories, hour of the day, weekend."""
    remembered = [_memory(outdoor_c, h) for h in MEMORIES_H]
    angle = 2 * np.pi * local_hour / DAY_H
    return np.column_stack([outdoor_c, *remembered, local_hour, np.sin(angle), np.cos(angle), weekend])


def _memory(values: Floats, hours: float) -> Floats:
    keep, state = np.exp(-1.0 / hours), float(np.nan_to_num(values[0]))
    out = np.empty(values.shape)
    for t, value in enumerate(values.tolist()):
        if value == value:  # not NaN
            state = keep * state + (1 - keep) * value
        out[t] = state
    return out


def mae(said: Floats, was: Floats, where: NDArray[np.bool_]) -> float:
    """Mean absolute error where both are known."""
    use = where & np.isfinite(said) & np.isfinite(was)
    return float(np.abs(said[use] - was[use]).mean()) if use.any() else float("nan")


def mae_each(said: Floats, was: Floats, where: NDArray[np.bool_], least: int = 200) -> Floats:
    """Mean absolute error of every object ``[S]``; NaN where fewer than ``least`` hours are known."""
    use = where & np.isfinite(said) & np.isfinite(was)
    n = use.sum(axis=1)
    total = np.where(use, np.abs(np.where(use, said - was, 0.0)), 0.0).sum(axis=1)
    return np.where(n >= least, total / np.maximum(n, 1), np.nan)


def wape(said: Floats, was: Floats, where: NDArray[np.bool_]) -> float:
    """Σ|error| ÷ Σ|value| where both are known."""
    use = where & np.isfinite(said) & np.isfinite(was)
    return float(np.abs(said[use] - was[use]).sum() / np.abs(was[use]).sum()) if use.any() else float("nan")
