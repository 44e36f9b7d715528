"""Writes of service quality: demand that something is set right, and let it rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.diagnosis.service.models import QualityRequest
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found

KINDS: Final = ("building", "community", "substation")
"""What one company answers for alone."""


@dataclass(frozen=True)
class Demand:
    """What is to be set right; level 1 (gravest) to 4."""

    kind: str
    number: int
    reason: str
    level: int


@transaction.atomic
def demand(user: Any, wanted: Demand) -> QualityRequest:
    """Open a request; again for the same object it is the same one, with the new reason and level."""
    scope = _regulator(user)
    if wanted.kind not in KINDS:
        raise invalid("kind", "只能对楼宇、小区、换热站提出", "、".join(KINDS))
    assets.require(wanted.kind, wanted.number, scope)
    if not wanted.reason.strip():
        raise invalid("reason", "请填写原因")
    if not 1 <= wanted.level <= 4:
        raise invalid("level", "等级为 1–4")
    company = int(assets.archive()[wanted.kind].links["company"][wanted.number])
    row, is_new = QualityRequest.objects.update_or_create(
        object_kind=wanted.kind,
        object_number=wanted.number,
        closed_at=None,
        defaults={"reason": wanted.reason.strip(), "level": wanted.level, "company_id": company},
        create_defaults={
            "reason": wanted.reason.strip(),
            "level": wanted.level,
            "company_id": company,
            "opened_at": clock.now_utc(),
            "opened_by": user,
        },
    )
    audit.record(user, "diagnosis.demand_quality", "diagnosis.quality_request", row.pk, {"is_new": is_new})
    return row


@transaction.atomic
def settle(user: Any, request_id: int) -> QualityRequest:
    """Close a request; one already closed stays as it is."""
    scope = _regulator(user)
    row = QualityRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None or not assets.exists(row.object_kind, row.object_number, scope):
        raise not_found("没有这个供热质量督导")
    if row.closed_at is None:
        row.closed_at, row.closed_by = clock.now_utc(), user
        row.save(update_fields=["closed_at", "closed_by"])
        audit.record(user, "diagnosis.settle_quality", "diagnosis.quality_request", row.pk, {})
    return row


def _regulator(user: Any) -> Any:
    require(user, "governance.dispatch")
    scope = scope_of(user)
    if not (scope.sees_all or scope.district_codes is not None):
        raise Problem(403, "forbidden", "只有监管部门可以提出供热质量督导")
    return scope
