"""Fees as records: the payer masked, each company its own users', a file of them imported by their numbers."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from cleanheat.assets.models import HeatFee
from cleanheat.assets.queries import exists
from cleanheat.infra.resources import NOTHING, Col, resource
from cleanheat.infra.scope import Scope, scope_of
from cleanheat.infra.secrecy.classes import hides
from cleanheat.kernel.errors import invalid

_OWNERS: Final = {
    "company_ids": "heat_user__building__company_id",
    "office_ids": "heat_user__building__unit__substation__office_id",
    "district_ids": "heat_user__building__district_id",
}


def fee_rows(scope: Scope) -> models.Q:
    """The fees of the heat users whom the scope sees."""
    if hides("heat_user", scope):
        return NOTHING
    if scope.sees_all:
        return models.Q()
    rows = NOTHING
    for owner, path in _OWNERS.items():
        if ids := getattr(scope, owner):
            rows |= models.Q(**{f"{path}__in": ids})
    return rows


def _checked(values: dict[str, Any], user: Any, row: models.Model | None) -> dict[str, Any]:
    """Of one's own heat users only; nobody pays less than nothing, and who has paid in full has a day of it."""
    merged = {
        name: values.get(name, getattr(row, name, None))
        for name in ("heat_user_id", "due_yuan", "paid_yuan", "paid_on")
    }
    number = values.get("heat_user", values.get("heat_user_id", merged["heat_user_id"]))
    number = getattr(number, "pk", number)
    if not exists("heat_user", int(number or 0), scope_of(user)):
        raise invalid("heat_user", "没有这个热用户", str(number))
    for name in ("due_yuan", "paid_yuan"):
        if (merged[name] or 0) < 0:
            raise invalid(name, "金额不能为负")
    is_paid = (merged["paid_yuan"] or 0) >= (merged["due_yuan"] or 0) > 0
    if is_paid and merged["paid_on"] is None:
        raise invalid("paid_on", "已缴清应填缴清日期")
    return values


resource(
    key="assets.heat_fee",
    zh="热费缴纳",
    model=HeatFee,
    columns=(
        Col("number", "缴费编号"),
        Col("heat_user", "热用户", choices_from="assets.heat_user"),
        Col("heat_user__code", "热用户编号", sensitivity="user_code"),
        Col("heat_user__building__name", "楼宇"),
        Col("heat_user__building__company__short_name", "供热企业"),
        Col("season_year", "采暖季起始年"),
        Col("due_yuan", "应缴", "元"),
        Col("paid_yuan", "已缴", "元"),
        Col("due_on", "缴费期限"),
        Col("paid_on", "缴清日期"),
        Col("payer_name", "缴费人", sensitivity="person_name"),
        Col("payer_phone", "缴费人电话", sensitivity="phone"),
    ),
    permission="complaints.view",
    edit_permission="assets.edit",
    form=(
        "number",
        "heat_user",
        "season_year",
        "due_yuan",
        "paid_yuan",
        "due_on",
        "paid_on",
        "payer_name",
        "payer_phone",
    ),
    scope_by=fee_rows,
    filters={"season_year": "equals", "heat_user__building__company__short_name": "equals", "due_on": "range"},
    search=("number",),
    order=("-season_year",),
    identity="number",
    fill=_checked,
)
