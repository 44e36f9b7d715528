"""Can people have the shared network trained, see where it is served, and is it not trained on its own in a hurry?"""

import pytest

from cleanheat.diagnosis import actions, fleet, queries
from cleanheat.diagnosis import jobs as _jobs  # noqa: F401 - its jobs declare themselves
from cleanheat.diagnosis.network import jobs as networks
from cleanheat.diagnosis.network.actions import request_network
from cleanheat.infra import jobs
from cleanheat.infra.models import AuditEntry, Job
from cleanheat.kernel.errors import Problem
from tests.diagnosis.fleet.conftest import who
from tests.diagnosis.network.made import SMALL

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = "city.administrator"
SUNDAY_3_AM = 1_768_676_400
"""18 January 2026, 03:00 in Changchun."""


@pytest.fixture
def trained(models, monkeypatch):
    """The network of all units, by the job that people ask for."""
    monkeypatch.setattr("cleanheat.diagnosis.network.jobs.store", lambda: models)
    monkeypatch.setattr("cleanheat.diagnosis.network.learning.Settings.read", lambda: SMALL)
    job_id = request_network(who(ADMIN), "unit")
    assert request_network(who(ADMIN), "unit") == job_id
    while (claimed := jobs.claim()) is not None:
        jobs.run(claimed)
    return Job.objects.get(pk=job_id)


def test_trained_kept_beside_the_version_in_force_and_taken_along_by_the_next(trained, signed_in, monkeypatch):
    assert trained.state == "done", trained.error
    assert set(trained.answer["unit"]) == {"supply", "return", "flow", "heat"}
    p = fleet.current("unit")
    assert p is not None
    assert p.network is not None
    assert p.version == queries.adopted("unit").number
    assert AuditEntry.objects.filter(verb="diagnosis.train_network").count() == 1
    of_all, of_company = (
        signed_in(name).get("/api/v1/diagnosis/networks").json()[0]["quantities"]
        for name in ("city.reader", "company.reader")
    )
    assert (of_all[0]["objects"], of_company[0]["objects"]) == (4, 2), "a company reads of its own objects alone"
    assert networks.lacking() == {}
    newer = actions.request_training(who(ADMIN), "unit")
    while (claimed := jobs.claim()) is not None:
        jobs.run(claimed)
    newer.refresh_from_db()
    actions.adopt(who(ADMIN), newer.version_id)
    assert fleet.current("unit").network is None
    assert networks.lacking() == {"unit": (2, 1)}
    monkeypatch.setattr("cleanheat.diagnosis.network.jobs.Settings.read", lambda: SMALL)
    assert set(networks.carry_networks({}, lambda *_: None)) == {"unit"}
    assert networks.lacking() == {}
    assert fleet.current("unit").network is not None


def test_a_kind_without_networks_or_without_a_version_says_so(models):
    with pytest.raises(Problem, match="没有共享网络"):
        request_network(who(ADMIN), "room")
    with pytest.raises(Problem, match="尚无使用中的模型"):
        request_network(who(ADMIN), "plant")


def test_every_week_in_the_night_and_never_on_a_hurried_clock(manual_clock, monkeypatch):
    manual_clock.at = SUNDAY_3_AM
    assert networks._is_due()
    manual_clock.at = SUNDAY_3_AM + 3_600
    assert not networks._is_due()
    manual_clock.at = SUNDAY_3_AM
    monkeypatch.setattr(manual_clock, "speed", 60)
    assert not networks._is_due()
