"""Which share of the heat they need do units get?  Stuck valves, sources too small for the cold, starved branches.

All of it is a factor on a unit's load at whole hours, from the labels of a window and the weather around them; the
temperature that a short source supplies falls with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import HOUR_S
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Labels

Hourly = NDArray[np.float32]
SHORT_FROM_C, SHORT_FULLY_C = -9.0, -19.0
"""A source too small lacks nothing above the first felt outdoor temperature, all its shortage below the second."""
SUPPLY_SHARE = 0.55
"""Of a lack of heat so much shows in the source's supply temperature (its lift over 40 °C), the rest in its flow."""


@dataclass(frozen=True)
class Shortfall:
    """Sparse factors on hours of a window: ``got[k, hours]`` on the load of unit rows ``row[k]``.

    ``stray``: the valve stands at a chance opening, its controller asks for another.
    ``source_got[j, delay + hours]`` is of source rows ``source[j]`` and reaches back by the longest delay.
    """

    row: NDArray[np.int64]
    got: Hourly
    stray: NDArray[np.bool_]
    source: NDArray[np.int64]
    source_got: Hourly

    def on_sources(self, supply_c: Hourly) -> Hourly:
        """Supply temperatures ``[sources, hours]`` of sources that cannot give what is asked."""
        lowered = supply_c.copy()
        lift = np.maximum(lowered[self.source] - 40.0, 0.0)
        np.subtract.at(lowered, self.source, SUPPLY_SHARE * (1.0 - self.source_got) * lift)
        return lowered

    def on_units(self, count: int) -> tuple[Hourly, Hourly]:
        """``[units, hours]``: factor on the load; and on what the valve's controller believes to have opened."""
        load, believed = (np.ones((count, self.got.shape[1]), np.float32) for _ in range(2))
        np.multiply.at(load, self.row, self.got)
        np.multiply.at(believed, self.row[self.stray], 1.0 / np.maximum(self.got[self.stray], 0.1))
        return load, believed


def shortage(labels: Labels, felt_c: NDArray[np.float64], first_hour: int) -> Hourly:
    """``[labels, hours]``: what sources give of what is asked; capacity is short in the cold, a branch at any time."""
    hour = (first_hour + np.arange(felt_c.shape[0])) * HOUR_S
    begun = (hour[None, :] - labels["start"][:, None]) / HOUR_S
    over = (hour[None, :] - labels["end"][:, None]) / HOUR_S
    held = np.clip(begun / 2.0, 0.0, 1.0) * np.clip(1.0 - over / 2.0, 0.0, 1.0)
    cold = np.clip((SHORT_FROM_C - felt_c) / (SHORT_FROM_C - SHORT_FULLY_C), 0.0, 1.0)
    acts = np.where(labels["fault"][:, None] == Fault.CAPACITY_SHORTAGE, cold[None, :], 1.0)
    return np.asarray(1.0 - labels["amount"][:, None] * held * acts, np.float32)


def stuck(labels: Labels, held: Sequence[float], needed: Hourly, first_hour: int) -> Hourly:
    """``[labels, hours]``: load ÷ need where a valve stays where it was; ``needed`` is each label's unit's load."""
    hour = (first_hour + np.arange(needed.shape[1])) * HOUR_S
    inside = (hour[None, :] >= labels["start"][:, None]) & (hour[None, :] < labels["end"][:, None])
    return np.where(inside, np.asarray(held, np.float32)[:, None] / needed, np.float32(1.0)).astype(np.float32)
