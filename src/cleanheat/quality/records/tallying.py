"""How many records of whom were checked, and how many broke which rule, as of a moment?  For scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.quality.models import CheckRun, RecordIssue, Rule
from cleanheat.quality.vocabulary import IssueState

_ARCHIVE = "archive."


@dataclass(frozen=True)
class RecordCounts:
    """Rows of rule × organisation; organisation 0 is nobody (records that belong to no company)."""

    rules: NDArray[np.int64]
    owners: NDArray[np.int64]
    checks: NDArray[np.float64]
    violations: NDArray[np.float64]


def data_classes() -> dict[int, str]:
    """Which data class each rule is of, retired rules too."""
    return dict(Rule.objects.values_list("number", "data_class"))


def record_counts(until: datetime) -> RecordCounts:
    """The newest check of every record rule that ended before ``until``.

    Runs count whole tables; records are laid to organisations as the archive's objects are theirs, violations as the
    listed issues are.  A dismissed issue is no violation.
    """
    counts: dict[str, list[int]] = {}
    for run in CheckRun.objects.filter(finished_at__lt=until).order_by("id"):
        counts |= run.counts
    kinds = dict(Rule.objects.filter(number__in=counts).values_list("number", "kind"))
    issues, dismissed = _issues()
    rows = [
        (number, owner, checked * share, broken)
        for number, kind in kinds.items()
        for checked, hits, _ in [counts[str(number)]]
        for owner, share, broken in _laid(kind, hits - dismissed[number], issues.get(number, Counter()))
    ]
    return RecordCounts(
        np.array([number for number, *_ in rows], dtype=np.int64),
        np.array([owner for _, owner, *_ in rows], dtype=np.int64),
        np.array([checked for *_, checked, _ in rows], dtype=np.float64),
        np.array([broken for *_, broken in rows], dtype=np.float64),
    )


def _issues() -> tuple[dict[int, Counter[int]], Counter[int]]:
    """Standing issues by rule and organisation; dismissed ones by rule."""
    standing: dict[int, Counter[int]] = {}
    dismissed: Counter[int] = Counter()
    rows = RecordIssue.objects.exclude(state=IssueState.SOLVED).order_by()
    for rule, state, company, sender, n in rows.values_list("rule_id", "state", "company_id", "sender_id").annotate(
        n=Count("pk")
    ):
        if state == IssueState.DISMISSED:
            dismissed[rule] += n
        else:
            standing.setdefault(rule, Counter())[sender or company] += n
    return standing, dismissed


def _laid(kind: str, broken: int, issues: Mapping[int, int]) -> list[tuple[int, float, float]]:
    """(organisation, share of the records, violations): nobody's share is what no organisation has."""
    shares = _shares(kind)
    listed = sum(issues.get(owner, 0) for owner in shares) or 1
    own = {owner: broken * issues.get(owner, 0) / listed for owner in shares}
    if not any(own.values()) and broken:  # issues of nobody, or none listed: as the records lie
        own = {owner: broken * share for owner, share in shares.items()}
    return [(owner, share, own[owner]) for owner, share in shares.items()]


def _shares(kind: str) -> dict[int, float]:
    """Organisation → its part of the records of a kind."""
    table = assets.archive().kinds.get(kind.removeprefix(_ARCHIVE)) if kind.startswith(_ARCHIVE) else None
    if table is None or not table.count:
        return {0: 1.0}
    link = table.links.get("sender", table.links.get("company"))
    if link is None:
        return {0: 1.0}
    owners, n = np.unique(link[table.numbers], return_counts=True)
    return dict(zip(owners.tolist(), (n / table.count).tolist(), strict=True))
