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

    def between(self, knots: NDArray[np.float32], first_hour: int) -> NDArray[np.float32]:
        """``[rows, n]``: hourly knots ``[rows, hours]`` from ``first_hour`` on, taken to the grid in straight lines."""
        since = self.start - first_hour * HOUR_S
        if since % HOUR_S == 0 and HOUR_S % self.step_s == 0 and self.n * self.step_s % HOUR_S == 0:
            return self._whole_hours(knots, since // HOUR_S)
        at, rest = np.divmod(self.times - first_hour * HOUR_S, HOUR_S)
        low = knots[:, at]
        low += (knots[:, at + 1] - low) * (rest / HOUR_S).astype(np.float32)
        return low

    def _whole_hours(self, knots: NDArray[np.float32], first: int) -> NDArray[np.float32]:
        """The same for a grid of whole hours, without an index for every instant."""
        hours, each = self.n * self.step_s // HOUR_S, HOUR_S // self.step_s
        share = np.arange(each, dtype=np.float32) / np.float32(each)
        low = knots[:, first : first + hours, None]
        rise = (knots[:, first + 1 : first + hours + 1] - knots[:, first : first + hours])[:, :, None]
        out = rise * share
        out += low
        return out.reshape(knots.shape[0], self.n)


@dataclass(frozen=True)
class Knots:
    """Slow quantities of one table's rows at whole hours, ``float32[rows, hours]`` each."""

    first_hour: int
    values: dict[str, NDArray[np.float32]]

    def at(self, name: str, rows: slice, grid: Grid) -> NDArray[Any]:
        return grid.between(self.values[name][rows], self.first_hour)
