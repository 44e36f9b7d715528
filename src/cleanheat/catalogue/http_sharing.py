"""Addresses of sharing: agreements for those who manage them, pages for those who have one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router, Schema, Status
from pydantic import AwareDatetime, ConfigDict, Field

from cleanheat.catalogue import sharing
from cleanheat.catalogue.models import Agreement, ShareUse
from cleanheat.infra import clock
from cleanheat.infra.http import encoded_json
from cleanheat.infra.sheets import file_response
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import LATEST_S, utc

router = Router(tags=["catalogue"])
KEY_HEADER = "X-Share-Key"
FIRST, LAST = utc(0), utc(LATEST_S)


class TermsIn(Schema):
    """An organisation's users need no key; any other client gets one, shown once."""

    model_config = ConfigDict(extra="forbid")

    client: str = Field(max_length=80)
    resource: str
    fields: list[str] = Field(max_length=100)
    purpose: str = Field(max_length=200)
    valid_from: Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]
    valid_until: Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]
    organisation_id: int | None = None
    company_id: int | None = None
    district_code: str = Field("", max_length=6)
    a_minute: int = 10


class AgreementOut(Schema):
    id: int
    code: str
    client: str
    organisation_id: int | None
    resource: str
    fields: list[str]
    company_id: int | None
    district_code: str
    purpose: str
    a_minute: int
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None
    revoked_reason: str
    is_standing: bool
    has_key: bool


class AgreedOut(AgreementOut):
    """``key`` is told this once and kept nowhere."""

    key: str


class RevokeReason(Schema):
    reason: str = Field(max_length=200)


class ShareUseOut(Schema):
    at: datetime
    rows: int
    status: int
    network: str
    asked: dict[str, Any]


class ShareableField(Schema):
    name: str
    mask: str


class SharePageAsked(Schema):
    limit: int = Field(500, ge=1, le=5_000)
    offset: int = Field(0, ge=0, le=10_000_000)
    format: Literal["json", "csv"] = "json"


class SharedOut(Schema):
    """``rows[i][j]`` is the value of ``fields[j]``, masked by its class."""

    agreement: str
    resource: str
    fields: list[str]
    total: int
    rows: list[list[Any]]


def _out(a: Agreement) -> dict[str, Any]:
    plain = {name: getattr(a, name) for name in AgreementOut.model_fields if hasattr(a, name)}
    standing = a.revoked_at is None and a.valid_from <= clock.now_utc() < a.valid_until
    return {**plain, "is_standing": standing, "has_key": bool(a.key_digest)}


@router.get("/catalogue/shares", response=list[AgreementOut])
def agreements(request: HttpRequest) -> list[dict[str, Any]]:
    sharing.may_manage(request.user)
    return [_out(a) for a in Agreement.objects.all()]


@router.post("/catalogue/shares", response={201: AgreedOut})
def agree(request: HttpRequest, body: Body[TermsIn]) -> Status[Any]:
    row, key = sharing.agree(request.user, sharing.Terms(**body.dict()))
    return Status(201, {**_out(row), "key": key})


@router.get("/catalogue/shares/fields/{resource}", response=list[ShareableField])
def shareable(request: HttpRequest, resource: str) -> list[dict[str, str]]:
    """Which fields of a resource may be granted."""
    sharing.may_manage(request.user)
    return [{"name": name, "mask": mask} for name, mask in sharing.shareable_fields(resource).items()]


@router.get("/catalogue/shares/{agreement_id}/uses", response=list[ShareUseOut])
def uses(request: HttpRequest, agreement_id: int, limit: int = 200) -> Any:
    """Who took how much, newest first."""
    sharing.may_manage(request.user)
    sharing.find_agreement(agreement_id)
    return ShareUse.objects.filter(agreement_id=agreement_id)[: max(1, min(limit, 1_000))]


@router.post("/catalogue/shares/{agreement_id}/revoke", response=AgreementOut)
def revoke(request: HttpRequest, agreement_id: int, body: Body[RevokeReason]) -> dict[str, Any]:
    return _out(sharing.revoke(request.user, agreement_id, body.reason))


@router.get("/catalogue/share/{resource}", response=SharedOut, auth=None)
def share(request: HttpRequest, resource: str, asked: Query[SharePageAsked]) -> HttpResponse:
    """One page of what an agreement grants; a client sends its key as ``X-Share-Key``, an organisation signs in."""
    agreement = sharing.agreement_for(resource, request.headers.get(KEY_HEADER, ""), request.user)
    ip, told = str(request.META.get("REMOTE_ADDR", "")), asked.dict()
    try:
        sharing.check_standing(agreement)
        page = sharing.page(agreement, asked.limit, asked.offset)
    except Problem as problem:
        sharing.note_use(agreement, problem.status, 0, told, ip)
        raise
    sharing.note_use(agreement, 200, len(page.rows), told, ip)
    if asked.format == "csv":
        mark = f"共享协议 {agreement.code} · {agreement.client} · {clock.now_utc():%Y-%m-%dT%H:%M:%SZ}"
        return file_response(f"share-{agreement.code}", "csv", page.fields, page.rows, mark=mark)
    return encoded_json(request, {"agreement": agreement.code, "resource": resource, **vars(page)})
