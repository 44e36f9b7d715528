"""What do the addresses of the catalogue take and give?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field


class ElementOut(Schema):
    """One element: words ready for display (``kind_zh`` …) beside codes; ``derived`` are values before people's own."""

    key: str
    identifier: str
    kind: str
    kind_zh: str
    zh: str
    code: str
    resource: str
    definition: str
    source: str
    owner: str
    steward: str
    format: str
    unit: str
    domain: str
    frequency_s: int
    frequency: str
    level: int
    level_zh: str
    mask: str
    mask_rule: str
    sharing: str
    sharing_zh: str
    version: int
    digest: str
    remarks: str
    knowledge_version: int
    derived: dict[str, Any]


class ElementsOut(Schema):
    total: int
    elements: list[ElementOut]


class ElementEdit(Schema):
    """What people may add; an empty text gives the derived value back.  ``knowledge_version``: as it was read."""

    model_config = ConfigDict(extra="forbid")

    definition: str | None = Field(None, max_length=400)
    owner: str | None = Field(None, max_length=80)
    steward: str | None = Field(None, max_length=80)
    sharing: str | None = None
    level: int | None = None
    remarks: str | None = Field(None, max_length=400)
    knowledge_version: int | None = None


class DerivedVersion(Schema):
    version: int
    digest: str
    at: datetime
    retired_at: datetime | None
    derived: dict[str, Any]


class KnowledgeVersionOut(Schema):
    version: int
    at: datetime
    username: str | None
    values: dict[str, Any]


class VersionsOut(Schema):
    derived: list[DerivedVersion]
    knowledge: list[KnowledgeVersionOut]


class ResourceBrief(Schema):
    key: str
    identifier: str
    zh: str
    kind: str
    elements: int


class SubjectOut(Schema):
    key: str
    zh: str
    resources: list[ResourceBrief]


class CatalogueResourceOut(Schema):
    """One data resource; ``records`` and ``updated_at`` (epoch seconds) are of what the user sees."""

    key: str
    identifier: str
    zh: str
    kind: str
    subject: str
    subject_zh: str
    provider: str
    contact: str
    frequency: str
    level: int
    level_zh: str
    records: int | None
    updated_at: int | None
    quality_score: float | None
    elements: list[ElementOut]


class SearchHit(Schema):
    type: Literal["element", "resource"]
    key: str
    zh: str
    detail: str
    resource: str


class SearchOut(Schema):
    total: int
    found: list[SearchHit]


class NodeOut(Schema):
    """``step``: distance from the focus, negative upstream."""

    id: str
    kind: str
    zh: str
    step: int


class EdgeOut(Schema):
    source: str
    target: str


class LineageOut(Schema):
    focus: str
    nodes: list[NodeOut]
    edges: list[EdgeOut]
    is_cut: bool


class TermOut(Schema):
    zh: str
    word: str
    note: str


class CatalogueChoice(Schema):
    value: str | int
    zh: str


class MaskOut(Schema):
    key: str
    zh: str
    level: int
    level_zh: str
    rule: str
    example: str
    only_shared: bool


class CatalogueWordsOut(Schema):
    """Glossary, masks and the choices of the edit form."""

    terms: list[TermOut]
    masks: list[MaskOut]
    levels: list[CatalogueChoice]
    sharing: list[CatalogueChoice]
    kinds: list[CatalogueChoice]


class DutyCheckOut(Schema):
    key: str
    zh: str
    law: str
    is_met: bool
    text: str


class OverlayRefusalOut(Schema):
    line: int
    field: str
    reason: str


class OverlayReportOut(Schema):
    changed: int
    unchanged: int
    refused: list[OverlayRefusalOut]


class ElementsAsked(Schema):
    q: str = Field("", max_length=100)
    kind: str = ""
    resource: str = ""
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1_000_000)
