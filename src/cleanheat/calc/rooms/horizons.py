"""How warm will each room be in 1, 6, 24 and 48 hours?  One direct linear model a horizon, fitted for rooms in batches.

Everything is a difference to now, so that the model says what *changes*: the change of weather and of supply that is
ahead, how far the room lies from what it was at that hour of the days before, from its own mean and from its
neighbours.  An unknown difference counts as none; a room without a reading now has no forecast.  The forecast is
``now + trust · change``, where trust (0…1) is what would have been best on weeks the model had not seen, and 0 where
it did not beat persistence there: no room is served worse than by "as now" as far as its own past can tell.

Source: ARX form of the first-order room (T' = αT + βT_e + γt_g(t−d)), direct multi-horizon least squares; forecast
combination by Bates & Granger 1969.  Shapes: S rooms, T hours, K features, H horizons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.ridge import Normals, accumulate, predict, solve
from cleanheat.calc.rooms.series import mean_ahead, memory, shifted, trailing_mean

Floats = NDArray[np.float64]
HORIZONS_H = (1, 6, 24, 48)
DAY_H, BLOCK_H = 24, 72
"""Rolling origin: every three days the models are fitted anew and asked for the days that follow."""
FORGET = 0.95
"""From block to block: half of the weight after six weeks."""
PRIOR, GROUP_PRIOR = 30.0, 30.0
"""Hours' worth that no change (for the group) and the group (for a room) count in each coefficient."""
TRUSTS = np.linspace(0.0, 1.0, 11)
LEAST_HOURS = 72
"""Unseen hours before a room has a trust of its own; until then that of its group."""
PROVEN = 4
"""How many times its horizon a model must have been watched before it is served (three days more for days ahead)."""
NEARLY = 1.01
"""The least trust that is as good as the best but for this: what helps little is not followed far."""
CLEARLY = 0.97
"""By how much the model must have beaten persistence on unseen weeks to be served at all."""


@dataclass(frozen=True)
class RoomInputs:
    """Hourly ``room_c`` and ``supply_c [S, T]`` (NaN: unknown), ``outdoor_c [T]``, ``local_hour [T]``.

    Weather and supply may reach further than the rooms do: hours ahead hold forecasts or what is planned, rooms NaN.
    """

    room_c: Floats
    supply_c: Floats
    outdoor_c: Floats
    local_hour: NDArray[np.int64]


@dataclass(frozen=True)
class Horizons:
    """``theta [S, H, K]`` (shorter sets padded), ``trust [S, H]``, errors on unseen hours ``[S, H]`` in K.

    ``error_k`` mean absolute, of what would have been served; ``persistence_k`` on the same hours; ``hours [S, H]``
    how many; NaN and 0 where there were none.
    """

    theta: Floats
    trust: Floats
    error_k: Floats
    persistence_k: Floats
    hours: NDArray[np.int64]


def features(at: RoomInputs, hours: int) -> Floats:
    """``[S, T, K]`` for the forecast ``hours`` ahead; NaN only where the room itself is unknown now."""
    room, supply, outdoor = at.room_c, at.supply_c, np.broadcast_to(at.outdoor_c, at.room_c.shape)
    angle = 2 * np.pi * (at.local_hour + hours) / DAY_H
    day = [f(k * angle) for k in ((1,) if hours % DAY_H == 0 else (1, 2, 3)) for f in (np.sin, np.cos)]
    mean_room, mean_out, mean_supply = (trailing_mean(v, DAY_H) for v in (room, outdoor, supply))
    back = -hours % DAY_H or DAY_H
    apart = mean_room - room
    shared = [np.ones_like(angle), *day]
    own = [
        shifted(outdoor, -hours) - outdoor,
        mean_ahead(outdoor, hours) - mean_out,
        mean_ahead(supply, hours) - mean_supply,
        shifted(supply, -hours) - supply,
        mean_out - trailing_mean(outdoor, 3 * DAY_H),
        mean_supply - trailing_mean(supply, 3 * DAY_H),
        shifted(room, 1) - room,
        shifted(room, 3) - room,
        shifted(room, back) - room,
        shifted(room, back + DAY_H) - room,
        apart,
        memory(room, 4 * DAY_H) - room,
        apart - _middle(apart),
    ]
    if hours < DAY_H:
        own += [shifted(room, 2) - room, shifted(room, 6) - room, shifted(room, DAY_H) - room]
        own += [supply - mean_supply, trailing_mean(supply, 3) - mean_supply, outdoor - mean_out]
    else:
        own.append(shifted(room, 7 * DAY_H - hours) - room)
    x = np.stack([*(np.broadcast_to(v, room.shape) for v in shared), *(np.nan_to_num(v) for v in own)], axis=-1)
    return np.where(np.isnan(room)[..., None], np.nan, x)


