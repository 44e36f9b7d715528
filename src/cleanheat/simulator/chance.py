"""What is left to chance?  Random numbers that are a function of (seed, stream, key) and noise tables for any minute.

Nothing here has a state: the same seed gives the same city at any instant, in any order of asking.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

TABLE_MINUTES = 1 << 16
"""Length of a noise table; it is periodic, so an object meets the same noise again after 45 days."""


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64: every input bit reaches every output bit."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def uniform(seed: int, stream: str, *keys: ArrayLike) -> NDArray[np.float64]:
    """Numbers in [0, 1), one for each broadcast combination of integer keys."""
    start = (seed * 0x9E3779B97F4A7C15 + zlib.crc32(stream.encode())) & 0xFFFF_FFFF_FFFF_FFFF
    word = _mixed(np.array([start], np.uint64))
    for key in keys:
        word = _mixed((word ^ np.asarray(key).astype(np.int64).astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15))
    return np.asarray((word >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def normal(seed: int, stream: str, *keys: ArrayLike) -> NDArray[np.float64]:
    """Standard normal numbers, one for each broadcast combination of integer keys (Box–Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(seed, stream + "/r", *keys)))
    return np.asarray(radius * np.cos(2.0 * np.pi * uniform(seed, stream + "/a", *keys)))


@lru_cache(maxsize=32)
def noise_table(seed: int, stream: str, correlation_min: float) -> NDArray[np.float32]:
    """Periodic noise of unit variance with a correlation time in minutes (0: white), stored twice in a row."""
    generator = np.random.default_rng([seed, zlib.crc32(stream.encode())])
    white = generator.standard_normal(TABLE_MINUTES)
    if correlation_min > 0:
        phi = np.exp(-1.0 / correlation_min)
        transfer = 1.0 / np.abs(1.0 - phi * np.exp(-2j * np.pi * np.fft.rfftfreq(TABLE_MINUTES)))
        white = np.fft.irfft(np.fft.rfft(white) * transfer, TABLE_MINUTES)
    table = ((white - white.mean()) / white.std()).astype(np.float32)
    return np.concatenate([table, table])


def windows(table: NDArray[Any], first: NDArray[np.int64], n: int, stride: int = 1) -> NDArray[Any]:
    """``[rows, n]``: from a doubled table, n values from each row's first minute, ``stride`` minutes apart."""
    first = first % TABLE_MINUTES
    if n == 1:
        return table[first][:, None]
    return sliding_window_view(table, (n - 1) * stride + 1)[:, ::stride][first]
