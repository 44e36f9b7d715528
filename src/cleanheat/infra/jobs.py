"""Background work that survives a kill: a table of jobs, each claimed on a lease and run again when the lease runs out.

A handler is declared with ``@job("room.verb_noun")`` and must be idempotent: after a crash it runs again from the
start, with the same payload and the ``Progress`` it had saved.  It reports with ``progress(done, total, note)``, which
also renews the lease and is where a cancelled or lost job stops.  Leases are in machine time; schedules are in platform
time, since what they do (roll up an hour, close a day) follows the city's clock.

Jobs declared ``is_long`` (minutes and more of the machine) have a lane of their own, so that they hold up nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import close_old_connections, transaction
from django.db.models import F, Q

from cleanheat.infra import clock
from cleanheat.infra.models import Job, JobState, Schedule
from cleanheat.kernel.registry import Registry

ATTEMPTS = 5
RETRY_S = 5.0
log = structlog.get_logger(__name__)


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Raised inside a handler by ``progress`` when the job was cancelled."""


class LeaseLost(Exception):  # noqa: N818 - not this worker's error: the job runs elsewhere by now
    """Raised inside a handler by ``progress`` when it was silent for longer than its lease."""


@dataclass
class Progress:
    """The handler's line to its row.  ``done`` starts at what an earlier attempt had saved."""

    job_id: int
    attempt: int
    lease_s: float
    done: int = 0

    def __call__(self, done: int, total: int = 0, note: str = "") -> None:
        """Save how far the work is, renew the lease; raises :class:`Cancelled` or :class:`LeaseLost`."""
        until = clock.machine_now() + self.lease_s
        if not self.own().update(done=done, total=total, note=note[:200], lease_until_s=until):
            raise LeaseLost
        self.done = done
        if self.own().filter(is_cancel_requested=True).exists():
            raise Cancelled

    def own(self) -> Any:
        """The row as long as this attempt holds it."""
        return Job.objects.filter(pk=self.job_id, attempt=self.attempt, state=JobState.RUNNING)


Handler = Callable[[Mapping[str, Any], Progress], Any]


@dataclass(frozen=True)
class JobSpec:
    """One declared job.  ``every_s`` (platform seconds) makes it periodic, with an empty payload; with ``is_needed`` it
    is queued only while that says so.  ``is_long``: worked off beside the others, one long job at a time.
    """

    key: str
    zh: str
    handler: Handler
    lease_s: float = 60.0
    every_s: float | None = None
    is_needed: Callable[[], bool] | None = None
    is_long: bool = False


JOBS: Registry[JobSpec] = Registry("job")


def job(
    key: str,
    zh: str,
    *,
    lease_s: float = 60.0,
    every_s: float | None = None,
    is_needed: Callable[[], bool] | None = None,
    is_long: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a handler.  ``lease_s``: the longest silence between two ``progress`` calls.  ``is_needed`` is asked each
    second once the job is due, so that what is looked for often leaves no row while there is nothing to do.
    ``is_long``: takes minutes of the machine, so that others must not wait for it.
    """

    def declare(handler: Handler) -> Handler:
        JOBS.add(JobSpec(key, zh, handler, lease_s, every_s, is_needed, is_long))
        return handler

    return declare


def enqueue(name: str, payload: Mapping[str, Any] | None = None, owner: Any = None) -> int:
    """Queue a job, in the caller's transaction if there is one; returns its id."""
    spec = JOBS[name]
    queued = Job.objects.create(
        name=spec.key, payload=dict(payload or {}), owner_id=getattr(owner, "pk", None), created_at=clock.now_utc()
    )
    transaction.on_commit(_wake[spec.is_long].set)
    return int(queued.pk)


def cancel(job_id: int) -> None:
    """A queued job is cancelled at once, a running one when it next reports."""
    if not Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, finished_at=clock.now_utc()
    ):
        Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(is_cancel_requested=True)


