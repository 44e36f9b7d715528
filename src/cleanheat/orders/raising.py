"""How does an order begin?  By hand from alerts, or by a rule from an alert that lasts; further alerts join it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.alerts.public import AlertCard
from cleanheat.infra.flow import actions as flow
from cleanheat.infra.flow.actions import NewItem, Request
from cleanheat.infra.scope import EVERYTHING, require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.kernel.time import local
from cleanheat.orders import rules
from cleanheat.orders.actions import MOST_AT_ONCE, follow
from cleanheat.orders.businesses import BUSINESSES, Business, business_for
from cleanheat.orders.models import Order, OrderAlert
from cleanheat.orders.rules import Rule

CITY_LEVEL = "city"


@transaction.atomic
def raise_by_hand(
    user: Any, alert_ids: Sequence[int], title: str, note: str, file_ids: Sequence[int], business: str = ""
) -> Order:
    """An order from one alert or several of one company, by a regulator; ``business`` empty: the alerts' own."""
    if not 1 <= len(set(alert_ids)) <= MOST_AT_ONCE:
        raise invalid("alert_ids", f"请选择 1–{MOST_AT_ONCE} 条报警")
    scope = scope_of(user)
    found = alerts.cards(alert_ids, scope)
    if not (scope.sees_all or scope.district_codes is not None):
        raise Problem(403, "forbidden", "只有监管部门可以下发工单")
    if len(found) != len(set(alert_ids)):
        raise not_found("没有这条预警")
    answering = _answering(found, business)
    require(user, answering.right("dispatch"))
    if len({rules.responsible(a) for a in found}) != 1:
        raise invalid("alert_ids", "一个工单只能下发给一家单位", "请按单位分别选择")
    if taken := OrderAlert.objects.filter(alert_id__in=alert_ids, order__is_open=True).first():
        raise Problem(409, "already-ordered", "报警已有未办结的工单", taken.order.number, "alert_ids")
    return _raise(user, answering, found, title or _title(found[0]), note, "", file_ids)


def _answering(found: Sequence[AlertCard], business: str) -> Business:
    if business:
        if business not in BUSINESSES:
            raise invalid("business", "没有此类工单", business)
        return BUSINESSES[business]
    answering = {b.key: b for a in found if (b := business_for(a.source)) is not None}
    if len(answering) != 1:
        raise invalid("alert_ids", "一个工单只能包含同类业务的报警", "请按业务分别选择")
    return next(iter(answering.values()))


def raise_or_merge(alert: AlertCard, rule: Rule) -> Order:
    """What the rule says of a ripe alert: a new order, or one more alert of an open one.  Twice is once."""
    key = rules.merge_key(alert, rule)
    try:
        with transaction.atomic():
            order = Order.objects.select_for_update().filter(merge_key=key, is_open=True).first()
            if order is None:
                return _raise(None, BUSINESSES[rule.business], [alert], _title(alert), "", key, ())
            _, is_new = OrderAlert.objects.get_or_create(order=order, alert_id=alert.id)
            if is_new:
                note = f"{alert.object_name} {alert.text}".strip()
                follow(order, flow.act_as_platform(order.item_id, Request("merged", note, key=f"alert-{alert.id}")))
            return order
    except IntegrityError:  # another process raised it in between
        return raise_or_merge(alert, rule)


def _title(alert: AlertCard) -> str:
    return f"{alert.source_name}：{alert.object_name or alert.object_kind}"


def _raise(
    user: Any,
    business: Business,
    found: Sequence[AlertCard],
    title: str,
    note: str,
    key: str,
    file_ids: Sequence[int],
) -> Order:
    first, holder = found[0], rules.responsible(found[0])
    own = getattr(user, "organisation_id", None) or _city()
    item = flow.open_item(
        user,
        NewItem(
            flow=business.key,
            title=title,
            level=min(a.level for a in found),
            state="to_accept" if holder else "to_dispatch",
            issuer_id=own,
            holder_id=holder or own,
            company_id=first.company_id,
            office_id=first.office_id if len({a.office_id for a in found}) == 1 else 0,
            sender_id=first.sender_id,
            district_id=first.district_id,
            note=note,
        ),
        file_ids,
    )
    order = Order.objects.create(
        item=item,
        number=f"{business.letters}{local(item.opened_at.timestamp()):%Y%m%d}-{item.pk:06d}",
        source=first.source,
        source_name=first.source_name,
        object_kind=first.object_kind,
        object_number=first.object_number,
        object_name=first.object_name,
        merge_key=key,
        is_automatic=user is None,
    )
    OrderAlert.objects.bulk_create(OrderAlert(order=order, alert_id=a.id) for a in found)
    follow(order, item)
    return order


def _city() -> int:
    return next(o.id for o in accounts.list_organisations(EVERYTHING) if o.kind == CITY_LEVEL)
