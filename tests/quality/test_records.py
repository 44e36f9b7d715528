"""Checks of archives: every kind of mistake is found at the record that has it, and only there; decisions on it."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.accounts.models import User
from cleanheat.assets import models as m
from cleanheat.assets import public as assets
from cleanheat.complaints.models import Ticket
from cleanheat.infra import clock, jobs
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem
from cleanheat.quality.models import CheckRun, RecordIssue
from cleanheat.quality.records import actions, network
from cleanheat.quality.records.columns import copies, distance_km, median_by, unified
from cleanheat.quality.records.running import run
from cleanheat.twin.public import CityGeometry, Shapes

JSON = "application/json"


@pytest.fixture
def good_city(city, manual_clock):
    """The small city with its figures of speech made right: codes, places and shapes that no rule minds."""
    for kind, model in (("DC", m.Plant), ("ZX", m.Branch), ("GL", m.BoilerRoom), ("HR", m.Substation)):
        for row in model.objects.select_related("district"):
            row.code = f"{row.district.code}-{kind}-{row.number:06d}"
            row.save()
    return city


def _changed(model, number, **values):
    """Change stored rows behind the archive's back and read the archive anew."""
    model.objects.filter(pk=number).update(**values)
    assets.publish("test")
    assets.forget()


def _found(*tables):
    run(lambda *_: None, keys=tables)
    return {(i.rule.code, i.record) for i in RecordIssue.objects.filter(state="open").select_related("rule")}


CASES = [
    pytest.param("archive.substation", m.Substation, 1, {"code": "220102-hr-1"}, "archive_code_format_substation",
                 marks=pytest.mark.feature("G2-1")),
    pytest.param("archive.substation", m.Substation, 1, {"name": "换热站　１号（东）"}, "archive_name_tidy_substation",
                 marks=pytest.mark.feature("G2-1")),
    pytest.param("archive.substation", m.Substation, 1, {"heated_area_m2": 0.0}, "archive_area_given_substation",
                 marks=pytest.mark.feature("G2-1")),
    pytest.param("archive.unit", m.Unit, 5, {"heat_index_w_m2": 450.0}, "archive_unit_index",
                 marks=pytest.mark.feature("G2-1")),
    pytest.param("archive.heat_user", m.HeatUser, 1, {"floor": 12}, "archive_user_floor",
                 marks=pytest.mark.feature("G2-2")),
    pytest.param("archive.heat_user", m.HeatUser, 1, {"state": "gone"}, "archive_user_state",
                 marks=pytest.mark.feature("G2-2")),
    pytest.param("archive.building", m.Building, 1, {"households": 4_800}, "archive_building_household_area",
                 marks=pytest.mark.feature("G2-2")),
    pytest.param("archive.boiler", m.BoilerRoom, 1, {"longitude": 43.88, "latitude": 125.31}, "archive_in_city_boiler",
                 marks=pytest.mark.feature("G2-3")),
    pytest.param("archive.substation", m.Substation, 1, {"latitude": 44.7}, "archive_coverage_substation",
                 marks=pytest.mark.feature("G2-3")),
    pytest.param("archive.district", m.Building, 1, {"district_id": 3}, "archive_district_supply",
                 marks=pytest.mark.feature("G2-4")),
    pytest.param("archive.building", m.Building, 1, {"latitude": 43.99}, "archive_building_community_distance",
                 marks=pytest.mark.feature("G2-5")),
    pytest.param("archive.building", m.Building, 1, {"district_id": 3}, "archive_building_district",
                 marks=pytest.mark.feature("G2-5")),
    pytest.param("archive.room", m.RoomSensor, 1, {"user_id": 2}, "archive_room_building",
                 marks=pytest.mark.feature("G2-7")),
    pytest.param("archive.room", m.HeatUser, 1, {"state": "removed"}, "archive_room_user",
                 marks=pytest.mark.feature("G2-7")),
    pytest.param("archive.substation", m.Substation, 1, {"office_id": 21}, "archive_office_belongs_substation",
                 marks=pytest.mark.feature("G2-8")),
    pytest.param("archive.substation", m.Substation, 1, {"street_id": 13}, "archive_street_district_substation",
                 marks=pytest.mark.feature("G2-8")),
    pytest.param("archive.device", m.RuralDevice, 1, {"latitude": 44.6}, "archive_device_village",
                 marks=pytest.mark.feature("G2-9")),
    pytest.param("archive.device", m.RuralDevice, 1, {"name": ""}, "archive_device_household",
                 marks=pytest.mark.feature("G2-10")),
    pytest.param("archive.pipe", m.Pipe, 1, {"diameter_mm": 5_000}, "archive_pipe_diameter"),
    pytest.param("archive.unit", m.Unit, 5, {"design_return_temp_c": 55.0}, "archive_unit_design"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "model", "number", "wrong", "code"), CASES)
