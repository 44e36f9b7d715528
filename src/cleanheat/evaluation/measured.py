"""Counts of what senders sent: rules on readings, rows due and received, rows in time, batches accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.sources import SOURCES, CountSource, built_in, by_rule
from cleanheat.evaluation.tallies import Tallies, from_rows, merge, nothing
from cleanheat.evaluation.vocabulary import Origin
from cleanheat.infra import clock
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, MINUTE_S, floor_minute, local
from cleanheat.quality import public as quality
from cleanheat.quality.vocabulary import Dimension
from cleanheat.telemetry import public as telemetry
from cleanheat.telemetry.traces import ArrivalSums

Ints = NDArray[np.int64]
_KINDS = tuple(KINDS)


def rules(period: Period) -> Tallies:
    """How often each rule was asked of each sender's readings, and broken."""
    sums = telemetry.store().count_sums(period.start, _until(period), by=("sender", "rule"))
    own = sums.keys["sender"] > 0
    return by_rule(sums.keys["rule"][own], sums.keys["sender"][own], sums.checks[own], sums.violations[own])


def uploads(period: Period) -> Tallies:
    """Rows due and rows that came; of those, rows that came in time."""
    start, end = period.start, _until(period)
    if end <= start:
        return nothing()
    late_s = int(quality.parameters_of("timeliness")["late_min"].value * MINUTE_S)
    sums = telemetry.store().arrival_sums(start, end, late_s=late_s)
    if not len(sums.kinds):
        return nothing()
    minutes = (end - _first_minute(start, int(sums.days.min()))) // MINUTE_S
    return merge([_received(sums, minutes), _on_time(sums)])


def _received(sums: ArrivalSums, minutes: int) -> Tallies:
    """Checks: objects × minutes since anybody sent anything; violations: rows of those that did not come."""
    due = np.stack([_objects(kind) for kind in _KINDS])
    came = np.zeros_like(due)
    np.add.at(came, (_index(sums.kinds), np.minimum(sums.senders, due.shape[1] - 1)), sums.rows - sums.repeated)
    kind, sender = np.nonzero(due)
    checks = (due[kind, sender] * minutes).astype(np.float64)
    asked = built_in("uploads.received", "应报实报", Dimension.COMPLETENESS, Origin.UPLOAD)
    return from_rows(asked, sender, kind, checks, np.clip(checks - came[kind, sender], 0, None))


def _on_time(sums: ArrivalSums) -> Tallies:
    asked = built_in("uploads.on_time", "按时报送", Dimension.TIMELINESS, Origin.UPLOAD)
    return from_rows(
        asked, sums.senders, _index(sums.kinds), sums.rows.astype(np.float64), sums.late.astype(np.float64)
    )


def access(period: Period) -> Tallies:
    """Batches the gateway took and those it refused; refusals are laid to a sender's kinds as its batches lie."""
    start, end = period.start, _until(period)
    if end <= start:
        return nothing()
    sums = telemetry.store().arrival_sums(start, end)
    refused: Counter[int] = Counter()
    for row in telemetry.list_refusals(local(start).date(), local(end + DAY_S - 1).date()):
        if row.reason in telemetry.REFUSALS and not telemetry.REFUSALS[row.reason].is_partial:
            refused[row.sender] += row.count
    if not len(sums.kinds):
        return nothing()
    accepted = sums.batches.astype(np.float64)
    of_sender = np.bincount(sums.senders, accepted)
    share = accepted / of_sender[sums.senders]
    missed = share * np.array([refused[int(s)] for s in sums.senders], dtype=np.float64)
    asked = built_in("access.accepted", "接入成功", Dimension.ACCESSIBILITY, Origin.ACCESS)
    return from_rows(asked, sums.senders, _index(sums.kinds), accepted + missed, missed)


def _until(period: Period) -> int:
    """The period's end, or the minute that has begun."""
    return min(period.end, floor_minute(clock.now()))


def _first_minute(start: int, first_day: int) -> int:
    """When the first batch of the period came in: before, nothing can have been due."""
    if first_day > start:
        start = first_day
    minutes = telemetry.store().arrivals(start, start + DAY_S).minutes
    return int(minutes.min()) if minutes.size else start


def _objects(kind: str) -> Ints:
    """Objects of the kind by sender."""
    archive = assets.archive()
    most = max(int(archive[k].links["sender"].max(initial=0)) for k in _KINDS) + 1
    table = archive[kind]
    return np.bincount(table.links["sender"][table.numbers], minlength=most).astype(np.int64) * (np.arange(most) > 0)


def _index(kinds: Sequence[str]) -> Ints:
    at = {kind: i for i, kind in enumerate(_KINDS)}
    return np.array([at[k] for k in kinds], dtype=np.int64)


SOURCES.add(CountSource("evaluation.rules", "实时数据规则", rules))
SOURCES.add(CountSource("evaluation.uploads", "数据报送", uploads))
SOURCES.add(CountSource("evaluation.access", "接入服务", access))
