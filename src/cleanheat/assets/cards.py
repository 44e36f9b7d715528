"""What people read of an object: its card, what it belongs to and what belongs to it, and how to find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cleanheat.accounts import public as accounts
from cleanheat.assets import gazetteer
from cleanheat.assets.naming import names, titles
from cleanheat.assets.queries import KIND_MODELS, archive, require, visible
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy import classes as secrecy

KIND_ZH: Final[Mapping[str, str]] = {
    "plant": "热电厂",
    "branch": "电厂支线",
    "boiler": "锅炉房",
    "substation": "换热站",
    "unit": "换热机组",
    "community": "小区",
    "building": "楼宇",
    "heat_user": "热用户",
    "room": "室温测点",
    "device": "农村清洁取暖设备",
    "weather": "气象站",
    "pipe": "管段",
    "valve": "阀门",
}
ATTRIBUTES: Final[Mapping[str, tuple[str, str]]] = {
    "capacity_mw": ("额定供热能力", "MW"),
    "use": ("用途", ""),
    "fuel": ("燃料", ""),
    "boilers": ("锅炉台数", "台"),
    "system": ("系统形式", ""),
    "terminal": ("末端形式", ""),
    "zone": ("分区", ""),
    "heated_area_m2": ("供热面积", "m²"),
    "heat_index_w_m2": ("热指标", "W/m²"),
    "design_supply_temp_c": ("设计二次供温", "℃"),
    "design_return_temp_c": ("设计二次回温", "℃"),
    "design_flow_t_h": ("设计流量", "t/h"),
    "length_km": ("长度", "km"),
    "length_m": ("长度", "m"),
    "medium": ("管网层级", ""),
    "kind": ("阀门类别", ""),
    "is_normally_open": ("常开", ""),
    "diameter_mm": ("管径", "mm"),
    "floors": ("层数", "层"),
    "height_m": ("高度", "m"),
    "households": ("户数", "户"),
    "energy_class": ("节能等级", ""),
    "floor": ("楼层", "层"),
    "area_m2": ("建筑面积", "m²"),
    "position": ("户型位置", ""),
    "state": ("用热状态", ""),
    "device_type": ("设备类型", ""),
    "horsepower": ("匹数", "P"),
    "auxiliary": ("辅助热源", ""),
    "rated_kw": ("额定功率", "kW"),
    "floor_area_m2": ("采暖面积", "m²"),
    "built_year": ("建成年份", ""),
}
"""Zh and unit of the model fields a card shows, in this order."""

_WHERE_FITTING: Final = ("horsepower",)
"""Told of heat pumps alone; elsewhere a missing value is said to be missing."""

ORGANISATIONS: Final = (("company", "供热企业"), ("office", "分公司"), ("sender", "数据报送单位"))
PARENTS: Final = ("plant", "branch", "boiler", "substation", "unit", "community", "building", "user", "pipe")
CHILDREN: Final[Mapping[str, tuple[str, ...]]] = {
    "plant": ("branch",),
    "branch": ("boiler", "substation"),
    "boiler": ("substation",),
    "substation": ("unit", "community"),
    "unit": ("building",),
    "community": ("building",),
    "building": ("room",),
    "pipe": ("valve",),
}
MAX_CHILDREN: Final = 200


def object_card(kind: str, number: int, scope: Scope) -> dict[str, Any]:
    """What the archive knows of one object, as JSON; a Problem outside the scope."""
    require(kind, number, scope)
    row = KIND_MODELS[kind].objects.get(pk=number)  # type: ignore[attr-defined]
    table = archive()[kind]
    lon, lat = secrecy.place(kind, scope, float(table.longitude[number]), float(table.latitude[number]))
    return {
        "kind": kind,
        "kind_zh": KIND_ZH[kind],
        "number": number,
        "code": row.code,
        "name": names(kind, [number])[0],
        "lon": lon,
        "lat": lat,
        "attributes": [*_belongings(kind, number), *_attributes(row, scope)],
        "parents": parents(kind, number, scope),
        "children": children(kind, number, scope),
    }


def _belongings(kind: str, number: int) -> list[dict[str, Any]]:
    links = archive()[kind].links
    found = []
    for link, zh in ORGANISATIONS:
        card = accounts.find_organisation(int(links[link][number])) if link in links else None
        if card and not (link == "sender" and "company" in links):  # a company sends its own
            found.append({"key": link, "zh": zh, "value": card.name, "unit": ""})
    if "district" in links:
        district = names("area", [links["district"][number]])[0]
        found.append({"key": "district", "zh": "区县", "value": district, "unit": ""})
    return found


def _attributes(row: Any, scope: Scope) -> list[dict[str, Any]]:
    found = []
    for key, (zh, unit) in ATTRIBUTES.items():
        if hasattr(row, key) and not secrecy.withheld(key, scope):
            in_words = getattr(row, f"get_{key}_display", None)
            value = in_words() if in_words else getattr(row, key)
            if isinstance(value, bool):
                value = "是" if value else "否"
            if value != "" and not (value is None and key in _WHERE_FITTING):
                found.append({"key": key, "zh": zh, "value": value, "unit": unit})
    return found


def parents(kind: str, number: int, scope: Scope) -> list[dict[str, Any]]:
    """What supplies or contains the object, nearest to the source first, as far as the scope sees it."""
    links = archive()[kind].links
    found = []
    for link in PARENTS:
        above = "heat_user" if link == "user" else link
        at = int(links[link][number]) if link in links else 0
        if at and visible(above, scope)[at]:
            found += _references(above, [at])
    return found


def children(kind: str, number: int, scope: Scope) -> list[dict[str, Any]]:
    """What the object supplies or contains directly, at most ``MAX_CHILDREN`` of each kind."""
    found = []
    for below in CHILDREN.get(kind, ()):
        mine = (archive()[below].links[kind] == number) & visible(below, scope)
        found += _references(below, np.flatnonzero(mine)[:MAX_CHILDREN].tolist())
    return found


def _references(kind: str, numbers: list[int]) -> list[dict[str, Any]]:
    titled = zip(numbers, titles(kind, numbers), strict=True)
    return [{"kind": kind, "number": n, "name": name, "code": code} for n, (name, code) in titled]


def search(text: str, scope: Scope, limit: int = 20) -> list[dict[str, Any]]:
    """Objects of the scope whose name or code contains the text, kinds people ask for most often first."""
    by_kind: dict[str, list[int]] = {}
    for kind, number in gazetteer.locate(text, scope, limit):
        by_kind.setdefault(kind, []).append(number)
    return [
        {**reference, "detail": KIND_ZH[kind]}
        for kind, numbers in by_kind.items()
        for reference in _references(kind, numbers)
    ]
