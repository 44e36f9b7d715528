"""What do the circuits of one kind read now?  The newest trusted readings as canonical channels, one row an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.kernel.verdicts import TRUSTED, Verdict
from cleanheat.telemetry.public import Latest

Float32s = NDArray[np.float32]
Readings = Mapping[str, Float32s]


class Reader:
    """Rows are the archive's numbers in ascending order; a slot array becomes rows by ``numbers``."""

    def __init__(self, kind: str, numbers: NDArray[np.int32], channels: tuple[str, ...] | None = None) -> None:
        self._kind = kind
        every = CIRCUITS[kind].channels
        self._channels = {name: every[name] for name in channels or tuple(every)}
        dense = numbers.size > 0 and int(numbers[-1]) - int(numbers[0]) + 1 == numbers.size
        self._rows: Any = slice(int(numbers[0]), int(numbers[-1]) + 1) if dense else numbers
        self.n = int(numbers.size)

    def read(self, latest: Latest, since: int) -> dict[str, Float32s]:
        """``float32[n]`` a channel; NaN where not trusted or older than ``since``."""
        state = latest[self._kind]
        fresh = state.minute[self._rows] >= since
        out = {}
        for name, channel in self._channels.items():
            i = state.spec.index[channel.signal]
            good = TRUSTED[state.verdicts[i][self._rows]] & fresh
            factor = np.float32(channel.factor / state.spec.signals[i].scale)
            out[name] = np.where(good, state.values[i][self._rows] * factor, np.float32(np.nan))
        return out

    def doubtful(self, latest: Latest, since: int, channel: str) -> NDArray[np.bool_]:
        """Where a fresh value came but the rules doubt it or call it wrong."""
        state = latest[self._kind]
        verdict = state.verdicts[state.spec.index[self._channels[channel].signal]][self._rows]
        fresh = state.minute[self._rows] >= since
        doubted: NDArray[np.bool_] = fresh & ((verdict == Verdict.SUSPICIOUS) | (verdict == Verdict.BAD))
        return doubted

    def alive(self, latest: Latest, since: int) -> NDArray[np.bool_]:
        """Who has said anything since: silence is no reading of zero."""
        heard: NDArray[np.bool_] = latest[self._kind].heard[self._rows] >= since
        return heard


def water_heat_kw(readings: Readings) -> Float32s:
    """Heat by flow and temperatures, what a meter ought to show."""
    difference = readings["supply_c"] - readings["return_c"]
    return np.asarray(np.float32(WATER_KWH_PER_T_K) * readings["flow_t_h"] * difference, np.float32)
