"""Does the course of a day look like a stop, or like heating in turns?  Matched filters over the day's hours.

Daily means mix hours that run with hours that pause; in mild weather the building pauses by itself.  The course of a
day tells them apart: what each hour of the day usually reads in such weather, and how hours depart *together* (their
scatter), is learned; a pause that is common is then an ordinary direction of that scatter and weighs little, a day
that decays from morning to night without ever being reheated does not.

z = dᵀS⁻¹v / √(dᵀS⁻¹d) for each template d of a failure, and the best of its family: a stop (everything decays from
some hour on), heating in turns (every other block of two or three hours half cold, at any phase).  S is scaled to the
weather: how far hours depart is learned in three bins of outdoor temperature.

Shapes: S objects, D days, N = channels · 24 readings of a day, K weather features, B bins.
Source: matched filter (Neyman–Pearson) on Gaussian residuals, generalised likelihood ratio over unknown times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS, by_day, quantile_by
from cleanheat.calc.anomaly.t2_spe import inverse
from cleanheat.calc.models.ridge import fit, predict
from cleanheat.calc.models.weather_memory import memories

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CHANNELS = ("supply_c", "return_c", "primary_return_c")
"""Meters are left out: one that is dead for weeks would teach that anything goes."""
FAMILIES = ("stop", "turns")
_COLD_C = {"supply_c": 25.0, "return_c": 25.0, "primary_return_c": 30.0}
_DECAY_H = 6.0
_STOPS_AT = (0, 5, 7, 10, 13)
_BLOCKS_H = (2, 3)
_TURN_DEPTH = 0.4
_TURNS_FROM, _TURNS_TO = 6, 22
_BINS = 3
_KEPT = 0.95
_SHRINK_DAYS = 60.0
_LEAST_KNOWN = 0.6
_AT_ONCE = 256

_LEAST_SCALE = 0.1
"""Of the scatter's own directions: none is believed to be quieter, few days would promise too much."""
_LEAST_SPREAD_K = 0.5
_NOTHING_KNOWN = 1e6
"""Spread of a reading never seen: it says nothing."""


@dataclass(frozen=True)
class Shape:
    """What was learned: θ ``[S·N, 1, K]`` of each hour's usual reading, bins' ``edges [S, B − 1]``, spread of each
    reading ``[S, B, N]``, and how scaled readings depart together ``[S, N, N]``.
    """

    channels: tuple[str, ...]
    theta: Floats
    edges: Floats
    spread: Floats
    together: Floats


def readings(values: Mapping[str, Floats], channels: Sequence[str]) -> Floats:
    """``[S, D, N]``: the day's hours of one channel after the other."""
    return np.concatenate([by_day(np.asarray(values[name], np.float64)) for name in channels], axis=-1)


def weather(outdoor_c: Floats) -> Floats:
    """Features of each hour ``[S, T, K]``."""
    felt = memories(outdoor_c, (3.0, 12.0, 48.0)) / 10.0
    day = felt[..., 1:2]
    bends = [np.maximum(day - at, 0.0) for at in (0.4, 0.9)]
    return np.asarray(np.nan_to_num(np.concatenate([np.ones_like(day), felt, *bends], axis=-1)))


def usual(shape: Shape, x: Floats) -> Floats:
    """Usual readings ``[S, D, N]`` in this weather ``[S, T, K]``."""
    told = predict(shape.theta, _by_hour(x, len(shape.channels)))
    return _days(told, x.shape[0])


def learn(values: Mapping[str, Floats], outdoor_c: Floats, days: Bools, channels: Sequence[str]) -> Shape:
    """From the days ``bool[S, D]`` that teach."""
    x, read = weather(outdoor_c), readings(values, channels)
    objects, _, n = read.shape
    y = np.moveaxis(read, 1, 2).reshape(objects * n, -1)
    known = np.repeat(days, n, axis=0)
    hours = _by_hour(x, len(channels))
    prior = np.full(x.shape[-1], 1.0)
    theta = fit(hours, y, known, prior, prior, outlier_spreads=6.0).theta
    v = np.where(days[..., None], read - _days(predict(theta, hours), objects), np.nan)
    cold = np.where(days, _daily(outdoor_c), np.nan)
    edges = np.stack([quantile_by(cold, (b + 1) / _BINS) for b in range(_BINS - 1)], axis=-1)
    bins = _bin(edges, _daily(outdoor_c))
    spread = _spreads(v, bins)
    return Shape(tuple(channels), theta, edges, spread, _together(v / _of(spread, bins)))


def departures(shape: Shape, values: Mapping[str, Floats], outdoor_c: Floats) -> tuple[Floats, Floats, Floats]:
    """Readings less the usual, the usual, and the spread of each, ``[S, D, N]``."""
    told = usual(shape, weather(outdoor_c))
    return (
        readings(values, shape.channels) - told,
        told,
        _of(shape.spread, _bin(shape.edges, _daily(outdoor_c))),
    )


