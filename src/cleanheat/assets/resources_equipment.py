"""Equipment as records: each company its own substations' and boiler rooms', nameplates kept by whoever runs them."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from cleanheat.assets.equipment.listing import NAMEPLATE
from cleanheat.assets.models_equipment import Equipment
from cleanheat.infra.resources import NOTHING, Col, resource
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy.classes import hides
from cleanheat.kernel.errors import invalid

_OWNERS: Final = {
    "company_ids": "company_id",
    "office_ids": "office_id",
    "district_ids": "district_id",
    "sender_ids": "company_id",
}
_POSITIVE: Final = ("dn_mm", "power_kw", "plates", "flow_t_h", "head_m", "volume_m3", "capacity_mw", "height_m")


def equipment_rows(scope: Scope) -> models.Q:
    """The equipment of the substations and boiler rooms that the scope sees."""
    if hides("equipment", scope):
        return NOTHING
    if scope.sees_all:
        return models.Q()
    rows = NOTHING
    for owner, path in _OWNERS.items():
        if ids := getattr(scope, owner):
            for site in ("substation", "boiler_room"):
                rows |= models.Q(**{f"{site}__{path}__in": ids})
    return rows


def _checked(values: dict[str, Any], _user: Any, _row: models.Model | None) -> dict[str, Any]:
    """A nameplate gives sizes, and sizes are positive."""
    for name in _POSITIVE:
        value = values.get(name)
        if value is not None and not value > 0:
            raise invalid(name, f"{NAMEPLATE[name][0]}应大于 0", str(value))
    return values


resource(
    key="assets.equipment",
    zh="工艺设备",
    model=Equipment,
    columns=(
        Col("code", "统一编码"),
        Col("tag", "设备位号"),
        Col("kind", "类别"),
        Col("substation__name", "换热站"),
        Col("boiler_room__name", "锅炉房"),
        Col("unit__name", "换热机组"),
        Col("is_standby", "备用"),
        *(Col(key, zh, unit) for key, (zh, unit) in NAMEPLATE.items()),
        Col("in_service", "在用"),
    ),
    permission="assets.view",
    edit_permission="assets.edit",
    form=("tag", *(key for key in NAMEPLATE if key != "fuel"), "is_standby", "in_service"),
    scope_by=equipment_rows,
    filters={"kind": "equals", "is_standby": "equals", "in_service": "equals", "built_year": "range"},
    search=("tag", "code"),
    order=("number",),
    identity="code",
    fill=_checked,
)
