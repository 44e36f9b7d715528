"""What equipment has one object, and which standard systems are there to learn from?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import numpy as np

from cleanheat.assets.equipment.listing import EquipmentItem, EquipmentList, Measured, SceneUnit, item_of
from cleanheat.assets.equipment.rural import rural_rows, rural_types, rural_zh
from cleanheat.assets.equipment.standard import (
    Columns,
    RoomDesigns,
    UnitDesigns,
    boiler_equipment,
    substation_equipment,
)
from cleanheat.assets.models import BoilerRoom, RuralDevice, Substation, Unit
from cleanheat.assets.models_equipment import Equipment
from cleanheat.assets.naming import names
from cleanheat.assets.queries import require
from cleanheat.assets.vocabulary import Fuel, Zone
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found

_FLOW_T_H_PER_KW: Final = 0.0573  # 15 K
_OUTFITS: Final[Mapping[str, tuple[str, float]]] = {
    "direct": ("直补", 560.0), "tank": ("水箱补水", 1_900.0), "large": ("双板换", 6_200.0),
}  # fmt: skip
_COUNTS: Final = ("单机组", "双机组", "三机组")


def equipment_of(kind: str, number: int, scope: Scope) -> EquipmentList:
    """The list of a substation, boiler room or rural device; a Problem outside the scope or for another kind."""
    require(kind, number, scope)
    if kind not in _FINDERS:
        raise not_found("此类对象没有设备清单", kind)
    found: EquipmentList = _FINDERS[kind](number)
    return found


def _substation(number: int) -> EquipmentList:
    row = Substation.objects.get(pk=number)
    units = tuple(SceneUnit(u.number, u.name, u.terminal) for u in Unit.objects.filter(substation=number))
    stored = list(Equipment.objects.filter(substation=number).values())
    alone = units[0].number if len(units) == 1 else 0
    return EquipmentList(
        key=f"substation/{number}",
        kind="substation",
        number=number,
        name=row.name,
        layout_zh=str(row.get_system_display()),
        is_standard=False,
        terminal="",
        units=units,
        equipment=tuple(item_of(r, "unit", int(r["unit_id"] or alone)) for r in stored),
        measured=tuple(Measured("unit", u.number) for u in units),
    )


def _boiler(number: int) -> EquipmentList:
    row = BoilerRoom.objects.get(pk=number)
    stored = Equipment.objects.filter(boiler_room=number).values()
    return EquipmentList(
        key=f"boiler/{number}",
        kind="boiler",
        number=number,
        name=row.name,
        layout_zh=f"{row.get_fuel_display()} · {row.boilers} 台",
        is_standard=False,
        terminal="",
        units=(),
        equipment=tuple(item_of(r, "boiler", number) for r in stored),
        measured=(Measured("boiler", number),),
    )


def _device(number: int) -> EquipmentList:
    row = RuralDevice.objects.get(pk=number)
    system = (row.device_type, row.horsepower, row.terminal, row.auxiliary)
    return EquipmentList(
        key=f"device/{number}",
        kind="device",
        number=number,
        name=names("device", [number])[0],
        layout_zh=rural_zh(*system),
        is_standard=True,
        terminal=row.terminal,
        units=(),
        equipment=tuple(item_of(r, "device", number) for r in rural_rows(*system)),
        measured=(Measured("device", number),),
    )


_FINDERS: Final = {"substation": _substation, "boiler": _boiler, "device": _device}


@cache
def standard_scenes() -> tuple[EquipmentList, ...]:
    """Every standard system with its list, for training: substations, boiler rooms, households."""
    return (*_standard_substations(), *_standard_boiler_rooms(), *_standard_households())


def _standard_substations() -> Iterator[EquipmentList]:
    for count, count_zh in enumerate(_COUNTS, 1):
        for key, (outfit, load_kw) in _OUTFITS.items():
            each = np.full(count, load_kw / (count if key == "direct" else 1))
            places = np.arange(1, count + 1)
            rows = substation_equipment(
                UnitDesigns(
                    np.ones(count, np.int64), places, (places - 1) % 3, each, each * _FLOW_T_H_PER_KW,
                    np.full(count, 2_020),
                )
            )  # fmt: skip
            units = tuple(SceneUnit(p, f"{zone}机组", "radiator") for p, zone in enumerate(Zone.labels[:count], 1))
            yield _standard(f"substation.{count}.{key}", "substation", f"{count_zh}换热站", outfit, rows, units)


def _standard_boiler_rooms() -> Iterator[EquipmentList]:
    for fuel in Fuel.values:
        for count in range(1, 7):
            rows = boiler_equipment(
                RoomDesigns(
                    np.ones(1, np.int64), np.array([fuel]), np.array([count]), np.array([count * 29.0]),
                    np.array([2_018]),
                )
            )  # fmt: skip
            yield _standard(f"boiler.{fuel}.{count}", "boiler", f"{Fuel(fuel).label}锅炉房", f"{count} 台锅炉", rows)


def _standard_households() -> Iterator[EquipmentList]:
    for system in rural_types():
        key = ".".join(str(part) for part in ("device", *system) if part)
        items = tuple(item_of(r, "device", 0) for r in rural_rows(*system))
        name, _, detail = rural_zh(*system).partition(" · ")
        yield EquipmentList(key, "device", 0, name, detail, True, system[2], (), items, ())


def _standard(
    key: str, kind: str, name: str, layout_zh: str, columns: Columns, units: tuple[SceneUnit, ...] = ()
) -> EquipmentList:
    by_column = [column.tolist() for column in columns.values()]
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*by_column, strict=True)]
    items = tuple(_numbered(row, place) for place, row in enumerate(rows, 1))
    return EquipmentList(key, kind, 0, name, layout_zh, True, "", units, items, ())


def _numbered(row: dict[str, Any], place: int) -> EquipmentItem:
    return item_of({**row, "number": place, "unit_id": row["unit"]}, "", 0)