def test_a_mistake_is_found_where_it_is(good_city, table, model, number, wrong, code):
    before = _found(table)
    assert code not in {rule for rule, _ in before if rule == code}, "the clean city has none"
    _changed(model, number, **wrong)
    hit = {record for rule, record in _found(table) if rule == code}
    assert number in hit or table == "archive.district"
    assert len(hit) == 1
    assert code in {rule for rule, _ in RecordIssue.objects.values_list("rule__code", "record")}


@pytest.mark.feature("G2-6")
def test_a_pipe_that_hangs_on_nothing_is_found(good_city, monkeypatch):
    """Pipe 1 begins at the branch's head, pipe 2 a kilometre from everything."""
    branch = good_city["branch"]
    at = np.array([branch.longitude[1], branch.latitude[1]])
    lines = np.array([at, at + 0.001, at + 0.02, at + 0.021])
    geometry = CityGeometry(
        buildings=Shapes(np.zeros(0, np.int32), np.zeros(1, np.uint32), np.zeros((0, 2))),
        building_height_m=np.zeros(0, np.float32),
        pipes=Shapes(np.array([1, 2], np.int32), np.array([0, 2, 4], np.uint32), lines),
        base={},
        coverage={},
    )
    monkeypatch.setattr(network.twin, "current_geometry", lambda: geometry)
    assert ("archive_pipe_connected", 2) in _found("archive.pipe")
    assert ("archive_pipe_connected", 1) not in _found("archive.pipe")
    joined = np.array([at, at + 0.001, at + 0.001, at + 0.021])
    monkeypatch.setattr(network.twin, "current_geometry", lambda: _with(geometry, joined))
    assert ("archive_pipe_connected", 2) not in _found("archive.pipe")
    assert RecordIssue.objects.get(rule__code="archive_pipe_connected", record=2).state == "solved"


def _with(geometry, lines):
    pipes = Shapes(geometry.pipes.numbers, geometry.pipes.offsets, lines)
    return CityGeometry(geometry.buildings, geometry.building_height_m, pipes, {}, {})


@pytest.fixture
def untidy(good_city):
    """Substation 1 of company 10 and substation 2 of company 20 with names to be unified."""
    for number in (1, 2):
        _changed(m.Substation, number, name=f"换热站　{number}号（东）")
    run(lambda *_: None, keys=("archive.substation",))
    return {i.record: i for i in RecordIssue.objects.filter(rule__code="archive_name_tidy_substation")}


def test_a_proposal_is_applied_through_the_records_own_form(untidy, cast):
    user = User.objects.get(username="company.administrator")
    issue = untidy[1]
    assert issue.proposal == "换热站1号(东)"
    assert actions.accept(user, issue.pk, "统一书写").state == "accepted"
    assert m.Substation.objects.get(pk=1).name == "换热站1号(东)"
    assert AuditEntry.objects.filter(object_kind="assets.substation", object_id="1").exists()
    actions.accept(user, issue.pk)
    run(lambda *_: None, keys=("archive.substation",))
    issue.refresh_from_db()
    assert issue.state == "solved"


def test_a_dismissed_issue_stays_so_and_needs_a_reason(untidy, cast):
    user = User.objects.get(username="city.administrator")
    with pytest.raises(Problem):
        actions.dismiss(user, untidy[2].pk, " ")
    actions.dismiss(user, untidy[2].pk, "以匾额为准")
    run(lambda *_: None, keys=("archive.substation",))
    assert RecordIssue.objects.get(pk=untidy[2].pk).state == "dismissed"


