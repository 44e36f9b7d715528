"""Some objects' history as arrays: what a fit is given, and which of it can be trusted to teach anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.fleet.designs import Design
from cleanheat.diagnosis.parameters import Reason

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STILL = 1e-3
"""A channel whose readings span less than this (in its unit) over the whole history stands still."""


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

    def scale_of(self, quantity: str) -> Floats:
        return self.scale.get(quantity, np.ones(self.numbers.shape[0]))


@dataclass(frozen=True)
class Target:
    """What one quantity is learned from: ``y [S, T]`` in shares of scale, where it is known, and why it is not."""

    y: Floats
    known: Bools
    reason: NDArray[np.uint8]


def target(block: Block, design: Design) -> Target:
    """A quantity's readings; an exact zero of a temperature is a dead channel's, what stands still is none."""
    raw = block.values[design.channel]
    y = raw / block.scale_of(design.quantity)[:, None]
    known = np.isfinite(y)
    if design.is_temperature:
        known &= raw != 0
    reason = np.where(known.any(axis=1), Reason.NONE, Reason.NO_READINGS).astype(np.uint8)
    high = np.where(known, raw, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, raw, np.inf).min(axis=1, initial=np.inf)
    still = (reason == Reason.NONE) & (high - low < STILL)
    reason[still] = Reason.CONSTANT
    known[still] = False
    if block.excluded is not None:
        known &= ~block.excluded
    return Target(y, known, reason)