def queue_due() -> int:
    """Queue the periodic jobs that are due; the schedule moves on in the same transaction, so none is queued twice."""
    queued, now = 0, clock.now()
    known = dict(Schedule.objects.values_list("name", "next_s"))
    for spec in JOBS:
        # Asked once a second: only what is due (or waits for a future that was set back) takes the write lock.
        if spec.every_s is None or now < known.get(spec.key, now) <= now + spec.every_s:
            continue
        if spec.is_needed is not None and not spec.is_needed():
            continue
        with transaction.atomic():
            row, _ = Schedule.objects.select_for_update().get_or_create(name=spec.key, defaults={"next_s": now})
            if row.next_s > now + spec.every_s:  # the clock was set back: do not wait for the old future
                row.next_s = now
            if row.next_s > now:
                continue
            row.next_s = now - now % spec.every_s + spec.every_s  # what was missed meanwhile is done by one run
            row.save(update_fields=["next_s"])
            if not Job.objects.filter(name=spec.key, state__in=[JobState.QUEUED, JobState.RUNNING]).exists():
                enqueue(spec.key)
                queued += 1
    return queued


def prune(before: datetime) -> int:
    """Remove jobs that came to their end before the instant, whatever that end was."""
    return Job.objects.filter(finished_at__lt=before).delete()[0]


def claim(lane: bool | None = None) -> Job | None:
    """The oldest job that is due, now ours: a conditional update decides between workers.  ``lane`` True: long jobs
    only, False: none of them, None: any.
    """
    at = clock.machine_now()
    names = [s.key for s in JOBS if lane is None or s.is_long is lane]
    lost = Q(state=JobState.RUNNING, lease_until_s__lte=at)
    candidates = Job.objects.filter(Q(state=JobState.QUEUED, due_s__lte=at) | lost, name__in=names)
    for candidate in candidates.order_by("id")[:20]:
        if candidate.attempt >= ATTEMPTS:  # it took its worker down every time
            _finish(candidate, JobState.FAILED, error=candidate.error or "worker ended before the job did")
            continue
        unchanged = Job.objects.filter(pk=candidate.pk, attempt=candidate.attempt, state=candidate.state)
        until = at + JOBS[candidate.name].lease_s
        if unchanged.update(state=JobState.RUNNING, attempt=F("attempt") + 1, lease_until_s=until):
            return Job.objects.get(pk=candidate.pk)
    return None


def run(claimed: Job) -> None:
    """Run a claimed job to its end, whatever that is."""
    spec = JOBS[claimed.name]
    progress = Progress(claimed.pk, claimed.attempt, spec.lease_s, claimed.done)
    if claimed.is_cancel_requested:
        _finish(claimed, JobState.CANCELLED)
        return
    try:
        _finish(claimed, JobState.DONE, answer=spec.handler(claimed.payload, progress))
    except Cancelled:
        _finish(claimed, JobState.CANCELLED)
    except LeaseLost:
        log.warning("job lease lost", job=claimed.pk, name=claimed.name)
    except Exception as error:  # a handler's failure is the job's, not the worker's
        log.exception("job failed", job=claimed.pk, name=claimed.name, attempt=claimed.attempt)
        if claimed.attempt >= ATTEMPTS:
            _finish(claimed, JobState.FAILED, error=repr(error))
        else:
            due = clock.machine_now() + RETRY_S * 2.0**claimed.attempt
            progress.own().update(state=JobState.QUEUED, due_s=due, error=repr(error))


def _finish(claimed: Job, state: JobState, **fields: Any) -> None:
    held = Job.objects.filter(pk=claimed.pk, attempt=claimed.attempt, state=JobState.RUNNING)
    held.update(state=state, finished_at=clock.now_utc(), **fields)


def run_pending() -> int:
    """Run everything that is due, one after the other; returns how many jobs ran."""
    queue_due()
    ran = 0
    while (claimed := claim()) is not None:
        run(claimed)
        ran += 1
    return ran


_wake = {lane: threading.Event() for lane in (False, True)}


class Worker:
    """The threads that work off the table, one for long jobs and one for all others: woken by ``enqueue`` in this
    process, else looking every ``poll_s``.
    """

    def __init__(self, poll_s: float = 1.0) -> None:
        self._poll_s = poll_s
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name="long jobs" if lane else "jobs", daemon=True)
            for lane in _wake
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ask them to end; a job that outlasts the timeout is taken up again by the next process."""
        self._stopping.set()
        for event in _wake.values():
            event.set()
        for thread in self._threads:
            thread.join(timeout_s)

    def _run(self, lane: bool) -> None:
        while not self._stopping.is_set():
            _wake[lane].wait(self._poll_s)
            _wake[lane].clear()
            try:
                if not lane:  # schedules are moved by one of the two
                    queue_due()
                while not self._stopping.is_set() and (claimed := claim(lane)) is not None:
                    run(claimed)
            except Exception:  # the database may be busy or away: try again at the next look
                log.exception("job worker failed")
            close_old_connections()
