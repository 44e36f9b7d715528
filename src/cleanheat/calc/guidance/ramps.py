"""How does a requirement become something that can be run?  Monotone in the cold, early enough, not too fast.

Every function here is monotone: a requirement that is nowhere lower never gives a plan that is anywhere lower, so a
colder forecast never recommends less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def never_less_when_colder(curve: Floats) -> Floats:
    """The curve ``[..., B]`` over ascending outdoor temperatures, raised where it would fall towards the cold.

    >>> never_less_when_colder(np.array([60.0, 62.0, 50.0])).tolist()
    [62.0, 62.0, 50.0]
    """
    return np.maximum.accumulate(curve[..., ::-1], axis=-1)[..., ::-1]


def on_outdoor(grid_c: Floats, curve: Floats, outdoor_c: Floats) -> Floats:
    """Curves ``[N, B]`` over evenly spaced outdoor temperatures ``[B]``, read at the hours' ones ``[T]`` or ``[N, T]``.

    Returns: ``[N, T]``; level beyond the grid, NaN where the outdoor temperature is NaN.

    >>> on_outdoor(np.array([-20.0, 0.0]), np.array([[70.0, 50.0]]), np.array([-30.0, -10.0])).tolist()
    [[70.0, 60.0]]
    """
    step = (grid_c[-1] - grid_c[0]) / (grid_c.shape[0] - 1)
    place = np.clip((outdoor_c - grid_c[0]) / step, 0.0, grid_c.shape[0] - 1.0)
    known = ~np.isnan(place)
    low = np.minimum(np.where(known, place, 0.0).astype(np.int64), grid_c.shape[0] - 2)
    low = np.broadcast_to(low, (curve.shape[0], outdoor_c.shape[-1]))
    share = np.broadcast_to(place, low.shape) - low
    left, right = np.take_along_axis(curve, low, axis=1), np.take_along_axis(curve, low + 1, axis=1)
    return np.asarray(left + (right - left) * share)


def in_time(required: Floats, rise_per_h: Floats | float) -> Floats:
    """The least plan that meets every hour's requirement ``[N, T]`` without ever rising faster: it begins early.

    ``rise_per_h`` > 0, one number or ``[N]``.  NaN hours stay NaN and bind nobody.

    >>> in_time(np.array([[50.0, 50.0, 60.0]]), 4.0).tolist()
    [[52.0, 56.0, 60.0]]
    """
    plan = required.copy()
    for t in range(plan.shape[1] - 2, -1, -1):
        plan[:, t] = np.fmax(plan[:, t], plan[:, t + 1] - rise_per_h)
    return np.where(np.isnan(required), np.nan, plan)


def reachable(plan: Floats, present: Floats, rise_per_h: Floats | float, fall_per_h: Floats | float) -> Floats:
    """What can be run of a plan ``[N, T]`` from where things stand ``[N]`` (NaN: unknown, free to begin anywhere).

    >>> reachable(np.array([[60.0, 60.0, 40.0]]), np.array([50.0]), 5.0, 3.0).tolist()
    [[55.0, 60.0, 57.0]]
    """
    out, before = plan.copy(), np.where(np.isnan(present), plan[:, 0], present)
    for t in range(plan.shape[1]):
        limited = np.clip(plan[:, t], before - fall_per_h, before + rise_per_h)
        out[:, t] = np.where(np.isnan(before), plan[:, t], limited)
        before = np.where(np.isnan(out[:, t]), before, out[:, t])
    return out


def ahead_by(required: Floats, hours: Floats) -> Floats:
    """What a source must send at each hour so that it is there ``hours`` later: ``[N, T]`` shifted by ``[N]``.

    Between whole hours straight; the last hours repeat the last requirement.

    >>> ahead_by(np.array([[1.0, 2.0, 4.0]]), np.array([0.5])).tolist()
    [[1.5, 3.0, 4.0]]
    """
    n = required.shape[1]
    at = np.minimum(np.arange(n) + np.maximum(hours, 0.0)[:, None], n - 1.0)
    low = np.minimum(at.astype(np.int64), max(n - 2, 0))
    left = np.take_along_axis(required, low, axis=1)
    right = np.take_along_axis(required, np.minimum(low + 1, n - 1), axis=1)
    return np.asarray(left + (right - left) * (at - low))
