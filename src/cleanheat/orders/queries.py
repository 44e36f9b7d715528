"""Which orders may this scope see, which wait for whom, and what is each about?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from cleanheat.infra.flow.models import FlowItem
from cleanheat.infra.flow.queries import visible_items
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import utc
from cleanheat.orders.businesses import Complaint
from cleanheat.orders.models import Order

ORDERS_BY: dict[str, tuple[Any, ...]] = {
    "-opened": ("-item__opened_at", "-pk"),
    "due": (F("item__due_at").asc(nulls_last=True), "pk"),
    "level": ("item__level", "-pk"),
    "-escalation": ("-item__escalation", "-pk"),
}


@dataclass(frozen=True)
class OrderFilter:
    """What a list asks for; ``None`` = any.  ``business`` keys; ``held_by`` an organisation."""

    business: Sequence[str] | None = None
    state: str | None = None
    is_open: bool | None = None
    is_overdue: bool | None = None
    is_escalated: bool | None = None
    level: int | None = None
    source: str | None = None
    company_id: int | None = None
    district_id: int | None = None
    alert_id: int | None = None
    kind: str | None = None
    number: int | None = None
    held_by: int | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None


def visible_orders(scope: Scope) -> QuerySet[Order]:
    """The scope's orders with their items."""
    orders = Order.objects.select_related("item__version")
    return orders if scope.sees_all else orders.filter(item__in=visible_items(scope))


def select(scope: Scope, wanted: OrderFilter, order: str = "-opened") -> QuerySet[Order]:
    """The scope's orders that pass the filter."""
    exact = {
        "item__flow__in": wanted.business,
        "item__state": wanted.state,
        "is_open": wanted.is_open,
        "item__is_overdue": wanted.is_overdue,
        "item__level": wanted.level,
        "source": wanted.source,
        "item__company_id": wanted.company_id,
        "item__district_id": wanted.district_id,
        "alerts__alert_id": wanted.alert_id,
        "object_kind": wanted.kind,
        "object_number": wanted.number,
        "item__holder_id": wanted.held_by,
        "item__opened_at__gte": None if wanted.start is None else utc(wanted.start),
        "item__opened_at__lt": None if wanted.end is None else utc(wanted.end),
    }
    rows = visible_orders(scope).filter(**{k: v for k, v in exact.items() if v is not None})
    if wanted.is_escalated is not None:
        rows = rows.filter(item__escalation__gt=0) if wanted.is_escalated else rows.filter(item__escalation=0)
    if wanted.text:
        found = Q(number__icontains=wanted.text) | Q(object_name__icontains=wanted.text)
        rows = rows.filter(found | Q(item__title__icontains=wanted.text))
    return rows.order_by(*ORDERS_BY[order])


def complaint_of(order: Order) -> Complaint:
    """What the rule is asked about again: the objects of all alerts of the order's own source."""
    own = order.alerts.filter(alert__source=order.source)
    objects = frozenset(own.values_list("alert__object_kind", "alert__object_number"))
    return Complaint(order.source, objects, order.item.company_id)


def counts(scope: Scope, organisation_id: int | None, business: Sequence[str]) -> Mapping[str, Any]:
    """The counter beside the menu: open, overdue, escalated, held by one's own organisation, by state."""
    items = FlowItem.objects.filter(
        pk__in=select(scope, OrderFilter(business=business, is_open=True)).order_by().values("item_id")
    )
    told = items.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(is_overdue=True)),
        escalated=Count("pk", filter=Q(escalation__gt=0)),
        mine=Count("pk", filter=Q(holder_id=organisation_id or 0, state__in=("to_accept", "handling"))),
    )
    by_state = dict(items.order_by().values_list("state").annotate(n=Count("pk")))
    return {**told, "by_state": by_state}
