"""What is the network shown?  Weather and clock of every hour, and by how much each object's ridge was off in it.

Its inputs are what happens *to* an object, never what the object itself did an hour ago: a network that sees the last
error explains a slow under-supply away, and the fault would become the norm.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.profile.features import effective
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import HOUR_S

Floats = NDArray[np.float32]
LOCAL_OFFSET_H, DAY_H, WEEK_H = 8, 24, 168
FIRST_SATURDAY_H = 48
"""1 January 1970 was a Thursday: its Saturday began 48 local hours later."""
HARMONICS = 4
COLD_SCALE_K = 10.0
INPUTS = 3 + 2 * HARMONICS + 1


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


@dataclass(frozen=True)
class Lessons:
    """One kind of object: ``hour [T]`` since the epoch, ``inputs [T, INPUTS]``, ``residual [Q, S, T]``, ``group [S]``.

    The residual is (reading − ridge) / σ of the object, NaN where missing, untrusted or under alarm.  The ridge must
    not have seen the hours of the validation blocks (the last ``block_h · origins``).  ``ids [S]`` are the objects'
    numbers, ``group`` similar objects, counted from 0.
    """

    quantities: tuple[str, ...]
    ids: NDArray[np.int64]
    group: NDArray[np.int32]
    hour: NDArray[np.int64]
    inputs: Floats
    residual: NDArray[np.float16]

    @classmethod
    def of(
        cls,
        ids: NDArray[np.int64],
        group: NDArray[np.int32],
        hour: NDArray[np.int64],
        outdoor_c: NDArray[np.floating],
        residual: dict[str, NDArray[np.floating]],
    ) -> Self:
        """From readings' residuals ``[S, T]`` by quantity; raises ``Problem`` where shapes do not fit."""
        for name, values in residual.items():
            if values.shape != (ids.size, hour.size):
                raise invalid("residual", "残差数组与对象、时刻不符", f"{name}: {values.shape}")
        half = np.stack([np.clip(values, -1_000, 1_000).astype(np.float16) for values in residual.values()])
        shown = inputs(outdoor_c, hour)
        half[:, :, np.isnan(shown).any(axis=1)] = np.nan
        return cls(tuple(residual), ids, group, hour, np.nan_to_num(shown), half)

    def save(self, folder: Path) -> None:
        for name in ("ids", "group", "hour", "inputs", "residual"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        np.save(folder / "quantities.npy", np.array(self.quantities))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The large arrays stay on disk until they are asked for."""
        kept = {n: np.load(folder / f"{n}.npy") for n in ("ids", "group", "hour", "inputs")}
        names = tuple(np.load(folder / "quantities.npy").tolist())
        return cls(names, residual=np.load(folder / "residual.npy", mmap_mode="r"), **kept)


def at(outdoor_c: NDArray[np.floating], last_s: int, reach_h: int) -> Floats:
    """Inputs of the ``reach_h`` hours up to the one that begins at ``last_s``, from the hourly outdoor temperatures
    ``[n]`` that end there (n ≥ reach + 72 for the slow temperature to be whole); NaN where nothing is known.
    """
    last = last_s // HOUR_S
    hour = np.arange(last - outdoor_c.size + 1, last + 1)
    return inputs(outdoor_c, hour)[-reach_h:]
