"""The addresses: what they answer, to whom, and what they refuse."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cleanheat.assets import public as assets
from cleanheat.diagnosis.service import jobs, queries
from cleanheat.diagnosis.service.models import Feedback, QualityRequest
from cleanheat.diagnosis.service.now import DemandsNow
from cleanheat.simulator.fees import draw_fees
from tests.conftest import EVENING


def progress(_done: int, _total: int, _note: str = "") -> None:
    """Nobody watches."""


@pytest.fixture
def known(heated):
    jobs.measure_service({"days": 3}, progress)
    jobs.sort_all_homes({}, progress)
    return heated


def get(client, path: str):
    answer = client.get(f"/api/v1/diagnosis/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.feature("A9-9", "C4-2")
def test_rooms_are_listed_and_counted_within_the_scope(known, signed_in):
    city, company = signed_in("city.reader"), signed_in("company.reader")
    assert [r["number"] for r in get(city, "rooms")["rows"]] == [2, 1]
    assert [r["number"] for r in get(company, "rooms")["rows"]] == [1]
    cold = get(city, "rooms?state=room_cold")
    assert [(r["number"], r["state"], r["spell_h"]) for r in cold["rows"]] == [(2, "room_cold", 24)]
    counted = get(city, "rooms/summary")
    assert counted["coverage"] == 1
    assert sum(b["count"] for b in counted["bands"]) == 2
    assert city.get("/api/v1/diagnosis/rooms?state=wrong").status_code == 422
    assert "NaN" not in json.dumps(counted)


@pytest.mark.feature("A9-9")
def test_one_room_beside_its_own_way_and_ahead(known, signed_in):
    company = signed_in("company.reader")
    card = get(company, "rooms/1")
    assert card["room"]["state"] == "normal"
    assert len(card["hours"]["times"]) == 72
    assert card["hours"]["room_c"][-1] == pytest.approx(21, abs=0.5)
    assert [a["hours"] for a in card["ahead"]] == [1, 6, 24, 48]
    assert {a["basis"] for a in card["ahead"]} == {"as_now"}  # three days teach nobody to look ahead
    assert company.get("/api/v1/diagnosis/rooms/2").status_code == 404


@pytest.mark.feature("A9-10", "C4-4", "C4-7")
def test_service_is_compared_and_tracked(known, signed_in):
    city, company = signed_in("city.reader"), signed_in("company.reader")
    page = get(city, "service?level=company")
    assert [r["number"] for r in page["rows"]] == [20, 10]  # worst first
    assert page["is_whole"]
    mine = get(company, "service?level=city")
    assert not mine["is_whole"]
    assert mine["rows"][0]["rooms"] == 1
    assert get(city, "service/community/2?step=day")["qualified"][-1] == 0
    within = get(city, "service?level=building&within=company&of=20")["rows"]
    assert [r["number"] for r in within] == [2]
    assert get(company, "service?level=building&within=company&of=20")["rows"] == []
    assert company.get("/api/v1/diagnosis/service/community/2").status_code == 404
    assert city.get("/api/v1/diagnosis/service?order=phone").status_code == 422
    assert city.get("/api/v1/diagnosis/service?start=10&end=5").status_code == 422
    total = sum(w["value"] for w in get(city, "service/weights") if w["table"] == "weights")
    assert total == pytest.approx(1)


@pytest.mark.feature("C4-6", "C4-2", "C4-3")
def test_a_portrait_says_what_is_known_why_and_what_nobody_noticed(known, signed_in):
    assets.load_fees(draw_fees(known, 7, int(EVENING)))
    user = Feedback(number="F1", heat_user_id=2, visited_on=date(2026, 1, 10), satisfaction="dissatisfied")
    user.content = "3单元501室仍然不热"
    user.save()
    queries.forget()
    city = signed_in("city.reader")
    found = get(city, "portraits/2")
    words = {t["key"]: t for t in found["tags"]}
    assert "16.5" in words["cold"]["reason"]
    assert words["silent"]["is_latent"]
    assert found["room"] == 2
    assert found["position"] == "中间户"
    assert found["real_state"] == "在网"
    assert len(found["fees"]) == 2
    assert "501" not in found["feedback"][0]
    assert get(city, "portraits?tag=silent")["total"] == 1
    counted = get(city, "portraits/tags")
    assert {t["key"]: t["count"] for t in counted["tags"]}["cold"] == 1
    company = signed_in("company.reader")
    assert company.get("/api/v1/diagnosis/portraits/2").status_code == 404
    assert get(company, "portraits?tag=cold")["total"] == 0
    assert city.get("/api/v1/diagnosis/portraits?tag=none").status_code == 422


@pytest.mark.feature("C4-5")
def test_special_flats_are_counted_by_position(known, signed_in):
    rows = get(signed_in("city.reader"), "portraits/special")
    assert [r["zh"] for r in rows] == ["中间户", "边户", "顶层户", "顶角户", "底层户"]
    assert rows[0]["read"] == 2
    assert rows[1]["mean_c"] is None


@pytest.mark.feature("C4-8")
def test_a_demand_stands_as_a_finding_until_it_is_met(known, signed_in):
    from cleanheat.diagnosis.live.model import Moment

    city, company = signed_in("city.dispatcher"), signed_in("company2.dispatcher")
    body = {"kind": "community", "number": 2, "reason": "连续低温", "level": 2}
    made = city.post("/api/v1/diagnosis/demands", body, content_type="application/json")
    assert made.status_code == 201, made.content
    again = city.post("/api/v1/diagnosis/demands", body, content_type="application/json").json()
    assert again["id"] == made.json()["id"]
    moment = Moment(int(EVENING), known, None, {}, lambda _kind: None)
    (finding,) = DemandsNow(known).judge(moment)
    assert finding.place == ("diagnosis.service_quality", "community", 2)
    assert [d["id"] for d in get(company, "demands")] == [again["id"]]
    assert get(signed_in("company.reader"), "demands") == []
    refused = company.post("/api/v1/diagnosis/demands", body, content_type="application/json")
    assert refused.status_code == 403
    closed = city.post(f"/api/v1/diagnosis/demands/{again['id']}/close", {}, content_type="application/json")
    assert closed.json()["closed_at"]
    assert DemandsNow(known).judge(moment) == []
    assert QualityRequest.objects.count() == 1


@pytest.mark.feature("C4-8")
def test_feedback_comes_in_by_file_each_for_ones_own(known, signed_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    body = (
        "回访编号,热用户,回访日期,满意度,回访测温,问题已解决,督导单编号\n"
        "H1,YH2,2026-01-12,满意,19.5,是,ZL20260110-000001\n"
        "H2,YH2,2026-01-12,满意,75,是,\n"
    ).encode()
    city = signed_in("city.dispatcher")
    answer = city.post("/api/v1/resources/diagnosis.feedback/import", {"file": SimpleUploadedFile("f.csv", body)})
    assert answer.status_code == 200, answer.content
    assert answer.json()["created"] == 1
    assert answer.json()["refused"][0]["field"] == "room_temp_c"
    assert signed_in("company2.reader").get("/api/v1/resources/diagnosis.feedback").json()["total"] in (0, 1)
    assert signed_in("company.reader").get("/api/v1/resources/diagnosis.feedback").json()["total"] == 0
