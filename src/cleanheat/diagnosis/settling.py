"""Who was right?  A person settles two judgements that contradict each other, and says why."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cleanheat.diagnosis.events import ContradictionSettled
from cleanheat.diagnosis.findings_queries import contradictions_of
from cleanheat.diagnosis.live.models import Contradiction
from cleanheat.diagnosis.live.words import Verdict
from cleanheat.infra import audit, clock, events
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found


@transaction.atomic
def settle(user: Any, contradiction_id: int, verdict: str, reason: str) -> Contradiction:
    """The verdict with its reason; the same verdict again changes nothing, another one is refused."""
    require(user, "diagnosis.settle")
    if verdict not in Verdict.values:
        raise invalid("verdict", "请选择核定结论", verdict)
    if not reason.strip():
        raise invalid("reason", "请填写核定理由")
    row = contradictions_of(scope_of(user), None).select_for_update().filter(pk=contradiction_id).first()
    if row is None:
        raise not_found("没有这条矛盾结论")
    if row.verdict == verdict:
        return row
    if row.verdict:
        raise Problem(409, "wrong-state", "该矛盾结论已核定", Verdict(row.verdict).label, "verdict")
    row.verdict, row.reason, row.settled_at, row.settled_by = verdict, reason, clock.now_utc(), user
    row.save(update_fields=["verdict", "reason", "settled_at", "settled_by"])
    audit.record(user, "diagnosis.settle", "diagnosis.contradiction", row.pk, {"verdict": verdict, "reason": reason})
    events.publish(
        ContradictionSettled(row.pk, row.kind, row.object_kind, row.object_number, verdict, int(clock.now()))
    )
    return row
