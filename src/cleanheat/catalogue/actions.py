"""What people do with the catalogue: add knowledge to an element, one at a time or as a file; versions are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from cleanheat.catalogue.elements import Element, elements
from cleanheat.catalogue.models import ElementVersion, Knowledge, KnowledgeVersion
from cleanheat.catalogue.subjects import subjects
from cleanheat.catalogue.vocabulary import Sharing
from cleanheat.infra import audit, clock
from cleanheat.infra.masking import Level
from cleanheat.infra.scope import require
from cleanheat.infra.sheets import read_table
from cleanheat.kernel.errors import Problem, invalid, not_found

EDIT: Final = "catalogue.edit"
EDITABLE: Final = {
    "definition": "定义",
    "owner": "责任单位",
    "steward": "联系人",
    "sharing": "共享类型",
    "level": "敏感级别",
    "remarks": "备注",
}


@transaction.atomic
def edit(user: Any, key: str, values: Mapping[str, Any], version: int | None = None) -> Knowledge:
    """Change what people know of an element; ``version`` is the one it was read at: another's change is kept."""
    require(user, EDIT)
    if key not in elements():
        raise not_found("没有这个数据元", key)
    for name in values:
        if name not in EDITABLE:
            raise invalid(name, "由系统派生，不可修改")
    known = Knowledge.objects.select_for_update().filter(key=key).first()
    at_version = known.version if known else 0
    if version is not None and version != at_version:
        raise Problem(409, "changed-meanwhile", "内容已被他人修改，请刷新后再改", field="version")
    row = known or Knowledge(key=key, version=0)
    before = state_of(row)
    for name, value in values.items():
        setattr(row, name, _value(name, value))
    if state_of(row) == before:
        return row
    row.version += 1
    try:
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        name, reasons = next(iter(error.message_dict.items()))
        raise invalid(name, "填写有误", " ".join(reasons)) from error
    row.save()
    _remember(user, row)
    return row


def _value(name: str, value: Any) -> Any:
    if name == "level":
        return None if value in (None, "") else value
    return "" if value is None else str(value).strip()


def state_of(row: Knowledge) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EDITABLE}


def _remember(user: Any, row: Knowledge) -> None:
    KnowledgeVersion.objects.create(
        key=row.key, version=row.version, values=state_of(row), user=user, at=clock.now_utc()
    )
    audit.record(user, EDIT, "catalogue.element", row.key[:40], {"key": row.key, **state_of(row)})


@dataclass(frozen=True)
class Refusal:
    line: int
    field: str
    reason: str


@dataclass
class Report:
    changed: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


def import_knowledge(user: Any, name: str, body: bytes, *, is_rehearsal: bool = False) -> Report:
    """What people filled into the exported element set, back again; rows that cannot be taken are named."""
    require(user, EDIT)
    lines = read_table(name, body)
    titles = [str(cell).strip() for cell in next(lines, [])]
    if "标识" not in titles:
        raise invalid("file", "缺少标识列", "标识")
    places = {name: titles.index(zh) for name, zh in EDITABLE.items() if zh in titles}
    report = Report()
    present, known = elements(), {row.key: row for row in Knowledge.objects.all()}
    with transaction.atomic():
        for number, cells in enumerate(lines, 2):
            row = dict(enumerate(cells))
            key = str(row.get(titles.index("标识"), "")).strip()
            if key:
                filled = {name: row.get(at, "") for name, at in places.items()}
                _import_line(user, report, number, _shown(present.get(key), known.get(key)), key, filled)
        transaction.set_rollback(is_rehearsal)
    return report


def _shown(element: Element | None, known: Knowledge | None) -> dict[str, Any] | None:
    """What the exported file said of an element."""
    if element is None:
        return None
    added = {name: value for name, value in (state_of(known) if known else {}).items() if value not in ("", None)}
    return {**asdict(element), "steward": subjects().steward, "remarks": "", **added}


def _import_line(
    user: Any, report: Report, number: int, shown: dict[str, Any] | None, key: str, cells: Mapping[str, Any]
) -> None:
    """Only cells that differ from what the file said are knowledge."""
    try:
        if shown is None:
            raise not_found("没有这个数据元", key)
        values = {name: _read(name, cell) for name, cell in cells.items()}
        changed = {name: value for name, value in values.items() if value != shown[name]}
        if changed:
            with transaction.atomic():
                edit(user, key, changed)
        report.changed += bool(changed)
        report.unchanged += not changed
    except Problem as problem:
        report.refused.append(Refusal(number, problem.field or "标识", problem.detail or problem.title))


def _read(name: str, cell: Any) -> Any:
    text = str(cell).strip()
    if name == "level":
        found = next((int(level) for level in Level if text in {level.zh, str(int(level))}), None)
        if text and found is None:
            raise invalid("level", "没有这个级别", text)
        return found
    if name == "sharing" and text:
        found_sharing = next((s.value for s in Sharing if text in {s.value, s.label}), None)
        if found_sharing is None:
            raise invalid("sharing", "没有这个共享类型", text)
        return found_sharing
    return text


@transaction.atomic
def refresh_versions() -> int:
    """Note the version of every element whose derived part is new or differs; returns how many."""
    present = elements()
    newest: dict[str, ElementVersion] = {}
    for row in ElementVersion.objects.order_by("key", "version"):
        newest[row.key] = row
    at, fresh = clock.now_utc(), []
    for key, element in present.items():
        old = newest.get(key)
        if old is None or old.digest != element.digest or old.retired_at is not None:
            version = old.version + 1 if old else 1
            derived = asdict(element)
            fresh.append(ElementVersion(key=key, version=version, digest=element.digest, derived=derived, at=at))
    ElementVersion.objects.bulk_create(fresh, batch_size=500)
    gone = [row.pk for key, row in newest.items() if key not in present and row.retired_at is None]
    ElementVersion.objects.filter(pk__in=gone).update(retired_at=at)
    if fresh or gone:
        audit.record(None, "catalogue.refresh", "catalogue.element", "*", {"new": len(fresh), "retired": len(gone)})
    return len(fresh) + len(gone)
