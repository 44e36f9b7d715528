"""Some objects' history as arrays: what a fit is given, and which of it can be trusted to teach anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.fleet.designs import Design
from cleanheat.diagnosis.parameters import Reason

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STILL = 1e-3
"""A channel whose readings span less than this (in its unit) over the whole history stands still."""
IDLE_SHARE, BUSY_SHARE, BUSY_EVERY = 0.05, 0.9, 7
"""Less than this share of a busy hour's flow (90 % quantile, of every seventh hour) and no heat is carried: before a
unit's own first day and in stops the water says nothing of what is usual.  Source: domain's criterion of a stop."""


@dataclass(frozen=True)
class Block:
    """Objects ``numbers [S]`` with their group keys, scales and channels ``float32[S, T]`` on an axis of T hours.

    ``scale`` by quantity ``float64[S]`` (1 where absent); ``excluded bool[S, T]``: hours under an alarm, from which
    nothing is learned.
    """

    numbers: NDArray[np.int32]
    group: NDArray[np.int64]
    values: Mapping[str, NDArray[np.float32]]
    scale: Mapping[str, Floats]
    excluded: Bools | None = None

    @cached_property
    def idle(self) -> Bools | None:
        """``bool[S, T]``: hours that are known to carry no heat; None where no flow is measured."""
        flow = self.values.get("flow_t_h")
        if flow is None:
            return None
        some = np.sort(flow[:, ::BUSY_EVERY], axis=1)  # NaN goes last
        known = np.isfinite(some).sum(axis=1)
        at = (np.maximum(known - 1, 0) * BUSY_SHARE).astype(np.int64)
        return np.asarray(flow < IDLE_SHARE * some[np.arange(flow.shape[0]), at][:, None])

    def scale_of(self, quantity: str) -> Floats:
        return self.scale.get(quantity, np.ones(self.numbers.shape[0]))

    def part(self, rows: NDArray[np.int64]) -> Block:
        """Some of the objects; the block itself where these are all."""
        if rows.shape[0] == self.numbers.shape[0]:
            return self
        return Block(
            self.numbers[rows],
            self.group[rows],
            {name: values[rows] for name, values in self.values.items()},
            {name: values[rows] for name, values in self.scale.items()},
            None if self.excluded is None else self.excluded[rows],
        )


@dataclass(frozen=True)
class Target:
    """What one quantity is learned from: ``y [S, T]`` in shares of scale, where it is known, and why it is not."""

    y: Floats
    known: Bools
    reason: NDArray[np.uint8]


def target(block: Block, design: Design) -> Target:
    """A quantity's readings; an exact zero of a temperature is a dead channel's, what stands still is none."""
    raw = block.values[design.channel]
    y: Any = raw / block.scale_of(design.quantity).astype(np.float32)[:, None]
    known = np.isfinite(y)
    if design.is_temperature:
        known &= raw != 0
    reason = np.where(known.any(axis=1), Reason.NONE, Reason.NO_READINGS).astype(np.uint8)
    high = np.where(known, raw, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, raw, np.inf).min(axis=1, initial=np.inf)
    still = (reason == Reason.NONE) & (high - low < STILL)
    reason[still] = Reason.CONSTANT
    known[still] = False
    for out in (block.excluded, block.idle):
        if out is not None:
            known &= ~out
    return Target(y, known, reason)
