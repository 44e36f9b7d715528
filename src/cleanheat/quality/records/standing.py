"""How do the records of whom stand, and is it getting better?  Open issues by day, and companies by share of records.

A day's count follows from the issues themselves: open from when one was first found until it was decided or solved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import DAY_S, SHANGHAI, epoch, local
from cleanheat.quality.records.fields import tables
from cleanheat.quality.records.queries import IssueFilter, object_kind, select, visible_to
from cleanheat.quality.vocabulary import IssueState

MOST_DAYS: Final = 366
_FOREVER: Final = np.inf


@dataclass(frozen=True)
class IssueDay:
    """One day: issues open at its end (or now), first found and closed during it."""

    day: date
    open: int
    found: int
    closed: int


@dataclass(frozen=True)
class CompanyStanding:
    """One company's records: how many, open issues of them, issues a thousand records, and the rule broken most."""

    company: int
    name: str
    records: int
    open: int
    per_thousand: float | None
    worst: str
    worst_open: int


def trend(scope: Scope, wanted: IssueFilter, days: int) -> list[IssueDay]:
    """The last ``days`` days, oldest first, of the issues a filter chooses (whatever their state)."""
    rows = select(scope, wanted).order_by().values_list("first_at", "state", "decided_at", "last_at")
    begun = np.array([first.timestamp() for first, *_ in rows], np.float64)
    ended = np.array([_ended(state, decided, last) for _, state, decided, last in rows], np.float64)
    today = local(clock.now()).date()
    named = [today - timedelta(days=back) for back in range(min(days, MOST_DAYS) - 1, -1, -1)]
    starts = np.array([start_of(day) for day in named], np.float64)
    opened, closed = _upto(begun, starts + DAY_S), _upto(ended, starts + DAY_S)
    found, gone = opened - _upto(begun, starts), closed - _upto(ended, starts)
    counts = zip(named, (opened - closed).tolist(), found.tolist(), gone.tolist(), strict=True)
    return [IssueDay(day, still, new, past) for day, still, new, past in counts]


def start_of(day: date) -> int:
    """Epoch seconds at which a day of the platform's calendar begins."""
    return epoch(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


def _ended(state: str, decided: object, last: object) -> float:
    at = {IssueState.OPEN: None, IssueState.SOLVED: last}.get(IssueState(state), decided)
    return _FOREVER if at is None else float(at.timestamp())  # type: ignore[attr-defined]  # a datetime


def _upto(moments: NDArray[np.float64], until: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.searchsorted(np.sort(moments), until)


def ranking(scope: Scope) -> list[CompanyStanding]:
    """Companies with records within the scope, the most open issues for their size first."""
    counted = visible_to(scope).filter(state=IssueState.OPEN, company_id__gt=0).order_by()
    by_rule = counted.values_list("company_id", "rule__title").annotate(n=Count("pk"))
    broken: dict[int, Counter[str]] = {}
    for company, title, n in by_rule:
        broken.setdefault(company, Counter())[title] += n
    owned = _owned(scope)
    rows = [_standing(company, owned.get(company, 0), broken.get(company, Counter())) for company in owned | broken]
    return sorted(rows, key=lambda row: (-(row.per_thousand or 0.0), -row.open, row.company))


def _standing(company: int, records: int, broken: Counter[str]) -> CompanyStanding:
    total = broken.total()
    worst, most = broken.most_common(1)[0] if broken else ("", 0)
    share = round(1_000 * total / records, 2) if records else None
    return CompanyStanding(company, accounts.short_name(company), records, total, share, worst, most)


def _owned(scope: Scope) -> dict[int, int]:
    """How many records of the checked tables each company has, within the scope."""
    archive, owned = assets.archive(), Counter[int]()
    for kind in {object_kind(key) for key in tables()} - {""}:
        table = archive[kind]
        if "company" in table.links:
            seen = np.asarray(assets.visible(kind, scope))
            companies, n = np.unique(table.links["company"][seen], return_counts=True)
            owned.update(dict(zip(companies.tolist(), n.tolist(), strict=True)))
    return {company: n for company, n in owned.items() if company and n}
