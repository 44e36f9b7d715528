"""Where on the map does a matter show whose object has no mark of its own?  A unit at its substation, a room at its
building."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.infra.map_sources import States, highest
from cleanheat.infra.maplayers import layers

STANDS_AT: Final[Mapping[str, str]] = {"unit": "substation", "room": "building", "heat_user": "building"}
"""Kinds without a mark, and whose mark stands for them."""


def shown_at(kind: str, number: int) -> tuple[str, int]:
    """The mapped object that stands for an object; itself if it is mapped, or nothing stands for it."""
    if kind not in STANDS_AT:
        return kind, number
    at = assets.archive()[kind].links[STANDS_AT[kind]]
    return STANDS_AT[kind], int(at[number]) if 0 <= number < len(at) else 0


def gravest(rows: Iterable[tuple[str, int, int]], shown: Iterable[str]) -> States:
    """States of the layers ``shown`` from rows of (kind, number, state): 1 where nothing is, else the highest state."""
    archive = assets.archive()
    found = list(rows)
    kinds = np.array([kind for kind, _, _ in found], "U16")  # as long as any kind's name
    numbers = np.array([number for _, number, _ in found], np.int64)
    states = np.array([state for _, _, state in found], np.uint8)
    for kind, stands in STANDS_AT.items():
        at, mine = archive[kind].links[stands], kinds == kind
        numbers[mine] = np.where(numbers[mine] < len(at), at[np.minimum(numbers[mine], len(at) - 1)], 0)
        kinds[mine] = stands
    out = {}
    for layer in shown:
        table = archive[layers[layer].kind]
        mine = kinds == table.kind
        out[layer] = highest(table.size, table.exists(), numbers[mine], states[mine])
    return out
