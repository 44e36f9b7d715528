"""Addresses beside the rule library: the words the editor offers, and how often each rule was broken today."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema

from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid
from cleanheat.quality import today
from cleanheat.quality.language import language_of
from cleanheat.quality.words import kinds

router = Router(tags=["quality"])
RuleNumber = Annotated[int, Path(ge=1, lt=2**32)]
"""As traces keep it: unsigned, four bytes."""


class RuleWord(Schema):
    """A name a formula may use; ``insert`` is what completion writes."""

    code: str
    name: str
    unit: str
    type: str
    group: str
    group_name: str
    insert: str


class RuleSignal(Schema):
    """What a rule may be asked of one by one, or mark; bounds of the signal catalogue for readings."""

    code: str
    name: str
    unit: str
    low: float | None = None
    high: float | None = None
    is_counter: bool = False


class RuleFunction(Schema):
    """``sort``: pure, reading (history and surroundings of a signal) or text."""

    key: str
    name: str
    signature: str
    meaning: str
    sort: str
    insert: str


class RuleOperator(Schema):
    sign: str
    name: str


class NumberChoice(Schema):
    value: int
    name: str


class WordChoice(Schema):
    value: str
    name: str


class KindChoice(WordChoice):
    """``data_class``: empty where the rule says it itself (records)."""

    data_class: str


class RuleChoices(Schema):
    """The words of every other field of a rule."""

    kind: list[KindChoice]
    data_class: list[WordChoice]
    family: list[WordChoice]
    dimension: list[WordChoice]
    state: list[WordChoice]
    action: list[WordChoice]
    fill: list[WordChoice]
    level: list[NumberChoice]
    verdict: list[NumberChoice]
    alarm_at: list[WordChoice]
    season: list[WordChoice]
    system: list[NumberChoice]


class LanguageOut(Schema):
    kind: str
    kind_name: str
    is_measured: bool
    fields: list[RuleWord]
    each_fields: list[RuleWord]
    signals: list[RuleSignal]
    functions: list[RuleFunction]
    operators: list[RuleOperator]
    choices: RuleChoices


class RuleToday(Schema):
    """``checks`` values judged, ``violations`` of them hit, ``skipped`` where the rule did not apply."""

    rule: int
    checks: int
    violations: int
    skipped: int


class CompanyToday(RuleToday):
    company_id: int
    company: str


@router.get("/quality/language", response=LanguageOut)
def language(request: HttpRequest, kind: Annotated[str, Field(max_length=24)] = "unit") -> dict[str, Any]:
    """What the editor offers for one kind: names, functions, and the words of every choice."""
    require(request.user, "quality.view")
    if kind not in kinds():
        raise invalid("kind", "没有这类对象", kind)
    return language_of(kind)


@router.get("/quality/hits/today", response=list[RuleToday])
def hits_today(request: HttpRequest) -> list[dict[str, Any]]:
    """Every rule that judged something since midnight, over the senders the caller sees whole."""
    require(request.user, "quality.view")
    return today.by_rule(scope_of(request.user))


@router.get("/quality/hits/today/{number}", response=list[CompanyToday])
def hits_today_of_rule(request: HttpRequest, number: RuleNumber) -> list[dict[str, Any]]:
    """One rule since midnight by company, the worst first."""
    require(request.user, "quality.view")
    return today.by_company(scope_of(request.user), number)
