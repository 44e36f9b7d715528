"""Which home does an address mean?  Names of the archive found in free text, with a score (no database here).

An address is cut (``calc.matching.addresses``), and its community looked for first literally, then by shared pairs of
characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cleanheat.calc.matching.addresses import half_width, parse, squeezed
from cleanheat.kernel import parameters

LONGEST_NAME, SHORTEST_NAME = 24, 2


@dataclass(frozen=True)
class Place:
    """One community of the archive and its buildings by number (``3`` of ``御景花园3号楼``)."""

    community: int
    name: str
    district: int
    buildings: Mapping[str, int]


@dataclass(frozen=True)
class Match:
    """What an address means as far as it could be told; numbers are 0 where it could not.  ``score`` is in [0, 1]."""

    community: int = 0
    building: int = 0
    stair: str = ""
    door: str = ""
    score: float = 0.0


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


class Gazetteer:
    """All communities, found by name within a text."""

    def __init__(self, places: Iterable[Place], districts: Mapping[str, int]) -> None:
        """``districts``: name → id, so that a district named in the address decides between communities."""
        self._limits = parameters.values(parameters.read("cleanheat.complaints", "parameters.toml")["matching"])
        self._districts = dict(districts)
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self._by_pair: dict[str, list[int]] = defaultdict(list)
        self._places: list[tuple[Place, set[str]]] = []
        for place in places:
            name = squeezed(place.name)
            pairs = _pairs(name)
            self._by_name[name].append(place)
            for pair in pairs:
                self._by_pair[pair].append(len(self._places))
            self._places.append((place, pairs))
        self._match = lru_cache(maxsize=200_000)(self._found)

    def match(self, address: str) -> Match:
        """What the address means; equal addresses are answered from memory."""
        return self._match(half_width(address))

    def _found(self, address: str) -> Match:
        if not address:
            return Match()
        parts = parse(address)
        text = parts.community
        district = next((i for name, i in self._districts.items() if name in text), 0)
        place, likeness = self._literal(text, district) or self._alike(text, district)
        if place is None:
            return Match(stair=parts.stair, door=parts.door)
        building = place.buildings.get(parts.building, 0)
        score = likeness * self._limits["community_weight"] + (self._limits["building_weight"] if building else 0.0)
        return Match(place.community, building, parts.stair, parts.door, round(score, 3))

    def _literal(self, text: str, district: int) -> tuple[Place | None, float] | None:
        """The longest name that stands in the text; of several of that name the one of the district."""
        for length in range(min(LONGEST_NAME, len(text)), SHORTEST_NAME - 1, -1):
            for at in range(len(text) - length + 1):
                named = self._by_name.get(text[at : at + length])
                if not named:
                    continue
                here = [p for p in named if p.district == district] or named
                return (here[0], 1.0) if len(here) == 1 else (None, 0.0)
        return None

    def _alike(self, text: str, district: int) -> tuple[Place | None, float]:
        """The name most of whose pairs of characters stand in the text; two equally alike are none."""
        pairs = _pairs(text)
        shared: dict[int, int] = defaultdict(int)
        for pair in pairs:
            for i in self._by_pair.get(pair, ()):
                shared[i] += 1
        ranked = sorted(
            (
                (n / len(self._places[i][1]), i)
                for i, n in shared.items()
                if not district or self._places[i][0].district == district
            ),
            reverse=True,
        )
        if not ranked or ranked[0][0] < self._limits["accept_score"]:
            return None, 0.0
        if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
            return None, 0.0
        return self._places[ranked[0][1]][0], round(ranked[0][0], 3)
