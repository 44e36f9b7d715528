"""Writes of flows: open an item, take a step.  One transaction each: step, item, deadlines, files, audit, event.

Three guards against two people and one phone: the caller may say which step he saw last (``seen``), the row is updated
only if nobody moved it meanwhile, and a repeated ``key`` changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from cleanheat.infra import audit, clock, events
from cleanheat.infra.files import actions as files
from cleanheat.infra.flow import deadlines
from cleanheat.infra.flow.chain import sealed
from cleanheat.infra.flow.definition import FlowDefinition, Transition
from cleanheat.infra.flow.events import ItemMoved
from cleanheat.infra.flow.forms import filled
from cleanheat.infra.flow.guards import holds
from cleanheat.infra.flow.models import FlowItem, FlowStep
from cleanheat.infra.flow.people import Parties, Place, directory, fits, relations
from cleanheat.infra.flow.queries import facts, visible_items
from cleanheat.infra.flow.standing import OPENED, Fact, Standing, begin, is_capped, step, target
from cleanheat.infra.flow.versions import definition_of, in_force
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found
from cleanheat.kernel.time import utc


@dataclass(frozen=True)
class NewItem:
    """What opens: whose it is, who issues and who holds it first.  ``holder_id`` 0: nobody yet.

    ``parent_id``: the item it is a part of; that one ends only after all its parts.
    """

    flow: str
    title: str
    level: int
    state: str
    issuer_id: int
    holder_id: int
    company_id: int = 0
    office_id: int = 0
    sender_id: int = 0
    district_id: int = 0
    note: str = ""
    parent_id: int | None = None


@dataclass(frozen=True)
class Request:
    """What somebody asks of an item.  ``key``: the caller's own name for it; ``seen``: the last step he knew."""

    action: str
    note: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[int] = ()
    key: str = ""
    seen: int | None = None


@transaction.atomic
def open_item(user: Any, new: NewItem, file_ids: Sequence[int] = ()) -> FlowItem:
    """A new item with its first step; ``user`` None: the platform opens it."""
    version = in_force(new.flow)
    definition, at = definition_of(version), clock.now_utc()
    if new.state not in definition.initial:
        raise invalid("state", "流程不能从此状态开始", new.state)
    standing = begin(definition, new.state, new.holder_id, at.timestamp(), new.level)
    owners = {name: getattr(new, name) for name in ("company_id", "office_id", "sender_id", "district_id")}
    item = FlowItem(
        flow=new.flow,
        version=version,
        title=new.title[:200],
        level=new.level,
        created_by=user,
        issuer_id=new.issuer_id,
        opened_at=at,
        parent_id=new.parent_id,
        **owners,
    )
    _stand(item, definition, standing, at)
    item.save(force_insert=True)
    fields = {"standing": standing.document(), "definition": version.digest, "level": new.level}
    first = _Taken(OPENED, "", Request(OPENED, new.note, fields, file_ids), user, _organisation(user), 0)
    _append(item, first, at)
    item.save(update_fields=["steps_count", "head"])
    deadlines.rearrange(item, definition, {}, standing.clocks, at.timestamp())
    return item


@transaction.atomic
def act(user: Any, item_id: int, request: Request) -> FlowItem:
    """A person takes a step."""
    scope = scope_of(user)
    item = _locked(visible_items(scope), item_id)
    definition = definition_of(item.version)
    taken = definition.transition.get(request.action)
    if taken is None or not taken.who:
        raise invalid("action", "没有此操作", request.action)
    require(user, taken.permission)
    place = directory().place_of(user)
    if place is None or not fits(taken.who, place, relations(user.pk, place, scope, parties_of(item))):
        raise forbidden("当前身份不能进行此操作", taken.zh)
    if _is_repeat(item, user.pk, request):
        return item
    return _take(item, definition, taken, request, user, place, scope)


@transaction.atomic
def act_as_platform(item_id: int, request: Request) -> FlowItem:
    """The platform takes a step that is its own."""
    item = _locked(FlowItem.objects.all(), item_id)
    definition = definition_of(item.version)
    taken = definition.transition[request.action]
    if taken.who:
        raise forbidden("此操作由人员办理", taken.zh)
    if _is_repeat(item, None, request):
        return item
    return _take(item, definition, taken, request, None, None, None)


