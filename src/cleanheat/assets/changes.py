"""Who may change a record, and how?  A company asks, a regulator approves, the archive follows; or goes back.

A request holds the changed columns alone.  Approving writes them through ``records.apply`` in the same transaction:
what cannot be stored any more is not approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Count

from cleanheat.accounts import public as accounts
from cleanheat.assets import history, records
from cleanheat.assets.models_upkeep import ArchiveRecordVersion, ChangeRequest
from cleanheat.assets.naming import titles
from cleanheat.assets.queries import KIND_MODELS, archive
from cleanheat.assets.queries import require as require_object
from cleanheat.assets.vocabulary import VersionSource
from cleanheat.infra.flow import actions as flow
from cleanheat.infra.flow.actions import NewItem, Request
from cleanheat.infra.flow.queries import visible_items
from cleanheat.infra.flow.versions import FLOWS, Flow
from cleanheat.infra.scope import Scope, may, require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found

CHANGE: Final = "assets.change"
CHANGE_FLOW = FLOWS.add(
    Flow(
        CHANGE,
        Path(str(files("cleanheat.assets").joinpath("change_flow.toml"))),
        view_permission="assets.view",
        edit_permission="governance.configure",
    )
)
LEVEL: Final = 4
EDIT, APPROVE = "assets.edit", "assets.approve"
Values = Mapping[str, Any]


def stored(kind: str, number: int) -> dict[str, Any]:
    """A record's columns by field key, as they are stored."""
    keys = [f.key for f in records.fields_of(kind)]
    row = KIND_MODELS[kind]._default_manager.filter(pk=number).values(*keys).first()
    if row is None:
        raise not_found("没有这个对象", f"{kind} {number}")
    return row


