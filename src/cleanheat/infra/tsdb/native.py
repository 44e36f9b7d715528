"""How numpy columns become ClickHouse's Native blocks and back, without touching a single value in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES: dict[str, np.dtype[Any]] = {
    **{f"Int{b}": np.dtype(f"<i{b // 8}") for b in (8, 16, 32, 64)},
    **{f"UInt{b}": np.dtype(f"<u{b // 8}") for b in (8, 16, 32, 64)},
    "Float32": np.dtype("<f4"),
    "Float64": np.dtype("<f8"),
    "DateTime": np.dtype("<u4"),
}


def dtype_of(ch_type: str) -> np.dtype[Any]:
    """The numpy type whose bytes are those of a fixed-width column type."""
    return _TYPES[ch_type.partition("(")[0]]


def encode(names: Sequence[str], types: Sequence[str], columns: Sequence[NDArray[Any]]) -> bytes:
    """One Native block: ``columns[i]`` is written as ``types[i]``; all have the same length."""
    rows = columns[0].shape[0] if columns else 0
    parts: list[bytes | memoryview] = [_varuint(len(names)), _varuint(rows)]
    for name, ch_type, column in zip(names, types, columns, strict=True):
        if column.shape != (rows,):
            raise ValueError(f"column {name}: {column.shape} in a block of {rows} rows")
        parts += [_text(name), _text(ch_type), np.ascontiguousarray(column, dtype=dtype_of(ch_type)).data.cast("B")]
    return b"".join(parts)


def decode(payload: bytes) -> dict[str, NDArray[Any]]:
    """Columns by name of a stream of Native blocks; an empty stream gives an empty dictionary."""
    blocks: list[dict[str, NDArray[Any]]] = []
    at = 0
    while at < len(payload):
        block, at = _block(payload, at)
        blocks.append(block)
    if len(blocks) <= 1:
        return blocks[0] if blocks else {}
    return {name: np.concatenate([b[name] for b in blocks]) for name in blocks[0]}


def column_or_empty(result: Mapping[str, NDArray[Any]], name: str, dtype: Any) -> NDArray[Any]:
    """A result column, empty when the engine sent no block at all."""
    found = result.get(name)
    return np.empty(0, dtype) if found is None else found.astype(dtype, copy=False)


def _block(payload: bytes, at: int) -> tuple[dict[str, NDArray[Any]], int]:
    width, at = _read_varuint(payload, at)
    rows, at = _read_varuint(payload, at)
    columns: dict[str, NDArray[Any]] = {}
    for _ in range(width):
        name, at = _read_text(payload, at)
        ch_type, at = _read_text(payload, at)
        dtype = dtype_of(ch_type)
        columns[name] = np.frombuffer(payload, dtype, rows, at)
        at += rows * dtype.itemsize
    return columns, at


def _varuint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(value: str) -> bytes:
    raw = value.encode()
    return _varuint(len(raw)) + raw


def _read_varuint(payload: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _read_text(payload: bytes, at: int) -> tuple[str, int]:
    length, at = _read_varuint(payload, at)
    return payload[at : at + length].decode(), at + length
