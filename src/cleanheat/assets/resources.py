"""Records of the archive that people look up and maintain: every kind of object, each seen within its owner's scope.

What may be edited here is what no array, map or calculation is built from (names, state of service); structure changes
come as a whole new archive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import models
from django.db.models import Q

from cleanheat.accounts import public as accounts
from cleanheat.assets import history
from cleanheat.assets import resources_equipment as _equipment  # noqa: F401 - its records declare themselves
from cleanheat.assets import resources_fees as _fees  # noqa: F401 - its records declare themselves
from cleanheat.assets.models import Area, PlannedOutage
from cleanheat.assets.queries import KIND_MODELS, exists
from cleanheat.infra.resources import NOTHING, Col, resource
from cleanheat.infra.scope import Scope, scope_of
from cleanheat.infra.secrecy import classes as secrecy
from cleanheat.kernel.errors import invalid

OWNERS: Final[Mapping[str, Mapping[str, str]]] = {
    "plant": {"district": "district_id", "sender": "operator_id"},
    "branch": {"district": "district_id", "sender": "operator_id"},
    "boiler": {"company": "company_id", "office": "office_id", "district": "district_id", "sender": "company_id"},
    "substation": {"company": "company_id", "office": "office_id", "district": "district_id", "sender": "company_id"},
    "unit": {
        "company": "substation__company_id",
        "office": "substation__office_id",
        "district": "substation__district_id",
        "sender": "substation__company_id",
    },
    "community": {"company": "company_id", "office": "substation__office_id", "district": "district_id"},
    "building": {"company": "company_id", "office": "unit__substation__office_id", "district": "district_id"},
    "heat_user": {
        "company": "building__company_id",
        "office": "building__unit__substation__office_id",
        "district": "building__district_id",
    },
    "room": {
        "company": "building__company_id",
        "office": "building__unit__substation__office_id",
        "district": "building__district_id",
        "sender": "building__company_id",
    },
    "device": {"district": "district_id", "sender": "platform_id"},
    "weather": {},
    "pipe": {"company": "company_id", "office": "unit__substation__office_id", "district": "district_id"},
    "valve": {
        "company": "pipe__company_id",
        "office": "pipe__unit__substation__office_id",
        "district": "district_id",
    },
}
"""Where each kind's rows keep the ids that a scope names; the counterpart of the archive's links."""


def rows_of(kind: str) -> Callable[[Scope], Q]:
    """The row filter of a kind: the same objects that ``queries.visible`` marks."""

    def scope_by(scope: Scope) -> Q:
        if secrecy.hides(kind, scope):
            return NOTHING
        if scope.sees_all or kind == "weather":
            return Q()
        ids = {
            "company": scope.company_ids,
            "office": scope.office_ids,
            "district": scope.district_ids,
            "sender": scope.sender_ids,
        }
        seen = [Q(**{f"{path}__in": ids[owner]}) for owner, path in OWNERS[kind].items() if ids[owner]]
        if kind in _ON_PIPES:
            seen += _of_pipes(scope, _ON_PIPES[kind])
        if not seen:
            return NOTHING
        rows = seen[0]
        for more in seen[1:]:
            rows |= more
        return rows

    return scope_by


_ON_PIPES: Final[Mapping[str, str]] = {"pipe": "", "valve": "pipe__"}
"""Kinds that belong to whom a pipe belongs to, and the way to it."""


def _of_pipes(scope: Scope, at: str) -> list[Q]:
    """Pipes that no column of their own gives to the scope."""
    found = []
    if scope.office_ids:  # mains of an area boiler room are its office's
        found.append(Q(**{f"{at}unit": None, f"{at}boiler_room__office_id__in": scope.office_ids}))
    if scope.sender_ids:  # trunks have no company: they are the plant operator's
        of_operator = {f"{at}company": None, f"{at}branch__operator_id__in": scope.sender_ids}
        found.append(Q(**{f"{at}company_id__in": scope.sender_ids}) | Q(**of_operator))
    return found


_PLACE = (Col("code", "统一编码"), Col("name", "名称"), Col("district__name", "区县"))
_RUN_BY = (Col("company__short_name", "供热企业"), Col("office__short_name", "分公司"))
_LIFE = (Col("built_year", "建成年份"), Col("in_service", "在用"))
_FILTERS: Final = {
    "district__name": "equals",
    "company__short_name": "equals",
    "use": "equals",
    "fuel": "equals",
    "system": "equals",
    "terminal": "equals",
    "device_type": "equals",
    "medium": "equals",
    "kind": "equals",
    "pipe__company__short_name": "equals",
    "built_year": "range",
    "heated_area_m2": "range",
}
"""Filters of every kind that shows the column."""


def _versioned(kind: str) -> Callable[[dict[str, Any], Any, models.Model | None], dict[str, Any]]:
    """What is edited in a list is a version of the record as well."""

    def fill(values: dict[str, Any], user: Any, row: models.Model | None) -> dict[str, Any]:
        if row is not None:
            before = KIND_MODELS[kind]._default_manager.values(*values).get(pk=row.pk)
            history.record(kind, int(row.pk), before, values, user, "台账修改")
        return values

    return fill


def _declare(kind: str, zh: str, columns: tuple[Col, ...], form: tuple[str, ...] = (), **more: Any) -> None:
    model: type[models.Model] = KIND_MODELS[kind]
    fields = {f.name for f in model._meta.get_fields()}
    resource(
        key=f"assets.{kind}",
        zh=zh,
        model=model,
        columns=columns,
        permission="assets.view",
        edit_permission="assets.edit" if form else "",
        form=form,
        scope_by=rows_of(kind),
        filters={name: how for name, how in _FILTERS.items() if any(c.path == name for c in columns)},
        search=("name", "code") if "name" in fields else ("code",),
        order=("number",),
        identity="code",
        fill=_versioned(kind) if form else None,
        **more,
    )


resource(
    key="assets.area",
    zh="行政区划",
    model=Area,
    columns=(
        Col("code", "区划代码"),
        Col("name", "名称"),
        Col("level", "级别"),
        Col("parent__name", "上级"),
        Col("is_rural", "涉农"),
    ),
    permission="assets.view",
    scope_by=lambda scope: Q() if scope.key != "nobody" else NOTHING,  # where the city's areas lie is no secret
    filters={"level": "equals", "is_rural": "equals"},
    search=("name", "code"),
    order=("id",),
    identity="code",
)
_declare(
    "plant", "热电厂", (*_PLACE, Col("operator__short_name", "热电企业"), Col("capacity_mw", "供热能力", "MW"), *_LIFE)
)
_declare(
    "branch",
    "电厂支线",
    (
        *_PLACE,
        Col("plant__name", "电厂"),
        Col("design_flow_t_h", "设计流量", "t/h"),
        Col("length_km", "长度", "km"),
        Col("heated_area_m2", "供热面积", "m²"),
        *_LIFE,
    ),
)
_declare(
    "boiler",
    "锅炉房",
    (
        *_PLACE,
        *_RUN_BY,
        Col("use", "用途"),
        Col("fuel", "燃料"),
        Col("boilers", "锅炉台数", "台"),
        Col("capacity_mw", "供热能力", "MW"),
        Col("heated_area_m2", "供热面积", "m²"),
        *_LIFE,
    ),
    form=("name", "in_service"),
)
_declare(
    "substation",
    "换热站",
    (
        *_PLACE,
        *_RUN_BY,
        Col("street__name", "街道乡镇"),
        Col("branch__name", "支线"),
        Col("boiler_room__name", "区域锅炉房"),
        Col("system", "系统形式"),
        Col("heated_area_m2", "供热面积", "m²"),
        Col("is_self_managed", "自管"),
        *_LIFE,
    ),
    form=("name", "is_self_managed", "in_service"),
)
_declare(
    "unit",
    "换热机组",
    (
        Col("code", "统一编码"),
        Col("name", "名称"),
        Col("substation__name", "换热站"),
        Col("zone", "分区"),
        Col("terminal", "末端形式"),
        Col("heated_area_m2", "供热面积", "m²"),
        Col("heat_index_w_m2", "热指标", "W/m²"),
        Col("design_supply_temp_c", "设计供温", "℃"),
        Col("design_return_temp_c", "设计回温", "℃"),
        Col("design_flow_t_h", "设计流量", "t/h"),
    ),
    form=("name",),
)
_declare(
    "community",
    "小区",
    (
        *_PLACE,
        Col("company__short_name", "供热企业"),
        Col("substation__name", "换热站"),
        Col("street__name", "街道乡镇"),
        *_LIFE,
    ),
    form=("name", "in_service"),
)
_declare(
    "building",
    "楼宇",
    (
        *_PLACE,
        Col("community__name", "小区"),
        Col("unit__name", "换热机组"),
        Col("floors", "层数", "层"),
        Col("height_m", "高度", "m"),
        Col("heated_area_m2", "供热面积", "m²"),
        Col("households", "户数", "户"),
        Col("energy_class", "节能等级"),
        Col("is_residential", "居住建筑"),
        *_LIFE,
    ),
    form=("name", "in_service"),
)
_declare(
    "heat_user",
    "热用户",
    (
        Col("code", "统一编码", sensitivity="user_code"),
        Col("building__name", "楼宇"),
        Col("stair", "单元"),
        Col("floor", "楼层"),
        Col("door", "门牌", sensitivity="door"),
        Col("area_m2", "建筑面积", "m²"),
        Col("position", "户型位置"),
        Col("state", "用热状态"),
    ),
    form=("state",),
)
_declare(
    "room",
    "室温测点",
    (
        Col("code", "统一编码"),
        Col("building__name", "楼宇"),
        Col("user__stair", "单元"),
        Col("user__door", "门牌", sensitivity="door"),
        Col("user__position", "户型位置"),
    ),
)
_declare(
    "device",
    "农村清洁取暖设备",
    (
        *_PLACE,
        Col("village__name", "村屯"),
        Col("device_type", "设备类型"),
        Col("horsepower", "匹数", "P"),
        Col("terminal", "末端形式"),
        Col("auxiliary", "辅助热源"),
        Col("rated_kw", "额定功率", "kW"),
        Col("floor_area_m2", "采暖面积", "m²"),
        *_LIFE,
    ),
)
_declare("weather", "气象站", (*_PLACE, Col("operator__short_name", "运行单位"), *_LIFE))
_declare(
    "pipe",
    "管段",
    (
        Col("code", "统一编码"),
        Col("district__name", "区县"),
        Col("company__short_name", "供热企业"),
        Col("medium", "管网层级"),
        Col("diameter_mm", "管径", "mm"),
        Col("length_m", "长度", "m"),
        Col("built_year", "建成年份"),
    ),
)
_declare(
    "valve",
    "阀门",
    (
        *_PLACE,
        Col("pipe__company__short_name", "供热企业"),
        Col("pipe__code", "所在管段"),
        Col("kind", "阀门类别"),
        Col("diameter_mm", "管径", "mm"),
        Col("is_normally_open", "常开"),
        *_LIFE,
    ),
    form=("name", "in_service"),
)


def _outage_rows(scope: Scope) -> Q:
    """Outages announced by an organisation within the scope."""
    if scope.sees_all:
        return Q()
    dimensions = {
        "organisation_id__in": (scope.company_ids or frozenset()) | (scope.office_ids or frozenset()),
        "organisation__parent_id__in": scope.company_ids,
        "organisation__district_code__in": scope.district_codes,
    }
    rows = NOTHING
    for path, ids in dimensions.items():
        if ids:
            rows |= Q(**{path: ids})
    return rows


def _announced(values: dict[str, Any], user: Any, row: models.Model | None) -> dict[str, Any]:
    """Of one's own objects only; whoever enters it has announced it."""
    kind, number = (values.get(name, getattr(row, name, None)) for name in ("object_kind", "object_number"))
    if not exists(str(kind), int(number or 0), scope_of(user)):
        raise invalid("object_number", "没有这个对象", f"{kind} {number}")
    if row is not None:
        return values
    own = accounts.find_organisation(user.organisation_id)
    if own is None:
        raise invalid("organisation", "用户没有所属组织")
    return {**values, "organisation_id": own.id}


resource(
    key="assets.planned_outage",
    zh="计划停供",
    model=PlannedOutage,
    columns=(
        Col("object_kind", "对象类型"),
        Col("object_number", "对象编号"),
        Col("start_at", "开始时间"),
        Col("end_at", "结束时间"),
        Col("reason", "原因"),
        Col("organisation__short_name", "报告单位"),
    ),
    permission="assets.view",
    edit_permission="assets.edit",
    form=("object_kind", "object_number", "start_at", "end_at", "reason"),
    scope_by=_outage_rows,
    filters={"object_kind": "equals", "object_number": "equals", "start_at": "range", "end_at": "range"},
    search=("reason",),
    order=("-start_at",),
    fill=_announced,
)
