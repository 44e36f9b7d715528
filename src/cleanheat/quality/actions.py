"""How the rule library changes: drafts, publishing, retiring, copies; every step audited, every version kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from cleanheat.infra import audit, clock, events
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.quality.checking import checked_kind, completed, draft_spec, refuse_faults
from cleanheat.quality.contents import Content, content_of
from cleanheat.quality.events import RulesChanged
from cleanheat.quality.models import Rule, RuleChange, RuleVersion
from cleanheat.quality.queries import forget
from cleanheat.quality.vocabulary import Change, RuleState

PERMISSION = "quality.edit"
CODE_MOST = 40


@transaction.atomic
def create(user: Any, code: str, kind: str, data_class: str, given: Mapping[str, Any], reason: str = "") -> Rule:
    """A new rule with its first draft."""
    require(user, PERMISSION)
    return _add(user, code, kind, data_class, completed(given), reason, Change.CREATED)


@transaction.atomic
def edit(user: Any, number: int, given: Mapping[str, Any], reason: str) -> Rule:
    """A new draft on the newest version; what is in force goes on until somebody publishes.  Unchanged: nothing."""
    require(user, PERMISSION)
    rule = _locked(number)
    newest = _newest(rule)
    content = completed(given, content_of(newest))
    if content != content_of(newest):
        _append(user, rule, content, _given(reason), Change.EDITED)
    return rule


@transaction.atomic
def publish(user: Any, number: int, reason: str, version: int | None = None) -> Rule:
    """Put a version (the newest by default) into force; refused while its text is wrong."""
    require(user, PERMISSION)
    rule = _locked(number)
    row = _newest(rule) if version is None else _version(rule, version)
    if rule.state == RuleState.PUBLISHED and rule.version == row.version:
        return rule
    refuse_faults(draft_spec(rule.kind, content_of(row), rule.code, rule.pk, row.version))
    rule.state, rule.version, rule.title = RuleState.PUBLISHED, row.version, row.title
    rule.save(update_fields=["state", "version", "title"])
    _tell(user, rule, Change.PUBLISHED, row.version, _given(reason))
    return rule


@transaction.atomic
def retire(user: Any, number: int, reason: str) -> Rule:
    """Take a rule out of force; it keeps its versions and can be published again."""
    require(user, PERMISSION)
    rule = _locked(number)
    if rule.state == RuleState.RETIRED:
        return rule
    rule.state = RuleState.RETIRED
    rule.save(update_fields=["state"])
    _tell(user, rule, Change.RETIRED, rule.version, _given(reason))
    return rule


@transaction.atomic
def copy(user: Any, number: int, code: str, title: str = "") -> Rule:
    """A new rule that begins as what this one says in its newest version."""
    require(user, PERMISSION)
    rule = _locked(number)
    content = content_of(_newest(rule))
    content["title"] = title or f"{content['title']}（副本）"
    return _add(user, code, rule.kind, rule.data_class, content, f"复制自 {rule.code}", Change.COPIED)


@transaction.atomic
def restore(user: Any, number: int, version: int, reason: str) -> Rule:
    """A new draft that says what an old version said."""
    require(user, PERMISSION)
    rule = _locked(number)
    old, newest = _version(rule, version), _newest(rule)
    if content_of(old) != content_of(newest):
        _append(user, rule, content_of(old), _given(reason), Change.RESTORED)
    return rule


def _given(reason: str) -> str:
    if not reason.strip():
        raise invalid("reason", "请填写原因")
    return reason.strip()[:200]


def _locked(number: int) -> Rule:
    rule = Rule.objects.select_for_update().filter(pk=number).first()
    if rule is None:
        raise not_found("没有这条规则")
    return rule


def _newest(rule: Rule) -> RuleVersion:
    return RuleVersion.objects.filter(rule=rule).order_by("-version")[0]


def _version(rule: Rule, version: int) -> RuleVersion:
    row = RuleVersion.objects.filter(rule=rule, version=version).first()
    if row is None:
        raise not_found("没有这个版本")
    return row


def _add(user: Any, code: str, kind: str, data_class: str, content: Content, reason: str, change: Change) -> Rule:
    if not 0 < len(code) <= CODE_MOST or not code.isascii() or not code.isidentifier():
        raise invalid("code", "编码由英文字母、数字和下划线组成", f"至多 {CODE_MOST} 个字符")
    if Rule.objects.filter(code=code).exists():
        raise Problem(409, "taken", "已有同名规则编码", code, "code")
    rule = Rule.objects.create(
        code=code,
        title=content["title"],
        data_class=checked_kind(kind, data_class),
        kind=kind,
        owner_id=user.organisation_id,
    )
    _append(user, rule, content, reason, change)
    return rule


def _append(user: Any, rule: Rule, content: Content, reason: str, change: Change) -> None:
    number = (RuleVersion.objects.filter(rule=rule).aggregate(n=Max("version"))["n"] or 0) + 1
    RuleVersion.objects.create(
        rule=rule, version=number, reason=reason[:200], author=user, at=clock.now_utc(), **content
    )
    if rule.version == 0:
        rule.title = content["title"]
        rule.save(update_fields=["title"])
    _tell(user, rule, change, number, reason)


def _tell(user: Any, rule: Rule, change: Change, version: int, reason: str) -> None:
    """Journal, audit and event of one step."""
    at = clock.now_utc()
    RuleChange.objects.create(rule=rule, change=change, version=version, reason=reason, author=user, at=at)
    detail = {"code": rule.code, "version": version, "reason": reason}
    audit.record(user, f"quality.rule.{change}", "quality.rule", rule.pk, detail)
    in_force = rule.version if rule.state == RuleState.PUBLISHED else 0
    events.publish(RulesChanged(rule.pk, rule.code, in_force, str(change), int(at.timestamp()), user.pk))
    forget()
