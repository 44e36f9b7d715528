"""Which links of the archive can be told from names and places?  Declared once: what links to what, how far apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.matching import things
from cleanheat.assets.matching.things import Columns
from cleanheat.assets.tables import columns
from cleanheat.calc.matching.linkage import Things


@dataclass(frozen=True)
class Relation:
    """``kind``'s field ``link`` holds a number of ``target``; records lie ``spread`` times farther from their target
    than a home from its building's centre.
    """

    key: str
    zh: str
    kind: str
    link: str
    target: str
    spread: float


RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType(
    {
        r.key: r
        for r in (
            Relation("building_community", "楼宇—小区", "building", "community_id", "community", 8.0),
            Relation("community_substation", "小区—换热站", "community", "substation_id", "substation", 5.0),
            Relation("device_village", "农村设备—村屯", "device", "village_id", "area", 20.0),
        )
    }
)
_PLACED: Final = ("name", "code", "longitude", "latitude", "district_id")


@dataclass(frozen=True)
class Sides:
    """Both sides of a relation: rows of the stored tables, and the same as things."""

    records: Columns
    known: Columns
    record_things: Things
    known_things: Things


def sides(relation: Relation) -> Sides:
    """Read both sides of a relation from the archive, in the order of their numbers."""
    if relation.key == "device_village":
        return _devices()
    records = columns(relation.kind, ("pk", *_PLACED, "company_id", relation.link))
    known = columns(relation.target, ("pk", *_PLACED, "company_id"))
    if relation.key == "building_community":
        return Sides(records, known, things.building_records(records), things.communities(known))
    return Sides(records, known, things.communities(records), things.stations(known))


def _devices() -> Sides:
    records = columns("device", ("pk", *_PLACED, "platform_id", "village_id"))
    areas = columns("area", ("pk", "name", "code", "longitude", "latitude", "parent_id", "level", "is_rural"))
    known = things.with_districts({**areas, "id": areas["pk"]})
    known = things.rows_where(known, is_village(known))
    return Sides(records, known, things.device_records(records), things.villages(known))


def is_village(areas: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Which areas are villages."""
    return np.asarray((np.asarray(areas["level"]) == "committee") & np.asarray(areas["is_rural"], bool))