def match(shape: Shape, v: Floats, told: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Best z and its size of each family ``[S, D, 2]``; NaN where too little of the day is known."""
    known = np.isfinite(v)
    z = np.full((*v.shape[:2], len(FAMILIES)), np.nan)
    size = np.full_like(z, np.nan)
    whole = inverse(shape.together, np.ones((len(v), v.shape[-1]), bool))
    objects, days = np.nonzero(known.mean(axis=-1) >= _LEAST_KNOWN)
    for first in range(0, objects.size, _AT_ONCE):
        at = objects[first : first + _AT_ONCE], days[first : first + _AT_ONCE]
        there = known[at]
        inverted = whole[at[0]]
        part = ~there.all(axis=-1)
        inverted[part] = inverse(shape.together[at[0][part]], there[part])
        along = np.einsum("pij,pj->pi", inverted, np.where(there, v[at] / spread[at], 0.0))
        for f, d in enumerate(_templates(told[at], shape.channels)):
            u = np.where(there[:, None], d / spread[at][:, None], 0.0)
            power = np.sqrt(np.maximum((np.matmul(u, inverted) * u).sum(axis=-1), 1e-9))
            each = np.einsum("phi,pi->ph", u, along) / power
            best = np.argmax(each, axis=-1)[:, None]
            z[(*at, f)] = np.take_along_axis(each, best, axis=-1)[:, 0]
            size[(*at, f)] = np.take_along_axis(each / power, best, axis=-1)[:, 0]
    return z, size


def _templates(told: Floats, channels: Sequence[str]) -> tuple[Floats, Floats]:
    """Departures ``[P, H, N]`` a stop and turns would make of the usual readings ``[P, N]``."""
    hour = np.arange(HOURS)
    since = hour - np.array(_STOPS_AT)[:, None]
    decayed = np.where(since >= 0, 1 - np.exp(-since / _DECAY_H), 0.0)
    daytime = (hour >= _TURNS_FROM) & (hour < _TURNS_TO)
    off = np.array([((hour - p) // b % 2 == 1) & daytime for b in _BLOCKS_H for p in range(2 * b)], np.float64)
    stop, turns = [], []
    for c, name in enumerate(channels):
        usual_here = told[:, None, c * HOURS : (c + 1) * HOURS]
        excess = np.maximum(usual_here - _COLD_C[name], 0.0)
        stop.append(-excess * decayed)
        turns.append(-(0.0 if name == "primary_return_c" else _TURN_DEPTH) * excess * off)
    return np.concatenate(stop, axis=-1), np.concatenate(turns, axis=-1)


def _by_hour(x: Floats, channels: int) -> Floats:
    """Features ``[S·N, D, K]``: those of each hour of the day, for every channel."""
    objects, _, k = x.shape
    hours = np.moveaxis(x.reshape(objects, -1, HOURS, k), 2, 1)
    return np.asarray(np.tile(hours, (1, channels, 1, 1)).reshape(objects * channels * HOURS, -1, k))


def _days(of_hours: Floats, objects: int) -> Floats:
    return np.asarray(np.moveaxis(of_hours.reshape(objects, -1, of_hours.shape[-1]), 1, 2))


def _daily(outdoor_c: Floats) -> Floats:
    daily = by_day(outdoor_c)
    known = np.isfinite(daily)
    return np.where(known.any(-1), np.where(known, daily, 0.0).sum(-1) / np.maximum(known.sum(-1), 1), np.nan)


def _bin(edges: Floats, outdoor_c: Floats) -> NDArray[np.int64]:
    return np.asarray((outdoor_c[..., None] > edges[:, None]).sum(axis=-1))


def _of(spread: Floats, bins: NDArray[np.int64]) -> Floats:
    return np.asarray(spread[np.arange(len(spread))[:, None], bins])


def _spreads(v: Floats, bins: NDArray[np.int64]) -> Floats:
    """68 % quantile of the departures of each bin, ``[S, B, N]``, at least half of all days' together."""
    size = np.abs(v)
    every = quantile_by(size, 0.68, axis=1)
    own = [quantile_by(np.where((bins == b)[..., None], size, np.nan), 0.68, axis=1) for b in range(_BINS)]
    out = np.stack([np.fmax(each, 0.5 * every) for each in own], axis=1)
    return np.asarray(np.maximum(np.nan_to_num(out, nan=_NOTHING_KNOWN), _LEAST_SPREAD_K))


def _together(v: Floats) -> Floats:
    """Correlation ``[S, N, N]`` of scaled departures ``[S, D, N]``, the furthest days left out, shrunk by few days."""
    v = np.clip(v, -5.0, 5.0)
    known = np.isfinite(v)
    value = np.where(known, v, 0.0)
    far = np.where(known.any(-1), (value**2).sum(-1) / np.maximum(known.sum(-1), 1), np.nan)
    keep = far <= quantile_by(far, _KEPT)[:, None]
    held, use = value * keep[..., None], (known & keep[..., None]).astype(np.float64)
    moments = np.einsum("sdi,sdj->sij", held, held) / np.maximum(np.einsum("sdi,sdj->sij", use, use), 1.0)
    n = v.shape[-1]
    variance = np.maximum(np.einsum("sii->si", moments), 0.25)
    correlation = np.clip(moments / np.sqrt(variance[:, :, None] * variance[:, None, :]), -0.995, 0.995)
    keepers = keep.sum(axis=1)
    trust = 0.95 * keepers / (keepers + _SHRINK_DAYS)
    correlation *= trust[:, None, None]
    correlation[:, np.arange(n), np.arange(n)] = 1.0
    scale, vectors = np.linalg.eigh(correlation)  # pairs known on different days need not fit together
    correlation = np.einsum("sij,sj,skj->sik", vectors, np.maximum(scale, _LEAST_SCALE), vectors)
    spread = np.sqrt(variance)
    return np.asarray(correlation * spread[:, :, None] * spread[:, None, :])
