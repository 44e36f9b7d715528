"""Which issues of records may this scope see, how many of which rule, and how do they read?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from cleanheat.assets import public as assets
from cleanheat.infra.masking import masked
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.resources.leaving import sensitive
from cleanheat.infra.scope import Scope, owned_by
from cleanheat.quality.contents import is_measured
from cleanheat.quality.models import CheckRun, RecordIssue, Rule
from cleanheat.quality.records.fields import tables
from cleanheat.quality.vocabulary import DataClass, IssueState, RuleState


def visible_to(scope: Scope) -> QuerySet[RecordIssue]:
    """Issues of the scope's records: by company, office, district or sender."""
    return RecordIssue.objects.select_related("rule", "decided_by").filter(owned_by(scope))


@dataclass(frozen=True)
class IssueFilter:
    """What a list asks for; empty = any."""

    state: str = ""
    kind: str = ""
    rule: int = 0
    company_id: int = 0
    district_id: int = 0
    text: str = ""


def select(scope: Scope, wanted: IssueFilter) -> QuerySet[RecordIssue]:
    exact = {
        "state": wanted.state,
        "kind": wanted.kind,
        "rule_id": wanted.rule,
        "company_id": wanted.company_id,
        "district_id": wanted.district_id,
    }
    rows = visible_to(scope).filter(**{name: value for name, value in exact.items() if value})
    if wanted.text:
        rows = rows.filter(Q(title__icontains=wanted.text) | Q(found__icontains=wanted.text))
    return rows.order_by("rule_id", "record")


def object_kind(kind: str) -> str:
    """The kind of object of the archive whose page and place on the map a record has; empty without any."""
    found = kind.removeprefix("archive.")
    return found if found in assets.archive().kinds else ""


def row_of(issue: RecordIssue) -> dict[str, Any]:
    table = tables()[issue.kind]
    marked = table.field(issue.field)
    personal = sensitive(RESOURCES[table.resource]).get(issue.field, "")
    return {
        "id": issue.pk,
        "rule": issue.rule_id,
        "rule_name": issue.rule.title,
        "version": issue.version,
        "kind": issue.kind,
        "kind_name": table.zh,
        "resource": table.resource,
        "record": issue.record,
        "title": issue.title,
        "field": issue.field,
        "field_name": marked.zh if marked else "",
        "found": issue.found,
        "detail": issue.detail,
        "proposal": masked(personal, issue.proposal, in_list=True),
        "can_apply": bool(issue.correction) or (bool(issue.proposal) and issue.field in table.editable),
        "object_kind": object_kind(issue.kind),
        "correction": issue.correction,
        "state": issue.state,
        "state_name": IssueState(issue.state).zh,
        "first_at": issue.first_at,
        "last_at": issue.last_at,
        "decided_by": (issue.decided_by.display_name or issue.decided_by.username) if issue.decided_by else "",
        "decided_at": issue.decided_at,
        "note": issue.note,
    }


def summary(scope: Scope) -> list[dict[str, Any]]:
    """Every rule on records: open issues within the scope; checked and hit of the newest run where all is seen."""
    newest: Mapping[str, list[int]] = {}
    if scope.sees_all:
        for check in CheckRun.objects.exclude(finished_at=None).order_by("id"):
            newest = {**newest, **check.counts}
    counted = visible_to(scope).order_by().values_list("rule_id", "state").annotate(n=Count("pk"))
    found = {(rule, state): n for rule, state, n in counted}
    rules = [r for r in Rule.objects.filter(state=RuleState.PUBLISHED).order_by("number") if not is_measured(r.kind)]
    return [
        {
            "rule": r.pk,
            "code": r.code,
            "rule_name": r.title,
            "kind": r.kind,
            "kind_name": tables()[r.kind].zh,
            "data_class": r.data_class,
            "data_class_name": DataClass(r.data_class).zh,
            **{f"{state}_issues": found.get((r.pk, state.value), 0) for state in IssueState},
            **dict(zip(("checked", "violations", "skipped"), newest.get(str(r.pk), (None,) * 3), strict=True)),
        }
        for r in rules
    ]
