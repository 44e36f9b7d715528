"""What a benchmark reports and how it measures: CPU seconds of this process, median of repeats, wall time beside."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One measured number with what it is held against.

    ``target`` is the figure that must be reached, ``floor`` what the bare operation costs in the same run,
    ``peer`` a published or measured figure of another system; ``better`` says in which direction.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    floor: float | None = None
    peer: str | float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def reached(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


@dataclass(frozen=True)
class Spent:
    """CPU seconds of all threads of this process, and wall seconds."""

    cpu_s: float
    wall_s: float


def spent(work: Callable[[], object]) -> Spent:
    """What one call costs, with the collector out of the way."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.process_time() - cpu, time.perf_counter() - wall)


def median(work: Callable[[], object], repeats: int = 5) -> Spent:
    """Median CPU and median wall of ``repeats`` calls."""
    runs = [spent(work) for _ in range(repeats)]
    return Spent(statistics.median(r.cpu_s for r in runs), statistics.median(r.wall_s for r in runs))


def load() -> float:
    """The machine's one-minute load: printed beside every figure, since the machine is shared."""
    return os.getloadavg()[0]
