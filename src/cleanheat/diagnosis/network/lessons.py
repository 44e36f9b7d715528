"""What is the network shown?  Weather and clock of every hour, and by how much each object's ridge was off in it.

Its inputs are what happens *to* an object, never what the object itself did an hour ago: a network that sees the last
error explains a slow under-supply away, and the fault would become the norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.profile.features import effective
from cleanheat.kernel.errors import invalid

Floats = NDArray[np.float32]
LOCAL_OFFSET_H, DAY_H, WEEK_H = 8, 24, 168
FIRST_SATURDAY_H = 48
"""1 January 1970 was a Thursday: its Saturday began 48 local hours later."""
HARMONICS = 4
COLD_SCALE_K = 10.0
INPUTS = 3 + 2 * HARMONICS + 1
_FAR = 1_000.0
"""Errors in σ that half precision still holds; so large a one is not learned from anyway."""
_SMALL = ("ids", "sigma", "keys", "group", "hour", "inputs")


def inputs(outdoor_c: NDArray[np.floating], hour: NDArray[np.int64]) -> Floats:
    """``float32[T, INPUTS]``: present, fast and slow effective outdoor temperature, four harmonics of the day, weekend.

    ``outdoor_c [T]`` is NaN where unknown, ``hour [T]`` counts hours since the epoch and may jump between seasons.  An
    unknown hour takes the mean of its last six; an hour without any temperature in three days is NaN.
    """
    outdoor = np.asarray(outdoor_c, np.float64)
    slow, fast = np.empty_like(outdoor), np.empty_like(outdoor)
    for start, stop in stretches(hour):
        slow[start:stop], fast[start:stop] = effective(outdoor[start:stop])
    now = np.where(np.isnan(outdoor), fast, outdoor)
    local = hour + LOCAL_OFFSET_H
    angle = 2 * np.pi / DAY_H * (local % DAY_H)[:, None] * np.arange(1, HARMONICS + 1)
    weekend = (local - FIRST_SATURDAY_H) % WEEK_H < 2 * DAY_H
    cold = np.stack([now, fast, slow], axis=1) / COLD_SCALE_K
    return np.concatenate([cold, np.sin(angle), np.cos(angle), weekend[:, None]], axis=1).astype(np.float32)


def stretches(hour: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Where hours follow each other without a gap: ``[start, stop)`` of each season."""
    cuts = np.flatnonzero(np.diff(hour) != 1) + 1
    return list(zip([0, *cuts.tolist()], [*cuts.tolist(), hour.size], strict=True))


Errors = tuple[NDArray[np.floating], NDArray[np.floating]]
"""(reading − expected) ``[S, T]`` and σ ``[S]`` of one quantity."""


@dataclass(frozen=True)
class Lessons:
    """One kind of object: ``hour [T]`` since the epoch, ``inputs [T, INPUTS]``, ``residual [Q, S, T]`` in σ.

    ``ids [S]`` are the objects' numbers, ``sigma [Q, S]`` the usual deviation of each in the quantity's unit;
    ``group [S]`` is the row in ``keys`` (ascending) of those that are like it.
    """

    quantities: tuple[str, ...]
    ids: NDArray[np.int64]
    sigma: Floats
    keys: NDArray[np.int64]
    group: NDArray[np.int32]
    hour: NDArray[np.int64]
    inputs: Floats
    residual: NDArray[np.float16]

    @classmethod
    def of(
        cls,
        ids: NDArray[np.int64],
        key: NDArray[np.int64],
        hour: NDArray[np.int64],
        outdoor_c: NDArray[np.floating],
        errors: Mapping[str, Errors],
    ) -> Self:
        """From errors of ridge by quantity: (reading − expected) ``[S, T]``, NaN where missing, untrusted or under
        alarm, and σ ``[S]``.  ``key [S]`` is equal for similar objects.  Raises ``Problem`` where shapes do not fit.

        A ridge that has seen the validation blocks only makes it harder for the network to be served.
        """
        half = np.empty((len(errors), ids.size, hour.size), np.float16)
        for row, (name, (off, sigma)) in enumerate(errors.items()):
            if off.shape != half.shape[1:] or sigma.shape != ids.shape:
                raise invalid("errors", "残差数组与对象、时刻不符", f"{name}: {off.shape}, {sigma.shape}")
            usual = np.where(sigma > 0, sigma, np.nan)[:, None]
            np.clip(off / usual, -_FAR, _FAR, out=half[row], casting="same_kind")
        shown = inputs(outdoor_c, hour)
        half[:, :, np.isnan(shown).any(axis=1)] = np.nan
        keys, group = np.unique(key, return_inverse=True)
        spread = np.stack([sigma for _, sigma in errors.values()]).astype(np.float32)
        return cls(tuple(errors), ids, spread, keys, group.astype(np.int32), hour, np.nan_to_num(shown), half)

    @classmethod
    def together(cls, parts: Sequence[Lessons]) -> Lessons:
        """Objects of several parts over the same hours, as one."""
        first = parts[0]
        ids = np.concatenate([p.ids for p in parts])
        residual = np.empty((len(first.quantities), ids.size, first.hour.size), np.float16)
        begin = 0
        for part in parts:
            residual[:, begin : begin + part.ids.size] = part.residual
            begin += part.ids.size
        keys, group = np.unique(np.concatenate([p.keys[p.group] for p in parts]), return_inverse=True)
        sigma = np.concatenate([p.sigma for p in parts], axis=1)
        return cls(first.quantities, ids, sigma, keys, group.astype(np.int32), first.hour, first.inputs, residual)

    def save(self, folder: Path) -> None:
        for name in (*_SMALL, "residual"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        np.save(folder / "quantities.npy", np.array(self.quantities))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The large array stays on disk until it is asked for."""
        kept: Any = {n: np.load(folder / f"{n}.npy") for n in _SMALL}
        names = tuple(np.load(folder / "quantities.npy").tolist())
        return cls(names, residual=np.load(folder / "residual.npy", mmap_mode="r"), **kept)


def at(outdoor_c: NDArray[np.floating], last_hour: int, reach_h: int) -> Floats:
    """Inputs of the ``reach_h`` hours up to ``last_hour`` (counted since the epoch), from the hourly outdoor
    temperatures ``[n]`` that end there (n ≥ reach + 72 for the slow temperature to be whole); NaN where unknown.
    """
    hour = np.arange(last_hour - outdoor_c.size + 1, last_hour + 1)
    return inputs(outdoor_c, hour)[-reach_h:]
