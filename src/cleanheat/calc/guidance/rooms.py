"""How warm will rooms be?  Each unit's mean room as a first-order lag between what its water gives and what is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.guidance.station import LIFT_K, Heating, emitted_load

Floats = NDArray[np.float64]


def response(
    heating: Heating,
    room_c: Floats,
    middle_c: Floats,
    outdoor_c: Floats,
    time_constant_h: Floats,
    share: Floats | None = None,
) -> Floats:
    """Mean room temperature ``[N, T]`` at the end of each hour.

    Args: present room ``[N]``; mean water temperature ``[N, T]``; outdoor ``[T]`` or ``[N, T]``; time constant h
    ``[N]`` (24–72 for dwellings); ``share [N, T]``: how much of that heat the source can send, by default all.
    Returns: °C; NaN where an input is.
    Source: C·dT/dt = Q(t_m, T) − UA·(T − gains − t_w), C = τ·UA; half-hour steps, heat by the terminals' exponent.
    """
    outdoor = np.broadcast_to(outdoor_c, middle_c.shape)
    room, out = room_c.copy(), np.empty(middle_c.shape)
    for t in range(middle_c.shape[1]):
        sent = LIFT_K / heating.loss if share is None else share[:, t] * LIFT_K / heating.loss
        for _ in range(2):
            lift = emitted_load(heating, middle_c[:, t], room) * sent
            room = room + 0.5 * (outdoor[:, t] + heating.gains_k + lift - room) / time_constant_h
        out[:, t] = room
    return out


def hours_until_below(rooms_c: Floats, limit_c: float) -> Floats:
    """In how many hours a room ``[N, T]`` first falls below a limit; NaN where it does not.

    >>> hours_until_below(np.array([[19.0, 17.5], [19.0, 19.0]]), 18.0).tolist()
    [2.0, nan]
    """
    below = rooms_c < limit_c
    return np.where(below.any(axis=1), below.argmax(axis=1) + 1.0, np.nan)


def degree_hours(rooms_c: Floats, limit_c: float) -> Floats:
    """Σ(limit − T)⁺·Δt of hourly rooms ``[N, T]``, K·h."""
    return np.asarray(np.nansum(np.maximum(limit_c - rooms_c, 0.0), axis=1))
