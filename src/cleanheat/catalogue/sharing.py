"""Who may take which fields of whose rows, and what did he take?  Agreements and the pages they allow.

A page holds only granted fields, masked by their class, of the agreed rows; every call is written down, refusals too.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import F

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.catalogue.actions import EDIT
from cleanheat.catalogue.elements import is_secret
from cleanheat.catalogue.models import Agreement, ShareUse
from cleanheat.catalogue.queries import elements_by_resource, find_resource
from cleanheat.catalogue.vocabulary import Sharing
from cleanheat.infra import audit, clock
from cleanheat.infra.masking import masked
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.resources.leaving import cover
from cleanheat.infra.resources.records import as_rows, visible
from cleanheat.infra.scope import EVERYTHING, Scope, require, scope_of
from cleanheat.infra.sealing.digests import sm3
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.public import latest

LONGEST: Final = timedelta(days=1_100)
FIXED_OF_READINGS: Final = ("number", "code", "name", "minute")


@dataclass(frozen=True)
class Terms:
    """What an agreement is to say; ``company_id`` and ``district_code`` narrow its rows, neither: all."""

    client: str
    resource: str
    fields: Sequence[str]
    purpose: str
    valid_from: datetime
    valid_until: datetime
    organisation_id: int | None = None
    company_id: int | None = None
    district_code: str = ""
    a_minute: int = 10


def may_manage(user: Any) -> None:
    require(user, EDIT)
    if not scope_of(user).sees_all:
        raise forbidden("共享协议由市级管理")


@transaction.atomic
def agree(user: Any, terms: Terms) -> tuple[Agreement, str]:
    """A new agreement and its key, which nobody can read again; no key when an organisation's users are meant."""
    may_manage(user)
    _check(terms)
    key = "" if terms.organisation_id else secrets.token_urlsafe(32)
    row = Agreement(
        code=f"GX{clock.now_utc():%Y%m%d}-{Agreement.objects.count() + 1:04d}",
        key_digest=sm3(key.encode()).hex() if key else "",
        created_by=user,
        created_at=clock.now_utc(),
        **{**vars(terms), "fields": list(terms.fields)},
    )
    row.save()
    told = {"client": terms.client, "resource": terms.resource, "fields": list(terms.fields), "purpose": terms.purpose}
    audit.record(user, "catalogue.agree", "catalogue.agreement", row.pk, told)
    return row, key


def _check(terms: Terms) -> None:
    if not terms.client.strip():
        raise invalid("client", "请填写使用方")
    if len(terms.purpose.strip()) < 4:
        raise invalid("purpose", "请填写用途", "至少 4 个字")
    if not terms.valid_from < terms.valid_until <= terms.valid_from + LONGEST:
        raise invalid("valid_until", "有效期应晚于生效时间且不超过三年")
    if not 1 <= terms.a_minute <= 600:
        raise invalid("a_minute", "每分钟次数应在 1–600 之间")
    if terms.company_id and terms.district_code:
        raise invalid("district_code", "企业与区县只能限定其一")
    for name in ("organisation_id", "company_id"):
        wanted = getattr(terms, name)
        if wanted and accounts.find_organisation(wanted) is None:
            raise invalid(name, "没有这个组织", str(wanted))
    _check_fields(terms)


def _check_fields(terms: Terms) -> None:
    grantable = shareable_fields(terms.resource)
    if not terms.fields:
        raise invalid("fields", "请至少选择一个字段")
    for name in terms.fields:
        if name not in grantable:
            raise invalid("fields", "此字段不可共享", name)


def shareable_fields(resource: str) -> dict[str, str]:
    """Fields of a resource that may be granted, with their class of personal data; a Problem if it cannot be shared."""
    found = find_resource(resource)
    if found.kind not in {"telemetry", "records"}:
        raise invalid("resource", "此数据资源不提供共享接口", resource)
    fields = {}
    for entry in elements_by_resource().get(resource, []):
        e = entry.element
        if e.kind in {"signal", "field"} and e.sharing != Sharing.CLOSED and not is_secret(e.key, e.code):
            fields[e.code] = e.mask
    if found.kind == "telemetry":
        return {**dict.fromkeys(FIXED_OF_READINGS, ""), **fields}
    shown = {col.path for col in RESOURCES[resource].columns}
    return {name: mask for name, mask in fields.items() if name in shown}


@transaction.atomic
def revoke(user: Any, agreement_id: int, reason: str) -> Agreement:
    may_manage(user)
    row = find_agreement(agreement_id)
    if len(reason.strip()) < 2:
        raise invalid("reason", "请填写撤销原因")
    if row.revoked_at is None:
        row.revoked_at, row.revoked_reason = clock.now_utc(), reason.strip()[:200]
        row.save(update_fields=["revoked_at", "revoked_reason"])
        audit.record(user, "catalogue.revoke", "catalogue.agreement", row.pk, {"reason": row.revoked_reason})
    return row


