"""Which findings may this scope see, how many of which state, and who is worst?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q, QuerySet

from cleanheat.assets import public as assets
from cleanheat.diagnosis.live.models import Contradiction, Found
from cleanheat.diagnosis.live.words import FoundState
from cleanheat.infra.scope import Scope, owned_by
from cleanheat.kernel.findings import Level

MANY_UNITS = 3


def visible_to(scope: Scope) -> QuerySet[Found]:
    """The scope's findings: by company, office, district or sender."""
    return Found.objects.filter(owned_by(scope))


@dataclass(frozen=True)
class FoundFilter:
    """What a list asks for; ``None`` = any.  ``fed_by``: a source's kind and number, whose objects are wanted.

    ``system``: of substations (and their units) with one, two, or three and more units.
    """

    is_open: bool | None = None
    state: str | None = None
    level: int | None = None
    kind: str | None = None
    number: int | None = None
    company_id: int | None = None
    district_id: int | None = None
    fed_by: tuple[str, int] | None = None
    cause_id: int | None = None
    system: int | None = None
    text: str | None = None


def select(scope: Scope, wanted: FoundFilter) -> QuerySet[Found]:
    """The scope's findings that pass the filter, newest first."""
    exact = {
        "state_key": wanted.state,
        "level": wanted.level,
        "object_kind": wanted.kind,
        "object_number": wanted.number,
        "company_id": wanted.company_id,
        "district_id": wanted.district_id,
        "cause_id": wanted.cause_id,
    }
    rows = visible_to(scope).filter(**{k: v for k, v in exact.items() if v is not None})
    if wanted.is_open is not None:
        rows = rows.filter(ended_s=None) if wanted.is_open else rows.exclude(ended_s=None)
    if wanted.fed_by is not None:
        rows = rows.filter(_fed_by(*wanted.fed_by))
    if wanted.system is not None:
        rows = rows.filter(_of_system(wanted.system))
    if wanted.text:
        rows = rows.filter(Q(object_name__icontains=wanted.text) | Q(text__icontains=wanted.text))
    return rows


def _fed_by(kind: str, number: int) -> Q:
    """Units and substations that hang on a source, and the source itself."""
    archive, condition = assets.archive(), Q(object_kind=kind, object_number=number)
    for below in ("unit", "substation"):
        links = archive[below].links.get(kind)
        if links is not None:
            numbers = [n for n in archive[below].numbers.tolist() if links[n] == number]
            condition |= Q(object_kind=below, object_number__in=numbers)
    return condition


def _of_system(units: int) -> Q:
    """Substations by how many units they have (three: or more), and those units."""
    table = assets.archive()["unit"]
    station = table.links["substation"][table.numbers]
    count = np.bincount(station)
    hit = count >= units if units == MANY_UNITS else count == units
    own = table.numbers[hit[station]].tolist()
    return Q(object_kind="substation", object_number__in=np.flatnonzero(hit).tolist()) | Q(
        object_kind="unit", object_number__in=own
    )


def gravest_first(rows: QuerySet[Found]) -> QuerySet[Found]:
    """The gravest and surest first, the oldest of them before younger ones."""
    return rows.order_by("level", "-confidence", "since_s", "id")


def counts(scope: Scope) -> Mapping[tuple[str, str], Mapping[Level, int]]:
    """Open findings that are not explained by a source, by (kind, state) and level."""
    rows = select(scope, FoundFilter(is_open=True)).exclude(state=FoundState.EXPLAINED).order_by()
    out: dict[tuple[str, str], dict[Level, int]] = defaultdict(dict)
    for kind, state, level, n in rows.values_list("object_kind", "state_key", "level").annotate(n=Count("pk")):
        out[kind, state][Level(level)] = n
    return out


def worst_of(scope: Scope, kind: str, limit: int) -> list[Found]:
    """Open findings of a kind, the gravest and surest first."""
    return list(gravest_first(select(scope, FoundFilter(is_open=True, kind=kind)))[:limit])


def contradictions_of(scope: Scope, is_open: bool | None) -> QuerySet[Contradiction]:
    """The scope's contradictions; open: not settled and still there."""
    rows = Contradiction.objects.filter(owned_by(scope))
    if is_open is None:
        return rows
    open_ = Q(verdict="", ended_s=None)
    return rows.filter(open_) if is_open else rows.exclude(open_)
