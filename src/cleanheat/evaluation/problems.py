"""What went wrong in a period and what became of it: quality alerts found and solved, orders issued and closed."""

from __future__ import annotations

from typing import Any, Literal

from cleanheat.alerts import public as alerts
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.vocabulary import SubjectKind
from cleanheat.governance import public as governance
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.time import utc

SOURCES = "quality."


def problems_of(period: Period, kind: str, number: int) -> dict[str, Any]:
    """Counts of one subject; ``solved_ratio`` leaves false alarms out."""
    owner = "district" if kind == SubjectKind.DISTRICT else "sender"
    counted = alerts.happened(SOURCES, utc(period.start), utc(period.end), owner)
    of = list(counted.values()) if kind == SubjectKind.CITY else [counted.get(number, alerts.Happened())]
    found, solved = sum(h.found for h in of), sum(h.solved for h in of)
    real = found - sum(h.called_false for h in of)
    return {
        "found": found,
        "solved": solved,
        "called_false": found - real,
        "open": sum(h.open for h in of),
        "solved_ratio": round(solved / real, 4) if real else None,
        "orders": _orders(period, kind, number),
    }


def _orders(period: Period, kind: str, number: int) -> dict[str, Any]:
    """Governance orders issued in the period and how they stand; none is a row of zeros."""
    if kind == SubjectKind.CITY:
        sums = governance.total(EVERYTHING, period.start, period.end)
    else:
        by: Literal["district", "company"] = "district" if kind == SubjectKind.DISTRICT else "company"
        found = governance.grouped(EVERYTHING, period.start, period.end, by).get(number)
        if found is None:
            return dict.fromkeys(("issued", "closed", "open", "overdue"), 0) | {"mean_hours": None}
        sums = found
    return {
        "issued": sums.orders,
        "closed": sums.closed,
        "open": sums.open,
        "overdue": sums.was_overdue,
        "mean_hours": sums.mean_hours,
    }
