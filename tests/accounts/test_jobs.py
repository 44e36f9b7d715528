"""Housekeeping: expired sessions go, the others stay."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from cleanheat.infra import clock, jobs
from cleanheat.infra.models import Job


def test_expired_sessions_are_cleared_and_the_others_stay(db, manual_clock):
    at = clock.now_utc()
    for i in range(4):
        Session.objects.create(session_key=f"k{i}", session_data="", expire_date=at + timedelta(hours=i - 2, minutes=5))
    queued = jobs.enqueue("accounts.clear_sessions")
    jobs.run_pending()
    assert Job.objects.get(pk=queued).answer == {"cleared": 2}
    assert set(Session.objects.values_list("pk", flat=True)) == {"k2", "k3"}
