"""What does a record of each archive kind consist of?  The fields that files, people and changes may name.

Read from the models, so that a new column is a new field; words, units and what is personal stand here.  A record is a
plain mapping from a field's key (the column as stored: ``district_id``) to its stored value; ``number`` and ``code``
name the object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

from django.db import models

from cleanheat.assets.cards import KIND_ZH
from cleanheat.assets.queries import MODELS
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.ids import OBJECT_CLASSES

FieldType = Literal["text", "integer", "number", "boolean", "choice", "reference"]

KIND_NAMES: Final[Mapping[str, str]] = MappingProxyType({"area": "行政区划", **KIND_ZH})

_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "code": ("统一编码", ""),
        "name": ("名称", ""),
        "level": ("级别", ""),
        "parent_id": ("上级", ""),
        "is_rural": ("涉农", ""),
        "district_id": ("区县", ""),
        "longitude": ("经度", "°"),
        "latitude": ("纬度", "°"),
        "built_year": ("建成年份", "年"),
        "in_service": ("在用", ""),
        "operator_id": ("运行单位", ""),
        "company_id": ("供热企业", ""),
        "office_id": ("分公司", ""),
        "platform_id": ("农村平台", ""),
        "street_id": ("街道乡镇", ""),
        "village_id": ("村屯", ""),
        "plant_id": ("热电厂", ""),
        "branch_id": ("电厂支线", ""),
        "boiler_room_id": ("锅炉房", ""),
        "substation_id": ("换热站", ""),
        "unit_id": ("换热机组", ""),
        "community_id": ("小区", ""),
        "building_id": ("楼宇", ""),
        "user_id": ("热用户", ""),
        "capacity_mw": ("供热能力", "MW"),
        "design_flow_t_h": ("设计流量", "t/h"),
        "length_km": ("长度", "km"),
        "heated_area_m2": ("供热面积", "m²"),
        "use": ("用途", ""),
        "fuel": ("燃料", ""),
        "boilers": ("锅炉台数", "台"),
        "system": ("系统形式", ""),
        "is_self_managed": ("自管", ""),
        "zone": ("分区", ""),
        "terminal": ("末端形式", ""),
        "heat_index_w_m2": ("热指标", "W/m²"),
        "design_supply_temp_c": ("设计供温", "℃"),
        "design_return_temp_c": ("设计回温", "℃"),
        "floors": ("层数", "层"),
        "height_m": ("高度", "m"),
        "households": ("户数", "户"),
        "energy_class": ("节能等级", ""),
        "is_residential": ("居住建筑", ""),
        "stair": ("单元", ""),
        "floor": ("楼层", "层"),
        "door": ("门牌", ""),
        "area_m2": ("建筑面积", "m²"),
        "position": ("户型位置", ""),
        "state": ("用热状态", ""),
        "device_type": ("设备类型", ""),
        "rated_kw": ("额定功率", "kW"),
        "floor_area_m2": ("采暖面积", "m²"),
        "horsepower": ("匹数", "匹"),
        "auxiliary": ("辅助热源", ""),
        "medium": ("管网层级", ""),
        "diameter_mm": ("管径", "mm"),
        "length_m": ("长度", "m"),
        "pipe_id": ("所在管段", ""),
        "along": ("沿管段位置", ""),
        "kind": ("类别", ""),
        "is_normally_open": ("常开", ""),
    }
)
_PERSONAL: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {("heat_user", "code"): "user_code", ("heat_user", "door"): "door"}
)
IDENTITY: Final = "code"


@dataclass(frozen=True)
class Field:
    """One field of a kind.

    ``reference``: the archive kind whose number it holds, or ``organisation``.  ``personal``: its class of masking,
    empty where it is no personal data.  ``most``: characters of a text.
    """

    key: str
    zh: str
    type: FieldType
    unit: str = ""
    is_required: bool = True
    reference: str = ""
    personal: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    most: int = 0


@cache
def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of a kind in the order of its columns; the code first, which a new object may leave to the platform.

    Raises:
        Problem: there is no such kind.
    """
    if kind not in MODELS:
        raise not_found("没有这种档案", kind)
    model = MODELS[kind]
    return tuple(_field(kind, f) for f in model._meta.concrete_fields if not f.primary_key)


def field_of(kind: str, key: str) -> Field | None:
    return next((f for f in fields_of(kind) if f.key == key), None)


def _field(kind: str, column: models.Field[Any, Any]) -> Field:
    zh, unit = _WORDS.get(column.attname) or (str(column.verbose_name), "")
    return Field(
        key=column.attname,
        zh=zh,
        type=_type_of(column),
        unit=unit,
        is_required=not (
            column.null
            or column.blank
            or column.has_default()
            or (column.attname == IDENTITY and kind in OBJECT_CLASSES)
        ),
        reference=_target_of(column),
        personal=_PERSONAL.get((kind, column.attname), ""),
        choices=tuple((str(value), str(word)) for value, word in column.choices or ()),
        most=column.max_length or 0,
    )


def _type_of(column: models.Field[Any, Any]) -> FieldType:
    if isinstance(column, models.ForeignKey):
        return "reference"
    if column.choices:
        return "choice"
    if isinstance(column, models.BooleanField):
        return "boolean"
    if isinstance(column, models.FloatField):
        return "number"
    return "integer" if isinstance(column, models.IntegerField) else "text"


def _target_of(column: models.Field[Any, Any]) -> str:
    if not isinstance(column, models.ForeignKey):
        return ""
    target = column.related_model if column.related_model != "self" else column.model
    return next((kind for kind, model in MODELS.items() if model is target), "organisation")
