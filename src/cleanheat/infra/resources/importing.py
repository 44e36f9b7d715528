"""Rows from a file: each good row is saved, each refused one is reported with its line and the field at fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from cleanheat.infra.resources import records
from cleanheat.infra.resources.declare import RESOURCES, Resource
from cleanheat.infra.resources.fields import field_of, type_of
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import read_table
from cleanheat.kernel.errors import Problem, invalid

MAX_ROWS = 20_000
MAX_REPORTED = 200
TRUE_WORDS = frozenset({"1", "true", "是", "yes"})


@dataclass(frozen=True)
class Refusal:
    """``line`` counts as spreadsheet programs do: the header is line 1."""

    line: int
    field: str
    reason: str


@dataclass
class Report:
    """What an import did; the first refusals in full, all of them counted."""

    created: int = 0
    changed: int = 0
    n_refused: int = 0
    refused: list[Refusal] = field(default_factory=list)


def import_rows(resource: Resource, user: Any, name: str, body: bytes, *, is_rehearsal: bool = False) -> Report:
    """Create or change one row per line, recognised by ``resource.identity``; a rehearsal saves nothing."""
    require(user, resource.edit_permission)
    if not resource.identity:
        raise invalid("file", "此档案不支持导入")
    lines = read_table(name, body)
    columns = _header(resource, next(lines, []))
    report = Report()
    with transaction.atomic():
        for number, cells in enumerate(lines, 2):
            if number > MAX_ROWS + 1:
                raise invalid("file", f"一次最多导入 {MAX_ROWS} 行")
            if any(cell not in ("", None) for cell in cells):
                _import_line(resource, user, report, number, dict(zip(columns, cells, strict=False)))
        transaction.set_rollback(is_rehearsal)
    return report


def _header(resource: Resource, cells: list[Any]) -> list[str]:
    """Form columns in the file's order, named by key or by Chinese title."""
    keys = {word: name for name in resource.form for word in (name, resource.column(name).zh)}
    columns = []
    for cell in cells:
        word = str(cell).split(" (")[0].strip()
        if word not in keys:
            raise invalid(word or "file", "没有此列或不可导入", f"可用: {', '.join(resource.form)}")
        columns.append(keys[word])
    if resource.identity not in columns:
        raise invalid(resource.identity, "缺少标识列", resource.column(resource.identity).zh)
    return columns


def _import_line(resource: Resource, user: Any, report: Report, line: int, cells: Mapping[str, Any]) -> None:
    try:
        with transaction.atomic():
            values = {name: _value(resource, user, name, cell) for name, cell in cells.items()}
            known = {resource.identity: values[resource.identity]}
            row = records.visible(resource, scope_of(user)).filter(**known).only("pk").first()
            if row is None:
                records.create(resource, user, values)
                report.created += 1
            else:
                records.patch(resource, user, str(row.pk), values)
                report.changed += 1
    except Problem as problem:
        report.n_refused += 1
        if len(report.refused) < MAX_REPORTED:
            report.refused.append(Refusal(line, problem.field, problem.detail or problem.title))


def _value(resource: Resource, user: Any, name: str, cell: Any) -> Any:
    """A cell as the form wants it: choices by their Chinese word too, references by the identity of what they name."""
    target, text = field_of(resource, name), str(cell).strip()
    match type_of(target):
        case "choice":
            return next((value for value, zh in target.choices or () if text in {str(value), str(zh)}), text)
        case "boolean":
            return text.lower() in TRUE_WORDS
        case "reference" if text:
            return _reference(RESOURCES[resource.column(name).choices_from], user, name, text)
    return text


def _reference(source: Resource, user: Any, name: str, text: str) -> Any:
    named = models.Q(**{source.identity: text}) if source.identity else models.Q(pk=text)
    found = records.visible(source, scope_of(user)).filter(named).values_list("pk", flat=True).first()
    if found is None:
        raise invalid(name, f"没有这个{source.zh}", text)
    return found
