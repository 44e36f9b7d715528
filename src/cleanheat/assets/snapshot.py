"""How the archive's arrays follow from its rows: pure arithmetic on columns, whether stored or just generated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import TextChoices
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.assets.vocabulary import (
    DeviceType,
    EnergyClass,
    FlatPosition,
    Fuel,
    PipeMedium,
    SystemType,
    ValveKind,
    Zone,
)
from cleanheat.kernel.ids import UNITS_PER_SUBSTATION

Rows = Mapping[str, NDArray[Any]]
Tables = Mapping[str, Rows]
"""Table → column → array; only the columns of :data:`COLUMNS` are read."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    kind: ("number", *columns.split())
    for kind, columns in {
        "plant": "operator_id district_id longitude latitude capacity_mw",
        "branch": "operator_id plant_id district_id longitude latitude design_flow_t_h length_km heated_area_m2",
        "boiler": "company_id office_id district_id branch_id longitude latitude capacity_mw boilers use fuel "
        "heated_area_m2",
        "substation": "company_id office_id district_id street_id branch_id boiler_room_id longitude latitude "
        "heated_area_m2 system",
        "unit": "substation_id heated_area_m2 heat_index_w_m2 design_supply_temp_c design_return_temp_c "
        "design_flow_t_h terminal zone",
        "community": "company_id substation_id district_id street_id longitude latitude",
        "building": "community_id unit_id company_id district_id longitude latitude heated_area_m2 floors height_m "
        "households energy_class built_year",
        "heat_user": "building_id position floor area_m2",
        "room": "user_id building_id",
        "device": "platform_id district_id village_id longitude latitude device_type rated_kw floor_area_m2",
        "weather": "operator_id district_id longitude latitude",
        "pipe": "company_id branch_id boiler_room_id unit_id district_id longitude latitude medium diameter_mm "
        "length_m built_year",
        "valve": "pipe_id district_id longitude latitude along diameter_mm kind is_normally_open",
    }.items()
}

_WORDS: Mapping[str, type[TextChoices]] = {
    "fuel": Fuel,
    "system": SystemType,
    "zone": Zone,
    "energy_class": EnergyClass,
    "position": FlatPosition,
    "device_type": DeviceType,
    "medium": PipeMedium,
    "kind": ValveKind,
}
_CODES: Mapping[str, tuple[str, ...]] = {
    **{column: tuple(words.values) for column, words in _WORDS.items()},
    "use": ("area", "peak"),
    "system": ("", *SystemType.values),  # 1 single, 2 dual, 3 multi
    "terminal": ("radiator", "floor"),
}
_RENAMED = {"use": "is_peak", "terminal": "is_floor"}


def code_words(column: str) -> dict[int, str]:
    """What the codes of a coded column stand for; nothing for a column without codes."""
    return {_CODES[column].index(word.value): str(word.label) for word in _WORDS.get(column, ())}


def system_types() -> dict[int, str]:
    """What the codes of ``system`` stand for."""
    return code_words("system")


class _Builder:
    """Places one table's columns into slots by number."""

    def __init__(self, kind: str, rows: Rows, kinds: Mapping[str, KindTable]) -> None:
        self.kind = kind
        self.rows = rows
        self.kinds = kinds  # what is built already
        self.numbers = np.sort(np.asarray(rows["number"], dtype=np.int32))
        self.size = int(self.numbers[-1]) + 1 if self.numbers.size else 1
        self.links: dict[str, NDArray[np.int32]] = {}
        self.values: dict[str, NDArray[np.float64]] = {}

    def link(self, name: str, column: str) -> NDArray[np.int32]:
        slots = np.zeros(self.size, dtype=np.int32)
        slots[self.rows["number"]] = self.rows[column]
        self.links[name] = slots
        return slots

    def follow(self, table: KindTable, through: str, *names: str) -> None:
        """Copy ``names`` from the ``table`` that ``through`` points to."""
        for name in names:
            self.links[name] = table.links[name][self.links[through]]

    def value(self, column: str) -> NDArray[np.float64]:
        slots = np.full(self.size, np.nan)
        stored = self.rows[column]
        slots[self.rows["number"]] = _coded(column, stored) if column in _CODES else stored
        self.values[_RENAMED.get(column, column)] = slots
        return slots

    def table(
        self, longitude: NDArray[np.float64] | None = None, latitude: NDArray[np.float64] | None = None
    ) -> KindTable:
        if longitude is None or latitude is None:
            longitude, latitude = self.value("longitude"), self.value("latitude")
            del self.values["longitude"], self.values["latitude"]
        return KindTable(self.kind, self.numbers, longitude, latitude, self.links, self.values)


def _coded(column: str, stored: NDArray[Any]) -> NDArray[np.int64]:
    codes = np.asarray(_CODES[column])
    order = np.argsort(codes)
    return order[np.searchsorted(codes, stored, sorter=order)]


def build(version: str, tables: Tables) -> Archive:
    """The archive of one version; every table of :data:`COLUMNS` must be there."""
    kinds: dict[str, KindTable] = {}
    for kind, make in _MAKERS.items():
        kinds[kind] = make(_Builder(kind, tables[kind], kinds))
    return Archive(version, kinds)


def _values(b: _Builder, *columns: str) -> None:
    for column in columns:
        b.value(column)


def _links(b: _Builder, **columns: str) -> None:
    for name, column in columns.items():
        b.link(name, column)


def _plant(b: _Builder) -> KindTable:
    _links(b, sender="operator_id", district="district_id")
    _values(b, "capacity_mw")
    return b.table()


def _branch(b: _Builder) -> KindTable:
    _links(b, plant="plant_id", sender="operator_id", district="district_id")
    _values(b, "design_flow_t_h", "length_km", "heated_area_m2")
    return b.table()


