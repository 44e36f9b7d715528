"""How do orders go?  Orders of a span by company, rule and state: overdue, hours to solve, passed at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, When

from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import DAY_S, HOUR_S, epoch, local, utc
from cleanheat.orders.models import Order
from cleanheat.orders.queries import OrderFilter, select

By = Literal["company", "rule", "level", "district", "business"]
_FIELDS: Mapping[str, str] = {
    "company": "owner",
    "rule": "source",
    "level": "item__level",
    "district": "item__district_id",
    "business": "item__flow",
}

# A plant, a rural platform or the weather service answers for what it sends, though it heats nobody.
_OWNER = Case(When(item__company_id=0, then=F("item__sender_id")), default=F("item__company_id"))


@dataclass(frozen=True)
class Sums:
    """Counts of one group; ``None`` where nothing can be said."""

    orders: int
    open: int
    closed: int
    void: int
    overdue: int
    was_overdue: int
    returned: int
    mean_hours: float | None
    first_pass_ratio: float | None

    @property
    def on_time_ratio(self) -> float | None:
        return 1 - self.was_overdue / self.orders if self.orders else None

    @property
    def closing_ratio(self) -> float | None:
        return self.closed / (self.orders - self.void) if self.orders > self.void else None


_CLOSED = Q(item__state="closed")
_SPENT = ExpressionWrapper(F("item__closed_at") - F("item__opened_at"), output_field=DurationField())
_SUMS: Mapping[str, Any] = {
    "orders": Count("pk"),
    "open": Count("pk", filter=Q(is_open=True)),
    "closed": Count("pk", filter=_CLOSED),
    "void": Count("pk", filter=Q(item__state="void")),
    "overdue": Count("pk", filter=Q(item__is_overdue=True)),
    "was_overdue": Count("pk", filter=Q(item__was_overdue=True)),
    "returned": Count("pk", filter=Q(first_pass=False)),
    "spent": Avg(_SPENT, filter=_CLOSED),
    "passed": Count("pk", filter=Q(first_pass=True)),
    "judged": Count("pk", filter=Q(first_pass__isnull=False)),
}


def _orders(scope: Scope, business: Sequence[str], start: int, end: int) -> QuerySet[Order]:
    """Orders opened in ``[start, end)``."""
    return select(scope, OrderFilter(business=business, start=start, end=end)).order_by().select_related(None)


def total(scope: Scope, business: Sequence[str], start: int, end: int) -> Sums:
    return _sums(_orders(scope, business, start, end).aggregate(**_SUMS))


def grouped(scope: Scope, business: Sequence[str], start: int, end: int, by: By) -> Mapping[Any, Sums]:
    """Sums by company (whoever sends the data), rule, level or district; the most orders first."""
    rows = (
        _orders(scope, business, start, end)
        .annotate(owner=_OWNER)
        .values(_FIELDS[by])
        .annotate(**_SUMS)
        .order_by("-orders", _FIELDS[by])
    )
    return {row[_FIELDS[by]]: _sums(row) for row in rows}


def _sums(row: Mapping[str, Any]) -> Sums:
    spent, judged = row["spent"], row["judged"]
    plain = {name: row[name] for name in ("orders", "open", "closed", "void", "overdue", "was_overdue", "returned")}
    hours = None if spent is None else round(spent.total_seconds() / HOUR_S, 1)
    return Sums(**plain, mean_hours=hours, first_pass_ratio=row["passed"] / judged if judged else None)


def by_state(scope: Scope, business: Sequence[str], start: int, end: int) -> Mapping[str, int]:
    return dict(_orders(scope, business, start, end).values_list("item__state").annotate(n=Count("pk")).order_by("-n"))


def trend(scope: Scope, business: Sequence[str], start: int, end: int) -> Mapping[int, tuple[int, int]]:
    """Opened and ended orders by day (midnight in Shanghai), every day named."""
    first = _midnight(start)
    days = {day: [0, 0] for day in range(first, max(end, first + 1), DAY_S)}
    rows, since, until = (
        select(scope, OrderFilter(business=business)).order_by().select_related(None),
        utc(first),
        utc(end),
    )
    opened = rows.filter(item__opened_at__gte=since, item__opened_at__lt=until)
    closed = rows.filter(item__closed_at__gte=since, item__closed_at__lt=until)
    _count(days, opened.values_list("item__opened_at", flat=True), 0)
    _count(days, closed.values_list("item__closed_at", flat=True), 1)
    return {day: (opened, closed) for day, (opened, closed) in days.items()}


def _count(days: Mapping[int, list[int]], moments: Iterable[Any], column: int) -> None:
    for moment in moments:
        if (counted := days.get(_midnight(epoch(moment)))) is not None:
            counted[column] += 1


def _midnight(moment: int) -> int:
    return int(local(moment).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
