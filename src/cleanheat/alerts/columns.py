"""Which alerts stand open, and when did they begin?  As columns, for those who look at whole kinds at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.alerts.queries import AlertFilter, select, visible_to
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import epoch, utc


@dataclass(frozen=True)
class OpenAlerts:
    """Open alerts, all columns of one length: ``kinds`` and ``sources`` are words."""

    ids: NDArray[np.int64]
    kinds: NDArray[Any]
    numbers: NDArray[np.int64]
    levels: NDArray[np.int64]
    sources: NDArray[Any]


def open_alerts(scope: Scope, kinds: Collection[str]) -> OpenAlerts:
    """The scope's open alerts at objects of these kinds, the gravest and oldest first."""
    rows = select(scope, AlertFilter(is_open=True)).filter(object_kind__in=list(kinds)).order_by("level", "first_at")
    found = list(rows.values_list("id", "object_kind", "object_number", "level", "source"))
    ids, words, numbers, levels, sources = zip(*found, strict=True) if found else ((), (), (), (), ())
    return OpenAlerts(
        np.array(ids, np.int64),
        np.array(words, np.str_),
        np.array(numbers, np.int64),
        np.array(levels, np.int64),
        np.array(sources, np.str_),
    )


def begun(
    scope: Scope, kinds: Collection[str], start: int, end: int, owners: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When alerts at these kinds began in ``[start, end)`` (epoch s), and of which level, ended or not.

    ``owners``: ``company_id`` or ``district_id`` that they must concern.
    """
    rows = visible_to(scope).filter(object_kind__in=list(kinds), first_at__gte=utc(start), first_at__lt=utc(end))
    found = list(rows.filter(**owners).order_by().values_list("first_at", "level"))
    return np.array([epoch(at) for at, _ in found], np.int64), np.array([level for _, level in found], np.int64)


def told(ids: Collection[int], scope: Scope) -> dict[int, tuple[str, str]]:
    """Text and source of these alerts, as far as the scope sees them."""
    rows = visible_to(scope).filter(pk__in=list(ids)).values_list("pk", "text", "source")
    return {pk: (text, source) for pk, text, source in rows}


def begun_count(scope: Scope, start: int, end: int) -> int:
    """How many alerts of the scope began in ``[start, end)``."""
    return visible_to(scope).filter(first_at__gte=utc(start), first_at__lt=utc(end)).count()
