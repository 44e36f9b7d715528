"""How is a vector tile cut to what a viewer may see?  Features of other ids are left out, the rest stays as it is.

Works on the wire: a tile is a message of layers (field 3), a layer has a name (1), features (2), a feature an id (1).
Keys and values of a layer are shared by its features and are kept: whoever cuts tiles must put nothing secret in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

_LAYER: Final = 3
_NAME: Final = 1
_FEATURE: Final = 2
_ID: Final = 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Keep = Callable[[str, int], bool]
"""(layer's name, feature's id) → may it be shown?"""


def cut(tile: bytes, keep: Keep) -> bytes:
    """The tile with only the features that ``keep`` allows; layers left without features are gone.

    ``ValueError`` for bytes that are no vector tile.
    """
    out = bytearray()
    for number, start, body, end in _fields(tile):
        if number != _LAYER:
            out += tile[start:end]
            continue
        layer = _cut_layer(tile[body:end], keep)
        if layer:
            out += _varint(_LAYER << 3 | _BYTES) + _varint(len(layer)) + layer
    return bytes(out)


def ids(tile: bytes) -> dict[str, list[int]]:
    """Ids of the features of each layer: what tests look at."""
    found: dict[str, list[int]] = {}
    for number, _, body, end in _fields(tile):
        if number == _LAYER:
            layer = tile[body:end]
            found[_name(layer)] = [_id(layer[b:e]) for n, _, b, e in _fields(layer) if n == _FEATURE]
    return found


def _cut_layer(layer: bytes, keep: Keep) -> bytes:
    name, out, count = _name(layer), bytearray(), 0
    for number, start, body, end in _fields(layer):
        if number == _FEATURE:
            if not keep(name, _id(layer[body:end])):
                continue
            count += 1
        out += layer[start:end]
    return bytes(out) if count else b""


def _name(layer: bytes) -> str:
    return next((layer[body:end].decode() for number, _, body, end in _fields(layer) if number == _NAME), "")


def _id(feature: bytes) -> int:
    """The feature's id; -1, which nobody may see, for one without."""
    return next((_read_varint(feature, body)[0] for number, _, body, _ in _fields(feature) if number == _ID), -1)


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Field number, and where the field, its body and the next field begin."""
    at = 0
    while at < len(message):
        start = at
        key, at = _read_varint(message, at)
        kind, body = key & 7, at
        if kind == _VARINT:
            _, at = _read_varint(message, at)
        elif kind == _BYTES:
            length, body = _read_varint(message, at)
            at = body + length
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at > len(message):
            raise ValueError("cut short")
        yield key >> 3, start, body, at


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("no varint")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