def parties_of(item: FlowItem) -> Parties:
    return Parties(item.created_by_id or 0, item.issuer_id, item.holder_id)


def _locked(items: Any, item_id: int) -> FlowItem:
    found: FlowItem | None = items.select_for_update(of=("self",)).select_related("version").filter(pk=item_id).first()
    if found is None:
        raise not_found("没有这个工单")
    return found


def _is_repeat(item: FlowItem, actor_id: int | None, request: Request) -> bool:
    """Was this very request done before?  The same key for something else is refused."""
    if not request.key:
        return False
    if len(request.key) > 64:
        raise invalid("key", "请求标识过长", "最多 64 字符")
    done = FlowStep.objects.filter(item=item, key=request.key).first()
    if done is not None and (done.actor_id, done.action) != (actor_id, request.action):
        raise Problem(409, "key-reused", "请求标识已用于其他操作", "", "key")
    return done is not None


def _take(
    item: FlowItem,
    definition: FlowDefinition,
    taken: Transition,
    request: Request,
    user: Any,
    place: Place | None,
    scope: Scope | None,
) -> FlowItem:
    now, at = Standing.read(item.standing), clock.now_utc()
    _must_be_current(item, request)
    fields = filled(taken, request.fields, request.note, len(request.files))
    _must_be_allowed(definition, now, taken, facts(item, now, at, fields))
    _must_have_ended_parts(item, definition, now, taken)
    receiver = _receiver(item, taken, fields, place, scope)
    then = step(definition, now, Fact(at.timestamp(), taken.key, item.level, fields, receiver))
    asked = Request(taken.key, request.note, fields, request.files, request.key)
    was, organisation = item.state, place.organisation_id if place else 0
    _stand(item, definition, then, at)
    _append(item, _Taken(taken.key, was, asked, user, organisation, receiver), at)
    _save_if_unmoved(item)
    deadlines.rearrange(item, definition, now.clocks, then.clocks, at.timestamp())
    return item


def _must_be_current(item: FlowItem, request: Request) -> None:
    """What the platform itself noted meanwhile (a reminder, an alert's end) takes nothing from what somebody saw."""
    if request.seen is None or request.seen == item.steps_count:
        return
    since = FlowStep.objects.filter(item=item, number__gt=request.seen)
    if request.seen > item.steps_count or since.exclude(actor=None, from_state=F("to_state")).exists():
        raise Problem(409, "moved-on", "工单已有新进展，请刷新后再办理", str(item.steps_count), "seen")


def _must_be_allowed(definition: FlowDefinition, now: Standing, taken: Transition, facts: Mapping[str, Any]) -> None:
    if now.state not in taken.starts:
        raise Problem(409, "wrong-state", "当前状态不允许此操作", definition.state[now.state].zh, "action")
    if is_capped(definition, now, taken) and not taken.capped_to:
        raise Problem(409, "cap-reached", "已达次数上限", f"{definition.cap[taken.counts]} 次", "action")
    if taken.answers and taken.answers not in now.asked:
        raise Problem(409, "nothing-asked", "没有待答复的申请", taken.zh, "action")
    if taken.asks and taken.asks in now.asked:
        raise Problem(409, "already-asked", "已有申请待答复", taken.zh, "action")
    if not holds(definition, taken, facts):
        raise Problem(409, "guard", "未满足办理条件", taken.guard, "action")


def _must_have_ended_parts(item: FlowItem, definition: FlowDefinition, now: Standing, taken: Transition) -> None:
    """What was given on to others ends before the whole does."""
    if not definition.state[target(definition, now, taken)].is_final:
        return
    if n := FlowItem.objects.filter(parent_id=item.pk, closed_at=None).count():
        raise Problem(409, "open-parts", "下级单尚未办结", f"{n} 个", "action")


