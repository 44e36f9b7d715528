"""How do the shipped rules get into the library?  Whenever the tables are brought up to date, as often as one likes.

What people changed stays in force: a new shipped version of such a rule waits among its versions until somebody
publishes it.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from cleanheat.infra import clock
from cleanheat.quality.contents import Content, content_of
from cleanheat.quality.library import Shipped, shipped
from cleanheat.quality.models import Rule, RuleChange, RuleVersion
from cleanheat.quality.queries import forget
from cleanheat.quality.vocabulary import Change, RuleState


def load_after_migration(using: str = "default", **_: Any) -> None:
    """Handler of ``post_migrate``: the tables may be those of an older plan."""
    if RuleChange._meta.db_table in connections[using].introspection.table_names():
        load_library()


@transaction.atomic
def load_library() -> int:
    """Bring the library up to the shipped files; returns how many rules were new or got a new version."""
    known = {r.code: r for r in Rule.objects.all()}
    newest = {v.rule_id: content_of(v) for v in _shipped_versions()}
    new = [s for s in shipped() if s.code not in known]
    _add(new)
    changed = [
        (known[s.code], s.content)
        for s in shipped()
        if s.code in known and known[s.code].is_shipped and newest[known[s.code].pk] != s.content
    ]
    for rule, content in changed:
        _renew(rule, content)
    forget()
    return len(new) + len(changed)


def _shipped_versions() -> Any:
    """Versions that came with the platform, the newest of each rule last."""
    return RuleVersion.objects.filter(author=None, rule__is_shipped=True).order_by("rule_id", "version")


def _add(new: list[Shipped]) -> None:
    at = clock.now_utc()
    rules = Rule.objects.bulk_create(
        Rule(
            code=s.code,
            title=s.content["title"],
            data_class=s.data_class,
            kind=s.kind,
            state=RuleState.PUBLISHED,
            version=1,
            is_shipped=True,
        )
        for s in new
    )
    pairs = list(zip(rules, new, strict=True))
    RuleVersion.objects.bulk_create(RuleVersion(rule=r, version=1, at=at, **s.content) for r, s in pairs)
    RuleChange.objects.bulk_create(RuleChange(rule=r, change=Change.SHIPPED, version=1, at=at) for r in rules)


def _renew(rule: Rule, content: Content) -> None:
    in_force = RuleVersion.objects.filter(rule=rule, version=rule.version).first()
    number = RuleVersion.objects.filter(rule=rule).order_by("-version").values_list("version", flat=True)[0] + 1
    at = clock.now_utc()
    RuleVersion.objects.create(rule=rule, version=number, at=at, **content)
    RuleChange.objects.create(rule=rule, change=Change.SHIPPED, version=number, at=at)
    if in_force is not None and in_force.author_id is None and rule.state == RuleState.PUBLISHED:
        rule.version, rule.title = number, content["title"]
        rule.save(update_fields=["version", "title"])
