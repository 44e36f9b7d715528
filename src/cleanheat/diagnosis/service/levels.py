"""Whose homes are they?  From each building to whoever answers for it: community up to the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.errors import invalid

LEVELS: Final = {
    "building": "楼宇",
    "community": "小区",
    "substation": "换热站",
    "branch": "电厂支线",
    "boiler": "锅炉房",
    "plant": "热电厂",
    "company": "供热企业",
    "district": "区县",
    "city": "全市",
}
_ORGANISED: Final = ("company", "district", "city")


@dataclass(frozen=True)
class Level:
    """``of [building slots]``: the number of who answers for each building at this level, 0 nobody."""

    key: str
    of: NDArray[np.int64]

    @property
    def size(self) -> int:
        return int(self.of.max(initial=0)) + 1


def level(key: str, archive: Archive) -> Level:
    """A Problem for a level there is not."""
    if key not in LEVELS:
        raise invalid("level", "没有这个层级", "、".join(LEVELS))
    building, unit, station = archive["building"], archive["unit"], archive["substation"]
    links = building.links
    if key == "building":
        return Level(key, np.where(building.exists(), np.arange(building.size), 0))
    if key in ("community", "company", "district"):
        return Level(key, links[key].astype(np.int64))
    if key == "city":
        return Level(key, building.exists().astype(np.int64))
    of_station = unit.links["substation"][links["unit"]]
    if key == "substation":
        return Level(key, of_station.astype(np.int64))
    branch = station.links["branch"][of_station]
    if key == "plant":
        return Level(key, archive["branch"].links["plant"][branch].astype(np.int64))
    return Level(key, (branch if key == "branch" else station.links["boiler"][of_station]).astype(np.int64))


def visible_buildings(scope: Scope) -> NDArray[np.bool_]:
    return assets.visible("building", scope)


def is_whole(key: str, scope: Scope) -> bool:
    """Whether a row of the level means all its buildings, or only those the scope may see."""
    return scope.sees_all or key in ("building", "community", "substation", "company")


def names_of(key: str, numbers: list[int]) -> list[str]:
    if key == "city":
        return ["全市"] * len(numbers)
    if key == "company":
        cards = {o.id: o.short_name for o in accounts.list_organisations(EVERYTHING)}
        return [cards.get(n, "") for n in numbers]
    return assets.names("area" if key == "district" else key, numbers)
