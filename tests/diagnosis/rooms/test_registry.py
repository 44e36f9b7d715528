"""Room models as versions: trained when asked, adopted, rolled back, followed every night."""

import json

import pytest

from cleanheat.diagnosis.jobs import train_models
from cleanheat.diagnosis.models import ModelVersion
from cleanheat.diagnosis.rooms import jobs as room_jobs
from cleanheat.diagnosis.rooms import kept, registry
from cleanheat.diagnosis.words import VersionState
from tests.diagnosis.service.conftest import heated  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/diagnosis"


def silent(_done, _total, _note=""):
    """Nobody watches."""


def nightly():
    return room_jobs.learn_rooms({}, silent)


def post(client, path, body=None):
    return client.post(f"{BASE}{path}", json.dumps(body or {}), "application/json")


def versions():
    return list(ModelVersion.objects.filter(kind="room").order_by("number").values_list("number", "state"))


def in_force(settings):
    return (settings.DATA_DIR / kept.FOLDER / kept.FILE).read_bytes()


@pytest.mark.feature("C4-1")
def test_rooms_are_trained_adopted_and_rolled_back_like_others(heated, signed_in, settings):  # noqa: F811
    assert nightly()["rooms"] == 2
    assert versions() == [(1, VersionState.ADOPTED)]
    first = in_force(settings)
    admin = signed_in("city.administrator")
    asked = post(admin, "/trainings", {"kind": "room", "reason": "季中"})
    assert asked.status_code == 202, asked.content
    assert train_models({"training": asked.json()["id"]}, silent)["number"] == 2
    assert versions() == [(1, VersionState.ADOPTED), (2, VersionState.DRAFT)]
    rows = admin.get(f"{BASE}/models?kind=room").json()
    draft = rows[0]
    assert (draft["number"], draft["kind_name"], draft["sources"]) == (2, "室温测点", {"none": 0, "own": 2})
    assert set(draft["metrics"]) == {"room_1h", "room_6h", "room_24h", "room_48h"}
    assert set(draft["metrics"]["room_1h"]) == {"objects", "mae", "mae_persistence"}
    assert draft["end"] > draft["start"]
    registry.path_of(2).write_bytes(first + b" ")
    assert post(admin, f"/models/{draft['id']}/adopt").status_code == 200
    assert in_force(settings) == first + b" "
    assert post(admin, f"/models/{draft['id']}/rollback", {"reason": "误差变大"}).status_code == 200
    assert in_force(settings) == first
    assert versions() == [(1, VersionState.ADOPTED), (2, VersionState.ROLLED_BACK)]
    assert nightly() == {"rooms": 0, "trusted": 0}  # what people took back, no night brings again
    assert in_force(settings) == first


@pytest.mark.feature("C4-1")
def test_a_night_goes_on_with_the_version_in_force(heated):  # noqa: F811
    nightly()
    nightly()
    (row,) = ModelVersion.objects.filter(kind="room")
    assert row.followed_until_s == row.end_s


def test_what_cannot_be_is_refused(heated, signed_in):  # noqa: F811
    admin = signed_in("city.administrator")
    assert post(admin, "/trainings", {"kind": "room", "numbers": [1]}).json()["field"] == "numbers"
    assert post(signed_in("company.administrator"), "/trainings", {"kind": "room"}).status_code == 403
    assert signed_in("company.reader").get(f"{BASE}/models?kind=room").json() == []
    nightly()
    row = ModelVersion.objects.get(kind="room")
    (seen,) = signed_in("company.reader").get(f"{BASE}/models?kind=room").json()
    assert (seen["metrics"], seen["sources"]) == ({}, {})
    registry.path_of(1).unlink()
    ModelVersion.objects.filter(pk=row.pk).update(state=VersionState.RETIRED)
    assert post(admin, f"/models/{row.pk}/adopt").status_code == 404


def test_nothing_read_is_nothing_learned(city, store, manual_clock):
    from cleanheat.telemetry.public import install_store

    install_store(store)
    assert nightly() == {"rooms": 0, "trusted": 0}
    assert versions() == []
