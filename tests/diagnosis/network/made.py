"""Lessons with a pattern that a ridge cannot have: what the network is to find."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.network.lessons import Lessons
from cleanheat.diagnosis.network.settings import Settings

HOURS = 1_000
FIRST_HOUR = 460_000
SMALL = Settings.read(
    channels=8,
    embedding=4,
    layers=3,
    steps=120,
    passes=1,
    objects=16,
    window_h=48,
    block_h=120,
    learning_rate=0.02,
    own_penalty=0.01,
)


def hours() -> NDArray[np.int64]:
    return FIRST_HOUR + np.arange(HOURS)


def outdoor_c(seed: int = 5) -> NDArray[np.float64]:
    """A winter whose days differ."""
    rng = np.random.default_rng(seed)
    days = rng.normal(-12, 6, HOURS // 24 + 2)
    clock = np.arange(HOURS) / 24
    return np.interp(clock, np.arange(days.size), days) + 4 * np.sin(2 * np.pi * clock)


def pattern(outdoor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Below −12 °C, by night: 3 σ more than the ridge says."""
    night = (hours() + 8) % 24 < 6
    return np.where((outdoor < -12) & night, 3.0, 0.0)


def errors(factor: NDArray[np.float64], seed: int = 9) -> NDArray[np.float64]:
    """``[S, T]``: the pattern times each object's factor, and noise."""
    noise = np.random.default_rng(seed).normal(0, 0.3, (factor.size, HOURS))
    return factor[:, None] * pattern(outdoor_c()) + noise


def lessons(off: NDArray[np.float64], key: NDArray[np.int64] | None = None) -> Lessons:
    n = off.shape[0]
    key = np.zeros(n, np.int64) if key is None else key
    return Lessons.of(np.arange(n) * 10, key, hours(), outdoor_c(), {"supply": (off, np.ones(n))})
