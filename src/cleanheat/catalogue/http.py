"""Addresses of the catalogue: elements, resources, search, lineage, standards files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, File, Query, Router, UploadedFile
from pydantic import Field

from cleanheat.catalogue import actions
from cleanheat.catalogue.compliance import checks
from cleanheat.catalogue.export import as_json, as_workbook, element_row, frequency_zh
from cleanheat.catalogue.http_shapes import (
    CatalogueResourceOut,
    CatalogueWordsOut,
    DutyCheckOut,
    ElementEdit,
    ElementOut,
    ElementsAsked,
    ElementsOut,
    LineageOut,
    OverlayReportOut,
    SearchOut,
    SubjectOut,
    VersionsOut,
)
from cleanheat.catalogue.lineage import Direction, lineage
from cleanheat.catalogue.queries import (
    DataResource,
    Entry,
    data_resources,
    elements_by_resource,
    facts,
    find_entry,
    find_resource,
    search,
    version_numbers,
    versions,
)
from cleanheat.catalogue.scores import score_of
from cleanheat.catalogue.subjects import subjects
from cleanheat.catalogue.vocabulary import ElementKind, Sharing
from cleanheat.infra.masking import MASKS, Level
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import CONTENT_TYPES, watermark
from cleanheat.kernel.glossary import glossary

router = Router(tags=["catalogue"])
VIEW = "catalogue.view"


def _element(entry: Entry, numbers: dict[str, int]) -> dict[str, Any]:
    e = entry.element
    words = element_row(entry, numbers)
    plain = {"kind": e.kind, "level": e.level, "sharing": e.sharing, "mask": e.mask, "frequency_s": e.frequency_s}
    zh = {f"{name}_zh": words[name] for name in ("kind", "level", "sharing")}
    derived = {name: getattr(entry.derived, name) for name in ("definition", "owner", "sharing", "level")}
    more = {"mask_rule": words["mask"], "knowledge_version": entry.knowledge_version, "derived": derived}
    return {**words, **plain, **zh, **more}


@router.get("/catalogue/elements", response=ElementsOut)
def list_elements(request: HttpRequest, asked: Query[ElementsAsked]) -> dict[str, Any]:
    """Elements that contain every word of ``q``, the closest names first."""
    require(request.user, VIEW)
    found, numbers = search(asked.q, asked.kind, asked.resource), version_numbers()
    page = found[asked.offset : asked.offset + asked.limit]
    return {"total": len(found), "elements": [_element(entry, numbers) for entry in page]}


@router.get("/catalogue/elements/{key}", response=ElementOut)
def one_element(request: HttpRequest, key: str) -> dict[str, Any]:
    require(request.user, VIEW)
    return _element(find_entry(key), version_numbers())


@router.patch("/catalogue/elements/{key}", response=ElementOut)
def edit_element(request: HttpRequest, key: str, body: Body[ElementEdit]) -> dict[str, Any]:
    """Add knowledge to an element; derived fields cannot be changed."""
    values = body.dict(exclude_unset=True)
    version = values.pop("knowledge_version", None)
    actions.edit(request.user, key, values, version)
    return _element(find_entry(key), version_numbers())


@router.get("/catalogue/elements/{key}/versions", response=VersionsOut)
def element_versions(request: HttpRequest, key: str) -> dict[str, Any]:
    require(request.user, VIEW)
    find_entry(key)
    found = versions(key)
    added = [{**row, "username": row.pop("user__username")} for row in found["knowledge"]]
    return {"derived": found["derived"], "knowledge": added}


@router.get("/catalogue/tree", response=list[SubjectOut])
def tree(request: HttpRequest) -> list[dict[str, Any]]:
    """Data resources by subject."""
    require(request.user, VIEW)
    counts = {key: len(found) for key, found in elements_by_resource().items()}
    resources = list(data_resources().values())
    return [
        {"key": s.key, "zh": s.zh, "resources": [_brief(r, counts) for r in resources if r.subject == s]}
        for s in subjects().tree
    ]


def _brief(resource: DataResource, counts: dict[str, int]) -> dict[str, Any]:
    told = {name: getattr(resource, name) for name in ("key", "identifier", "zh", "kind")}
    return {**told, "elements": counts.get(resource.key, 0)}


@router.get("/catalogue/resources/{key}", response=CatalogueResourceOut)
def one_resource(request: HttpRequest, key: str) -> dict[str, Any]:
    """A data resource with its elements, and how much of it the user sees now."""
    require(request.user, VIEW)
    resource, scope = find_resource(key), scope_of(request.user)
    mine, numbers = elements_by_resource().get(key, []), version_numbers()
    level = Level(max((e.element.level for e in mine), default=int(Level.INTERNAL)))
    often = min((e.element.frequency_s for e in mine if e.element.frequency_s), default=0)
    return {
        **{name: getattr(resource, name) for name in ("key", "identifier", "zh", "kind", "provider")},
        "subject": resource.subject.key,
        "subject_zh": resource.subject.zh,
        "contact": next((e.steward for e in mine if e.steward), subjects().steward),
        "frequency": frequency_zh(often),
        "level": int(level),
        "level_zh": level.zh,
        "quality_score": score_of(key, scope),
        **facts(resource, scope),
        "elements": [_element(entry, numbers) for entry in mine],
    }


@router.get("/catalogue/search", response=SearchOut)
def search_all(request: HttpRequest, q: str, limit: int = 30) -> dict[str, Any]:
    """Resources and elements by name, code or definition."""
    require(request.user, VIEW)
    words = q.casefold().split()
    resources = [
        {"type": "resource", "key": r.key, "zh": r.zh, "detail": r.subject.zh, "resource": r.key}
        for r in data_resources().values()
        if words and all(w in f"{r.zh} {r.key} {r.subject.zh}".casefold() for w in words)
    ]
    elements = search(q) if words else []
    shown = [
        {"type": "element", "key": e.key, "zh": e.element.zh, "detail": e.element.definition,
         "resource": e.element.resource}
        for e in elements[: max(1, min(limit, 200))]
    ]  # fmt: skip
    return {"total": len(resources) + len(elements), "found": [*resources, *shown][: max(1, min(limit, 200))]}


@router.get("/catalogue/lineage/{path:node}", response=LineageOut)
def node_lineage(
    request: HttpRequest, node: str, direction: Direction = "both", depth: Annotated[int, Field(ge=1, le=20)] = 8
) -> dict[str, Any]:
    """Upstream and downstream of an element, a resource or a node id (``panel:alerts.newest``)."""
    require(request.user, VIEW)
    return lineage(node, direction, depth)


@router.get("/catalogue/words", response=CatalogueWordsOut)
def words(request: HttpRequest) -> dict[str, Any]:
    require(request.user, VIEW)
    return {
        "terms": [{"zh": t.zh, "word": t.word, "note": t.note} for t in glossary()],
        "masks": [
            {"key": m.key, "zh": m.zh, "level": int(m.level), "level_zh": m.level.zh, "rule": m.rule,
             "example": m.example, "only_shared": m.only_shared}
            for m in MASKS.values()
        ],
        "levels": [{"value": int(level), "zh": f"{level.zh}（{level.meaning}）"} for level in Level],
        "sharing": [{"value": s.value, "zh": str(s.label)} for s in Sharing],
        "kinds": [{"value": k.value, "zh": str(k.label)} for k in ElementKind],
    }  # fmt: skip


@router.get("/catalogue/compliance", response=list[DutyCheckOut])
def compliance(request: HttpRequest) -> list[Any]:
    """Duties of the privacy and data security laws, each checked."""
    require(request.user, actions.EDIT)
    return checks()


@router.get("/catalogue/export")
def export(request: HttpRequest, format: Literal["xlsx", "json"] = "xlsx") -> HttpResponse:  # noqa: A002 - as in the address
    """Element set and resource directory in standard columns, with a checksum."""
    require(request.user, VIEW)
    body = as_json() if format == "json" else as_workbook(watermark(request.user))
    response = HttpResponse(body, content_type={**CONTENT_TYPES, "json": "application/json"}[format])
    response["Content-Disposition"] = f'attachment; filename="catalogue.{format}"'
    response["Cache-Control"] = "private, no-store"
    return response


@router.post("/catalogue/import", response=OverlayReportOut)
def import_file(request: HttpRequest, file: File[UploadedFile], rehearse: bool = False) -> Any:
    """The exported element set back, with what people filled in; ``rehearse`` only reports."""
    return actions.import_knowledge(request.user, file.name or "", file.read(), is_rehearsal=rehearse)
