"""A city small enough to know by heart: what company 10 has is odd, what company 20 has is even."""

from __future__ import annotations

from typing import Any

TWO = (1, 2)


def _place(n: int) -> dict[str, Any]:
    """District 2 (220102) for odd numbers, 3 (220103) for even ones."""
    return {"district_id": 3 - n % 2, "longitude": 125.3 + n / 100, "latitude": 43.88, "built_year": 2000 + n}


def _asset(n: int, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"number": n, "code": f"22010{3 - n % 2}-{kind}-{n:06d}", "name": f"{name}{n}", **_place(n), **more}


def _owner(n: int) -> dict[str, int]:
    return {"company_id": 10 if n % 2 else 20, "office_id": 11 if n % 2 else 21}


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _areas() -> list[dict[str, Any]]:
    named = [(2, "district", "220102", "南关区", 0), (3, "district", "220103", "宽城区", 0)]
    named += [(12, "street", "220102001", "一街", 2), (13, "street", "220103001", "二街", 3)]
    named += [(22, "committee", "220102001001", "一村", 12), (23, "committee", "220103001001", "二村", 13)]
    place = {"longitude": 125.3, "latitude": 43.9}
    return [
        {"id": i, "level": level, "code": code, "name": name, "parent_id": parent, **place}
        for i, level, code, name, parent in named
    ]


def _unit(n: int) -> dict[str, Any]:
    design = {"design_supply_temp_c": 50.0, "design_return_temp_c": 40.0, "design_flow_t_h": 100.0}
    shape = {"zone": "low", "terminal": "radiator", "heated_area_m2": 50_000.0, "heat_index_w_m2": 45.0}
    return {"number": n * 4 + 1, "code": f"JZ{n}", "name": f"机组{n}", "substation_id": n, **shape, **design}


def _building(n: int) -> dict[str, Any]:
    shape = {"floors": 6, "height_m": 18.0, "heated_area_m2": 4_000.0, "households": 48, "energy_class": "s50"}
    links = {"company_id": 10 if n % 2 else 20, "community_id": n, "unit_id": n * 4 + 1}
    return _asset(n, "LD", "楼", **links, **shape)


def organisations() -> list[Any]:
    """City 1, districts 2 and 3, companies 10 and 20 with offices 11, 12 and 21, operator 30, rural 40, weather 50."""
    from cleanheat.accounts.public import OrganisationRow

    rows = (
        (1, "city", "C1", "市中心", None, ""),
        (2, "district", "D1", "南关区", 1, "220102"),
        (3, "district", "D2", "宽城区", 1, "220103"),
        (10, "company", "H10", "甲热力", 1, "220102"),
        (11, "office", "H11", "甲一分", 10, "220102"),
        (12, "office", "H12", "甲二分", 10, "220103"),
        (20, "company", "H20", "乙热力", 1, "220103"),
        (21, "office", "H21", "乙一分", 20, "220103"),
        (30, "plant_operator", "P30", "一热电", 1, ""),
        (40, "rural_platform", "R40", "农一", 1, "220102"),
        (50, "weather_service", "W50", "气象", 1, ""),
    )
    return [
        OrganisationRow(number, kind, code, name, name, parent, district)
        for number, kind, code, name, parent, district in rows
    ]


def tables() -> dict[str, dict[str, list[Any]]]:
    """What ``assets.public.load`` takes."""
    user = {"stair": 1, "floor": 2, "door": "201", "area_m2": 80.0, "position": "middle"}
    device = {"device_type": "heat_pump_air", "rated_kw": 3.0, "floor_area_m2": 90.0, "platform_id": 40}
    branch = {"operator_id": 30, "plant_id": 1, "design_flow_t_h": 5_000.0, "length_km": 9.0}
    boiler = {"use": "area", "fuel": "coal", "branch_id": 0, "boilers": 2, "capacity_mw": 58.0}
    station = {"branch_id": 1, "boiler_room_id": 0, "system": "single", "heated_area_m2": 50_000.0}
    pipe = {
        "medium": "primary",
        "diameter_mm": 500,
        "length_m": 100.0,
        "branch_id": 1,
        "boiler_room_id": 0,
        "unit_id": 0,
    }
    valve = {"along": 0.1, "diameter_mm": 500, "kind": "fork"}
    rows = {
        "area": _areas(),
        "plant": [_asset(1, "DC", "电厂", operator_id=30, capacity_mw=600.0)],
        "branch": [_asset(1, "ZX", "支线", **branch)],
        "boiler": [_asset(n, "GL", "锅炉房", **_owner(n), **boiler) for n in TWO],
        "substation": [_asset(n, "HR", "换热站", **_owner(n), **station) for n in (1, 2, 3, 4)],
        "unit": [_unit(n) for n in (1, 2, 3, 4)],
        "community": [
            _asset(n, "XQ", "小区", company_id=_owner(n)["company_id"], substation_id=n, street_id=11 + n) for n in TWO
        ],
        "building": [_building(n) for n in TWO],
        "heat_user": [{"number": n, "code": f"YH{n}", "building_id": n, **user} for n in TWO],
        "room": [{"number": n, "code": f"SW{n}", "user_id": n, "building_id": n} for n in TWO],
        "device": [_asset(n, "QN", "户", village_id=21 + n, **device) for n in TWO],
        "weather": [_asset(1, "QX", "气象站", operator_id=50)],
        "pipe": [{**_asset(n, "GX", "管"), "company_id": _owner(n)["company_id"], **pipe} for n in TWO],
        "valve": [{**_asset(n, "FM", "阀"), "pipe_id": n, **valve} for n in TWO],
    }
    for n, row in enumerate(rows["substation"], 1):
        row["street_id"] = 12 if n % 2 else 13
    return {table: _columns(found) for table, found in rows.items()}
