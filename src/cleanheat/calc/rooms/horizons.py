"""How warm will each room be in 1, 6, 24 and 48 hours?  Two direct linear models a horizon and "as now", mixed.

Everything is a difference to now, so that the models say what *changes*.  The *wide* one knows the change of weather
and of supply that is ahead as a house feels it (memories of hours and days), and how far the room lies from what it was
at that hour of the days before, from its own means and from its neighbours; it is drawn to the rooms together.  The
*plain* one is an ARX of the room alone, over its whole past.  An unknown difference counts as none; a room without a
reading now has no forecast.  The forecast is ``now + trust · change``, a convex mix of both and of "as now": what would
have been best on weeks that the models had not seen, and "as now" alone where they did not beat it there.

Source: ARX form of the first-order room (T' = αT + βT_e + γt_g(t−d)), direct multi-horizon least squares; forecast
combination by Bates & Granger 1969, by exponential weights (Vovk 1990).  Shapes: S rooms, T hours, K features, H
horizons.
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
"""Rolling origin: every three days (within the day: every day) models are fitted anew and asked for what follows."""
FORGET, FORGET_LOSS = 0.98, 0.95
"""In three days: what the wide model has learned has half its weight after fifteen weeks, losses after six."""
PRIOR, GROUP_PRIOR, PLAIN_PRIOR = 30.0, 200.0, 0.1
"""Hours' worth that no change (for the group) and the group (for a room) count; K² for each coefficient of the ARX."""
FEATURES, PLAIN = 49, 10
"""How many there are within a day (fewer for days ahead), and how many of them, the last, are the plain model's."""
MIXES = np.array([(i, j) for i in range(11) for j in range(11 - i)]) / 10
"""Weights of the wide and the plain model that are tried; what is left to one is "as now"."""
LEAST_HOURS = 72
"""Unseen hours before a room is judged by itself; until then by its group."""
AT_FIRST = (0.25, 0.1)
"""The mix while nothing is known of how well the models do: cautious."""
PROVEN = 4
"""How many times its horizon a room must have been watched, beyond the least hours, to be judged by itself."""
NEARLY, NEARLY_DAYS, GROUP_SHARE = 0.02, 0.03, 0.3
"""A mix whose loss is this share above the best one's weighs 1/e of it (days ahead fewer errors tell them apart); what
the group's counts beside a room's own."""
HELD_SPREADS, HELD_K = 3.0, 0.1
"""Changes further than so many usual deviations from what was expected (and than so many K) teach as if at the edge."""
CLEARLY = 0.97
"""By how much the mix must have beaten persistence on unseen weeks to be served at all."""


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
    room = at.room_c
    angle = 2 * np.pi * (at.local_hour + hours) / DAY_H
    day = [f(k * angle) for k in ((1,) if hours % DAY_H == 0 else (1, 2, 3)) for f in (np.sin, np.cos)]
    own = [*_ahead(at.outdoor_c, hours), *_ahead(at.supply_c, hours), *_past(room, hours)]
    if hours < DAY_H:
        own += [shifted(room, 2) - room, shifted(room, 6) - room, shifted(room, DAY_H) - room]
        own += [v - trailing_mean(v, DAY_H) for v in (at.supply_c, trailing_mean(at.supply_c, 3), at.outdoor_c)]
    parts = [np.ones_like(angle), *day, *(np.nan_to_num(v) for v in own), *_plain(at, hours)]
    x = np.stack([np.broadcast_to(v, room.shape) for v in parts], axis=-1)
    return np.where(np.isnan(room)[..., None], np.nan, x)


def _ahead(values: Floats, hours: int) -> list[Floats]:
    """What a house will feel of weather or supply beyond what it feels now, by memories of hours and days."""
    felt = [memory(values, t) for t in FELT_H]
    change = [mean_ahead(values, hours) - trailing_mean(values, DAY_H), shifted(values, -hours) - values]
    return [*change, *(shifted(m, -hours) - m for m in felt), felt[0] - felt[-1], felt[1] - memory(values, 3.0 * DAY_H)]


FELT_H = (1.0, 3.0, 12.0, 36.0)


