"""Which rules weigh how much, now and when a score was computed?  A copy of what matters of the rule library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cleanheat.evaluation.models import RuleBook
from cleanheat.evaluation.tallies import Check
from cleanheat.evaluation.vocabulary import Origin
from cleanheat.infra import clock
from cleanheat.quality import public as quality
from cleanheat.quality.specs import RuleSpec

Book = Mapping[int, Check]
"""Rule number → what it asks."""


def in_force() -> Book:
    """The published rules, on readings and on records."""
    classes = quality.data_classes()
    measured = {s.number: _check(s, classes, Origin.RULE) for s in quality.active_specs()}
    return measured | {s.number: _check(s, classes, Origin.RECORD) for s in quality.record_specs()}


def data_set_of(kind: str) -> str:
    """The data set that readings of a kind belong to."""
    return quality.CLASS_OF_KIND[kind].value


def _check(spec: RuleSpec, classes: Mapping[int, str], origin: Origin) -> Check:
    return Check(
        spec.code,
        spec.zh,
        classes[spec.number],
        spec.kind.removeprefix("archive."),
        spec.dimension.value,
        spec.weight,
        origin.value,
        spec.number,
    )


def remember() -> int:
    """Keep the rules as they are, unless the newest copy says the same; returns the library's version."""
    version, now = quality.rules_version(), _plain(in_force())
    newest = RuleBook.objects.order_by("-rules_version").first()
    if newest is None or newest.rules != now:
        RuleBook.objects.get_or_create(rules_version=version, defaults={"rules": now, "at": clock.now_utc()})
    return version


def remembered(rules_version: int | None = None) -> Book:
    """The newest copy, or the one that held at a version of the library; empty when there is none."""
    rows = RuleBook.objects.order_by("-rules_version")
    row = (rows if rules_version is None else rows.filter(rules_version__lte=rules_version)).first()
    return {r["number"]: Check(**r) for r in row.rules} if row else {}


def known() -> Book:
    """Rules in force with their weight, and those once in force with weight 0: their counts are still there."""
    past: dict[int, Check] = {}
    for row in RuleBook.objects.order_by("rules_version"):
        past |= {r["number"]: replace(Check(**r), weight=0.0) for r in row.rules}
    return {**past, **in_force()}


def _plain(book: Book) -> list[dict[str, Any]]:
    return [{name: getattr(check, name) for name in Check.__dataclass_fields__} for check in book.values()]
