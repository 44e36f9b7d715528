"""How the engines speak HTTP: answers from ready bytes with an ETag, and the address of a job."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Router, Schema

from cleanheat.infra import jobs
from cleanheat.infra.models import Job
from cleanheat.infra.scope import may, scope_of
from cleanheat.kernel.errors import not_found

router = Router(tags=["jobs"])


def etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def encoded(request: HttpRequest, body: bytes, etag: str = "", content_type: str = "application/json") -> HttpResponse:
    """An answer whose bytes exist already; 304 when the browser has them.

    Private and revalidated each time: what one scope may see must not be kept for another.
    """
    tag = etag or etag_of(body)
    response = (
        HttpResponseNotModified()
        if request.headers.get("If-None-Match") == tag
        else HttpResponse(body, content_type=content_type)
    )
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def encoded_json(request: HttpRequest, value: Any) -> HttpResponse:
    """``value`` may hold numpy scalars and arrays; NaN becomes null."""
    return encoded(request, orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY))


class JobOut(Schema):
    """``done`` of ``total`` in whatever the job counts; ``total`` 0 is unknown."""

    id: int
    name: str
    title: str
    state: str
    done: int
    total: int
    note: str
    attempt: int
    created_at: datetime
    finished_at: datetime | None
    answer: Any
    error: str


def _own_job(request: HttpRequest, job_id: int) -> Job:
    """A job its owner started; the city's ``jobs.manage`` reaches all."""
    reaches_all = scope_of(request.user).sees_all and may(request.user, "jobs.manage")
    mine = Job.objects.all() if reaches_all else Job.objects.filter(owner_id=request.user.pk)
    found = mine.filter(pk=job_id).first()
    if found is None:
        raise not_found("没有这个任务")
    return found


def _job_out(row: Job) -> dict[str, Any]:
    title = jobs.JOBS[row.name].zh if row.name in jobs.JOBS else row.name
    return {**{name: getattr(row, name) for name in JobOut.model_fields if name != "title"}, "title": title}


@router.get("/jobs/{job_id}", response=JobOut)
def job(request: HttpRequest, job_id: int) -> dict[str, Any]:
    return _job_out(_own_job(request, job_id))


@router.post("/jobs/{job_id}/cancel", response=JobOut)
def cancel_job(request: HttpRequest, job_id: int) -> dict[str, Any]:
    jobs.cancel(_own_job(request, job_id).pk)
    return _job_out(_own_job(request, job_id))
