"""Who runs, who stands still, and for how long?  The operating state that all other judgements rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.live.numbers import number

Float32s = NDArray[np.float32]
Bools = NDArray[np.bool_]
UNSEEN, OFF, ON = np.int8(-1), np.int8(0), np.int8(1)
_LONG_MIN = np.int16(30_000)


class Running:
    """One row an object: −1 nobody knows, 0 stands, 1 runs; between the limits the last state is kept."""

    def __init__(self, n: int) -> None:
        self.state = np.full(n, UNSEEN)
        self.minutes = np.full(n, int(number("reach", "settle_min")), np.int16)
        self.stopped_min = np.zeros(n, np.int16)

    def look(self, flow_share: Float32s, delta_k: Float32s, elapsed: int) -> tuple[Float32s, Float32s]:
        """One more minute; returns on (1/0/NaN) and where a stop has just lasted long enough to count (1/0/NaN)."""
        stands = (flow_share < number("reach", "stopped_flow_share")) | (delta_k < number("reach", "stopped_delta_k"))
        runs = ~stands & (delta_k >= number("reach", "running_delta_k"))
        runs &= (flow_share >= number("reach", "running_flow_share")) | np.isnan(flow_share)
        known = np.isfinite(flow_share) | np.isfinite(delta_k)
        began = runs & (self.state == OFF)
        self.state[runs], self.state[stands] = ON, OFF
        self.minutes = np.where(began | stands, np.int16(0), np.minimum(self.minutes + np.int16(elapsed), _LONG_MIN))
        before = self.stopped_min
        self.stopped_min = np.where(self.state == OFF, np.minimum(before + np.int16(elapsed), _LONG_MIN), np.int16(0))
        edge = number("reach", "stop_edge_min")
        counted = (self.stopped_min >= edge) & (before < edge) & (before > 0)
        nan = np.float32(np.nan)
        on = np.where(known & (self.state != UNSEEN), (self.state == ON).astype(np.float32), nan)
        return on, np.where(np.isnan(on), nan, counted.astype(np.float32))

    @property
    def on(self) -> Bools:
        return np.asarray(self.state == ON)

    @property
    def settled(self) -> Bools:
        """Who has been running long enough to be compared with what is expected."""
        return self.on & (self.minutes >= number("reach", "settle_min"))

    def snapshot(self) -> dict[str, NDArray[Any]]:
        return {"state": self.state, "minutes": self.minutes, "stopped_min": self.stopped_min}

    def restore(self, kept: Mapping[str, NDArray[Any]]) -> None:
        self.state, self.minutes, self.stopped_min = (kept[n].copy() for n in ("state", "minutes", "stopped_min"))
