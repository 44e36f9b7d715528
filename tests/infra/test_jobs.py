"""Background work: claimed on a lease, run again after a kill, cancelled, retried, scheduled by the city's clock."""

import subprocess
import sys
import threading

import pytest

from cleanheat.infra import jobs
from cleanheat.infra.models import Job, JobState
from cleanheat.kernel.registry import Registry


@pytest.fixture
def ran(monkeypatch, manual_clock, db):
    """Calls of two declared jobs: ``tests.count`` and, every hour, ``tests.roll_up``."""
    monkeypatch.setattr(jobs, "JOBS", Registry("job"))
    ran = []

    @jobs.job("tests.count", "计数", lease_s=10)
    def count(payload, progress):
        ran.append((payload["to"], progress.done))
        for i in range(progress.done + 1, payload["to"] + 1):
            progress(i, payload["to"], f"step {i}")
            if payload.get("fail_at") == i:
                raise ZeroDivisionError
            if payload.get("cancel_at") == i:
                jobs.cancel(progress.job_id)
        return {"counted": payload["to"]}

    @jobs.job("tests.roll_up", "汇总", every_s=3_600)
    def roll_up(payload, progress):
        ran.append("roll_up")

    jobs.run_pending()
    ran.clear()
    return ran


def _job(**payload):
    return Job.objects.get(pk=jobs.enqueue("tests.count", payload))


def test_job_runs_once_and_keeps_its_answer(ran):
    queued = _job(to=3)
    assert (jobs.run_pending(), jobs.run_pending()) == (1, 0)
    queued.refresh_from_db()
    assert (queued.state, queued.done, queued.answer) == (JobState.DONE, 3, {"counted": 3})


def test_silent_worker_loses_the_job_to_another(ran, manual_clock):
    _job(to=3)
    first = jobs.claim()
    assert jobs.claim() is None, "claimed once"
    manual_clock.advance(11)
    second = jobs.claim()
    assert second.pk == first.pk
    assert second.attempt == 2
    with pytest.raises(jobs.LeaseLost):
        jobs.Progress(first.pk, first.attempt, 10)(1)


def test_failing_job_is_tried_again_from_where_it_was(ran, manual_clock):
    queued = _job(to=3, fail_at=2)
    jobs.run_pending()
    assert Job.objects.get(pk=queued.pk).state == JobState.QUEUED
    manual_clock.advance(60)
    jobs.run_pending()
    assert ran == [(3, 0), (3, 2)]


def test_job_failing_every_time_is_given_up(ran, manual_clock):
    queued = _job(to=jobs.ATTEMPTS + 5, fail_at=1)
    Job.objects.filter(pk=queued.pk).update(attempt=jobs.ATTEMPTS - 1)
    jobs.run_pending()
    queued.refresh_from_db()
    assert queued.state == JobState.FAILED
    assert "ZeroDivisionError" in queued.error


def test_queued_job_is_cancelled_at_once(ran):
    queued = _job(to=3)
    jobs.cancel(queued.pk)
    assert jobs.run_pending() == 0
    assert Job.objects.get(pk=queued.pk).state == JobState.CANCELLED


def test_running_job_stops_when_it_next_reports(ran):
    queued = _job(to=9, cancel_at=2)
    jobs.run_pending()
    queued.refresh_from_db()
    assert (queued.state, queued.done) == (JobState.CANCELLED, 3)


def test_periodic_job_runs_once_an_hour_of_the_city(ran, manual_clock):
    manual_clock.advance(1_800)
    jobs.run_pending()
    assert ran == []
    manual_clock.advance(7_200)  # two were missed: one run does both
    jobs.run_pending()
    assert ran == ["roll_up"]


def test_clock_set_back_does_not_silence_a_schedule(ran, manual_clock):
    manual_clock.advance(-30 * 86_400)
    jobs.run_pending()
    assert ran == ["roll_up"]


@pytest.fixture
def lanes(ran):
    """A long job beside those of ``ran``."""
    jobs.job("tests.train", "训练", lease_s=10, is_long=True)(lambda payload, progress: ran.append("train"))
    return Job.objects.get(pk=jobs.enqueue("tests.train")), _job(to=1)


