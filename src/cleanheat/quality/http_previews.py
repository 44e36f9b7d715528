"""Addresses of previews: what a rule would have caught, on a sample at once and on the last day as a job."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from cleanheat.infra.scope import require
from cleanheat.quality import previews
from cleanheat.quality.http import CheckIn, usual_class

router = Router(tags=["quality"])


class RulePreviewIn(CheckIn):
    """``whole_day``: judge the whole last day in the background too."""

    whole_day: bool = False


class CompanyCaught(Schema):
    company_id: int
    company: str
    checks: int | None
    violations: int
    skipped: int | None


class ExampleOut(Schema):
    """One value that would have been caught; ``minute`` in epoch seconds, ``signal`` empty for a whole row."""

    kind: str
    number: int
    object_name: str
    minute: int | None
    signal: str
    signal_name: str
    value: float | None
    unit: str


class PreviewAnswer(Schema):
    """``is_sample``: only ``objects`` of ``of_objects`` were looked at, over ``minutes`` minutes from ``start``.

    ``end`` is that of the newest stored minute, ``lag_min`` minutes before the moment of asking.
    """

    start: int | None
    end: int | None
    lag_min: int
    minutes: int
    objects: int
    of_objects: int
    is_sample: bool
    checks: int
    violations: int
    skipped: int
    by_company: list[CompanyCaught]
    examples: list[ExampleOut]


class PreviewStarted(Schema):
    """``job_id``: the whole last day, at /quality/previews/{id}; none where not asked or the sample is everything."""

    job_id: int | None
    sample: PreviewAnswer


class PreviewOut(Schema):
    """How far the whole day is; ``answer`` once it is done.  Cancel at /jobs/{id}/cancel."""

    id: int
    state: str
    done: int
    total: int
    error: str
    answer: PreviewAnswer | None


@router.post("/quality/previews", response={202: PreviewStarted})
def start_preview(request: HttpRequest, wanted: RulePreviewIn) -> Status[dict[str, Any]]:
    """What the rule would have caught: a sample now, if wanted the last day in the background."""
    data_class = wanted.data_class or usual_class(wanted.kind)
    given = wanted.content.given()
    return Status(202, previews.start(request.user, wanted.kind, data_class, given, whole_day=wanted.whole_day))


@router.get("/quality/previews/{job_id}", response=PreviewOut)
def preview(request: HttpRequest, job_id: int) -> dict[str, Any]:
    require(request.user, "quality.edit")
    row = previews.find(request.user, job_id)
    return {name: getattr(row, name) for name in ("id", "state", "done", "total", "error", "answer")}
