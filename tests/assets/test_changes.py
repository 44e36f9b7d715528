"""A company asks, a regulator approves, the archive follows, and an earlier state can be had back."""

import pytest

from cleanheat.assets.models import Building
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.infra.models import AuditEntry

URL = "/api/v1/archive/changes"


@pytest.fixture
def people(city, signed_in, manual_clock):
    """Sign-ins by user name, with the small city's archive."""
    return signed_in


def ask(client, number=1, values=None, reason="现场核实", **more):
    body = {"kind": "building", "number": number, "values": values or {"floors": 7}, "reason": reason, **more}
    return client.post(URL, body, "application/json")


def step(client, change, action, **more):
    return client.post(f"{URL}/{change}/steps", {"action": action, **more}, "application/json")


@pytest.mark.feature("A3-2")
@pytest.mark.feature("A3-3")
@pytest.mark.feature("H1-5")
def test_a_company_asks_and_a_regulator_approves(people):
    asked = ask(people("company.administrator"), values={"floors": 7, "longitude": 125.3111})
    assert asked.status_code == 201, asked.json()
    change = asked.json()
    assert (change["state"], change["company"]) == ("submitted", "甲热力")
    assert {d["key"]: (d["before"], d["after"]) for d in change["differences"]} == {
        "floors": ("6", "7"),
        "longitude": ("125.31", "125.3111"),
    }
    assert Building.objects.get(number=1).floors == 6
    done = step(people("district.dispatcher"), change["id"], "approve")
    assert done.status_code == 200, done.json()
    assert (done.json()["state"], done.json()["version"]) == ("applied", 1)
    assert [s["action_zh"] for s in done.json()["steps"]] == ["创建", "批准", "写入档案"]
    row = Building.objects.get(number=1)
    assert (row.floors, row.longitude) == (7, 125.3111)
    version = ArchiveRecordVersion.objects.get(kind="building", number=1)
    assert (version.version, version.source, version.reason) == (1, "edit", "现场核实")
    assert AuditEntry.objects.filter(verb="assets.change.approve").exists()


@pytest.mark.feature("H1-6")
def test_an_earlier_state_is_had_back_as_a_new_version(people):
    regulator = people("city.administrator")
    for floors in (7, 8):
        change = ask(people("company.administrator"), values={"floors": floors}).json()
        assert step(regulator, change["id"], "approve").status_code == 200
    found = regulator.get("/api/v1/archive/records/building/1/versions").json()
    assert [(v["version"], v["is_present"]) for v in found] == [(2, True), (1, False)]
    back = regulator.post(
        "/api/v1/archive/records/building/1/restore", {"version": 0, "reason": "误改"}, "application/json"
    )
    assert back.json() == {"version": 3}
    assert Building.objects.get(number=1).floors == 6
    again = {"version": 3, "reason": "误改"}
    url = "/api/v1/archive/records/building/1/restore"
    assert regulator.post(url, again, "application/json").status_code == 404
    assert (
        people("company.administrator").post(url, {"version": 1, "reason": "x"}, "application/json").status_code == 403
    )
    newest = ArchiveRecordVersion.objects.filter(kind="building", number=1).first()
    assert (newest.source, newest.before, newest.after) == ("restore", {"floors": 8}, {"floors": 6})


def test_returned_and_asked_again(people):
    company, regulator = people("company.administrator"), people("district.dispatcher")
    change = ask(company).json()["id"]
    assert step(regulator, change, "send_back").json()["field"] == "note"
    assert step(regulator, change, "send_back", note="请附图纸").json()["state"] == "returned"
    again = step(company, change, "submit", values={"floors": 9})
    assert again.json()["state"] == "submitted"
    assert step(regulator, change, "approve").json()["state"] == "applied"
    assert Building.objects.get(number=1).floors == 9


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"floors": 0}, "values.floors"),
        ({"code": "X"}, "code"),
        ({"nonsense": 1}, "values.nonsense"),
        ({"floors": 6}, "values"),
        ({"community_id": 99}, "values.community_id"),
        ({"longitude": "east"}, "values.longitude"),
    ],
)
def test_what_cannot_be_stored_is_not_even_asked(people, values, field):
    refused = ask(people("company.administrator"), values=values)
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.json()


def test_nobody_asks_twice_or_without_a_reason_or_of_others(people):
    company = people("company.administrator")
    assert ask(company, reason=" ").json()["field"] == "reason"
    assert ask(company).status_code == 201
    assert ask(company).status_code == 409
    assert ask(company, number=2).status_code == 404
    assert ask(people("company.reader")).status_code == 403


def test_another_district_and_another_company_see_nothing(people):
    theirs = ask(people("company2.administrator"), number=2).json()["id"]
    for name in ("company.administrator", "district.dispatcher"):
        client = people(name)
        assert client.get(f"{URL}/{theirs}").status_code == 404
        assert step(client, theirs, "approve").status_code == 404
        assert client.get(URL).json()["total"] == 0
        assert client.get("/api/v1/archive/records/building/2/versions").status_code == 404
    assert people("city.reader").get(URL).json()["by_state"] == {"submitted": 1}


def test_a_record_that_moved_on_is_not_overwritten(people):
    change = ask(people("company.administrator")).json()["id"]
    Building.objects.filter(number=1).update(floors=12)
    refused = step(people("city.dispatcher"), change, "approve")
    assert (refused.status_code, refused.json()["field"]) == (409, "floors")
    assert people("city.dispatcher").get(f"{URL}/{change}").json()["state"] == "submitted"


def test_a_record_tells_its_fields_in_words(people):
    found = people("company.administrator").get("/api/v1/archive/records/building/1").json()
    shown = {f["key"]: f for f in found["fields"]}
    assert shown["community_id"]["shown"] == "小区1"
    assert shown["is_residential"]["shown"] == "是"
    assert shown["code"]["is_fixed"]
    assert (found["may_propose"], found["may_restore"]) == (True, False)
    flat = people("company.reader").get("/api/v1/archive/records/heat_user/1").json()
    door = next(f for f in flat["fields"] if f["key"] == "door")
    assert (door["value"], door["is_fixed"]) == (None, True)
    assert door["shown"] != "201"
