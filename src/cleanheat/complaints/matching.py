"""Whose home is it?  Matches of many addresses against the archive: community, building, flat, company, office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from cleanheat.assets import public as assets
from cleanheat.assets.models import Area, Building, Community, HeatUser
from cleanheat.calc.matching.addresses import serial_of
from cleanheat.complaints.addresses import Gazetteer, Match, Place
from cleanheat.kernel import parameters


@dataclass(frozen=True)
class Home:
    """Ids of what an address means, ``None`` where nobody knows; ready to be a ticket's fields."""

    district_id: int | None = None
    street_id: int | None = None
    community_id: int | None = None
    building_id: int | None = None
    heat_user_id: int | None = None
    company_id: int | None = None
    office_id: int | None = None
    match_score: float = 0.0


class _Kept:
    """The gazetteer of one archive version: 50,000 names are read once."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.archive: assets.Archive | None = None
        self.gazetteer: Gazetteer | None = None


_kept = _Kept()


def gazetteer() -> Gazetteer:
    present = assets.archive()
    with _kept.lock:
        if _kept.gazetteer is None or _kept.archive is not present:
            _kept.archive, _kept.gazetteer = present, _read()
        return _kept.gazetteer


def _read() -> Gazetteer:
    buildings: dict[int, dict[str, int]] = defaultdict(dict)
    for number, name, community in Building.objects.order_by("number").values_list("number", "name", "community_id"):
        buildings[community].setdefault(serial_of(name), number)
    rows = Community.objects.order_by("number").values_list("number", "name", "district_id")
    places = [Place(number, name, district, buildings[number]) for number, name, district in rows]
    districts = dict(Area.objects.filter(level="district").values_list("name", "id"))
    return Gazetteer(places, districts)


def homes_of(addresses: Sequence[str]) -> list[Home]:
    """What each address means; flats are asked of the database once for all of them."""
    found = [gazetteer().match(address) for address in addresses]
    flats = _flats({m.building for m in found if m.building and m.door})
    archive = assets.archive()
    return [_home(archive, match, flats.get(_flat_key(match), 0)) for match in found]


def _flat_key(match: Match) -> tuple[int, str, str]:
    return match.building, match.stair, match.door


def _flats(buildings: set[int]) -> dict[tuple[int, str, str], int]:
    """(building, stair, door) → heat user; and without the stair where a door's number is unique in its building."""
    flats: dict[tuple[int, str, str], int] = {}
    twice: set[tuple[int, str, str]] = set()
    rows = HeatUser.objects.filter(building_id__in=sorted(buildings))
    for number, building, stair, door in rows.values_list("number", "building_id", "stair", "door"):
        flats[building, str(stair), door] = number
        bare = (building, "", door)
        if bare in flats:
            twice.add(bare)
        flats[bare] = number
    return {key: number for key, number in flats.items() if key not in twice}


def _home(archive: assets.Archive, match: Match, user: int) -> Home:
    if not match.community:
        return Home(match_score=match.score)
    weights = parameters.values(parameters.read("cleanheat.complaints", "parameters.toml")["matching"])
    kind, number = ("building", match.building) if match.building else ("community", match.community)

    def link(name: str, of: str = kind, at: int = number) -> int | None:
        links = archive[of].links
        return int(links[name][at]) or None if name in links else None

    return Home(
        district_id=link("district"),
        street_id=link("street", "community", match.community),
        community_id=match.community,
        building_id=match.building or None,
        heat_user_id=user or None,
        company_id=link("company"),
        office_id=link("office"),
        match_score=round(match.score + (weights["user_weight"] if user else 0.0), 3),
    )
