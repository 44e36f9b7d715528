"""Records of governance that people maintain: trainings, the register of compliance."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cleanheat.accounts import public as accounts
from cleanheat.governance.models import PolicyRecord, Training
from cleanheat.infra.resources import NOTHING, Col, resource
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid


def trainings_of(scope: Scope) -> Q:
    """Trainings of one's own organisation, those below it and above it: the city's are for everybody."""
    if scope.sees_all:
        return Q()
    seen = [o.id for o in accounts.list_organisations(scope)]
    return Q(organisation_id__in=seen) if seen else NOTHING


def _for_everybody(scope: Scope) -> Q:
    return Q() if scope.sees_all or scope.organisation_id else NOTHING


def _own_training(values: dict[str, Any], user: Any, row: Any) -> dict[str, Any]:
    """A training belongs to the organisation of whoever enters it; nobody passes who was not there."""
    if row is None:
        if user.organisation_id is None:
            raise invalid("organisation", "本用户没有所属组织")
        values = {**values, "organisation_id": user.organisation_id}
    elif row.organisation_id != user.organisation_id:
        raise invalid("organisation", "只能修改本单位的培训记录")
    merged = {name: values.get(name, getattr(row, name, None)) for name in ("passed", "trainees", "hours")}
    if (merged["passed"] or 0) > (merged["trainees"] or 0):
        raise invalid("passed", "合格人数多于参训人数")
    if (merged["hours"] or 0) <= 0:
        raise invalid("hours", "学时应大于 0")
    return values


resource(
    key="governance.training",
    zh="培训记录",
    model=Training,
    columns=(
        Col("topic", "主题"),
        Col("held_on", "日期"),
        Col("organisation__short_name", "单位"),
        Col("organiser", "组织者"),
        Col("trainees", "参训人数", unit="人"),
        Col("hours", "学时", unit="h"),
        Col("content", "内容"),
        Col("result", "结果"),
        Col("passed", "合格人数", unit="人"),
    ),
    permission="governance.view",
    edit_permission="governance.handle",
    scope_by=trainings_of,
    form=("topic", "held_on", "organiser", "trainees", "hours", "content", "result", "passed"),
    filters={"held_on": "range", "result": "equals", "topic": "contains"},
    search=("topic", "organiser", "content"),
    order=("-held_on",),
    fill=_own_training,
)

resource(
    key="governance.policy",
    zh="合规台账",
    model=PolicyRecord,
    columns=(
        Col("code", "编号"),
        Col("law", "法规标准"),
        Col("clause", "条款"),
        Col("measure", "平台措施"),
        Col("evidence", "依据"),
        Col("status", "落实情况"),
        Col("reviewed_on", "复核日期"),
        Col("reviewer", "复核人"),
    ),
    permission="governance.view",
    edit_permission="governance.configure",
    scope_by=_for_everybody,
    form=("code", "law", "clause", "measure", "evidence", "status", "reviewed_on", "reviewer"),
    filters={"status": "equals", "law": "contains", "reviewed_on": "range"},
    search=("law", "clause", "measure"),
    order=("code",),
    identity="code",
)
