"""Models over HTTP: the regulator sees all and decides, a company sees its own objects' figures."""

import json

import pytest

from cleanheat.diagnosis import actions, queries
from cleanheat.infra import jobs
from tests.diagnosis.fleet.conftest import who

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/diagnosis"


def get(client, path):
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 200, answer.content
    assert "NaN" not in answer.content.decode()
    return answer.json()


def post(client, path, body=None):
    return client.post(f"{BASE}{path}", json.dumps(body or {}), "application/json")


def test_words_name_every_kind_and_coefficient(cast, signed_in):
    words = get(signed_in("company.reader"), "/models/words")
    assert {k["kind"] for k in words["kinds"]} == {"plant", "branch", "boiler", "unit", "device", "room"}
    assert {"limit_factor", "recommended_offset_k"} <= {c["key"] for c in words["coefficients"]}
    assert words["kinds"][0]["quantities"][0]["unit"] == "℃"


@pytest.mark.feature("C1-5", "C2-5", "C3-5")
def test_everybody_sees_the_figures_of_his_own_objects(models, signed_in):
    (of_city,) = get(signed_in("city.reader"), "/models?kind=unit")
    (of_company,) = get(signed_in("company.reader"), "/models?kind=unit")
    assert of_city["sources"]["own"] == 4
    assert of_company["sources"]["own"] == 2
    assert of_company["metrics"]["supply"]["mae"] < 0.5
    assert (of_city["note"], of_company["note"]) == ("首次训练", "")
    path = f"/models/{of_city['id']}"
    assert get(signed_in("company.reader"), path)["sources"] == of_company["sources"]
    rows = get(signed_in("company.reader"), f"{path}/objects")
    assert (rows["total"], [r["number"] for r in rows["rows"]]) == (2, [5, 13])
    assert rows["rows"][0]["quantities"]["supply"]["mae"] < 0.5
    assert get(signed_in("city.reader"), f"{path}/objects?order=worst&limit=1")["total"] == 4


def test_one_objects_parameters(models, signed_in):
    row = queries.adopted("unit")
    actions.set_override(who("city.administrator"), "unit", "limit_factor", 2.0, "试", number=5)
    client = signed_in("company.reader")
    found = get(client, "/parameters/unit/5")
    assert found["coefficients"]["limit_factor"] == 2.0
    assert found["source_name"] == "人工设定"
    assert len(found["curve_in_force"]) == 5
    assert found["curve_basis"] == "设计参数"
    supply = found["expectations"][0]
    assert (supply["quantity"], supply["unit"], len(supply["theta"])) == ("supply", "℃", 24)
    assert len(supply["features"]) == len(supply["theta"][0])
    assert get(client, f"/models/{row.pk}/objects/5")["version"] == 1
    for path in ("/parameters/unit/9", f"/models/{row.pk}/objects/9", "/parameters/unit/77", "/parameters/plant/1"):
        assert client.get(f"{BASE}{path}").status_code == 404
    assert client.get(f"{BASE}/parameters/room/1").status_code == 422
    assert signed_in("city.reader").get(f"{BASE}/parameters/device/1").status_code == 404


@pytest.mark.feature("A9-16")
def test_trained_compared_adopted_and_rolled_back(models, signed_in):
    admin = signed_in("city.administrator")
    asked = post(admin, "/trainings", {"kind": "unit", "reason": "季中"})
    assert asked.status_code == 202, asked.content
    assert post(admin, "/trainings", {"kind": "unit", "reason": "季中"}).json()["id"] == asked.json()["id"]
    jobs.run(jobs.claim())
    assert admin.get(f"/api/v1/jobs/{asked.json()['job_id']}").json()["state"] == "done"
    (training,) = get(admin, "/trainings")
    draft = get(admin, f"/models/{training['version_id']}")
    assert (draft["state_name"], draft["base_id"]) == ("待采用", queries.adopted("unit").pk)
    compared = get(admin, f"/models/{draft['id']}/objects?order=gain")
    spread = compared["histogram"]
    assert len(spread["edges"]) == len(spread["counts"]["mae"]) + 1
    known = sum(1 for row in compared["rows"] if row["quantities"]["supply"]["mae"] is not None)
    assert sum(spread["counts"]["mae"]) == known > 0
    assert sum(compared["compared"]["supply"].values()) == 4
    assert compared["rows"][0]["quantities"]["supply"]["mae_before"] is not None
    assert get(signed_in("company.reader"), f"/models/{draft['id']}")["metrics"] == {}
    for name in ("city.dispatcher", "company.administrator", "district.administrator"):
        assert post(signed_in(name), f"/models/{draft['id']}/adopt").status_code == 403
    adopted = post(admin, f"/models/{draft['id']}/adopt").json()
    assert (adopted["state"], adopted["number"]) == ("adopted", 2)
    assert post(admin, f"/models/{draft['id']}/adopt").json()["adopted_at"] == adopted["adopted_at"]
    assert post(admin, f"/models/{draft['id']}/rollback", {"reason": ""}).status_code == 422
    assert post(admin, f"/models/{draft['id']}/rollback", {"reason": "不准"}).json()["state"] == "rolled_back"
    assert get(admin, "/models?kind=unit")[1]["state"] == "adopted"


def test_what_is_not_there(models, signed_in):
    admin = signed_in("city.administrator")
    assert admin.get(f"{BASE}/models/9999").status_code == 404
    assert admin.get(f"{BASE}/models?kind=building").status_code == 422
    assert post(admin, "/models/9999/adopt").status_code == 404
    assert admin.get(f"{BASE}/models/{queries.adopted('unit').pk}/objects?limit=0").status_code == 422
