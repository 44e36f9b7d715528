"""For which objects and minutes does a rule hold?  Masks over the positions of a kind, made once a rule set."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.kernel.time import season_of
from cleanheat.quality.specs import RuleScope

Mask = NDArray[np.bool_]

HEATING, IDLE = "heating", "idle"


def mask_of(scope: RuleScope, kind: str, archive: Archive) -> Mask | None:
    """``bool[n]`` over positions, ``None`` for everybody.  Company, operator and platform all count as companies."""
    table = archive[kind]
    masks = []
    if scope.companies:
        masks.append(_linked(table, "company", scope.companies) | _linked(table, "sender", scope.companies))
    if scope.districts:
        masks.append(_linked(table, "district", scope.districts))
    if scope.systems:
        masks.append(np.isin(_systems(kind, archive), list(scope.systems)))
    return np.logical_and.reduce(masks) if masks else None


def _linked(table: KindTable, link: str, wanted: frozenset[int]) -> Mask:
    if link not in table.links:
        return np.zeros(table.count, dtype=bool)
    return np.isin(table.links[link][table.numbers], list(wanted))


def _systems(kind: str, archive: Archive) -> NDArray[np.float64]:
    """System type of each object's substation, NaN where it has none."""
    table, stations = archive[kind], archive["substation"]
    system = stations.values.get("system", np.full(stations.size, np.nan))
    if kind == "substation":
        return system[table.numbers]
    if "substation" in table.links:
        return system[table.links["substation"][table.numbers]]
    if "unit" in table.links:
        return system[archive["unit"].links["substation"][table.links["unit"][table.numbers]]]
    return np.full(table.count, np.nan)


@lru_cache(maxsize=4)
def in_season(day_minute: int) -> bool:
    season = season_of(day_minute)
    return season.start <= day_minute < season.end


def holds_at(scope: RuleScope, minute: int) -> bool:
    """Whether the rule's season is now."""
    return not scope.season or in_season(minute) == (scope.season == HEATING)
