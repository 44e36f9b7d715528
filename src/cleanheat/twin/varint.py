"""How integers become few bytes: zigzag deltas as LEB128 varints, encoded and decoded without a Python loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAX_BYTES = 5
"""A 32-bit value needs at most five groups of seven bits."""


def encode(values: NDArray[Any]) -> bytes:
    """Unsigned values below 2**32 as varints, least significant group first.

    >>> encode(np.array([0, 127, 128, 300])).hex(" ")
    '00 7f 80 01 ac 02'
    """
    plain = np.asarray(values, dtype=np.uint64)
    if plain.size == 0:
        return b""
    groups = (plain[:, None] >> (np.arange(_MAX_BYTES, dtype=np.uint64) * np.uint64(7))).astype(np.uint64)
    if bool((groups[:, -1] > 15).any()):
        raise ValueError("varint: a value does not fit 32 bits")
    used = groups > 0
    used[:, 0] = True
    more = np.zeros_like(used)
    more[:, :-1] = used[:, 1:]
    octets = (groups & np.uint64(0x7F)).astype(np.uint8) | (more.astype(np.uint8) << np.uint8(7))
    return octets[used].tobytes()


def decode(data: bytes) -> NDArray[np.uint32]:
    """Inverse of :func:`encode`."""
    octets = np.frombuffer(data, dtype=np.uint8)
    if octets.size == 0:
        return np.zeros(0, np.uint32)
    last = octets < 0x80
    if not last[-1]:
        raise ValueError("varint: the data ends within a value")
    starts = np.concatenate(([0], np.flatnonzero(last)[:-1] + 1))
    lengths = np.diff(np.append(starts, octets.size))
    if int(lengths.max()) > _MAX_BYTES:
        raise ValueError("varint: a value does not fit 32 bits")
    place = np.arange(octets.size) - np.repeat(starts, lengths)
    parts = (octets & 0x7F).astype(np.uint64) << (place.astype(np.uint64) * np.uint64(7))
    return np.add.reduceat(parts, starts).astype(np.uint32)


def zigzag(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Signed to unsigned so that small magnitudes stay small: 0, −1, 1, −2 become 0, 1, 2, 3."""
    signed = np.asarray(values, dtype=np.int64)
    return ((signed << 1) ^ (signed >> 63)).astype(np.uint64)


def unzigzag(values: NDArray[Any]) -> NDArray[np.int64]:
    unsigned = np.asarray(values, dtype=np.int64)
    return (unsigned >> 1) ^ -(unsigned & 1)


def encode_deltas(values: NDArray[Any]) -> bytes:
    """A run of integers as zigzag varints of their differences; the first is kept as it is."""
    signed = np.asarray(values, dtype=np.int64)
    return encode(zigzag(np.diff(signed, prepend=0)))


def decode_deltas(data: bytes) -> NDArray[np.int64]:
    return np.cumsum(unzigzag(decode(data)))
