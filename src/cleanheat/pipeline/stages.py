"""How long does each stage of a minute take?  CPU of the whole process (the store's threads included) and wall time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

STAGES = ("open", "assemble", "judge", "store", "diagnose", "alerts", "live", "upkeep")


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu_s + other.cpu_s, self.wall_s + other.wall_s)


@dataclass
class Stopwatch:
    """Adds up the cost of named stages; a stage may be entered many times."""

    costs: dict[str, Cost] = field(default_factory=lambda: dict.fromkeys(STAGES, Cost()))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.costs[name] += Cost(time.process_time() - cpu, time.perf_counter() - wall)
