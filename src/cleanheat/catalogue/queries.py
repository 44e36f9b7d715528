"""What does the catalogue say?  Elements with what people know of them, data resources by subject, search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from django.db import models
from django.db.models import Max

from cleanheat.assets import public as assets
from cleanheat.catalogue.elements import Element, elements, own_models
from cleanheat.catalogue.models import ElementVersion, Knowledge, KnowledgeVersion
from cleanheat.catalogue.subjects import Subject, subjects
from cleanheat.catalogue.vocabulary import ElementKind
from cleanheat.infra.panels import PANELS
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.resources.records import visible
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import epoch
from cleanheat.telemetry.public import latest

_TIMES = ("updated_at", "last_at", "finished_at", "at", "received_at", "created_at", "started_at")


@dataclass(frozen=True)
class Entry:
    """An element as the catalogue shows it: derived, with people's knowledge laid over."""

    element: Element
    derived: Element
    steward: str
    remarks: str
    knowledge_version: int
    text: str

    @property
    def key(self) -> str:
        return self.element.key


class _Kept:
    """Entries of one state of elements and knowledge."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.state: tuple[int, int, int] | None = None
        self.entries: dict[str, Entry] = {}


_kept = _Kept()


def entries() -> dict[str, Entry]:
    """Every element by its key; built anew when rules or knowledge have changed."""
    present = elements()
    newest = KnowledgeVersion.objects.order_by("-id").values_list("id", flat=True).first() or 0
    state = hash(tuple(e.digest for e in present.values() if e.kind == ElementKind.RULE)), len(present), newest
    with _kept.lock:
        if _kept.state != state:
            known = {row.key: row for row in Knowledge.objects.all()}
            _kept.entries = {key: _entry(e, known.get(key)) for key, e in present.items()}
            _kept.state = state
        return _kept.entries


def forget() -> None:
    with _kept.lock:
        _kept.state = None


def _entry(derived: Element, known: Knowledge | None) -> Entry:
    element, steward, remarks, version = derived, "", "", 0
    if known is not None:
        added = {n: getattr(known, n) for n in ("definition", "owner", "sharing", "level")}
        element = replace(derived, **{name: value for name, value in added.items() if value not in ("", None)})
        steward, remarks, version = known.steward, known.remarks, known.version
    words = (element.zh, element.code, element.key, element.definition, element.owner, element.source, remarks)
    return Entry(element, derived, steward, remarks, version, "\n".join(words).casefold())


def find_entry(key: str) -> Entry:
    found = entries().get(key)
    if found is None:
        raise not_found("没有这个数据元", key)
    return found


def search(text: str, kind: str = "", resource: str = "") -> list[Entry]:
    """Elements whose name, code, definition or remarks contain every word; the closest names first."""
    words = text.casefold().split()
    found = [
        e
        for e in entries().values()
        if (not kind or e.element.kind == kind)
        and (not resource or e.element.resource == resource)
        and all(w in e.text for w in words)
    ]
    return sorted(found, key=lambda e: (_distance(e.element, words), e.key)) if words else found


_ORDER = {kind: i for i, kind in enumerate(("signal", "field", "rule", "panel", "column"))}


def _distance(e: Element, words: list[str]) -> tuple[int, int]:
    names = (e.zh.casefold(), e.code.casefold())
    first = words[0]
    how = 0 if first in names else 1 if any(n.startswith(first) for n in names) else 2
    if how == 2 and not any(first in n for n in names):
        how = 3
    return how, _ORDER[e.kind]


@dataclass(frozen=True)
class DataResource:
    """One data resource (GB/T 21063): what is kept together, described and shared together."""

    key: str
    zh: str
    kind: str
    subject: Subject
    permission: str
    provider: str
    origin: str

    @property
    def identifier(self) -> str:
        return f"{subjects().authority}/{self.subject.key}/{self.key}"


def data_resources() -> dict[str, DataResource]:
    """Every data resource by its key: measured kinds, declared resources, other tables, traces, rules, panels."""
    return {r.key: r for r in _all_resources()}


def _all_resources() -> Iterator[DataResource]:
    steward = subjects().steward

    def made(key: str, zh: str, kind: str, permission: str, provider: str = steward, origin: str = "") -> DataResource:
        return DataResource(key, zh, kind, subjects().of(key), permission, provider, origin)

    for kind in KINDS.values():
        sender = subjects().sender_zh(kind.code)
        yield made(
            f"telemetry.{kind.code}", f"{kind.zh}实时监测数据", "telemetry", "telemetry.view", sender, "分钟批次"
        )
    for resource in RESOURCES:
        yield made(resource.key, resource.zh, "records", resource.permission)
    declared = {r.model for r in RESOURCES}
    for model in own_models():
        if model not in declared:
            key = f"{model._meta.app_label}.{model._meta.model_name}"
            yield made(key, str(model._meta.verbose_name), "table", "catalogue.view")
    yield made("quality.rule.library", "质量规则", "rules", "quality.view")
    for table in sorted({e.resource for e in elements().values() if e.kind == ElementKind.COLUMN}):
        if not table.startswith("telemetry."):
            yield made(table, f"时序库表 {table}", "trace", "quality.view")
    for room in sorted({p.key.split(".")[0] for p in PANELS}):
        yield made(f"panels.{room}", f"指标面板（{room}）", "panels", "screens.view")


def find_resource(key: str) -> DataResource:
    found = data_resources().get(key)
    if found is None:
        raise not_found("没有这个数据资源", key)
    return found


def elements_by_resource() -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries().values():
        found[entry.element.resource].append(entry)
    return found


def facts(resource: DataResource, scope: Scope) -> dict[str, Any]:
    """Records the scope sees now and when they changed last (epoch seconds); ``None`` where that means nothing."""
    if resource.kind == "telemetry":
        kind = resource.key.removeprefix("telemetry.")
        seen = assets.visible(kind, scope)
        newest = int(latest()[kind].heard[seen].max(initial=0)) if seen.any() else 0
        return {"records": int(seen.sum()), "updated_at": newest or None}
    if resource.key in RESOURCES:
        rows = visible(RESOURCES[resource.key], scope)
        return {"records": rows.count(), "updated_at": _newest(RESOURCES[resource.key].model, rows)}
    if not scope.sees_all:
        return {"records": None, "updated_at": None}
    if resource.kind == "table":
        model = next(m for m in own_models() if f"{m._meta.app_label}.{m._meta.model_name}" == resource.key)
        return {"records": model._default_manager.count(), "updated_at": _newest(model, model._default_manager.all())}
    if resource.kind in {"rules", "panels"}:
        n = sum(e.element.resource == resource.key for e in entries().values())
        return {"records": n, "updated_at": None}
    return {"records": None, "updated_at": None}


def _newest(model: type[models.Model], rows: models.QuerySet[Any]) -> int | None:
    names = {f.name for f in model._meta.concrete_fields if isinstance(f, models.DateTimeField)}
    name = next((n for n in _TIMES if n in names), None)
    found = rows.order_by().aggregate(at=Max(name))["at"] if name else None
    return epoch(found) if found else None


def versions(key: str) -> dict[str, list[dict[str, Any]]]:
    """The history of an element: of its derived part, and of what people added."""
    derived = ElementVersion.objects.filter(key=key).values("version", "digest", "at", "derived", "retired_at")
    added = KnowledgeVersion.objects.filter(key=key).values("version", "at", "values", "user__username")
    return {"derived": [dict(row) for row in derived], "knowledge": [dict(row) for row in added]}


def version_numbers() -> dict[str, int]:
    rows = ElementVersion.objects.order_by().values_list("key").annotate(n=Max("version"))
    return dict(rows)
