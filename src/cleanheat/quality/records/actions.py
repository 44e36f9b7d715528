"""What people decide about a found record: apply the proposal, or leave it as it is with a reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.infra import audit, clock, jobs
from cleanheat.infra.resources import RESOURCES, records
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.quality.models import RecordIssue
from cleanheat.quality.records.fields import tables
from cleanheat.quality.records.jobs import CHECK
from cleanheat.quality.records.queries import object_kind, visible_to
from cleanheat.quality.vocabulary import IssueState


@transaction.atomic
def start_check(user: Any, keys: list[str]) -> int:
    """Queue a run; returns the job's id."""
    require(user, "quality.edit")
    unknown = set(keys) - tables().keys()
    if unknown:
        raise invalid("tables", "没有这类档案", min(unknown))
    return jobs.enqueue(CHECK, {"tables": keys, "user": user.pk}, owner=user)


@transaction.atomic
def accept(user: Any, issue_id: int, note: str = "") -> RecordIssue:
    """Write the proposal into the record, or ask for it where the user's word alone does not change the archive.

    Texts go through the record's own form, everything else through the archive's change of records: permission, scope
    and audit of the record hold either way.
    """
    require(user, "assets.edit")
    issue = _open(user, issue_id)
    if issue is None:
        return _seen(user, issue_id)
    if issue.correction:
        why = note.strip() or f"数据核查：{issue.rule.title}"
        done = assets.correct(user, object_kind(issue.kind), issue.record, issue.correction, why[:200])
        told = f"已写入第 {done.version} 版" if done.version else f"已提出变更申请 {done.request}"
        return _decide(user, issue, IssueState.ACCEPTED, f"{note} {told}")
    table = tables()[issue.kind]
    if not issue.proposal or issue.field not in table.editable:
        raise invalid("proposal", "此项没有可直接采用的建议值", "请在档案源头修改后重新报送")
    records.patch(RESOURCES[table.resource], user, str(issue.record), {issue.field: issue.proposal})
    return _decide(user, issue, IssueState.ACCEPTED, note)


@transaction.atomic
def dismiss(user: Any, issue_id: int, note: str) -> RecordIssue:
    """The record is right as it is; it is not reported again."""
    require(user, "quality.confirm")
    if not note.strip():
        raise invalid("note", "请填写忽略的理由")
    issue = _open(user, issue_id)
    return _seen(user, issue_id) if issue is None else _decide(user, issue, IssueState.DISMISSED, note)


def _seen(user: Any, issue_id: int) -> RecordIssue:
    issue = visible_to(scope_of(user)).filter(pk=issue_id).first()
    if issue is None:
        raise not_found("没有这条核查问题")
    return issue


def _open(user: Any, issue_id: int) -> RecordIssue | None:
    """The issue if it waits for a decision, None if the same was decided already."""
    issue = visible_to(scope_of(user)).select_for_update().filter(pk=issue_id).first()
    if issue is None:
        raise not_found("没有这条核查问题")
    if issue.state == IssueState.SOLVED:
        raise Problem(409, "solved", "该问题已解决")
    return issue if issue.state == IssueState.OPEN else None


def _decide(user: Any, issue: RecordIssue, state: IssueState, note: str) -> RecordIssue:
    issue.state, issue.note = state, note.strip()[:200]
    issue.decided_by, issue.decided_at = user, clock.now_utc()
    issue.save(update_fields=["state", "note", "decided_by", "decided_at"])
    detail = {
        "kind": issue.kind,
        "record": issue.record,
        "field": issue.field,
        "proposal": issue.proposal,
        "note": note,
    }
    audit.record(user, f"quality.issue.{state}", "quality.issue", issue.pk, detail)
    return issue
