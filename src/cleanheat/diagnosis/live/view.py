"""What is known of all circuits of one kind in one minute, for every condition to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.live.expected_now import Expectation
from cleanheat.diagnosis.live.memory import HourMemory
from cleanheat.diagnosis.live.numbers import number

Float32s = NDArray[np.float32]
Bools = NDArray[np.bool_]
DAY_H = 24
ROOM_C = np.float32(20.0)
MAIN = {"supply": "supply_c", "return": "return_c", "flow": "flow_t_h", "heat": "heat_kw"}
"""Channel of each expected quantity."""


@dataclass
class Trends:
    """What is carried beyond the rings, one row an object: signed sums of the supply's departure, slow means."""

    down: Float32s
    up: Float32s
    slow_approach_k: Float32s
    slow_makeup_t_h: Float32s

    @classmethod
    def of(cls, n: int) -> Trends:
        return cls(np.zeros(n, np.float32), np.zeros(n, np.float32), *(np.full(n, np.nan, np.float32) for _ in "ab"))


@dataclass(frozen=True)
class Rooms:
    """Rooms behind each circuit: mean °C, share below 18 °C, how many are known."""

    mean_c: Float32s
    cold_share: Float32s
    known: NDArray[np.int64]


@dataclass
class View:
    """Rows are objects; ``now`` readings by channel; ``on`` who has run for an hour; ``design``: the archive;
    ``wear``: what wears as a share of its own usual."""

    minute: int
    now: dict[str, Float32s]
    expected: Expectation
    memory: HourMemory
    on: Bools
    trends: Trends
    design: dict[str, Float32s]
    doubted: dict[str, Bools]
    fallen_mpa: Float32s
    rooms: Rooms | None = None
    more: dict[str, Float32s] = field(default_factory=dict)
    wear: Mapping[str, Float32s] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return int(self.on.shape[0])

    @cached_property
    def gap_k(self) -> Float32s:
        """Supply temperature beyond what is expected, K."""
        return self.now["supply_c"] - self.expected["supply"].value

    @cached_property
    def heat_ratio(self) -> Float32s:
        """Heat of the last 24 running hours to what was due; of temperatures above the room where no meter tells."""
        got, hours = self.memory.total("heat_on_kw", DAY_H)
        due, _ = self.memory.total("heat_due_kw", DAY_H)
        least = number("reach", "least_hours")
        by_heat = _ratio(got, due, hours >= least)
        warm, hours = self.memory.total("supply_on_c", DAY_H)
        asked, _ = self.memory.total("supply_due_c", DAY_H)
        by_temp = _ratio(warm - ROOM_C * hours, asked - ROOM_C * hours, (hours >= least) & (asked > ROOM_C * hours))
        return np.where(np.isnan(by_heat), by_temp, by_heat)

    @cached_property
    def heat_sigma(self) -> Float32s:
        """Usual deviation of a day's heat ratio: hours err together, so a day is only half as sure as it seems."""
        heat = self.expected["heat"]
        return np.asarray(heat.sigma / np.maximum(np.abs(heat.value), 1e-3), np.float32)

    def mean_gap_k(self, hours: int) -> Float32s:
        """Mean of (supply − expected) over the last running hours, K; NaN where fewer than three quarters are known."""
        return self.memory.mean("gap_k", hours, least=(3 * hours + 3) // 4)

    @cached_property
    def z(self) -> dict[str, Float32s]:
        """Standardised residuals of this minute by quantity."""
        return {
            q: (self.now[channel] - self.expected[q].value) / self.expected[q].sigma
            for q, channel in MAIN.items()
            if channel in self.now
        }


def _ratio(part: Float32s, whole: Float32s, known: Bools) -> Float32s:
    out = np.full(part.shape, np.nan, np.float32)
    np.divide(part, whole, out=out, where=known & (whole > 0))
    return out
