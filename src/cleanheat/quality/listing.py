"""Which rules are there, and how do they read?  Rows and whole rules for lists and the editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cleanheat.calc.expressions.printing import describe
from cleanheat.calc.expressions.tree import ExpressionError
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.checking import draft_spec
from cleanheat.quality.contents import content_of, is_measured
from cleanheat.quality.models import Rule, RuleVersion
from cleanheat.quality.records.fields import tables
from cleanheat.quality.vocabulary import Action, DataClass, Dimension, Family, Fill, RuleState
from cleanheat.quality.words import expression_of, faults, kinds


@dataclass(frozen=True)
class RuleFilter:
    """What a list asks for; empty = any."""

    data_class: str = ""
    kind: str = ""
    state: str = ""
    family: str = ""
    dimension: str = ""
    level: int = 0
    text: str = ""


def get_rule(number: int) -> Rule:
    rule = Rule.objects.select_related("owner").filter(pk=number).first()
    if rule is None:
        raise not_found("没有这条规则")
    return rule


def select(wanted: RuleFilter) -> QuerySet[Rule]:
    """Rules that pass the filter, by number; ``text`` searches title and code."""
    own = {n: getattr(wanted, n) for n in ("data_class", "kind", "state") if getattr(wanted, n)}
    said = {f"versions__{n}": getattr(wanted, n) for n in ("family", "dimension", "level") if getattr(wanted, n)}
    rows = Rule.objects.filter(**own).select_related("owner")
    if said:
        rows = rows.filter(**said).distinct()
    if wanted.text:
        rows = rows.filter(Q(title__icontains=wanted.text) | Q(code__icontains=wanted.text))
    return rows.order_by("number")


def shown_versions(rules: Iterable[Rule]) -> Mapping[int, tuple[RuleVersion, int]]:
    """For each rule the version to show (in force, else the newest) and the newest number."""
    chosen: dict[int, tuple[RuleVersion, int]] = {}
    in_force = {r.pk: r.version for r in rules}
    for row in RuleVersion.objects.filter(rule__in=in_force).order_by("rule_id", "version"):
        shown = chosen[row.rule_id][0] if row.rule_id in chosen else row
        is_shown = row.version == in_force[row.rule_id] or not in_force[row.rule_id]
        chosen[row.rule_id] = (row if is_shown else shown, row.version)
    return chosen


def row_of(rule: Rule, shown: RuleVersion, newest: int) -> dict[str, Any]:
    """A rule in a list."""
    return {
        "number": rule.pk,
        "code": rule.code,
        "title": rule.title,
        "data_class": rule.data_class,
        "data_class_name": DataClass(rule.data_class).zh,
        "kind": rule.kind,
        "kind_name": kinds().get(rule.kind, rule.kind),
        "state": rule.state,
        "state_name": RuleState(rule.state).zh,
        "version": rule.version,
        "newest_version": newest,
        "has_draft": newest != rule.version,
        "is_shipped": rule.is_shipped,
        "owner": rule.owner.short_name if rule.owner else "",
        "family": shown.family,
        "family_name": Family(shown.family).zh,
        "dimension": shown.dimension,
        "dimension_name": Dimension(shown.dimension).zh,
        "level": shown.level,
        "level_name": f"{Level(shown.level).roman}级 {Level(shown.level).zh}",
        "weight": shown.weight,
        "action": shown.action,
        "action_name": Action(shown.action).zh,
        "verdict": shown.verdict,
        "verdict_name": Verdict(shown.verdict).zh,
        "fill": shown.fill,
        "fill_name": Fill(shown.fill).zh,
        "expression": shown.expression,
    }


def document(rule: Rule) -> dict[str, Any]:
    """A whole rule: what is in force (or drafted first), the newest draft beside it, how it reads."""
    shown, newest = shown_versions([rule])[rule.pk]
    draft = RuleVersion.objects.get(rule=rule, version=newest) if newest != shown.version else None
    return {
        **row_of(rule, shown, newest),
        "shown_version": shown.version,
        "content": content_of(shown),
        "draft": content_of(draft) if draft else None,
        "reading": reading(rule.kind, content_of(draft or shown)),
        "signals": signal_names(rule.kind, [*shown.each, *shown.marks]),
    }


def signal_names(kind: str, codes: Iterable[str]) -> dict[str, str]:
    """Chinese names of the signals or columns a rule lists."""
    if is_measured(kind):
        return {code: KINDS[kind][code].zh for code in codes if code in KINDS[kind].index}
    found = {code: tables()[kind].field(code) for code in codes}
    return {code: field.zh for code, field in found.items() if field is not None}


def reading(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """How a content reads to people and machines: sentences, unit, cost, and every fault with its place."""
    spec = draft_spec(kind, content)
    found = [
        {"field": f.field, "message": f.message, "line": f.line, "column": f.column, "place": f.place}
        for f in faults(spec)
        if f.field != "title"
    ]
    said: dict[str, Any] = {"expression": "", "when": "", "operations": 0, "lookback_min": 0, "cost_ns": 0.0}
    for name in ("expression", "when"):
        try:
            text = getattr(spec, name)
            parsed = expression_of(spec, text, spec.each[0] if spec.each else None) if text else None
        except (ExpressionError, KeyError):
            continue
        if parsed is not None:
            said[name] = describe(parsed)
            said["operations"] += parsed.operations
            said["lookback_min"] = max(said["lookback_min"], parsed.lookback_min)
            said["cost_ns"] = round(said["cost_ns"] + parsed.cost_ns, 1)
    return {"ok": not found, "faults": found, **said}
