"""What follows news: alerts that ended are told to their orders, and whoever may see an order hears of each step."""

from __future__ import annotations

from typing import Any

from cleanheat.alerts.events import AlertClosed
from cleanheat.infra import live
from cleanheat.infra.flow.events import DeadlinePassed, ItemMoved
from cleanheat.infra.flow.people import directory
from cleanheat.orders import actions
from cleanheat.orders.businesses import BUSINESSES
from cleanheat.orders.models import Order


def alert_closed(event: AlertClosed) -> None:
    actions.alert_ended(event.alert_id, event.state)


def tell_moved(event: ItemMoved) -> None:
    if event.flow in BUSINESSES:
        more = {"action": event.action, "from_state": event.from_state, "by_user": event.actor_id}
        _tell("order_changed", event.item_id, event.at, more)


def tell_deadline(event: DeadlinePassed) -> None:
    """A reminder to the holder; what escalates reaches the district, then the city, as they see the order anyway."""
    if event.flow in BUSINESSES:
        more = {"does": event.does, "clock": event.clock, "escalation": event.escalation}
        _tell("order_deadline", event.item_id, event.at, more)


def _tell(sort: str, item_id: int, at: int, more: dict[str, Any]) -> None:
    order = Order.objects.select_related("item").filter(item_id=item_id).first()
    if order is None:
        return
    item = order.item
    told = {
        "type": sort,
        "business": item.flow,
        "order_id": order.pk,
        "number": order.number,
        "title": item.title,
        "level": item.level,
        "state": item.state,
        "holder_id": item.holder_id,
        "is_overdue": item.is_overdue,
        "at": at,
    }
    live.send_event({**told, **more}, audience(order))


def audience(order: Order) -> set[int]:
    """Company, office, sender, holder and the district concerned; the city hears everything."""
    item = order.item
    concerned = {item.company_id, item.office_id, item.sender_id, item.holder_id, item.issuer_id} - {0}
    supervisor = directory().supervisor_of(item.district_id)
    return concerned | ({supervisor} - {0})
