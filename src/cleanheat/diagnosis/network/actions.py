"""Have a kind's shared network trained now."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cleanheat.diagnosis import queries
from cleanheat.diagnosis.network.jobs import KINDS, TRAIN
from cleanheat.infra import audit, jobs
from cleanheat.infra.models import Job, JobState
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import Problem, invalid

TUNE = "diagnosis.tune"


@transaction.atomic
def request_network(user: Any, kind: str) -> int:
    """Returns the job; the same wish while it is under way changes nothing.

    Raises ``Problem`` for a kind without networks, or without a version in force.
    """
    require(user, TUNE)
    if kind not in KINDS:
        raise invalid("kind", "该类对象没有共享网络", kind)
    version = queries.adopted(kind)
    if version is None:
        raise Problem(409, "no-version", "尚无使用中的模型，请先整类训练", kind)
    under_way = Job.objects.filter(name=TRAIN, state__in=(JobState.QUEUED, JobState.RUNNING), payload={"kind": kind})
    present = under_way.first()
    if present is not None:
        return int(present.pk)
    job_id = jobs.enqueue(TRAIN, {"kind": kind}, owner=user)
    audit.record(user, "diagnosis.train_network", "model_version", version.pk, {"kind": kind, "job": job_id})
    return job_id
