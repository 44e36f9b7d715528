"""What is known of every pipe of a generated city: its line, bore, age and owner, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.simulator.city.buildings import Floats, Ints
from cleanheat.simulator.city.geography import Points

TRUNK, PRIMARY, SECONDARY = 0, 1, 2


@dataclass(frozen=True)
class Pipes:
    """All pipes; ``branch``, ``boiler``, ``unit``, ``company`` are 0-based indices, -1 for none."""

    medium: Ints
    branch: Ints
    boiler: Ints
    unit: Ints
    company: Ints
    diameter_mm: Ints
    length_m: Floats
    built_year: Ints
    district: NDArray[np.int32]
    offsets: NDArray[np.uint32]
    vertices: Points
    branch_length_km: Floats

    @property
    def count(self) -> int:
        return len(self.medium)
