"""What people decide about links that names and places speak against: take a candidate, keep the link, take it back.

A regulator's choice is written at once, versioned and audited; a company's becomes a change request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from cleanheat.assets import changes, records
from cleanheat.assets.matching.queries import require_case, visible_cases
from cleanheat.assets.matching.relations import RELATIONS
from cleanheat.assets.matching.running import JOB
from cleanheat.assets.models_upkeep import ArchiveRecordVersion, MatchCase
from cleanheat.assets.naming import names
from cleanheat.assets.vocabulary import MatchBand, MatchState, VersionSource
from cleanheat.infra import audit, clock, jobs
from cleanheat.infra.scope import may, require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found

MOST_AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class Relinked:
    """What became of a batch."""

    done: int
    refused: int


@transaction.atomic
def start(user: Any, relation: str) -> int:
    """Look at a whole relation, as a job; the city's right."""
    require(user, changes.APPROVE)
    if not scope_of(user).sees_all:
        raise forbidden("只有市级部门可以核对全市关联")
    if relation not in RELATIONS:
        raise not_found("没有这种关联", relation)
    audit.record(user, "assets.match", "assets.relation", relation)
    return jobs.enqueue(JOB, {"relation": relation, "user": user.pk}, owner=user)


@transaction.atomic
def decide(user: Any, case_id: int, chosen: int, reason: str = "") -> MatchCase:
    """``chosen``: number of the target, one of the candidates or another; the present one keeps the link."""
    _may_decide(user)
    case = require_case(scope_of(user), case_id)
    if case.state != MatchState.OPEN:
        raise Problem(409, "decided", "该条已处理，请先撤销", case.get_state_display())
    case.decided_by, case.decided_at, case.chosen = user, clock.now_utc(), chosen
    if chosen == case.present:
        case.state = MatchState.KEPT
    elif may(user, changes.APPROVE):
        _relink(user, case, chosen, reason)
    else:
        _ask(user, case, chosen, reason)
    case.save()
    audit.record(user, "assets.match_decide", case.relation, case.number, {"chosen": chosen, "state": case.state})
    return case


def _may_decide(user: Any) -> None:
    if not may(user, changes.EDIT):
        require(user, changes.APPROVE)


def _why(case: MatchCase, chosen: int, reason: str) -> str:
    relation = RELATIONS[case.relation]
    name = names(relation.target, [chosen])[0]
    if not name:
        raise invalid("number", "没有这个对象", f"{relation.target} {chosen}")
    return (reason.strip() or f"关联匹配：{relation.zh}改为{name}")[:200]


def _relink(user: Any, case: MatchCase, chosen: int, reason: str) -> None:
    relation = RELATIONS[case.relation]
    row = {"number": case.number, relation.link: chosen}
    records.apply(relation.kind, [row], user, _why(case, chosen, reason), VersionSource.MATCH)
    case.state, case.version = MatchState.RELINKED, _newest(relation.kind, case.number)


def _ask(user: Any, case: MatchCase, chosen: int, reason: str) -> None:
    relation = RELATIONS[case.relation]
    changes.propose(user, relation.kind, case.number, {relation.link: chosen}, _why(case, chosen, reason))
    case.state = MatchState.ASKED


def _newest(kind: str, number: int) -> int:
    newest = ArchiveRecordVersion.objects.filter(kind=kind, number=number).first()
    return newest.version if newest else 0


@transaction.atomic
def undo(user: Any, case_id: int) -> MatchCase:
    """Take a decision back; a link that was written is written back, as a new version."""
    require(user, changes.APPROVE)
    case = require_case(scope_of(user), case_id)
    if case.state not in {MatchState.RELINKED, MatchState.KEPT}:
        raise Problem(409, "not-decided", "该条没有可撤销的处理", case.get_state_display())
    if case.state == MatchState.RELINKED:
        relation = RELATIONS[case.relation]
        if _newest(relation.kind, case.number) != case.version:
            raise Problem(409, "moved-on", "档案已有新版本，请在档案版本中恢复")
        row = {"number": case.number, relation.link: case.present}
        records.apply(relation.kind, [row], user, f"撤销关联匹配：{relation.zh}", VersionSource.MATCH)
    case.state, case.chosen, case.version = MatchState.OPEN, 0, 0
    case.decided_by = case.decided_at = None
    case.save()
    audit.record(user, "assets.match_undo", case.relation, case.number)
    return case


@transaction.atomic
def accept_from(user: Any, relation_key: str, at_least: float) -> Relinked:
    """Take the best candidate of every open case that is at least so sure; what cannot be stored stays open."""
    require(user, changes.APPROVE)
    if relation_key not in RELATIONS:
        raise not_found("没有这种关联", relation_key)
    scope, relation = scope_of(user), RELATIONS[relation_key]
    wanted = visible_cases(scope).filter(relation=relation_key, state=MatchState.OPEN, band=MatchBand.ACCEPTED)
    cases = list(wanted.filter(probability__gte=at_least)[:MOST_AT_ONCE])
    rows = [{"number": c.number, relation.link: c.candidates[0]["number"]} for c in cases]
    wrong = {r.row for r in records.draft(relation.kind, rows, scope).refusals} if rows else set()
    good = [i for i in range(len(rows)) if i not in wrong]
    if good:
        why = f"关联匹配：{relation.zh}批量采用（把握不低于 {at_least:.0%}）"
        records.apply(relation.kind, [rows[i] for i in good], user, why, VersionSource.MATCH)
    for i in good:
        case = cases[i]
        case.state, case.chosen = MatchState.RELINKED, rows[i][relation.link]
        case.decided_by, case.decided_at, case.version = user, clock.now_utc(), _newest(relation.kind, case.number)
    fields = ["state", "chosen", "decided_by", "decided_at", "version"]
    MatchCase.objects.bulk_update([cases[i] for i in good], fields, batch_size=500)
    audit.record(
        user, "assets.match_accept", "assets.relation", relation_key, {"at_least": at_least, "done": len(good)}
    )
    return Relinked(len(good), len(wrong))
