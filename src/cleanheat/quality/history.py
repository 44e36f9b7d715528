"""How did a rule come to be what it is?  Its versions with what each changed, and who did what when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.quality.contents import Content, content_of
from cleanheat.quality.models import Rule, RuleChange, RuleVersion
from cleanheat.quality.vocabulary import Change


def _zh(name: str) -> str:
    return str(getattr(RuleVersion._meta.get_field(name), "verbose_name", name))


def difference(before: Content, after: Content) -> list[dict[str, Any]]:
    """Fields that differ, by their Chinese names; a parameter counts as a field of its own."""
    fields = [
        {"field": name, "name": _zh(name), "before": before[name], "after": after[name]}
        for name in after
        if name != "parameters" and before[name] != after[name]
    ]
    old, new = before["parameters"], after["parameters"]
    return fields + [_parameter(n, old.get(n), new.get(n)) for n in sorted({*old, *new}) if old.get(n) != new.get(n)]


def _parameter(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    row = new or old or {}
    return {"field": f"parameters.{name}", "name": f"参数 {row['zh']}", "before": _said(old), "after": _said(new)}


def _said(row: Mapping[str, Any] | None) -> str | None:
    return None if row is None else f"{row['value']:g} {row['unit']}".strip()


def versions(rule: Rule) -> list[dict[str, Any]]:
    """Every version, the newest first, with what it changed against the one before."""
    rows = list(RuleVersion.objects.filter(rule=rule).select_related("author").order_by("version"))
    contents = [content_of(r) for r in rows]
    befores: list[Content | None] = [None, *contents]
    return [
        {
            "version": row.version,
            "is_in_force": row.version == rule.version,
            "reason": row.reason,
            "author": row.author.display_name or row.author.username if row.author else "平台预置",
            "at": row.at,
            "changes": difference(before, content) if before else [],
            "content": content,
        }
        for row, content, before in zip(rows, contents, befores, strict=False)
    ][::-1]


def steps(rule: Rule) -> list[dict[str, Any]]:
    """The journal of one rule, the newest first."""
    rows = RuleChange.objects.filter(rule=rule).select_related("author")
    return [
        {
            "change": row.change,
            "change_name": Change(row.change).zh,
            "version": row.version,
            "reason": row.reason,
            "author": row.author.display_name or row.author.username if row.author else "平台预置",
            "at": row.at,
        }
        for row in rows
    ]
