"""What stands inside the generated substations, boiler rooms and households: the standard outfit of each design.

Drawn after everything else and without a generator of its own, so that the city of a seed stays the same city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.public import RoomDesigns, UnitDesigns, boiler_equipment, substation_equipment
from cleanheat.assets.vocabulary import DeviceType, SolarAuxiliary, Zone
from cleanheat.kernel.ids import OBJECT_CLASSES
from cleanheat.simulator import chance
from cleanheat.simulator.city.geography import DISTRICTS

Columns = dict[str, Any]
_MAKERS = np.array([f"模拟设备厂{letter}" for letter in "甲乙丙丁戊"])
_PUMPS = (DeviceType.HEAT_PUMP_AIR.value, DeviceType.HEAT_PUMP_WATER.value)
_LARGER_KW = {_PUMPS[0]: (7.0, 8.0), _PUMPS[1]: (10.0, 12.0)}  # heat in the cold from which it is a 5P, a 6P


def draw_equipment(seed: int, tables: Mapping[str, Columns]) -> Columns:
    """Rows of all substations, then of all boiler rooms."""
    stations, rooms = _stations(tables), _rooms(tables)
    n, m = len(stations["owner"]), len(rooms["owner"])
    number = np.arange(1, n + m + 1)
    joined = {name: np.concatenate([stations[name], rooms[name]]) for name in stations}
    district = np.r_[
        np.asarray(tables["substation"]["district_id"])[stations["owner"] - 1],
        np.asarray(tables["boiler"]["district_id"])[rooms["owner"] - 1],
    ]
    by_district = np.array(["", *(f"{d.code}-{OBJECT_CLASSES['equipment']}-" for d in DISTRICTS)])
    maker = _MAKERS[(chance.uniform(seed, "equipment/maker", number) * len(_MAKERS)).astype(int)]
    return {
        "number": number,
        "code": np.char.add(by_district[district], np.char.zfill(number.astype(str), 6)),
        "substation_id": np.r_[stations["owner"], np.zeros(m, np.int64)],
        "boiler_room_id": np.r_[np.zeros(n, np.int64), rooms["owner"]],
        "unit_id": joined["unit"],
        "maker": np.where(joined["kind"] == "gauge", "", maker),
        **{name: _stored(joined[name]) for name in joined if name not in ("owner", "unit")},
    }


def _stored(column: NDArray[Any]) -> NDArray[Any] | list[Any]:
    """Numbers that a nameplate does not give become None, bores and counts whole numbers."""
    if column.dtype.kind != "f":
        return column
    return [None if v != v else int(v) if v == int(v) else v for v in column.tolist()]


def _stations(tables: Mapping[str, Columns]) -> Columns:
    unit = {name: np.asarray(values) for name, values in tables["unit"].items()}
    return substation_equipment(
        UnitDesigns(
            substation=unit["substation_id"],
            unit=unit["number"],
            zone=np.array([Zone.values.index(z) for z in unit["zone"].tolist()]),
            load_kw=unit["heated_area_m2"] * unit["heat_index_w_m2"] / 1_000,
            flow_t_h=unit["design_flow_t_h"],
            year=np.asarray(tables["substation"]["built_year"])[unit["substation_id"] - 1],
        )
    )


def _rooms(tables: Mapping[str, Columns]) -> Columns:
    room = {name: np.asarray(values) for name, values in tables["boiler"].items()}
    return boiler_equipment(
        RoomDesigns(room["number"], room["fuel"], room["boilers"], room["capacity_mw"], room["built_year"])
    )


def draw_systems(seed: int, devices: Columns) -> Columns:
    """Size, terminal and auxiliary heat of each rural device; the auxiliary is the one whose state it reports."""
    kind, kw = np.asarray(devices["device_type"]), np.asarray(devices["rated_kw"])
    number = np.asarray(devices["number"])
    larger = np.array([_LARGER_KW.get(k, (np.inf, np.inf)) for k in kind.tolist()]).reshape(-1, 2)
    size = 4 + (kw[:, None] >= larger).sum(axis=1)
    is_wet = ~np.isin(kind, (DeviceType.HEAT_PUMP_AIR.value, DeviceType.STORAGE_HEATER.value))
    floor = chance.uniform(seed, "device/terminal", number) < 0.42
    code = np.floor(4 * chance.uniform(seed, "device/auxiliary", number)).astype(int)
    return {
        "horsepower": [n if k in _PUMPS else None for n, k in zip(size.tolist(), kind.tolist(), strict=True)],
        "terminal": np.select([is_wet & floor, is_wet], ["floor", "radiator"], ""),
        "auxiliary": np.where(kind == DeviceType.SOLAR.value, np.array(SolarAuxiliary.values)[code], ""),
    }
