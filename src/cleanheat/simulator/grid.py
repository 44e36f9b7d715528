"""At which instants is the city looked at?  A regular grid of times and the way from hourly knots to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import HOUR_S, MINUTE_S


@dataclass(frozen=True)
class Grid:
    """``n`` instants from ``start`` (epoch seconds, whole minutes), ``step_s`` (whole minutes) apart."""

    start: int
    n: int
    step_s: int = MINUTE_S

    @cached_property
    def times(self) -> NDArray[np.int64]:
        return self.start + self.step_s * np.arange(self.n, dtype=np.int64)

    @property
    def minute(self) -> int:
        return self.start // MINUTE_S

    @property
    def stride(self) -> int:
        return self.step_s // MINUTE_S

    @property
    def first_hour(self) -> int:
        return self.start // HOUR_S

    @property
    def n_hours(self) -> int:
        """Hourly knots that enclose the grid."""
        return (self.start + self.step_s * (self.n - 1)) // HOUR_S + 2 - self.first_hour

    def weights(self, first_hour: int, n_hours: int) -> NDArray[np.float32]:
        """``[n_hours, n]``: linear interpolation as a matrix; ``knots @ weights`` takes hourly knots to the grid."""
        at = self.times / HOUR_S - first_hour
        hat = 1.0 - np.abs(at[None, :] - np.arange(n_hours)[:, None])
        return np.clip(hat, 0.0, 1.0).astype(np.float32)


@dataclass(frozen=True)
class Knots:
    """Slow quantities of one table's rows at whole hours, ``float32[rows, hours]`` each."""

    first_hour: int
    values: dict[str, NDArray[np.float32]]

    def at(self, name: str, rows: slice, weights: NDArray[np.float32]) -> NDArray[Any]:
        return self.values[name][rows] @ weights
