"""What people said when asked, as records: entered or imported by companies and regulators for their own users."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from cleanheat.assets import public as assets
from cleanheat.diagnosis.service.models import Feedback
from cleanheat.infra.resources import NOTHING, Col, resource
from cleanheat.infra.scope import Scope, scope_of
from cleanheat.kernel.errors import invalid

_OWNERS: Final = {
    "company_ids": "heat_user__building__company_id",
    "office_ids": "heat_user__building__unit__substation__office_id",
    "district_ids": "heat_user__building__district_id",
}
COLDEST_C, WARMEST_C = -10.0, 40.0


def feedback_rows(scope: Scope) -> models.Q:
    """What the heat users said whom the scope sees."""
    if scope.sees_all:
        return models.Q()
    rows = NOTHING
    for owner, path in _OWNERS.items():
        if ids := getattr(scope, owner):
            rows |= models.Q(**{f"{path}__in": ids})
    return rows


def _checked(values: dict[str, Any], user: Any, row: models.Model | None) -> dict[str, Any]:
    number = values.get("heat_user", values.get("heat_user_id", getattr(row, "heat_user_id", None)))
    number = getattr(number, "pk", number)
    if not assets.exists("heat_user", int(number or 0), scope_of(user)):
        raise invalid("heat_user", "没有这个热用户")
    measured = values.get("room_temp_c")
    if measured is not None and not COLDEST_C <= float(measured) <= WARMEST_C:
        raise invalid("room_temp_c", f"测温应在 {COLDEST_C:g}–{WARMEST_C:g} ℃")
    return values


resource(
    key="diagnosis.feedback",
    zh="供热质量回访",
    model=Feedback,
    columns=(
        Col("number", "回访编号"),
        Col("heat_user", "热用户", choices_from="assets.heat_user"),
        Col("heat_user__building__name", "楼宇"),
        Col("heat_user__building__company__short_name", "供热企业"),
        Col("order_number", "督导单编号"),
        Col("visited_on", "回访日期"),
        Col("satisfaction", "满意度"),
        Col("room_temp_c", "回访测温", "℃"),
        Col("is_solved", "问题已解决"),
        Col("content", "回访内容", sensitivity="free_text", is_sortable=False),
    ),
    permission="complaints.view",
    edit_permission="diagnosis.settle",
    form=("number", "heat_user", "order_number", "visited_on", "satisfaction", "room_temp_c", "is_solved", "content"),
    scope_by=feedback_rows,
    filters={"satisfaction": "equals", "order_number": "equals", "is_solved": "equals", "visited_on": "range"},
    search=("number", "order_number"),
    order=("-visited_on",),
    identity="number",
    fill=_checked,
)