def _boiler(b: _Builder) -> KindTable:
    _links(b, company="company_id", office="office_id", sender="company_id", district="district_id", branch="branch_id")
    _values(b, "capacity_mw", "boilers", "use", "fuel", "heated_area_m2")
    return b.table()


def _substation(b: _Builder) -> KindTable:
    _links(
        b,
        company="company_id",
        office="office_id",
        sender="company_id",
        district="district_id",
        street="street_id",
        branch="branch_id",
        boiler="boiler_room_id",
    )
    _values(b, "heated_area_m2", "system")
    return b.table()


def _unit(b: _Builder) -> KindTable:
    station = b.kinds["substation"]
    place = b.link("substation", "substation_id")
    b.follow(station, "substation", "company", "office", "sender", "district", "branch", "boiler")
    _values(
        b,
        "heated_area_m2",
        "heat_index_w_m2",
        "design_supply_temp_c",
        "design_return_temp_c",
        "design_flow_t_h",
        "terminal",
        "zone",
    )
    if (b.numbers // UNITS_PER_SUBSTATION != place[b.numbers]).any():
        raise ValueError("a unit's number must be its substation's number × 4 + its place")
    return b.table(station.longitude[place], station.latitude[place])


def _community(b: _Builder) -> KindTable:
    _links(b, company="company_id", substation="substation_id", district="district_id", street="street_id")
    b.follow(b.kinds["substation"], "substation", "office")
    return b.table()


def _building(b: _Builder) -> KindTable:
    _links(b, community="community_id", unit="unit_id", company="company_id", district="district_id")
    b.follow(b.kinds["unit"], "unit", "substation", "office")
    _values(b, "heated_area_m2", "floors", "height_m", "households", "energy_class", "built_year")
    return b.table()


def _heat_user(b: _Builder) -> KindTable:
    building = b.kinds["building"]
    place = b.link("building", "building_id")
    b.follow(building, "building", "unit", "company", "office", "district")
    _values(b, "position", "floor", "area_m2")
    return b.table(building.longitude[place], building.latitude[place])


def _room(b: _Builder) -> KindTable:
    building, user = b.kinds["building"], b.kinds["heat_user"]
    of_user = b.link("user", "user_id")
    place = b.link("building", "building_id")
    b.follow(building, "building", "unit", "company", "office", "district")
    b.links["sender"] = b.links["company"]
    b.values["position"] = user.values["position"][of_user]
    b.values["floor"] = user.values["floor"][of_user]
    b.values["floors"] = building.values["floors"][place]
    return b.table(building.longitude[place], building.latitude[place])


def _device(b: _Builder) -> KindTable:
    _links(b, sender="platform_id", district="district_id", village="village_id")
    _values(b, "device_type", "rated_kw", "floor_area_m2")
    return b.table()


def _weather(b: _Builder) -> KindTable:
    _links(b, sender="operator_id", district="district_id")
    return b.table()


def _pipe(b: _Builder) -> KindTable:
    _links(b, company="company_id", branch="branch_id", boiler="boiler_room_id", unit="unit_id", district="district_id")
    b.links["office"] = np.where(
        b.links["unit"] > 0,
        b.kinds["unit"].links["office"][b.links["unit"]],
        b.kinds["boiler"].links["office"][b.links["boiler"]],
    )
    # a trunk belongs to the plant's operator, every other pipe to the company that runs it
    b.links["sender"] = np.where(
        b.links["company"] > 0, b.links["company"], b.kinds["branch"].links["sender"][b.links["branch"]]
    ).astype(np.int32)
    _values(b, "medium", "diameter_mm", "length_m", "built_year")
    return b.table()


def _valve(b: _Builder) -> KindTable:
    _links(b, pipe="pipe_id", district="district_id")
    b.follow(b.kinds["pipe"], "pipe", "company", "office", "sender", "branch", "boiler", "unit")
    _values(b, "along", "diameter_mm", "kind", "is_normally_open")
    return b.table()


_MAKERS = {
    "plant": _plant,
    "branch": _branch,
    "boiler": _boiler,
    "substation": _substation,
    "unit": _unit,
    "community": _community,
    "building": _building,
    "heat_user": _heat_user,
    "room": _room,
    "device": _device,
    "weather": _weather,
    "pipe": _pipe,
    "valve": _valve,
}


def save(archive: Archive, path: Path) -> None:
    """Write all arrays to one file, complete or not at all."""
    arrays: dict[str, NDArray[Any]] = {}
    for kind, table in archive.kinds.items():
        arrays[f"{kind}/numbers"] = table.numbers
        arrays[f"{kind}/longitude"] = table.longitude
        arrays[f"{kind}/latitude"] = table.latitude
        arrays |= {f"{kind}/link/{name}": a for name, a in table.links.items()}
        arrays |= {f"{kind}/value/{name}": a for name, a in table.values.items()}
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        np.savez(out, allow_pickle=False, **arrays)
    part.replace(path)


def read(version: str, path: Path) -> Archive:
    """The archive that :func:`save` wrote."""
    kinds: dict[str, KindTable] = {}
    with np.load(path) as arrays:
        for kind in _MAKERS:
            names = [n.split("/") for n in arrays.files if n.startswith(f"{kind}/")]
            kinds[kind] = KindTable(
                kind,
                arrays[f"{kind}/numbers"],
                arrays[f"{kind}/longitude"],
                arrays[f"{kind}/latitude"],
                {n[2]: arrays["/".join(n)] for n in names if n[1] == "link"},
                {n[2]: arrays["/".join(n)] for n in names if n[1] == "value"},
            )
    return Archive(version, kinds)
