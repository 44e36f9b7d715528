"""Who tells the map what?  Rooms declare where a theme's states come from and which marks lie upon the map.

The map's own room stands below most that have something to show; so they declare, and the map and the minute ask.
A state is one byte an object (``infra.maplayers``); a headline is the number behind it, asked of one object at a time;
a mark is one open matter with an address that a click leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.scope import Scope
from cleanheat.kernel.registry import Registry

States = Mapping[str, NDArray[np.uint8]]
"""Layer → one byte an object, index = object number."""

NONE: Final = np.uint8(1)
"""By custom of the themes that count matters: an object that exists and has none."""


@dataclass(frozen=True)
class Headline:
    """An object's own number under a theme; ``value`` None: nothing is known of it."""

    zh: str
    value: float | None
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True)
class ThemeSource:
    """``key`` is the theme's.  ``states`` of a minute (epoch seconds) are asked for again after ``every_s``.

    ``headline``: the number of an object (kind, number) at that minute; without one the state byte's own words are
    shown.
    """

    key: str
    every_s: int
    states: Callable[[int], States]
    headline: Callable[[str, int, int], Headline] | None = None


@dataclass(frozen=True)
class Mark:
    """One open matter at one object.  ``problem`` says what is wrong, ``model`` who found it; ``path``: its page."""

    sort: str
    id: int
    object_kind: str
    object_number: int
    object_name: str
    level: int
    problem: str
    problem_zh: str
    model: str
    model_zh: str
    text: str
    at: int
    path: str


@dataclass(frozen=True)
class MarkSource:
    """One sort of matter; ``marks`` gives the scope's open ones, gravest first, to whoever holds ``permission``."""

    key: str
    zh: str
    permission: str
    marks: Callable[[Scope, int], Sequence[Mark]]


sources: Registry[ThemeSource] = Registry("theme source")
mark_sources: Registry[MarkSource] = Registry("mark source")


def highest(size: int, exists: NDArray[np.bool_], numbers: Sequence[int], states: Sequence[int]) -> NDArray[np.uint8]:
    """``NONE`` for every object, 0 for empty slots, and the highest state of those that are named.

    >>> highest(4, np.array([False, True, True, True]), [2, 2, 9], [3, 5, 7])
    array([0, 1, 5, 1], dtype=uint8)
    """
    found = np.where(exists, NONE, np.uint8(0)).astype(np.uint8)
    at, what = np.asarray(numbers, np.intp), np.asarray(states, np.uint8)
    known = (at > 0) & (at < size)
    np.maximum.at(found, at[known], what[known])
    return found
