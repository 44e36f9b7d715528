"""What was a record of the archive before, who changed it and why?  And how to have an earlier state back.

``record`` and ``record_many`` are called by whoever writes records, inside the writer's own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.assets.queries import require
from cleanheat.assets.vocabulary import VersionSource
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid, not_found

_BATCH: Final = 2_000
LONGEST_REASON: Final = 200


@dataclass(frozen=True)
class Change:
    """One record's changed columns by their stored names (``district_id``), as they were and as they are."""

    number: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def record(
    kind: str,
    number: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: Any,
    reason: str,
    source: str = VersionSource.EDIT,
) -> int:
    """Keep one change; its version number, 0 if nothing differs.  A new record has an empty ``before``."""
    return record_many(kind, [Change(number, before, after)], by, reason, source).get(number, 0)


def record_many(
    kind: str, changes: Sequence[Change], by: Any, reason: str, source: str = VersionSource.EDIT
) -> dict[int, int]:
    """Keep a batch of changes of different records of one kind: number → version.  What did not change is left out."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("history.record belongs inside the writer's transaction")
    real = [c for c in (_differing(change) for change in changes) if c.before or c.after]
    if len({c.number for c in real}) != len(real):
        raise ValueError("two changes of one record in one batch")
    kept: dict[int, int] = {}
    at, why = clock.now_utc(), checked_reason(reason)
    for start in range(0, len(real), _BATCH):
        batch = real[start : start + _BATCH]
        newest = _newest(kind, [c.number for c in batch])
        rows = [
            ArchiveRecordVersion(
                kind=kind,
                number=c.number,
                version=newest.get(c.number, 0) + 1,
                at=at,
                by=by,
                reason=why,
                source=source,
                before=dict(c.before),
                after=dict(c.after),
            )
            for c in batch
        ]
        ArchiveRecordVersion.objects.bulk_create(rows)
        kept |= {row.number: row.version for row in rows}
    return kept


def _differing(change: Change) -> Change:
    names = [n for n in {**change.before, **change.after} if change.before.get(n) != change.after.get(n)]
    return Change(
        change.number,
        {n: change.before[n] for n in names if n in change.before},
        {n: change.after[n] for n in names if n in change.after},
    )


def _newest(kind: str, numbers: Sequence[int]) -> dict[int, int]:
    rows = ArchiveRecordVersion.objects.filter(kind=kind, number__in=numbers).order_by()
    return dict(rows.values("number").annotate(newest=Max("version")).values_list("number", "newest"))


def checked_reason(reason: str) -> str:
    """Nobody changes the archive without saying why."""
    text = reason.strip()
    if not text:
        raise invalid("reason", "请填写原因")
    if "\0" in text or len(text) > LONGEST_REASON:
        raise invalid("reason", "原因过长或含有不可用的字符", f"最多 {LONGEST_REASON} 字")
    return text


def versions(kind: str, number: int, scope: Scope) -> list[ArchiveRecordVersion]:
    """Every version of a record, newest first; outside the scope it does not exist."""
    require(kind, number, scope)
    return list(ArchiveRecordVersion.objects.filter(kind=kind, number=number).select_related("by"))


def values_at(kind: str, number: int, version: int) -> dict[str, Any]:
    """The columns that have changed since a version, as they were then; 0: as first loaded."""
    rows = list(ArchiveRecordVersion.objects.filter(kind=kind, number=number, version__gt=version))
    if version < 0 or not rows or rows[-1].version != version + 1:
        raise not_found("没有这个版本，或它就是现行版本", str(version))
    values: dict[str, Any] = {}
    for row in rows:  # newest first: what an earlier one says of before lies further back
        values |= row.before
    return values
