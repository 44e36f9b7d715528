"""Which open orders answer for which alerts, and how many stand open at whom?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import utc
from cleanheat.orders.models import Order, OrderAlert
from cleanheat.orders.queries import visible_orders


@dataclass(frozen=True)
class OrderCard:
    """One order as others may know it."""

    id: int
    business: str
    number: str
    state: str
    state_name: str
    is_overdue: bool


def open_orders_of(alert_ids: Collection[int], scope: Scope) -> dict[int, OrderCard]:
    """Alert → the open order that answers for it, as far as the scope sees it."""
    rows = OrderAlert.objects.filter(alert_id__in=list(alert_ids), order__in=visible_orders(scope).filter(is_open=True))
    of = dict(rows.values_list("alert_id", "order_id"))
    found = {order.pk: order for order in visible_orders(scope).filter(pk__in=set(of.values()))}
    return {alert: _card(order) for alert, key in of.items() if (order := found.get(key)) is not None}


def _card(order: Order) -> OrderCard:
    item = order.item
    name = definition_of(item.version).state[item.state].zh
    return OrderCard(order.pk, item.flow, order.number, item.state, name, item.is_overdue)


def open_places(scope: Scope) -> tuple[list[str], NDArray[np.int64]]:
    """Kinds and numbers of the objects that the scope's open orders are about, one row an order."""
    found = list(visible_orders(scope).filter(is_open=True).order_by().values_list("object_kind", "object_number"))
    return [kind for kind, _ in found], np.array([number for _, number in found], np.int64)


def raised_count(scope: Scope, start: int, end: int) -> int:
    """How many orders of the scope were raised in ``[start, end)``."""
    rows = visible_orders(scope).filter(item__opened_at__gte=utc(start), item__opened_at__lt=utc(end))
    return rows.count()