def _middle(values: Floats) -> Floats:
    """Mean over the rooms each hour, 0 where none is known."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def fit(at: RoomInputs) -> Horizons:
    """Models of rooms that belong together (a building, a station: they are drawn to what these do on the whole)."""
    parts = [_fit_one(at, hours) for hours in HORIZONS_H]
    size = max(part[0].shape[1] for part in parts)
    theta = np.stack([np.pad(p[0], ((0, 0), (0, size - p[0].shape[1]))) for p in parts], axis=1)
    trust, error, still, n = (np.stack([p[i] for p in parts], axis=1) for i in (1, 2, 3, 4))
    return Horizons(theta, trust, error, still, n.astype(np.int64))


def forecast(fitted: Horizons, at: RoomInputs) -> Floats:
    """°C ``[S, H, T]`` for every origin; NaN where the room is unknown at the origin."""
    out = np.empty((at.room_c.shape[0], len(HORIZONS_H), at.room_c.shape[1]))
    for i, hours in enumerate(HORIZONS_H):
        x = features(at, hours)
        change = predict(fitted.theta[:, i : i + 1, : x.shape[-1]], x)
        out[:, i] = at.room_c + fitted.trust[:, i, None] * change
    return out


def _fit_one(at: RoomInputs, hours: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """θ of all that is known, the trust it has earned, and the errors of what would have been served.

    A forecast teaches once its hour is over: neither θ nor trust of a week knows what came after its beginning.
    """
    x, y = features(at, hours), shifted(at.room_c, -hours) - at.room_c
    known = np.isfinite(y) & np.isfinite(x).all(axis=-1)
    seen = Normals.empty(y.shape[0], x.shape[-1])
    theta = _theta(seen)
    losses, weight = np.zeros((y.shape[0], TRUSTS.size)), np.zeros(y.shape[0])
    change, trust = np.full(y.shape, np.nan), np.zeros(y.shape)
    for start in range(0, y.shape[1], BLOCK_H):
        block = slice(start, start + BLOCK_H)
        if (seen.n >= LEAST_HOURS).any():
            change[:, block] = predict(theta[:, None], x[:, block])
            trust[:, block] = _trust(losses, weight, hours)[:, None]
        over = slice(max(start - hours, 0), max(start + BLOCK_H - hours, 0))
        got = known[:, over]
        judged = got & np.isfinite(change[:, over])
        off = np.where(judged, y[:, over], 0.0)[..., None] - TRUSTS * np.where(judged, change[:, over], 0.0)[..., None]
        losses = losses * FORGET + np.abs(off).sum(axis=1)
        weight = weight * FORGET + judged.sum(axis=1)
        held = _held(y[:, over], theta, x[:, over])
        seen = seen.forget(FORGET) + accumulate(x[:, over], held, got)
        theta = _theta(seen)
    served = known & np.isfinite(change)
    n = served.sum(axis=1)
    some = np.where(n > 0, n, np.nan)
    error = np.where(served, np.abs(y - trust * np.where(served, change, 0.0)), 0.0).sum(axis=1) / some
    still = np.where(served, np.abs(y), 0.0).sum(axis=1) / some
    return theta, _trust(losses, weight, hours), error, still, n


def _theta(seen: Normals) -> Floats:
    """θ ``[S, K]`` of rooms drawn to that of all of them together."""
    size = seen.xy.shape[-1]
    whole = Normals(*(part.sum(axis=0, keepdims=True) for part in (seen.xx, seen.xy, seen.yy, seen.n)))
    scale = np.einsum("jkk->k", whole.xx[0]) / np.maximum(whole.n.sum(), 1.0)
    weight = np.maximum(scale, 1e-4) * np.ones(size)
    return solve(seen, GROUP_PRIOR * weight, solve(whole, PRIOR * weight)[0])[:, 0]


def _held(y: Floats, theta: Floats, x: Floats) -> Floats:
    """Changes no further from what was expected than 4 usual deviations: an open window is no rule."""
    expected = predict(theta[:, None], x)
    off = y - expected
    if not off.shape[1]:
        return y
    size = np.sort(np.abs(off), axis=1)  # NaN goes to the end
    n = (~np.isnan(size)).sum(axis=1)
    usual = 1.4826 * size[np.arange(size.shape[0]), np.maximum(n - 1, 0) // 2]
    limit = np.maximum(4 * np.nan_to_num(usual), 0.2)[:, None]
    return np.asarray(expected + np.clip(off, -limit, limit))


def _trust(losses: Floats, weight: Floats, hours: int) -> Floats:
    """What would have been best on unseen hours; with few of its own, what was best for the group."""
    least = LEAST_HOURS + PROVEN * hours  # errors of neighbouring origins are nearly the same error
    own = np.where((weight >= least)[:, None], losses, losses.sum(axis=0))
    best = (own <= NEARLY * own.min(axis=1, keepdims=True)).argmax(axis=1)
    proven = PROVEN * hours + (LEAST_HOURS if hours >= DAY_H else 0)
    is_better = own[np.arange(own.shape[0]), best] < CLEARLY * own[:, 0]
    return np.where(is_better & (weight.max(initial=0.0) >= proven), TRUSTS[best], 0.0)