def differing(kind: str, number: int, values: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the values would change: before and after; a Problem where they change nothing or name the code."""
    if "code" in values:
        raise invalid("code", "统一编码不可变更")
    present = stored(kind, number)
    if unknown := values.keys() - present.keys():
        raise invalid(f"values.{min(unknown)}", "没有此字段")
    after = {key: value for key, value in values.items() if value != present[key]}
    if not after:
        raise invalid("values", "没有需要变更的内容")
    return {key: present[key] for key in after}, after


@transaction.atomic
def propose(
    user: Any, kind: str, number: int, values: Values, reason: str, file_ids: tuple[int, ...] = ()
) -> ChangeRequest:
    """Ask for a change of one's own record; it waits for a regulator."""
    require(user, EDIT)
    scope = scope_of(user)
    require_object(kind, number, scope)
    why = history.checked_reason(reason)
    before, after = differing(kind, number, values)
    _must_be_storable(kind, number, after, scope)
    if ChangeRequest.objects.filter(kind=kind, number=number, item__closed_at=None).exists():
        raise Problem(409, "already-asked", "该对象已有未办结的变更申请", "", "number")
    name, code = titles(kind, [number])[0]
    item = flow.open_item(user, _item(user, kind, number, f"{name}：{why}"), file_ids)
    return ChangeRequest.objects.create(
        item=item, kind=kind, number=number, code=code, name=name[:120], reason=why, before=before, after=after
    )


@dataclass(frozen=True)
class Correction:
    """What became of a correction: the record's new version, or the request that waits; 0 is neither."""

    version: int
    request: int


@transaction.atomic
def correct(user: Any, kind: str, number: int, values: Values, reason: str) -> Correction:
    """Write values at once where the user approves changes himself; else ask for them."""
    if not may(user, APPROVE):
        return Correction(0, propose(user, kind, number, values, reason).pk)
    require(user, EDIT)
    require_object(kind, number, scope_of(user))
    _, after = differing(kind, number, values)
    records.apply(kind, [{**after, "number": number}], user, reason)
    return Correction(_newest_version(kind, number), 0)


def _newest_version(kind: str, number: int) -> int:
    newest = ArchiveRecordVersion.objects.filter(kind=kind, number=number).first()
    return newest.version if newest else 0


def _item(user: Any, kind: str, number: int, title: str) -> NewItem:
    links = archive()[kind].links
    owners = {
        f"{who}_id": int(links[who][number]) for who in ("company", "office", "sender", "district") if who in links
    }
    own = accounts.find_organisation(user.organisation_id)
    if own is None:
        raise invalid("organisation", "用户没有所属组织")
    opened = NewItem(flow=CHANGE, title=title, level=LEVEL, state="submitted", issuer_id=own.id, holder_id=own.id)
    return replace(opened, **owners)  # type: ignore[arg-type]  # all four are ids


def _must_be_storable(kind: str, number: int, after: Values, scope: Scope) -> None:
    planned = records.draft(kind, [{**after, "number": number}], scope)
    if planned.refusals:
        first = planned.refusals[0]
        raise invalid(f"values.{first.field}" if first.field else "values", "档案记录有误", first.reason)


def visible_changes(scope: Scope) -> Any:
    """The scope's requests with their items, newest first."""
    rows = ChangeRequest.objects.select_related("item__version", "item__created_by")
    return rows if scope.sees_all else rows.filter(item__in=visible_items(scope, CHANGE))


def selected(rows: Any, state: str, kind: str, number: int, *, is_open: bool) -> Any:
    """Requests in one state, of one kind or object, or all that wait."""
    exact = {"item__state": state, "kind": kind, "number": number}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return rows.filter(item__closed_at=None) if is_open else rows


def counts(rows: Any) -> dict[str, int]:
    """How many requests are in each state."""
    return dict(rows.order_by().values("item__state").annotate(n=Count("pk")).values_list("item__state", "n"))


def require_change(scope: Scope, change_id: int) -> ChangeRequest:
    found: ChangeRequest | None = visible_changes(scope).filter(pk=change_id).first()
    if found is None:
        raise not_found("没有这个变更申请")
    return found


@transaction.atomic
def act(user: Any, change_id: int, request: Request, values: Values | None = None) -> ChangeRequest:
    """A step with a request of one's scope.  ``values``: what a returned request asks for now."""
    require(user, "assets.view")
    change = require_change(scope_of(user), change_id)
    if values is not None:
        _renew(user, change, request.action, values)
    change.item = flow.act(user, change.item_id, request)
    if request.action == "approve":
        _apply(user, change)
    return change


def _renew(user: Any, change: ChangeRequest, action: str, values: Values) -> None:
    if action != "submit":
        raise invalid("values", "只有提交时可以修改内容")
    change.before, change.after = differing(change.kind, change.number, values)
    _must_be_storable(change.kind, change.number, change.after, scope_of(user))
    change.save(update_fields=["before", "after"])


def _apply(user: Any, change: ChangeRequest) -> None:
    """The approved change becomes the record, unless somebody else changed the same columns meanwhile."""
    present = stored(change.kind, change.number)
    moved = [key for key, value in change.before.items() if present[key] != value and present[key] != change.after[key]]
    if moved:
        field = records.field_of(change.kind, moved[0])
        raise Problem(409, "moved-on", "档案已被他人修改，请退回重新填写", field.zh if field else moved[0], moved[0])
    records.apply(change.kind, [{**change.after, "number": change.number}], user, change.reason, VersionSource.EDIT)
    change.version = _newest_version(change.kind, change.number)
    change.save(update_fields=["version"])
    change.item = flow.act_as_platform(change.item_id, Request("apply", f"第 {change.version} 版"))


@transaction.atomic
def restore(user: Any, kind: str, number: int, version: int, reason: str) -> int:
    """Have a record as it was at a version (0: as first loaded); the new version's number.  A regulator's right."""
    require(user, APPROVE)
    require_object(kind, number, scope_of(user))
    values = history.values_at(kind, number, version)
    _, after = differing(kind, number, values)
    records.apply(kind, [{**after, "number": number}], user, reason, VersionSource.RESTORE)
    return _newest_version(kind, number)