def _receiver(
    item: FlowItem, taken: Transition, fields: Mapping[str, Any], place: Place | None, scope: Scope | None
) -> int:
    """Who holds it after this step, 0 if that does not change; the ids that decide who sees it follow."""
    if taken.receiver == "issuer":
        return item.issuer_id
    if taken.receiver == "parent":
        return (0, *directory().chain_of(item.holder_id)[:-1])[-1]
    if taken.receiver == "keep":
        return 0
    if taken.receiver == "supervisor":
        return _supervisor(item, taken)
    name = next(f.key for f in taken.form if f.type == "organisation")
    chosen = int(fields.get(name, 0))
    if not chosen:
        return item.company_id or item.sender_id
    _may_receive(item, name, chosen, place, scope)
    return chosen


def _supervisor(item: FlowItem, taken: Transition) -> int:
    found = directory().supervisor_of(item.district_id) if item.district_id else 0
    if not found:
        raise Problem(409, "no-supervisor", "没有监管此对象的区县", taken.zh, "action")
    return found


def _may_receive(item: FlowItem, name: str, chosen: int, place: Place | None, scope: Scope | None) -> None:
    """A holder hands down to those below him; a regulator to the organisation concerned or below it."""
    chain, owner = directory().chain_of(chosen), item.company_id or item.sender_id
    if not chain:
        raise invalid(f"fields.{name}", "没有这个单位", str(chosen))
    is_regulator = scope is not None and (scope.sees_all or scope.district_codes is not None)
    if is_regulator and not owner:
        item.company_id = item.sender_id = chosen
        return
    above = owner if is_regulator else place.organisation_id if place else 0
    if above not in chain or (chosen == above and not is_regulator):
        raise invalid(f"fields.{name}", "只能选择责任单位或其下级单位", str(chosen))
    if chosen != owner:
        item.office_id = chosen


def _stand(item: FlowItem, definition: FlowDefinition, standing: Standing, at: datetime) -> None:
    """The standing, and what lists sort and filter by."""
    due = [c.due_s for c in standing.clocks.values() if c.due_s is not None]
    item.standing, item.state, item.holder_id = standing.document(), standing.state, standing.holder_id
    item.is_overdue, item.was_overdue = bool(standing.overdue), standing.late > 0
    item.escalation, item.changed_at = standing.escalation, at
    item.due_at = utc(min(due)) if due else None
    item.closed_at = at if definition.state[standing.state].is_final else None


@dataclass(frozen=True)
class _Taken:
    action: str
    from_state: str
    request: Request
    user: Any
    organisation_id: int
    receiver_id: int


def _append(item: FlowItem, taken: _Taken, at: datetime) -> None:
    """The step, its files, the audit row and the event; the item's own row is the caller's to save."""
    number, request = item.steps_count + 1, taken.request
    attached = files.attach(taken.user, request.files, "flow_item", item.pk, number) if request.files else []
    entry = FlowStep(
        item=item,
        number=number,
        at=at,
        actor=taken.user,
        organisation_id=taken.organisation_id,
        action=taken.action,
        from_state=taken.from_state,
        to_state=item.state,
        receiver_id=taken.receiver_id,
        note=request.note,
        fields=dict(request.fields),
        files=attached,
        key=request.key,
    )
    sealed(entry, item.head).save(force_insert=True)
    item.steps_count, item.head = number, entry.digest
    moved = {"from": taken.from_state, "to": item.state, "step": number}
    audit.record(taken.user, f"{item.flow}.{taken.action}", "flow_item", item.pk, moved)
    by = taken.user.pk if taken.user else 0
    events.publish(
        ItemMoved(item.flow, item.pk, number, taken.action, taken.from_state, item.state, by, int(at.timestamp()))
    )


_MOVED = (
    "standing", "state", "holder_id", "is_overdue", "was_overdue", "escalation", "due_at", "changed_at", "closed_at",
    "company_id", "office_id", "sender_id", "steps_count", "head",
)  # fmt: skip


def _save_if_unmoved(item: FlowItem) -> None:
    unmoved = FlowItem.objects.filter(pk=item.pk, steps_count=item.steps_count - 1)
    if not unmoved.update(**{name: getattr(item, name) for name in _MOVED}):
        raise Problem(409, "moved-on", "工单已有新进展，请刷新后再办理", "", "seen")


def _organisation(user: Any) -> int:
    place = directory().place_of(user) if user is not None else None
    return place.organisation_id if place else 0
