"""Does an object heat in turns?  Swings of its level within a day, edges per day, and whether they keep a timetable.

Shapes: S objects, D days, T = 24·D hours from a local midnight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS, by_day

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def swings(level: Floats, least: float) -> Floats:
    """How often each course ``[..., n]`` turned by ``least`` or more: its zigzag's legs, ``[...]``; gaps are jumped.

    >>> swings(np.array([1.0, 1.0, 0.6, 0.6, 1.0, 1.05, 0.5]), 0.15).tolist()
    3.0
    """
    shape = level.shape[:-1]
    high, low = np.full(shape, -np.inf), np.full(shape, np.inf)
    legs, way = np.zeros(shape), np.zeros(shape, np.int8)
    for k in range(level.shape[-1]):
        value = level[..., k]
        high, low = np.fmax(high, value), np.fmin(low, value)
        falls = (way >= 0) & (value <= high - least)
        rises = (way <= 0) & (value >= low + least) & ~falls
        legs += falls | rises
        way = np.where(falls, -1, np.where(rises, 1, way)).astype(np.int8)
        low = np.where(falls, value, low)
        high = np.where(rises, value, high)
    return legs


@dataclass(frozen=True)
class Rhythm:
    """Edges and duty of each day ``[S, D]``; ``kept`` [S]: share of the edges that lie at the object's usual hours."""

    edges: Floats
    duty: Floats
    kept: Floats


def rhythm(running: Bools, known: Bools, often: float = 0.6) -> Rhythm:
    """Edges from on to off and back of each day, the share of hours run, and how far edges keep to their hours.

    Usual hours are those at which an edge comes on at least ``often`` of the days: a timetable (night set-back) keeps
    them, chaotic cycling does not.

    >>> on = np.tile(np.arange(24) >= 6, 10)[None]
    >>> r = rhythm(on, np.ones_like(on))
    >>> r.edges[0, 1:3].tolist(), r.duty[0, :1].tolist(), r.kept.tolist()
    ([2.0, 2.0], [0.75], [1.0])
    """
    edge = np.zeros(running.shape, bool)
    edge[:, 1:] = (running[:, 1:] != running[:, :-1]) & known[:, 1:] & known[:, :-1]
    daily = by_day(edge)
    n = by_day(known).sum(axis=-1)
    duty = np.where(n > 0, (by_day(running & known)).sum(axis=-1) / np.maximum(n, 1), np.nan)
    days = np.maximum((n > 0).sum(axis=-1, keepdims=True), 1)
    usual = daily.sum(axis=1) / days >= often
    total = daily.sum(axis=(1, 2))
    kept = np.where(total > 0, (daily & usual[:, None]).sum(axis=(1, 2)) / np.maximum(total, 1), 1.0)
    return Rhythm(daily.sum(axis=-1).astype(np.float64), duty, kept)


@dataclass
class Watch:
    """For the minute path: whether ``n`` objects run, and the edges of the last day as a ring of hours [n, 24]."""

    running: Bools
    known: Bools
    ring: Floats

    @classmethod
    def of(cls, n: int) -> Watch:
        return cls(np.zeros(n, bool), np.zeros(n, bool), np.zeros((n, HOURS)))


def advance(watch: Watch, running: Bools, known: Bools, hour: int, fresh_hour: bool) -> Floats:
    """Take one more look; returns edges of the last 24 h.  What is unknown makes no edge.

    >>> watch = Watch.of(1)
    >>> looks = [(True, 5, True), (False, 5, False), (False, 6, True), (True, 7, True)]
    >>> [float(advance(watch, np.array([on]), np.array([True]), h, new)[0]) for on, h, new in looks]
    [0.0, 1.0, 1.0, 2.0]
    """
    if fresh_hour:
        watch.ring[:, hour % HOURS] = 0.0
    watch.ring[:, hour % HOURS] += known & watch.known & (running != watch.running)
    watch.running = np.where(known, running, watch.running)
    watch.known |= known
    return np.asarray(watch.ring.sum(axis=1))
