"""Addresses of the line: the status page's data, totals above the map, and Prometheus metrics."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from prometheus_client import CONTENT_TYPE_LATEST

from cleanheat.accounts import public as accounts
from cleanheat.infra import clock, events
from cleanheat.infra.scope import may, require, scope_of
from cleanheat.kernel.errors import Problem, forbidden
from cleanheat.kernel.time import MINUTE_S, floor_minute, local
from cleanheat.pipeline.panels import senders_of
from cleanheat.pipeline.public import Line, line
from cleanheat.quality.public import Tally, active_specs
from cleanheat.telemetry.public import gateway, list_refusals

router = Router(tags=["status"])
_LOOPBACK = {"127.0.0.1", "::1"}


class StageOut(Schema):
    stage: str
    cpu_s: float
    wall_s: float
    share: float


class MinuteOut(Schema):
    """One platform minute; ``rows`` by kind, ``hits`` values by quality rule, ``untraced_hits`` those beyond the limit
    of single traces."""

    minute: int
    rows: dict[str, int]
    total_rows: int
    blocks: int
    senders: int
    late_rows: int
    repeated_rows: int
    dropped_blocks: int
    hits: dict[str, int]
    untraced_hits: dict[str, int]
    findings: int
    alerts_opened: int
    alerts_closed: int
    alerts_live: int
    lag_s: float
    queue_segments: int
    failed_segments: int
    cpu_s: float
    wall_s: float
    stages: list[StageOut]


class SendingOut(Schema):
    """How well one sender sent in the last hour; ratios 0–1, null where nothing was expected or received."""

    sender: int
    name: str
    expected_rows: int
    received_rows: int
    on_time_rows: int
    values: int
    suspicious: int
    bad: int
    missing: int
    mean_lag_s: float | None
    completeness_ratio: float | None
    timeliness_ratio: float | None
    valid_ratio: float | None
    refused: dict[str, int]


class StatusOut(Schema):
    """``minutes`` (oldest first) and ``events_given_up`` are null for callers who may only see their own sending.

    ``rules`` names the quality rules that ``minutes`` count hits of.
    """

    now: float
    speed: float
    minutes: list[MinuteOut] | None
    rules: dict[str, str]
    events_given_up: int | None
    senders: list[SendingOut]


@router.get("/status", response=StatusOut)
def status(request: HttpRequest) -> dict[str, Any]:
    """The line's last hour for the city's staff; a sender's people see how well they themselves send."""
    require(request.user, "telemetry.view")
    running, scope = line(), scope_of(request.user)
    sees_line = scope.sees_all and may(request.user, "status.view")
    return {
        "now": clock.now(),
        "speed": clock.current().speed,
        "minutes": [r.document() for r in running.status.reports()] if sees_line else None,
        "rules": {spec.code: spec.zh for spec in active_specs()},
        "events_given_up": events.given_up() if sees_line else None,
        "senders": _sending(running, senders_of(scope)),
    }


def _sending(running: Line, senders: frozenset[int] | None) -> list[dict[str, Any]]:
    now = clock.now()
    today = local(now).date()
    refused: dict[int, dict[str, int]] = {}
    for row in list_refusals(today, today + timedelta(days=1), senders):
        refused.setdefault(row.sender, {})[row.reason] = row.count
    tallies: dict[int, Tally] = running.pipeline.monitor.by_sender(senders, floor_minute(now) - MINUTE_S)
    return [
        {"sender": s, "name": accounts.short_name(s), "refused": refused.get(s, {}), **tally.document()}
        for s, tally in tallies.items()
    ]


@router.get("/totals", response=dict[str, Any])
def totals(request: HttpRequest) -> dict[str, Any]:
    """Heated area, running and stopped substations, mean supply temperature, room pass rate of what the caller sees."""
    require(request.user, "telemetry.view")
    return line().pipeline.totals.of(scope_of(request.user))


@router.get("/metrics", auth=None, include_in_schema=False)
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for this machine and for who may see the platform's status."""
    if request.META.get("REMOTE_ADDR") not in _LOOPBACK and not may(request.user, "status.view"):
        raise forbidden()
    try:
        refused = gateway().counts.total()
    except Problem:  # no gateway in this process
        refused = {}
    return HttpResponse(line().status.metrics.text(refused), content_type=CONTENT_TYPE_LATEST)
