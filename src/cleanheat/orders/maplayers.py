"""Who still owes an answer?  Open orders on the map: how far each object's gravest one is, and icons with a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.map_sources import Headline, Mark, MarkSource, ThemeSource, mark_sources, sources
from cleanheat.infra.maplayers import Classes, LegendClass, Theme, themes
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import MINUTE_S, epoch
from cleanheat.orders.businesses import BUSINESSES
from cleanheat.orders.models import Order, OrderAlert
from cleanheat.orders.queries import OrderFilter, select
from cleanheat.twin.public import gravest

LAYERS: Final = ("buildings", "pipes", "plants", "branches", "boilers", "substations", "devices", "weather")
SUSPENDED, CHECKING, HANDLING, WAITING, RETURNED, OVERDUE = 2, 3, 4, 5, 6, 7
STATE_OF: Final = {
    "suspended": SUSPENDED,
    "verifying": CHECKING,
    "review": CHECKING,
    "district_review": CHECKING,
    "city_review": CHECKING,
    "parts": HANDLING,
    "handling": HANDLING,
    "to_dispatch": WAITING,
    "to_accept": WAITING,
    "returned": RETURNED,
}
MOST_MARKS: Final = 2_000
FAMILIES_ZH: Final = {"diagnosis": "运行诊断", "quality": "数据质量"}

ORDERS = themes.add(
    Theme(
        key="orders",
        code=7,
        zh="督办单",
        layers=LAYERS,
        legend=Classes(
            (
                LegendClass(1, "无在办督办单", "#2f6f8f"),
                LegendClass(SUSPENDED, "已挂起", "#8595ab"),
                LegendClass(CHECKING, "核验复核中", "#2fe0a2"),
                LegendClass(HANDLING, "处置中", "#4aa8ff", attention=1),
                LegendClass(WAITING, "待派发接收", "#ffd84a", attention=2),
                LegendClass(RETURNED, "已退回", "#ff9a3c", attention=3),
                LegendClass(OVERDUE, "已超时", "#ff4d5e", attention=4),
            )
        ),
        history_s=MINUTE_S,
        counted="substations",
    )
)


def _open() -> Iterator[tuple[str, int, int]]:
    """Kind, number and state of what open orders are about: their own object and those of all their alerts."""
    item = ("item__state", "item__is_overdue")
    own = Order.objects.filter(is_open=True).order_by().values_list("object_kind", "object_number", *item)
    through = OrderAlert.objects.filter(order__is_open=True, ended="").order_by()
    alerted = through.values_list(
        "alert__object_kind", "alert__object_number", "order__item__state", "order__item__is_overdue"
    )
    for rows in (own, alerted):
        for kind, number, state, is_overdue in rows:
            yield kind, number, OVERDUE if is_overdue else STATE_OF.get(state, WAITING)


def _states(_minute: int) -> dict[str, NDArray[np.uint8]]:
    return dict(gravest(_open(), LAYERS))


def _count(kind: str, number: int, _minute: int) -> Headline:
    rows = Order.objects.filter(is_open=True, object_kind=kind, object_number=number)
    return Headline("在办督办单", float(rows.count()), "件")


def _marks(scope: Scope, _minute: int) -> list[Mark]:
    """The scope's open orders as icons, gravest first."""
    return [_mark(order) for order in select(scope, OrderFilter(is_open=True), "level")[:MOST_MARKS]]


def _mark(order: Order) -> Mark:
    state = definition_of(order.item.version).state[order.item.state]
    family = order.source.split(".")[0]
    return Mark(
        sort="order",
        id=order.pk,
        object_kind=order.object_kind,
        object_number=order.object_number,
        object_name=order.object_name,
        level=order.item.level,
        problem=order.source,
        problem_zh=order.source_name,
        model=family,
        model_zh=FAMILIES_ZH.get(family, "人工发起"),
        text=f"{order.item.title}（{state.zh}）",
        at=epoch(order.item.opened_at),
        path=f"{BUSINESSES[order.item.flow].path}/{order.pk}",
    )


sources.add(ThemeSource("orders", MINUTE_S, _states, _count))
mark_sources.add(MarkSource("order", "督办单", "orders.view", _marks))