def find_agreement(agreement_id: int) -> Agreement:
    row = Agreement.objects.filter(pk=agreement_id).first()
    if row is None:
        raise not_found("没有这份共享协议")
    return row


def agreement_for(resource: str, key: str, user: Any) -> Agreement:
    """The agreement a caller comes with: by his key, or by his organisation."""
    rows = Agreement.objects.filter(resource=resource).order_by(F("revoked_at").asc(nulls_first=True), "-valid_until")
    if key:
        found = rows.filter(key_digest=sm3(key.encode()).hex()).first()
    elif getattr(user, "is_authenticated", False):
        found = _of_user(list(rows.exclude(organisation=None)), user)
    else:
        raise Problem(401, "signed-out", "请提供共享密钥或先登录")
    if found is None:
        raise Problem(401, "no-agreement", "密钥无效") if key else not_found("没有这份共享协议")
    return found


def _of_user(rows: list[Agreement], user: Any) -> Agreement | None:
    own = accounts.find_organisation(user.organisation_id)
    above = {int(i) for i in own.path.strip("/").split("/")} if own else set()
    return next((a for a in rows if a.organisation_id in above and a.organisation_id is not None), None)


def check_standing(a: Agreement) -> None:
    """Still valid, and not asked too often."""
    now = clock.now_utc()
    if a.revoked_at is not None:
        raise forbidden("共享协议已撤销", a.revoked_reason)
    if not a.valid_from <= now < a.valid_until:
        raise forbidden("共享协议不在有效期内", f"{a.valid_from:%Y-%m-%d} – {a.valid_until:%Y-%m-%d}")
    used = ShareUse.objects.filter(agreement=a, at__gt=now - timedelta(minutes=1), status=200).count()
    if used >= a.a_minute:
        raise Problem(429, "too-many", "调用过于频繁", f"每分钟 {a.a_minute} 次")


def note_use(a: Agreement, status: int, rows: int, asked: Mapping[str, Any], ip: str) -> None:
    ShareUse.objects.create(
        agreement=a, at=clock.now_utc(), rows=rows, status=status, asked=dict(asked), network=masked("ip", ip)
    )


def row_scope(a: Agreement) -> Scope:
    """The rows an agreement reaches, as a scope like a user's."""
    if a.company_id:
        ids = frozenset({a.company_id})
        return Scope(f"share:company:{a.company_id}", a.company_id, company_ids=ids, sender_ids=ids)
    if a.district_code:
        codes = frozenset({a.district_code})
        areas = assets.district_ids(codes)
        return Scope(f"share:district:{a.district_code}", district_ids=areas, district_codes=codes)
    return EVERYTHING


@dataclass(frozen=True)
class SharePage:
    fields: list[str]
    total: int
    rows: list[list[Any]]


def page(a: Agreement, limit: int, offset: int) -> SharePage:
    """The granted fields, as far as they may still be shared."""
    still = shareable_fields(a.resource)
    names = [name for name in a.fields if name in still]
    kind = a.resource.removeprefix("telemetry.")
    total, rows = _readings(a, kind, names, limit, offset) if kind in KINDS else _records(a, names, limit, offset)
    return SharePage(names, total, rows)


def _records(a: Agreement, names: list[str], limit: int, offset: int) -> tuple[int, list[list[Any]]]:
    resource = RESOURCES[a.resource]
    rows = visible(resource, row_scope(a)).order_by(*resource.order, "pk")
    covered = map(cover(resource, in_list=True, shared=True), as_rows(resource, rows[offset : offset + limit]))
    return rows.order_by().count(), [[row[name] for name in names] for row in covered]


def _readings(a: Agreement, kind: str, names: list[str], limit: int, offset: int) -> tuple[int, list[list[Any]]]:
    """The newest trusted reading of every object; ``None`` where there is none."""
    numbers = np.flatnonzero(assets.visible(kind, row_scope(a)))
    chosen, state = numbers[offset : offset + limit], latest().copy_of(kind)
    columns: dict[str, list[Any]] = {"number": chosen.tolist()}
    if {"code", "name"} & set(names):
        titles = assets.titles(kind, chosen.tolist())
        columns |= {"name": [name for name, _ in titles], "code": [code for _, code in titles]}
    columns["minute"] = [int(m) or None for m in state.minute[chosen]]
    for name in names:
        if name in state.spec.index:
            values = state.trusted(name, 1)[chosen]
            columns[name] = [None if np.isnan(v) else round(float(v), state.spec[name].decimals) for v in values]
    return int(numbers.size), [list(row) for row in zip(*(columns[n] for n in names), strict=True)]
