"""Does a day depart from the expected in the way a certain failure would make it?  One matched filter a hypothesis.

A failure moves the day's mean residuals v along a direction d that physics gives: 15 % less heat lowers supply and
return by 15 % of their excess over the room, the heat by 15 %, the primary return by half as much; a fouled exchanger
raises the primary return.  z = dᵀS⁻¹v / √(dᵀS⁻¹d) is the best linear test of it (normal with unit spread while all is
well), a = dᵀS⁻¹v / dᵀS⁻¹d the size in units of d.  Days add up: Σz·n / √Σn² with n = √(dᵀS⁻¹d).

Buildings drift.  A slow mean of past days' residuals is taken off first; days under suspicion do not enter it, so that
a fault does not become usual, and it is bounded by the spread.
Source: matched filter (Neyman–Pearson for Gaussian residuals); S robust as in ``t2_spe``.

Shapes: S objects, D days, C signals, H hypotheses, W lengths of windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import quantile_by
from cleanheat.calc.anomaly.running import BASE_C
from cleanheat.calc.anomaly.t2_spe import inverse

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HYPOTHESES = ("under", "over", "warm_return", "under_full", "over_full")
"""The last two: the primary return follows as far as the secondary, as it does at a good exchanger."""
SUSPECT_Z = 2.5
"""From this departure on a day is not taken for the building's own drift."""
_BOUND = 3.0
_DAY_MOST = 3.0


def directions(expected: Floats, signals: Sequence[str], fraction: float = 0.15) -> Floats:
    """d ``[S, D, H, C]`` for expected day means ``[S, D, C]`` of the signals.

    >>> directions(np.array([[[60.0, 50.0]]]), ("supply_c", "primary_return_c"))[0, 0].tolist()
    [[-6.0, -2.25], [6.0, 2.25], [-2.0, 8.0], [-6.0, -4.5], [6.0, 4.5]]
    """
    out = np.zeros((*expected.shape[:2], len(HYPOTHESES), len(signals)))
    for c, signal in enumerate(signals):
        excess = np.maximum(expected[..., c] - BASE_C, 0.0)
        if signal in ("supply_c", "return_c"):
            more = fraction * excess
        elif signal == "primary_return_c":
            more = fraction / 2 * excess
        elif signal == "heat_kw":
            more = fraction * expected[..., c]
        else:
            continue
        out[..., 0, c], out[..., 1, c] = -more, more
        fully = 2 * more if signal == "primary_return_c" else more
        out[..., 3, c], out[..., 4, c] = -fully, fully
        out[..., 2, c] = {"primary_return_c": 8.0, "supply_c": -2.0}.get(signal, 0.0)
        if signal == "heat_kw":
            out[..., 2, c] = -0.03 * expected[..., c]
    return np.nan_to_num(out)


@dataclass(frozen=True)
class Filter:
    """What the days' vectors are held against: weights ``[S, D, H, C]`` = S⁻¹d and powers ``[S, D, H]`` = √dᵀS⁻¹d."""

    weight: Floats
    power: Floats

    @classmethod
    def of(cls, d: Floats, scatters: Floats, known: Bools) -> Filter:
        """For directions ``[S, D, H, C]``, scatters ``[S, D, C, C]`` and the signals known ``[S, D, C]``."""
        inverted = inverse(scatters, known)
        weight = np.einsum("sdij,sdhj->sdhi", inverted, d)
        power = np.sqrt(np.maximum(np.einsum("sdhi,sdhi->sdh", weight, d), 0.0))
        return cls(weight, power)

    def test(self, v: Floats, day: int) -> tuple[Floats, Floats]:
        """z and a ``[S, H]`` of one day's vectors ``[S, C]``; NaN where no direction can be seen."""
        along = np.einsum("shi,si->sh", self.weight[:, day], np.nan_to_num(v))
        power = self.power[:, day]
        seen = power > 1e-9
        safe = np.where(seen, power, 1.0)
        return np.where(seen, along / safe, np.nan), np.where(seen, along / safe**2, np.nan)


