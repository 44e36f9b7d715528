"""What is due?  Stages of clocks as rows by due time: arranged with each step, swept by a periodic job.

A sweep reads only rows that are due, in the order of their time, and handles all their items in a few statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction

from cleanheat.infra import clock, events
from cleanheat.infra.flow.calendars import after, between
from cleanheat.infra.flow.chain import sealed
from cleanheat.infra.flow.definition import ClockSpec, FlowDefinition
from cleanheat.infra.flow.events import DeadlinePassed
from cleanheat.infra.flow.models import FlowDeadline, FlowItem, FlowStep
from cleanheat.infra.flow.standing import DEADLINE, Fact, Running, Standing, stage_of, step
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import MINUTE_S, utc

SWEEP_EVERY_S = 5.0
AT_ONCE = 500


def rearrange(
    item: FlowItem,
    definition: FlowDefinition,
    before: Mapping[str, Running],
    then: Mapping[str, Running],
    at_s: float,
) -> None:
    """Bring the due rows into line with clocks that were started, stopped, paused or lengthened by a step."""
    changed = [key for key in {**before, **then} if before.get(key) != then.get(key)]
    if any(key in before for key in changed):
        FlowDeadline.objects.filter(item=item, clock__in=changed).delete()
    FlowDeadline.objects.bulk_create(
        row
        for key in changed
        if key in then
        for row in _rows(item, definition.clock[key], then[key], at_s, is_fresh=key not in before)
    )


def _rows(item: FlowItem, spec: ClockSpec, running: Running, at_s: float, *, is_fresh: bool) -> Iterable[FlowDeadline]:
    """Stages still to come; what a resumed clock has passed was told before."""
    if running.due_s is None:
        return
    left = between(spec.calendar, at_s, running.due_s)
    for stage in spec.stages:
        ahead = left - (1 - stage.share) * running.total_s
        due = after(spec.calendar, at_s, ahead) if ahead > 0 else at_s + ahead
        due += stage.after_min * MINUTE_S
        if due > at_s or is_fresh:
            yield FlowDeadline(item=item, clock=spec.key, stage=stage.key, due_at=utc(due))


def is_due() -> bool:
    return FlowDeadline.objects.filter(due_at__lte=clock.now_utc()).exists()


@job("flow.sweep", "流程时限巡检", every_s=SWEEP_EVERY_S, is_needed=is_due)
def sweep_due(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    swept = progress.done
    while n := sweep():
        swept += n
        progress(swept)
    return {"swept": swept}


@transaction.atomic
def sweep(limit: int = AT_ONCE) -> int:
    """Handle the stages that are due, oldest first; returns how many."""
    due = list(FlowDeadline.objects.filter(due_at__lte=clock.now_utc()).order_by("due_at", "id")[:limit])
    if not due:
        return 0
    ids = {row.item_id for row in due}
    items = FlowItem.objects.select_for_update(of=("self",)).select_related("version").in_bulk(ids)
    steps: list[FlowStep] = []
    news: list[DeadlinePassed] = []
    for item_id, rows in groupby(sorted(due, key=lambda r: (r.item_id, r.due_at, r.pk)), lambda r: r.item_id):
        for row in rows:
            told, news_of = _passed(items[item_id], row)
            steps.append(told)
            news.append(news_of)
    FlowStep.objects.bulk_create(steps)
    FlowItem.objects.bulk_update(items.values(), _CHANGED, batch_size=100)
    FlowDeadline.objects.filter(pk__in=[row.pk for row in due]).delete()
    events.publish_many(news)
    return len(due)


_CHANGED: Sequence[str] = ["standing", "is_overdue", "was_overdue", "escalation", "steps_count", "head"]


def _passed(item: FlowItem, row: FlowDeadline) -> tuple[FlowStep, DeadlinePassed]:
    """One stage of one item: its step, and the item as it stands after it."""
    definition, at = definition_of(item.version), clock.now_utc()
    fields = {"clock": row.clock, "stage": row.stage, "due_s": round(row.due_at.timestamp())}
    now = step(definition, Standing.read(item.standing), Fact(at.timestamp(), DEADLINE, item.level, fields))
    item.standing, item.is_overdue, item.was_overdue = now.document(), bool(now.overdue), now.late > 0
    item.escalation, item.steps_count = now.escalation, item.steps_count + 1
    told = FlowStep(
        item=item, number=item.steps_count, at=at, action=DEADLINE, from_state=item.state, to_state=item.state,
        fields=fields,
    )  # fmt: skip
    item.head = sealed(told, item.head).digest
    does = stage_of(definition, fields).does
    passed = DeadlinePassed(
        item.flow, item.pk, item.steps_count, row.clock, row.stage, does, now.escalation, int(at.timestamp())
    )
    return told, passed
