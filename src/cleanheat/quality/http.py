"""Addresses of the rule library: rules and their versions, checking a text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from cleanheat.infra.scope import require
from cleanheat.kernel.errors import invalid
from cleanheat.quality import actions, history, listing
from cleanheat.quality.checking import checked_kind, completed

router = Router(tags=["quality"])
Code = Annotated[str, Field(max_length=40)]
Reason = Annotated[str, Field(max_length=200)]


class ParameterIn(Schema):
    """One number of a rule: value, unit, Chinese name and where it comes from."""

    value: float
    unit: Annotated[str, Field(max_length=20)] = ""
    zh: Annotated[str, Field(max_length=40)]
    source: Annotated[str, Field(max_length=200)]


class ScopeIn(Schema):
    """For whom a rule holds; empty = for all."""

    companies: Annotated[list[int], Field(default_factory=list)]
    districts: Annotated[list[int], Field(default_factory=list)]
    systems: Annotated[list[int], Field(default_factory=list)]
    season: str = ""


class ContentIn(Schema):
    """What a rule says; fields left out keep their value (or their default in a new rule)."""

    title: Annotated[str, Field(max_length=60)] = ""
    expression: Annotated[str, Field(max_length=2_000)] = ""
    when: Annotated[str, Field(max_length=2_000)] = ""
    each: Annotated[list[Code], Field(default_factory=list)]
    marks: Annotated[list[Code], Field(default_factory=list)]
    parameters: Annotated[dict[str, ParameterIn], Field(default_factory=dict)]
    family: str = "boundary"
    dimension: str = "accuracy"
    level: int = 4
    weight: float = 1.0
    action: str = "mark"
    verdict: int = 1
    fill: str = "leave"
    alarm_at: str = ""
    alarm_after_min: int = 10
    alarm_clear_min: int = 10
    alarm_share: float = 0.05
    scope: Annotated[ScopeIn, Field(default_factory=ScopeIn)]
    valid_from: str | None = None
    valid_to: str | None = None

    def given(self) -> dict[str, Any]:
        """Only what was sent."""
        sent = self.model_dump(exclude_unset=True)
        if "scope" in sent:
            sent["scope"] = {name: value for name, value in self.scope.model_dump().items() if value}
        if "parameters" in sent:
            sent["parameters"] = {name: p.model_dump() for name, p in self.parameters.items()}
        return sent


class NewRule(Schema):
    code: Annotated[str, Field(max_length=40)]
    kind: Annotated[str, Field(max_length=24)]
    data_class: Annotated[str, Field(max_length=16)] = ""
    content: ContentIn
    reason: Reason = ""


class RuleEdit(Schema):
    content: ContentIn
    reason: Reason


class RuleDecision(Schema):
    """``version``: which one, where that is asked (publish: the newest if left out)."""

    reason: Reason
    version: int | None = None


class CopyIn(Schema):
    code: Annotated[str, Field(max_length=40)]
    title: Annotated[str, Field(max_length=60)] = ""


class CheckIn(Schema):
    kind: Annotated[str, Field(max_length=24)]
    data_class: Annotated[str, Field(max_length=16)] = ""
    content: ContentIn


class ExpressionFaultOut(Schema):
    """``line`` and ``column`` count from 1 in characters; 0: the whole field is meant."""

    field: str
    message: str
    line: int
    column: int
    place: str


class ReadingOut(Schema):
    """How a rule reads: sentences for people, and what keeps it from being published."""

    ok: bool
    faults: list[ExpressionFaultOut]
    expression: str
    when: str
    operations: int
    lookback_min: int
    cost_ns: float


class RuleRow(Schema):
    """``version`` is in force (0: none); ``has_draft``: a newer one waits."""

    number: int
    code: str
    title: str
    data_class: str
    data_class_name: str
    kind: str
    kind_name: str
    state: str
    state_name: str
    version: int
    newest_version: int
    has_draft: bool
    is_shipped: bool
    owner: str
    family: str
    family_name: str
    dimension: str
    dimension_name: str
    level: int
    level_name: str
    weight: float
    action: str
    action_name: str
    verdict: int
    verdict_name: str
    fill: str
    fill_name: str
    expression: str


class RuleScopeOut(Schema):
    """For whom a rule holds; empty = for all."""

    companies: Annotated[list[int], Field(default_factory=list)]
    districts: Annotated[list[int], Field(default_factory=list)]
    systems: Annotated[list[int], Field(default_factory=list)]
    season: str = ""


class RuleContent(Schema):
    """All that one version says; ``each`` and ``marks`` are signal codes."""

    title: str
    expression: str
    when: str
    each: list[str]
    marks: list[str]
    parameters: dict[str, ParameterIn]
    family: str
    dimension: str
    level: int
    weight: float
    action: str
    verdict: int
    fill: str
    alarm_at: str
    alarm_after_min: int
    alarm_clear_min: int
    alarm_share: float
    scope: RuleScopeOut
    valid_from: str | None
    valid_to: str | None


class RuleOut(RuleRow):
    """``content`` is what is in force (or drafted first), ``draft`` the newest version where it differs."""

    shown_version: int
    content: RuleContent
    draft: RuleContent | None
    reading: ReadingOut
    signals: dict[str, str]


class RulePage(Schema):
    total: int
    page: int
    size: int
    rows: list[RuleRow]


class RuleQuery(Schema):
    """Filters of the list; ``text`` searches titles and codes."""

    data_class: Annotated[str, Field(max_length=16)] = ""
    kind: Annotated[str, Field(max_length=24)] = ""
    state: Annotated[str, Field(max_length=10)] = ""
    family: Annotated[str, Field(max_length=12)] = ""
    dimension: Annotated[str, Field(max_length=14)] = ""
    level: Annotated[int, Field(ge=0, le=4)] = 0
    text: Annotated[str, Field(max_length=60)] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    size: Annotated[int, Field(ge=1, le=500)] = 50


class RuleChangeOut(Schema):
    field: str
    name: str
    before: Any
    after: Any


class RuleVersionOut(Schema):
    version: int
    is_in_force: bool
    reason: str
    author: str
    at: datetime
    changes: list[RuleChangeOut]
    content: RuleContent


class RuleStepOut(Schema):
    change: str
    change_name: str
    version: int
    reason: str
    author: str
    at: datetime


class HistoryOut(Schema):
    versions: list[RuleVersionOut]
    steps: list[RuleStepOut]


@router.get("/quality/rules", response=RulePage)
def rules(request: HttpRequest, wanted: Query[RuleQuery]) -> dict[str, Any]:
    """The rule library; rules are the same for everybody who may look at data quality."""
    require(request.user, "quality.view")
    found = listing.select(listing.RuleFilter(**wanted.model_dump(exclude={"page", "size"})))
    start = (wanted.page - 1) * wanted.size
    page = list(found[start : start + wanted.size])
    shown = listing.shown_versions(page)
    return {
        "total": found.count(),
        "page": wanted.page,
        "size": wanted.size,
        "rows": [listing.row_of(rule, *shown[rule.pk]) for rule in page],
    }


@router.post("/quality/rules", response={201: RuleOut})
def create_rule(request: HttpRequest, new: NewRule) -> Status[dict[str, Any]]:
    rule = actions.create(request.user, new.code, new.kind, new.data_class, new.content.given(), new.reason)
    return Status(201, listing.document(rule))


@router.get("/quality/rules/{number}", response=RuleOut)
def rule(request: HttpRequest, number: int) -> dict[str, Any]:
    require(request.user, "quality.view")
    return listing.document(listing.get_rule(number))


@router.patch("/quality/rules/{number}", response=RuleOut)
def edit_rule(request: HttpRequest, number: int, change: RuleEdit) -> dict[str, Any]:
    """A new draft; what is in force stays until it is published."""
    return listing.document(actions.edit(request.user, number, change.content.given(), change.reason))


@router.post("/quality/rules/{number}/publish", response=RuleOut)
def publish_rule(request: HttpRequest, number: int, decision: RuleDecision) -> dict[str, Any]:
    return listing.document(actions.publish(request.user, number, decision.reason, decision.version))


@router.post("/quality/rules/{number}/retire", response=RuleOut)
def retire_rule(request: HttpRequest, number: int, decision: RuleDecision) -> dict[str, Any]:
    return listing.document(actions.retire(request.user, number, decision.reason))


@router.post("/quality/rules/{number}/copy", response={201: RuleOut})
def copy_rule(request: HttpRequest, number: int, wanted: CopyIn) -> Status[dict[str, Any]]:
    return Status(201, listing.document(actions.copy(request.user, number, wanted.code, wanted.title)))


@router.post("/quality/rules/{number}/restore", response=RuleOut)
def restore_rule(request: HttpRequest, number: int, decision: RuleDecision) -> dict[str, Any]:
    """A new draft that says what ``version`` said."""
    if decision.version is None:
        raise invalid("version", "请选择要恢复的版本")
    return listing.document(actions.restore(request.user, number, decision.version, decision.reason))


@router.get("/quality/rules/{number}/versions", response=HistoryOut)
def rule_history(request: HttpRequest, number: int) -> dict[str, Any]:
    """Every version with what it changed, and every step with who took it."""
    require(request.user, "quality.view")
    found = listing.get_rule(number)
    return {"versions": history.versions(found), "steps": history.steps(found)}


@router.post("/quality/expressions/check", response=ReadingOut)
def check_expression(request: HttpRequest, wanted: CheckIn) -> dict[str, Any]:
    """Whether a rule could be published as it stands, and how it reads."""
    require(request.user, "quality.view")
    checked_kind(wanted.kind, wanted.data_class or usual_class(wanted.kind))
    return listing.reading(wanted.kind, completed(wanted.content.given()))


def usual_class(kind: str) -> str:
    """The data class of records when the editor does not say it: which rules may use which words is the same."""
    return "hotline_12345" if kind == "complaints.ticket" else "archive"