def _past(room: Floats, hours: int) -> list[Floats]:
    """How far the room lies from its means, from what it was at that hour of days before, and from its neighbours."""
    back = -hours % DAY_H or DAY_H
    days = [shifted(room, back + DAY_H * k) for k in range(7)]
    apart = trailing_mean(room, DAY_H) - room
    means = [trailing_mean(room, n * DAY_H) - room for n in (3, 7)]
    same_hour = [_mean_known(days[:n]) - room for n in (1, 3, 7)]
    before = [shifted(room, n) - room for n in (1, 3)]
    return [apart, *means, *same_hour, *before, memory(room, 4.0 * DAY_H) - room, apart - _middle(apart)]


def _plain(at: RoomInputs, hours: int) -> list[Floats]:
    """The ARX: the room now, an hour ago and a day before then; supply and weather now and over the hours ahead."""
    angle = 2 * np.pi * (at.local_hour + hours) / DAY_H
    water, air = mean_ahead(at.supply_c, hours), mean_ahead(at.outdoor_c, hours)
    room = [at.room_c, shifted(at.room_c, 1), shifted(at.room_c, -hours % DAY_H or DAY_H)]
    levels = [np.nan_to_num(v - _BASE_C) for v in (*room, at.supply_c, water, at.outdoor_c, air)]
    return [np.ones_like(angle), *levels, np.sin(angle), np.cos(angle)]


_BASE_C = 20.0


