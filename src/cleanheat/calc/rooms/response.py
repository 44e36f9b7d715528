"""How long until a room feels the water, and how long does it keep its warmth?  Discrete first-order room, batched.

T(t+1) = α·T(t) + β·T_e(t) + γ·t_g(t−d) + δ, τ = −Δt / ln α.  The dead time d is the lag with which the equation leaves
the smallest error.  Published methods disagree on the same rooms (3–9, 21–27, 36–66 min), so the method goes with the
number: :data:`METHOD`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.ridge import accumulate, solve
from cleanheat.calc.rooms.series import shifted

Floats = NDArray[np.float64]
METHOD = "离散一阶模型一步误差最小的供水滞后"
PRIOR = np.full(4, 1e-3)
LAGS = 12
"""Dead times of up to so many samples are tried."""
LEAST_SAMPLES, LEAST_GAIN = 96, 0.01
"""A dead time is named only where the best lag explains at least this share more than the worst."""
SHORTEST_H, LONGEST_H = 2.0, 400.0


@dataclass(frozen=True)
class Response:
    """Per room ``[S]``: time constant h, share of an outdoor and a supply change that arrives in the end (K/K), and
    dead time min; NaN where the past does not tell."""

    time_constant_h: Floats
    outdoor_gain: Floats
    supply_gain: Floats
    dead_time_min: Floats


def response(room_c: Floats, supply_c: Floats, outdoor_c: Floats, step_s: int) -> Response:
    """Of ``room_c`` and ``supply_c [S, T]`` and ``outdoor_c [T]`` on one grid of ``step_s`` seconds.

    Readings rounded coarser than they move in one step make τ too short: then ask with a longer step.
    """
    fits = [_fit(room_c, supply_c, outdoor_c, lag) for lag in range(min(LAGS, room_c.shape[1] // 4))]
    error = np.stack([f[0] for f in fits])
    best = error.argmin(axis=0)
    rows = np.arange(room_c.shape[0])
    theta, n = np.stack([f[1] for f in fits])[best, rows], fits[0][2]
    alpha, beta, gamma = theta[:, 0], theta[:, 1], theta[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = -step_s / 3_600 / np.log(alpha)
        sound = (n >= LEAST_SAMPLES) & (alpha > 0) & (alpha < 1) & (tau >= SHORTEST_H) & (tau <= LONGEST_H)
        gains = [np.where(sound, g / (1 - alpha), np.nan) for g in (beta, gamma)]
        told = sound & (error.max(axis=0) - error[best, rows] >= LEAST_GAIN * error.max(axis=0))
    dead = np.where(told, best * step_s / 60, np.nan)
    return Response(np.where(sound, tau, np.nan), gains[0], gains[1], dead)


def _fit(room_c: Floats, supply_c: Floats, outdoor_c: Floats, lag: int) -> tuple[Floats, Floats, Floats]:
    """Mean squared error ``[S]``, θ ``[S, 4]`` and samples of the equation with one dead time."""
    sent = shifted(supply_c, lag) - 40.0
    outdoor = np.broadcast_to(outdoor_c, room_c.shape)
    x = np.stack([room_c - 20.0, outdoor, sent, np.ones_like(room_c)], axis=-1)
    x[:, :LAGS] = np.nan  # all lags are asked of the same samples
    after = shifted(room_c, -1) - 20.0
    seen = accumulate(x, after, np.isfinite(after))
    theta, n = solve(seen, PRIOR)[:, 0], seen.n[:, 0]
    squares = np.einsum("sk,skl,sl->s", theta, seen.xx[:, 0], theta) - 2 * (theta * seen.xy[:, 0]).sum(axis=1)
    return (seen.yy[:, 0] + squares) / np.maximum(n, 1), theta, n
