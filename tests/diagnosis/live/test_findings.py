"""Findings as rows and over HTTP: opened, escalated, explained, ended; contradictions settled with a reason."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.diagnosis.findings_told import as_rows
from cleanheat.diagnosis.live.grouping import Grouped
from cleanheat.diagnosis.live.keeping import Judged, Keeper
from cleanheat.diagnosis.live.models import Contradiction, Found
from cleanheat.diagnosis.live.saying import source_key
from cleanheat.diagnosis.vocabulary import State
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level

NOW = 1_768_478_400
UNDER, FAULT = source_key(State.UNDER_SUPPLY), source_key(State.SOURCE_FAULT)
PATH = "/api/v1/diagnosis"
pytestmark = pytest.mark.django_db


def finding(number=1, level=Level.III, kind="substation", source=UNDER):
    evidence = (Evidence("heat_ratio_24h", 0.8, 0.9, ""),)
    shares = (Contribution("supply_c", 0.7), Contribution("heat_kw", 0.3))
    return Finding(source, kind, number, level, NOW - 7_200, "欠供：供热量为应供的 80%", evidence, 0.8, shares)


def keep(keeper, city, spoken, explained=None, minute=NOW, able=(UNDER, FAULT)):
    keeper.keep(Grouped(tuple(spoken), explained or {}), Judged(city, {"unit": 7, "branch": 5}, minute), set(able))


@pytest.mark.feature("A9-18")
def test_a_finding_says_by_what_it_was_judged(city):
    keep(Keeper(), city, [finding()])
    row = Found.objects.get()
    assert (row.archive_version, row.model_version, row.judged_s) == (assets.version(), 7, NOW)
    assert (row.object_name, row.company_id, row.state_key) == ("换热站1", 10, "under_supply")


def test_it_is_written_when_something_changes_and_only_then(city, django_assert_num_queries):
    keeper = Keeper()
    keep(keeper, city, [finding()])
    with django_assert_num_queries(2):  # the transaction's own
        keep(keeper, city, [finding()], minute=NOW + 60)
    keep(keeper, city, [replace(finding(), level=Level.II)], minute=NOW + 120)
    row = Found.objects.get()
    assert (row.level, row.worst, row.steps) == (2, 2, [[NOW, 3], [NOW + 120, 2]])
    keep(keeper, city, [], minute=NOW + 180, able=())
    assert Found.objects.get().ended_s is None  # nobody who could judge: nothing ends
    keep(keeper, city, [], minute=NOW + 240)
    row.refresh_from_db()
    assert (row.state, row.ended_s) == ("ended", NOW + 240)


def test_what_a_source_explains_is_kept_beside_it(city):
    keeper, cause = Keeper(), finding(1, Level.II, "branch", FAULT)
    keep(keeper, city, [finding(1), finding(3)])
    held = {f.place: (f, cause.place) for f in (finding(1), finding(3))}
    keep(keeper, city, [cause], held, NOW + 60)
    source = Found.objects.get(object_kind="branch")
    assert {m.object_number for m in source.members.all()} == {1, 3}
    assert set(Found.objects.filter(object_kind="substation").values_list("state", flat=True)) == {"explained"}
    told = {row["kind"]: row["status_name"] for row in as_rows(Found.objects.all())}
    assert told == {"branch": "持续中", "substation": "由电厂支线解释"}


def test_a_unit_is_said_to_be_explained_by_its_station_not_by_a_source(city):
    keeper, cause = Keeper(), finding(1, Level.II)
    keep(keeper, city, [cause, finding(9, kind="unit")])
    unit = finding(9, kind="unit")
    keep(keeper, city, [cause], {unit.place: (unit, cause.place)}, NOW + 60)
    assert {row["status_name"] for row in as_rows(Found.objects.filter(object_kind="unit"))} == {"由换热站解释"}


def test_a_restart_goes_on_with_the_rows_that_stand(city):
    keep(Keeper(), city, [finding()])
    keep(Keeper(), city, [finding()], minute=NOW + 60)
    assert Found.objects.count() == 1


def test_after_a_restart_what_stood_is_shown_until_it_can_be_judged_anew(city, monkeypatch):
    from cleanheat.diagnosis.live.judging import LiveDiagnosis

    keep(Keeper(), city, [finding(9, kind="unit"), finding(5, kind="unit")])
    live = LiveDiagnosis(city)
    model = live.circuits("unit")
    assert model is not None
    row = int(np.searchsorted(model.numbers, 9))
    model.alive[row], model.running.state[row] = True, 1  # it runs, and nobody has looked long enough
    states = live.states()["unit"]
    assert states[9] == State.UNDER_SUPPLY.code
    assert states[5] == State.UNKNOWN.code  # nothing comes from it: that is said first
    monkeypatch.setattr(type(model), "able", lambda *_: True)
    assert live.states()["unit"][9] == State.NORMAL.code


@pytest.mark.feature("C3-8")
def test_the_list_counts_ranking_and_detail(city, store, signed_in, monkeypatch, manual_clock):
    from cleanheat.telemetry import public as telemetry

    monkeypatch.setattr(telemetry, "store", lambda: store)
    keep(Keeper(), city, [finding(1), finding(2, Level.II)])
    client = signed_in("city.reader")
    listed = client.get(f"{PATH}/findings?is_open=true&state=under_supply").json()
    assert (listed["total"], {r["name"] for r in listed["rows"]}) == (2, {"换热站1", "换热站2"})
    counted = client.get(f"{PATH}/findings/counts").json()
    assert counted == [{"kind": "substation", "state": "under_supply", "state_name": "欠供", "levels": [0, 1, 1, 0]}]
    ranked = client.get(f"{PATH}/ranking/substation").json()["rows"]
    assert [r["number"] for r in ranked] == [2, 1]
    detail = client.get(f"{PATH}/findings/{ranked[0]['id']}").json()
    assert detail["contributions"] == [{"signal": "supply_c", "share": 0.7}, {"signal": "heat_kw", "share": 0.3}]
    assert detail["evidence"][0]["limit"] == 0.9
    assert (detail["series"]["of_kind"], detail["series"]["of_number"]) == ("unit", 9)
    assert "NaN" not in json.dumps(detail)
    own = signed_in("company.reader").get(f"{PATH}/findings").json()
    assert [r["number"] for r in own["rows"]] == [1]


def test_a_source_lists_what_it_feeds(city, signed_in):
    keep(Keeper(), city, [finding(1), finding(3)])
    client = signed_in("city.reader")
    assert client.get(f"{PATH}/findings?source_kind=branch&source_number=1").json()["total"] == 2
    assert client.get(f"{PATH}/findings?source_kind=boiler&source_number=1").json()["total"] == 0


def test_an_object_nobody_judges_yet_has_a_card_without_nan(city, signed_in):
    for kind, number in (("substation", 1), ("unit", 5), ("branch", 1), ("boiler", 1), ("plant", 1)):
        card = signed_in("city.reader").get(f"{PATH}/objects/{kind}/{number}")
        assert card.status_code == 200, card.content
        assert card.json()["state"] == "unknown"
    assert signed_in("city.reader").get(f"{PATH}/objects/room/1").status_code == 422
    assert signed_in("city.reader").get(f"{PATH}/objects/unit/999").status_code == 404


def _contradiction(number=1, company=10):
    return Contradiction.objects.create(
        kind="cold_rooms_over_supply", object_kind="substation", object_number=number, object_name=f"换热站{number}",
        first={"text": "超供"}, second={"text": "室温偏低"}, opened_s=NOW, company_id=company, district_id=2,
    )  # fmt: skip


@pytest.mark.feature("A9-19")
def test_people_settle_a_contradiction_with_a_reason(city, signed_in):
    row = _contradiction()
    client = signed_in("city.dispatcher")
    said = {"verdict": "second", "reason": "现场测温 16.5 ℃，热表接错"}

    def settle(**changes):
        return client.post(f"{PATH}/contradictions/{row.pk}/settle", said | changes, "application/json")

    assert settle(reason=" ").json()["field"] == "reason"
    assert settle(verdict="x").json()["field"] == "verdict"
    assert settle().json()["verdict_name"] == "后者属实"
    assert settle().status_code == 200
    assert settle(verdict="first").status_code == 409
    assert client.get(f"{PATH}/contradictions").json()["total"] == 0
    assert client.get(f"{PATH}/contradictions?is_open=false").json()["rows"][0]["reason"] == said["reason"]
    assert AuditEntry.objects.filter(verb="diagnosis.settle").count() == 1


def test_who_may_not_settle(city, signed_in):
    row = _contradiction()
    answer = signed_in("company.administrator").post(
        f"{PATH}/contradictions/{row.pk}/settle", {"verdict": "first", "reason": "x"}, "application/json"
    )
    assert answer.status_code == 403


def test_the_list_is_ordered_filtered_by_system_and_given_as_a_file(city, signed_in):
    keep(Keeper(), city, [finding(1), finding(2, Level.II), finding(1, Level.I, "branch", FAULT)])
    client = signed_in("city.reader")
    grave = client.get(f"{PATH}/findings?order=grave").json()["rows"]
    assert [r["level"] for r in grave] == [1, 2, 3]
    assert grave[1]["district"]
    assert (grave[2]["company"], grave[2]["affected"]) == ("甲热力", 0)
    by_system = [client.get(f"{PATH}/findings?system={n}").json()["total"] for n in (1, 2, 3)]
    assert sum(by_system) == 2  # a branch has no system
    file = client.get(f"{PATH}/findings/export?order=grave").content.decode("utf-8-sig")
    assert file.splitlines()[0].startswith("编号,级别,状态")
    assert "欠供：供热量为应供的 80%" in file
    assert "导出水印" in file.splitlines()[-1]
    own = signed_in("company.reader").get(f"{PATH}/findings/export").content.decode("utf-8-sig")
    assert "换热站1" in own
    assert "换热站2" not in own


def test_the_past_of_an_object_is_told_with_its_band(city, store, signed_in, monkeypatch, manual_clock):
    from cleanheat.telemetry import public as telemetry

    monkeypatch.setattr(telemetry, "store", lambda: store)
    past = signed_in("city.reader").get(f"{PATH}/objects/substation/1/past?days=2").json()
    assert past["of_kind"] == "unit"
    assert [line["quantity"] for line in past["lines"]] == ["supply", "return", "flow", "heat"]
    assert all(len(line["read"]) == len(past["times"]) for line in past["lines"])
    assert "NaN" not in json.dumps(past)
    assert signed_in("city.reader").get(f"{PATH}/objects/substation/1/past?days=99").status_code == 422


def test_devices_are_listed_by_what_they_have(city, signed_in, monkeypatch):
    from cleanheat.diagnosis import device_list
    from cleanheat.diagnosis.live.devices_now import DevicesNow
    from cleanheat.diagnosis.live.judging import LiveDiagnosis

    live = LiveDiagnosis(city, keeps=False)
    model = live.models["device"]
    assert isinstance(model, DevicesNow)
    model.state[:] = State.NORMAL.code
    model.state[0] = State.STOPPED.code
    monkeypatch.setattr(device_list, "running", lambda: live)
    client = signed_in("city.reader")
    page = client.get(f"{PATH}/devices").json()
    assert (page["total"], page["rows"][0]["state_name"]) == (1, "停供")
    assert sum(p["total"] for p in page["platforms"]) == model.numbers.size
    assert client.get(f"{PATH}/devices?state=room_cold").json()["total"] == 0
    assert client.get(f"{PATH}/devices?state=nonsense").status_code == 422
