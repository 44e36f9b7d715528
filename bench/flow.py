"""What does a step of a flow cost, and a sweep over ten thousand open orders?  On SQLite that syncs every commit."""

from __future__ import annotations

import os
import statistics
import tempfile
import time

from bench.harness import Figure

OPEN = 10_000
STEPS = 400
DUE = 20
EVENING = 1_768_478_400.0


def run(long: bool) -> list[Figure]:
    folder = tempfile.mkdtemp(prefix="bench-flow-")
    os.environ.update(CLEANHEAT_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="cleanheat.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return _measured()


def _measured() -> list[Figure]:
    from django.db import connection, transaction

    from cleanheat.infra import clock
    from cleanheat.infra.flow import deadlines
    from cleanheat.infra.flow.models import FlowDeadline
    from cleanheat.kernel.time import ManualClock, utc

    clock.install(ManualClock(EVENING))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    user = _cast()
    with transaction.atomic():
        items = [_opened() for _ in range(STEPS)]
        _copied(items[-1], OPEN - STEPS)
    cpu_ms, wall_ms = _steps(user, items[:STEPS])
    due = list(FlowDeadline.objects.filter(stage="over").order_by("-pk").values_list("pk", flat=True)[:DUE])
    FlowDeadline.objects.filter(pk__in=due).update(due_at=utc(EVENING - 1))
    swept = _timed(deadlines.sweep)
    idle = _timed(deadlines.sweep)
    FlowDeadline.objects.filter(stage="near").update(due_at=utc(EVENING - 1))
    waiting = FlowDeadline.objects.filter(stage="near").count()
    flood = _timed(lambda: _until_done(deadlines.sweep))
    return [
        Figure("flow.transition_ms", statistics.median(cpu_ms), "ms CPU", target=5),
        Figure("flow.transition_wall_ms", statistics.median(wall_ms), "ms", target=5),
        Figure("flow.transitions_per_s", 1_000 / statistics.median(wall_ms), "1/s", target=200, better="higher"),
        Figure("flow.sweep_ms", swept, f"ms, {DUE} due", target=50),
        Figure("flow.sweep_idle_ms", idle, "ms, none due", target=50),
        Figure("flow.flood_ms_each", flood / waiting, f"ms, {waiting} due"),
    ]


def _cast() -> object:
    from cleanheat.accounts.models import User
    from cleanheat.accounts.public import load_organisations
    from tests import small_city

    load_organisations(small_city.organisations())
    return User.objects.create(username="bench", organisation_id=10, role="dispatcher")


def _opened() -> int:
    from cleanheat.governance.public import ORDER
    from cleanheat.infra.flow.actions import NewItem, open_item

    place = {"company_id": 10, "office_id": 11, "sender_id": 10, "district_id": 2}
    return int(open_item(None, NewItem(ORDER, "修复", 3, "to_accept", 1, 10, **place)).pk)


def _copied(item_id: int, times: int) -> None:
    """More open orders like this one, with its due rows: what a sweep reads."""
    from cleanheat.infra.flow.models import FlowDeadline, FlowItem

    pattern = FlowItem.objects.get(pk=item_id)
    plain = {f.attname: getattr(pattern, f.attname) for f in FlowItem._meta.concrete_fields if f.name != "id"}
    copies = FlowItem.objects.bulk_create([FlowItem(**plain) for _ in range(times)], batch_size=500)
    due = list(FlowDeadline.objects.filter(item=pattern).values("clock", "stage", "due_at"))
    FlowDeadline.objects.bulk_create(
        [FlowDeadline(item=copy, **row) for copy in copies for row in due], batch_size=2_000
    )


def _steps(user: object, items: list[int]) -> tuple[list[float], list[float]]:
    from cleanheat.infra.flow.actions import Request, act

    cpu_ms, wall_ms = [], []
    for item in items:
        for request in (Request("accept", key="a"), Request("progress", "已派人", key="b")):
            cpu, wall = time.process_time(), time.perf_counter()
            act(user, item, request)
            cpu_ms.append(1_000 * (time.process_time() - cpu))
            wall_ms.append(1_000 * (time.perf_counter() - wall))
    return cpu_ms, wall_ms


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return 1_000 * (time.perf_counter() - began)


def _until_done(sweep: object) -> None:
    while sweep():  # type: ignore[operator]
        pass
