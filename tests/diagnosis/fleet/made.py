"""Histories known by heart: units that follow a curve of the cold, with what is asked of them."""

from __future__ import annotations

import numpy as np

from cleanheat.diagnosis.fleet.axis import axis_of
from cleanheat.diagnosis.fleet.blocks import Block

HOUR = 3600
START = 1_760_889_600
"""2025-10-20 in Shanghai."""
SLOPE = -0.64


def weather(hours, seed=5):
    """Cold that swings over days and hours, about −22 to +8 °C."""
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    walk = np.convolve(rng.normal(0, 1, hours + 240), np.exp(-np.arange(240) / 60), "valid")[:hours]
    return -7 + 4 * np.sin(2 * np.pi * (t - 9) / 24) + walk * 0.9


def season(weeks=16, start=START, seed=5):
    return axis_of([(start, weather(weeks * 168, seed))])


def units(axis, size=6, noise=0.3, seed=1):
    """A block of units 1 … size, all of one group; supply 48 + i − 0.64·felt, heat by the cold, own sizes."""
    rng = np.random.default_rng(seed)
    felt = axis.inputs.memory[:, 1]
    i = np.arange(size)[:, None]
    heat = (1000.0 + 100 * i) * (18 - felt) / 39 * (1 + rng.normal(0, 0.02, (size, axis.hours)))
    supply = 48 + i + SLOPE * felt + 1.5 * (axis.inputs.hour >= 20) + rng.normal(0, noise, (size, axis.hours))
    values = {
        "supply_c": supply,
        "return_c": 25 + 0.3 * supply + rng.normal(0, 0.1, supply.shape),
        "heat_kw": heat,
        "flow_t_h": np.full(supply.shape, 40.0) + rng.normal(0, 0.5, supply.shape),
    }
    numbers = np.arange(1, size + 1, dtype=np.int32)
    scale = {"heat": 1000.0 + 100 * np.arange(size), "flow": np.full(size, 40.0)}
    return Block(numbers, np.full(size, 3), {k: v.astype(np.float32) for k, v in values.items()}, scale)