def _mean_known(values: list[Floats]) -> Floats:
    known = np.stack(values)
    n = np.isfinite(known).sum(axis=0)
    return np.where(n > 0, np.nansum(known, axis=0) / np.maximum(n, 1), np.nan)


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

    A forecast teaches once its hour is over: neither θ nor mix of a week knows what came after its beginning.
    """
    x, y = features(at, hours), shifted(at.room_c, -hours) - at.room_c
    known = np.isfinite(y) & np.isfinite(x).all(axis=-1)
    learned = _Learned.empty(y.shape[0], x.shape[-1])
    losses, weight = np.zeros((y.shape[0], MIXES.shape[0])), np.zeros(y.shape[0])
    said, served = np.full((*y.shape, 2), np.nan), np.full(y.shape, np.nan)
    step = DAY_H if hours < DAY_H else BLOCK_H
    kept, kept_loss = (share ** (step / BLOCK_H) for share in (FORGET, FORGET_LOSS))
    for start in range(0, y.shape[1], step):
        block = slice(start, start + step)
        if learned.ready(BLOCK_H + step if step < BLOCK_H else LEAST_HOURS):
            said[:, block] = learned.changes(x[:, block])
            served[:, block] = np.einsum("stm,sm->st", said[:, block], _mix(losses, weight, hours))
        over = slice(max(start - hours, 0), max(start + step - hours, 0))
        judged = known[:, over] & np.isfinite(said[:, over]).all(axis=-1)
        losses = losses * kept_loss + _losses(y[:, over], said[:, over], judged)
        weight = weight * kept_loss + judged.sum(axis=1)
        learned = learned.taught(x[:, over], y[:, over], known[:, over], kept)
    mix = _mix(losses, weight, hours) * (weight > 0).any()  # never seen at work: as now
    use = known & np.isfinite(served)
    n = use.sum(axis=1)
    some = np.where(n > 0, n, np.nan)
    error = np.where(use, np.abs(y - np.where(use, served, 0.0)), 0.0).sum(axis=1) / some
    still = np.where(use, np.abs(y), 0.0).sum(axis=1) / some
    return learned.mixed(mix), mix.sum(axis=1), error, still, n


@dataclass(frozen=True)
class _Learned:
    """What both models have seen, and their θ ``[S, K]``."""

    wide: Normals
    plain: Normals
    theta: tuple[Floats, Floats]

    @classmethod
    def empty(cls, rooms: int, size: int) -> _Learned:
        wide, plain = Normals.empty(rooms, size - PLAIN), Normals.empty(rooms, PLAIN)
        return cls(wide, plain, (_theta(wide), _plain_theta(plain)))

    def ready(self, least_hours: int) -> bool:
        return bool((self.wide.n >= least_hours).any())

    def changes(self, x: Floats) -> Floats:
        """What each says will change, ``[S, T, 2]``."""
        parts = (x[..., :-PLAIN], x[..., -PLAIN:])
        return np.stack([predict(t[:, None], part) for t, part in zip(self.theta, parts, strict=True)], axis=-1)

    def taught(self, x: Floats, y: Floats, known: NDArray[np.bool_], kept: float) -> _Learned:
        held = _held(y, self.theta[0], x[..., :-PLAIN])
        wide = self.wide.forget(kept) + accumulate(x[..., :-PLAIN], held, known)
        plain = self.plain + accumulate(x[..., -PLAIN:], y, known)
        return _Learned(wide, plain, (_theta(wide), _plain_theta(plain)))

    def mixed(self, mix: Floats) -> Floats:
        """One θ over all features whose change, times the trust, is the mix of both."""
        share = mix / np.maximum(mix.sum(axis=1, keepdims=True), 1e-9)
        return np.concatenate([t * share[:, i, None] for i, t in enumerate(self.theta)], axis=1)


def _losses(y: Floats, said: Floats, judged: NDArray[np.bool_]) -> Floats:
    """Absolute errors of every mix, summed over the hours that are judged: ``[S, mixes]``."""
    off = np.where(judged, y, 0.0)[..., None] - np.where(judged[..., None], said, 0.0) @ MIXES.T
    return np.asarray(np.abs(off).sum(axis=1))


def _plain_theta(seen: Normals) -> Floats:
    return solve(seen, np.array([1e-3, *[PLAIN_PRIOR] * (PLAIN - 1)]))[:, 0]


def _theta(seen: Normals) -> Floats:
    """θ ``[S, K]`` of rooms drawn to that of all of them together."""
    size = seen.xy.shape[-1]
    whole = Normals(*(part.sum(axis=0, keepdims=True) for part in (seen.xx, seen.xy, seen.yy, seen.n)))
    scale = np.einsum("jkk->k", whole.xx[0]) / np.maximum(whole.n.sum(), 1.0)
    weight = np.maximum(scale, 1e-4) * np.ones(size)
    return solve(seen, GROUP_PRIOR * weight, solve(whole, PRIOR * weight)[0])[:, 0]


def _held(y: Floats, theta: Floats, x: Floats) -> Floats:
    """Changes no further from what was expected than usual deviations allow: an open window is no rule."""
    expected = predict(theta[:, None], x)
    off = y - expected
    if not off.shape[1]:
        return y
    size = np.sort(np.abs(off), axis=1)  # NaN goes to the end
    n = (~np.isnan(size)).sum(axis=1)
    usual = 1.4826 * size[np.arange(size.shape[0]), np.maximum(n - 1, 0) // 2]
    limit = np.maximum(HELD_SPREADS * np.nan_to_num(usual), HELD_K)[:, None]
    return np.asarray(expected + np.clip(off, -limit, limit))


def _mix(losses: Floats, weight: Floats, hours: int) -> Floats:
    """Weights of the wide and the plain model ``[S, 2]`` by what would have been best on unseen hours."""
    least = LEAST_HOURS + PROVEN * hours  # errors of neighbouring origins are nearly the same error
    if weight.max(initial=0.0) < hours + (LEAST_HOURS if hours >= DAY_H else 0):
        return np.tile(np.array(AT_FIRST), (losses.shape[0], 1))
    group = losses.sum(axis=0) / max(float(weight.sum()), 1.0)
    alone = losses / np.maximum(weight, 1.0)[:, None]
    own = np.where((weight >= least)[:, None], (alone + GROUP_SHARE * group) / (1 + GROUP_SHARE), group)
    best = own.min(axis=1, keepdims=True)
    share = np.exp(-(own / np.maximum(best, 1e-9) - 1) / (NEARLY if hours < DAY_H else NEARLY_DAYS))
    is_better = best[:, 0] < CLEARLY * own[:, 0]
    return np.where(is_better[:, None], share @ MIXES / share.sum(axis=1, keepdims=True), 0.0)
