"""What may other rooms know of single alerts, and how many were there of which rule, company, level and state?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from cleanheat.alerts.models import Alert
from cleanheat.alerts.queries import visible_to
from cleanheat.alerts.sources import SOURCES
from cleanheat.alerts.vocabulary import AlertState
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import epoch, local, utc
from cleanheat.quality import public as quality

WAITING = (AlertState.NEW, AlertState.CONFIRMED)
"""Open, and nobody was told to act yet."""


@dataclass(frozen=True)
class AlertCard:
    """One alert as others may know it; times in epoch seconds."""

    id: int
    source: str
    source_name: str
    object_kind: str
    object_number: int
    object_name: str
    level: int
    state: str
    is_live: bool
    text: str
    first_at: int
    last_at: int
    count: int
    company_id: int
    office_id: int
    sender_id: int
    district_id: int


def cards(ids: Collection[int], scope: Scope) -> Sequence[AlertCard]:
    """The scope's alerts of these ids, oldest first."""
    return [_card(a) for a in visible_to(scope).filter(pk__in=list(ids)).order_by("pk")]


def waiting(prefix: str, first_before: int, worst_level: int, limit: int) -> Sequence[AlertCard]:
    """Live alerts of sources beginning with ``prefix`` that nobody was told of, oldest first."""
    found = Alert.objects.filter(
        is_live=True,
        state__in=WAITING,
        source__startswith=prefix,
        level__lte=worst_level,
        first_at__lte=utc(first_before),
    )
    return [_card(a) for a in found.order_by("first_at", "pk")[:limit]]


def live_ids(ids: Collection[int]) -> frozenset[int]:
    """Those of the alerts whose condition still holds."""
    return frozenset(Alert.objects.filter(pk__in=list(ids), is_live=True).values_list("pk", flat=True))


def tally(scope: Scope, prefix: str, start: int, end: int, by: Iterable[str]) -> Mapping[tuple[int | str, ...], int]:
    """Alerts first found in ``[start, end)``, counted by ``company_id``, ``source``, ``level``, ``state``, ``day``."""
    keys = tuple(by)
    plain = [key for key in keys if key != "day"]
    rows = visible_to(scope).filter(source__startswith=prefix, first_at__gte=utc(start), first_at__lt=utc(end))
    if "day" not in keys:
        counted = rows.order_by().values_list(*plain).annotate(n=Count("pk"))
        return {tuple(row[:-1]): row[-1] for row in counted}
    days: Counter[tuple[int | str, ...]] = Counter()
    for *values, first in rows.order_by().values_list(*plain, "first_at").iterator():
        found = dict(zip(plain, values, strict=True)) | {"day": _day_of(epoch(first))}
        days[tuple(found[key] for key in keys)] += 1
    return days


def source_name(key: str) -> str:
    """The Chinese name of a rule or model that raises alerts."""
    if key in SOURCES:
        return SOURCES[key].zh
    rule = quality.alarm_source(key)
    return rule.zh if rule else key


def _card(alert: Alert) -> AlertCard:
    named = {name: getattr(alert, name) for name in AlertCard.__dataclass_fields__ if name not in _MADE}
    return AlertCard(
        **named,
        source_name=source_name(alert.source),
        first_at=epoch(alert.first_at),
        last_at=epoch(alert.last_at),
    )


_MADE = frozenset({"source_name", "first_at", "last_at"})


def _day_of(moment: int) -> int:
    """Midnight in Shanghai before an instant."""
    return int(local(moment).replace(hour=0, minute=0, second=0).timestamp())