@dataclass
class Track:
    """The building's own drift: mean residual ``[S, C]`` of past days, learned with ``gain [S]``, within ``bound``."""

    mean: Floats
    gain: Floats
    bound: Floats

    @classmethod
    def of(cls, gain: Floats, spread: Floats) -> Track:
        return cls(np.zeros(spread.shape), gain, _BOUND * spread)

    def innovation(self, residual: Floats) -> Floats:
        """Today's residual beyond the drift, ``[S, C]``."""
        return residual - self.mean

    def learn(self, residual: Floats, hold: Bools, age: int) -> None:
        """Let the drift follow a day that is not ``hold [S]``; a far day counts by the bound at most.

        In the first days of a season (``age`` days behind it) the drift is learned faster: nobody knows it yet.
        """
        step = np.clip(np.nan_to_num(residual - self.mean), -self.bound, self.bound)
        step *= np.where(hold, 0.0, np.maximum(self.gain, 1.0 / (age + 2)))[:, None]
        self.mean = np.clip(self.mean + step, -self.bound, self.bound)


@dataclass
class Window:
    """Evidence of the last days for each hypothesis: along ``[S, H, W]`` and squared power, newest last."""

    along: Floats
    squared: Floats

    @classmethod
    def of(cls, objects: int, hypotheses: int, days: int) -> Window:
        return cls(np.zeros((objects, hypotheses, days)), np.zeros((objects, hypotheses, days)))

    def add(self, z: Floats, power: Floats, size: Floats, least: float) -> Floats:
        """Take one day; returns z over the last 1…W days ``[S, H, W]``.

        A day whose size is below ``least`` ends the row: what went before it no longer counts.  One day says no more
        than ``_DAY_MOST``: several days must agree, a grave one does not speak for the next.
        """
        fresh = np.isfinite(z)
        z, power = np.where(fresh, np.minimum(z, _DAY_MOST), 0.0), np.where(fresh, power, 0.0)
        self.along = np.concatenate([self.along[..., 1:], (z * power)[..., None]], axis=-1)
        self.squared = np.concatenate([self.squared[..., 1:], (power**2)[..., None]], axis=-1)
        ended = fresh & ~(size > least)
        self.along[ended, :-1] = 0.0
        self.squared[ended, :-1] = 0.0
        total = np.cumsum(self.along[..., ::-1], axis=-1)
        return np.asarray(total / np.sqrt(np.maximum(np.cumsum(self.squared[..., ::-1], axis=-1), 1e-9)))


def quietest_gain(residual: Floats, gains: Sequence[float], ages: NDArray[np.int64]) -> Floats:
    """The gain of each object with which its training residuals ``[S, D, C]`` are best foretold, ``[S]``.

    Judged by the median size of the innovations, scaled by each signal's own spread.
    """
    spread = typical_size(residual)
    worth = np.stack([_foretold(residual, spread, gain, ages) for gain in gains])
    return np.asarray(np.asarray(gains, np.float64)[np.argmin(worth, axis=0)])


def _foretold(residual: Floats, spread: Floats, gain: float, ages: NDArray[np.int64]) -> Floats:
    v = innovations(residual, np.full(residual.shape[0], gain), spread, ages)
    size = np.minimum(np.abs(v) / spread[:, None], _BOUND)
    known = np.isfinite(size)
    return np.asarray(np.where(known, size, 0.0).sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1))


def typical_size(residual: Floats) -> Floats:
    """Robust spread ``[S, C]`` of residuals ``[S, D, C]``; 1 where a signal is not measured."""
    middle = 1.4826 * quantile_by(np.abs(residual), 0.5, axis=1)
    return np.asarray(np.where(middle > 0, middle, 1.0), np.float64)


def young(ages: NDArray[np.int64]) -> Floats:
    """How much wider the scatter is while a season is young, ``[D]``: its drift is not known yet.

    >>> young(np.array([0, 9])).tolist()
    [3.0, 1.2]
    """
    return np.asarray(1.0 + 2.0 / (ages + 1.0), np.float64)


def innovations(residual: Floats, gain: Floats, spread: Floats, ages: NDArray[np.int64]) -> Floats:
    """Residuals beyond the drift over a whole training series ``[S, D, C]``, nothing held back."""
    track = Track.of(gain, spread)
    out = np.empty_like(residual)
    for day in range(residual.shape[1]):
        out[:, day] = track.innovation(residual[:, day])
        track.learn(residual[:, day], np.zeros(residual.shape[0], bool), int(ages[day]))
    return out