def test_a_run_changes_nothing_when_nothing_changed(untidy):
    before = list(RecordIssue.objects.order_by("pk").values_list("pk", "rule", "record", "state"))
    run(lambda *_: None, keys=("archive.substation",))
    assert list(RecordIssue.objects.order_by("pk").values_list("pk", "rule", "record", "state")) == before


def test_issues_over_http_are_the_callers_own(untidy, signed_in):
    company = signed_in("company.administrator")
    path = "/api/v1/quality/records/issues"
    rows = company.get(f"{path}?kind=archive.substation&size=500").json()["rows"]
    assert rows
    assert {r["record"] for r in rows} <= {1, 3}
    assert next(r for r in rows if r["rule_name"].startswith("名称书写"))["can_apply"]
    text = company.get(f"{path}/export?format=csv").content.decode("utf-8-sig")
    assert "换热站　1号" in text
    assert "换热站　2号" not in text
    for what in ("accept", "dismiss"):
        answer = company.post(f"{path}/{untidy[2].pk}/{what}", {"note": "x"}, JSON)
        assert answer.status_code in {403, 404}
    assert company.post(f"{path}/{untidy[1].pk}/accept", {"note": ""}, JSON).json()["state"] == "accepted"
    summed = company.get("/api/v1/quality/records/summary").json()
    assert sum(r["accepted_issues"] for r in summed) == 1
    assert {r["checked"] for r in summed} == {None}
    assert company.get("/api/v1/quality/records/checks").json() == []


def test_no_personal_data_gets_from_a_complaint_into_an_issue(good_city, signed_in):
    at = clock.now_utc()
    address = "南湖小区　3号楼2单元501室"
    Ticket.objects.create(
        channel="12345",
        number="T-1",
        received_at=at,
        caller_name="张三丰",
        caller_phone="138123412345",
        address=address,
    )
    run(lambda *_: None, keys=("complaints.ticket",))
    told = signed_in("city.reader").get("/api/v1/quality/records/issues?kind=complaints.ticket&size=500")
    rows = {row["field"]: row for row in told.json()["rows"]}
    assert rows["caller_phone"]["found"] == "138****2345"
    assert rows["address"]["proposal"].endswith("3号楼***")
    assert not [word for word in ("138123412345", "2单元", "张三丰") if word in told.content.decode()]
    found = signed_in("city.reader").get("/api/v1/quality/records/issues?text=138123412345")
    assert found.json()["total"] == 0


@pytest.mark.feature("G6-1")
def test_the_nightly_check_judges_every_table_and_can_be_asked_for(good_city, signed_in):
    city = signed_in("city.administrator")
    answer = city.post("/api/v1/quality/records/checks", {"tables": []}, JSON)
    assert answer.status_code == 202
    jobs.run_pending()
    job = city.get(f"/api/v1/jobs/{answer.json()['job_id']}").json()
    assert (job["state"], job["done"]) == ("done", job["total"])
    runs = city.get("/api/v1/quality/records/checks").json()
    assert "complaints.ticket" in runs[0]["tables"]
    assert len(runs[0]["tables"]) == 14
    assert CheckRun.objects.filter(finished_at=None).count() == 0
    company = signed_in("company.administrator")
    assert company.post("/api/v1/quality/records/checks", {"tables": []}, JSON).status_code == 403
    assert city.post("/api/v1/quality/records/checks", {"tables": ["archive.moon"]}, JSON).status_code == 422


def test_columns_in_arrays():
    assert unified("Ａ座　１号楼 （东）") == "A座1号楼(东)"
    assert copies(np.array([1, 1, 2]), np.array([5, 5, 5])).tolist() == [2, 2, 1]
    assert median_by(np.array([1.0, 3.0, 10.0, 7.0]), np.array([1, 1, 1, 2])).tolist() == [3, 3, 3, 7]
    away = distance_km(np.array([125.0]), np.array([44.0]), np.array([125.0]), np.array([43.0]))
    assert away[0] == pytest.approx(111.2)


def test_the_panels_show_coverage_and_the_viewers_own_issues(untidy, signed_in):
    path = "/api/v1/panels?keys=quality.rule_coverage,quality.record_issues"
    company = signed_in("company.administrator").get(path)
    assert company.status_code == 200, company.content
    text = company.content.decode()
    assert "突变值" in text
    assert "名称书写不统一" in text