def test_lanes_claim_their_own_jobs_alone(lanes, manual_clock):
    long, short = lanes
    assert (jobs.claim(False).pk, jobs.claim(False)) == (short.pk, None)
    assert (jobs.claim(True).pk, jobs.claim(True)) == (long.pk, None)
    manual_clock.advance(11)  # both workers were killed: each lane takes up its own again, once
    again = jobs.claim(True)
    assert (again.pk, again.attempt, jobs.claim(True)) == (long.pk, 2, None)
    assert (jobs.claim(False).pk, jobs.claim(False)) == (short.pk, None)


def test_without_lanes_all_that_is_due_runs(lanes, ran):
    assert jobs.run_pending() == 2
    assert ran == ["train", (1, 0)]


def test_worker_runs_short_jobs_while_a_long_one_runs(monkeypatch):
    """The long job ends only when the short one, queued after it, has run."""
    waiting, short_ran, long_ran = {True: ["train"], False: ["count"]}, threading.Event(), threading.Event()

    def run(name):
        if name == "count":
            short_ran.set()
        elif short_ran.wait(20):
            long_ran.set()

    monkeypatch.setattr(jobs, "queue_due", lambda: 0)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    monkeypatch.setattr(jobs, "claim", lambda lane: waiting[lane].pop() if waiting[lane] else None)
    monkeypatch.setattr(jobs, "run", run)
    worker = jobs.Worker(poll_s=0.01)
    worker.start()
    try:
        assert long_ran.wait(20)
    finally:
        worker.stop()
    assert not any(thread.is_alive() for thread in worker._threads)


WORKER = """
import django; django.setup()
from cleanheat.infra import jobs
from cleanheat.kernel.registry import Registry
jobs.JOBS = Registry("job")
@jobs.job("tests.long", "长任务", lease_s=60)
def long(payload, progress):
    progress(4, 9)
    print("running", flush=True)
    import threading; threading.Event().wait()
jobs.enqueue("tests.long", {"file": "a.csv"})
jobs.run(jobs.claim())
"""


def test_job_of_a_killed_process_is_run_again(monkeypatch, tmp_path, manual_clock, django_db_blocker):
    """A real worker process on its own database dies by SIGKILL; the next one finds the job and its progress."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    environment = {"CLEANHEAT_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cleanheat.config.settings"}
    spec = {**settings.DATABASES["default"], "NAME": tmp_path / "platform.sqlite3"}
    with django_db_blocker.unblock():
        old = connections["default"]
        connections["default"] = connections.create_connection("default")
        connections["default"].settings_dict.update(spec)
        try:
            call_command("migrate", verbosity=0)
            with subprocess.Popen(
                [sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE, text=True
            ) as worker:
                assert worker.stdout.readline() == "running\n"
                worker.kill()
            monkeypatch.setattr(jobs, "JOBS", Registry("job"))
            seen = []
            jobs.job("tests.long", "长任务")(lambda payload, progress: seen.append((payload, progress.done)))
            manual_clock.at = 4_000_000_000.0  # the lease, in the machine's time, is over
            jobs.run_pending()
            assert seen == [({"file": "a.csv"}, 4)]
        finally:
            connections["default"].close()
            connections["default"] = old


def test_another_ones_job_is_for_the_citys_administrator_alone(signed_in):
    from cleanheat.accounts.models import User
    from cleanheat.infra import clock

    owner = User.objects.get(username="company.administrator")
    queued = Job.objects.create(name="telemetry.import_history", owner=owner, created_at=clock.now_utc())
    path = f"/api/v1/jobs/{queued.pk}"
    for who in ("city.reader", "city.dispatcher", "company.reader"):
        assert signed_in(who).get(path).status_code == 404
        assert signed_in(who).post(f"{path}/cancel").status_code == 404
    assert signed_in("company.administrator").get(path).json()["state"] == "queued"
    assert signed_in("city.administrator").post(f"{path}/cancel").json()["state"] == "cancelled"


def test_what_is_not_due_takes_no_lock(ran, manual_clock):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        assert jobs.queue_due() == 0
    assert len(asked.captured_queries) == 1
