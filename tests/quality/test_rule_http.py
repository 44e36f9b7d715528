"""The rule library over HTTP: lists, the editor's language, checking a text, history, previews on stored minutes."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.infra import jobs
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, MINUTE_S
from cleanheat.quality.models import Rule
from cleanheat.telemetry import public as telemetry
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.traces import Counts
from tests.conftest import EVENING

JSON = "application/json"
CONTENT = {
    "title": "二次供温上限",
    "expression": "二次供水温度 <= 上限温度",
    "marks": ["secondary_supply_temp_c"],
    "parameters": {"most_c": {"value": 60.0, "unit": "℃", "zh": "上限温度", "source": "本市经验"}},
}


@pytest.fixture
def city_admin(signed_in):
    return signed_in("city.administrator")


def _get(client, path):
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def _send(client, method, path, body, expected=200):
    answer = getattr(client, method)(f"/api/v1{path}", body, JSON)
    assert answer.status_code == expected, answer.content
    return answer.json()


def test_the_library_is_listed_and_filtered(city_admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = _get(city_admin, "/quality/rules?data_class=substation&family=jump&size=100")
    assert page["total"] == len(page["rows"]) >= 8
    assert {r["data_class_name"] for r in page["rows"]} == {"换热站实时数据"}
    assert _get(city_admin, "/quality/rules?text=heat_balance")["total"] >= 2
    assert _get(city_admin, "/quality/rules?state=draft")["total"] == 0
    row = _get(city_admin, "/quality/rules?text=heat_balance_unit")["rows"][0]
    whole = _get(city_admin, f"/quality/rules/{row['number']}")
    assert whole["reading"]["ok"]
    assert "瞬时热量" in whole["reading"]["expression"]
    assert whole["content"]["parameters"]["tolerance"]["value"] == 0.1
    assert whole["signals"]["heat_power_gj_h"] == "瞬时热量"


@pytest.mark.feature("A8-4")
def test_a_rule_is_made_weighted_published_and_its_history_told(city_admin):
    body = {"code": "ours", "kind": "unit", "content": CONTENT, "reason": "试行"}
    number = _send(city_admin, "post", "/quality/rules", body, 201)["number"]
    path = f"/quality/rules/{number}"
    _send(city_admin, "patch", path, {"content": {"weight": 2.5}, "reason": "加重"})
    published = _send(city_admin, "post", f"{path}/publish", {"reason": "评审通过"})
    assert (published["state"], published["version"], published["weight"]) == ("published", 2, 2.5)
    history = _get(city_admin, f"{path}/versions")
    changed = [{k: c[k] for k in ("name", "before", "after")} for c in history["versions"][0]["changes"]]
    assert changed == [{"name": "权重", "before": 1.0, "after": 2.5}]
    assert [s["change"] for s in history["steps"]] == ["published", "edited", "created"]
    copied = _send(city_admin, "post", f"{path}/copy", {"code": "ours_too"}, 201)
    assert copied["state"] == "draft"
    assert _send(city_admin, "post", f"{path}/retire", {"reason": "停用"})["state"] == "retired"
    restored = _send(city_admin, "post", f"{path}/restore", {"reason": "恢复", "version": 1})
    assert restored["draft"]["weight"] == 1.0
    assert _send(city_admin, "post", f"{path}/publish", {"reason": " "}, 422)["field"] == "reason"


def test_a_text_is_checked_with_line_and_column(city_admin):
    sound = _send(city_admin, "post", "/quality/expressions/check", {"kind": "unit", "content": CONTENT})
    assert sound["ok"]
    assert sound["cost_ns"] > 0
    wrong = {**CONTENT, "expression": "二次供水温度 <=\n  供水的温度"}
    answer = _send(city_admin, "post", "/quality/expressions/check", {"kind": "unit", "content": wrong})
    assert not answer["ok"]
    assert [(f["field"], f["line"], f["column"]) for f in answer["faults"]] == [("expression", 2, 3)]
    hostile = {**CONTENT, "expression": "__import__('os').system('x')"}
    assert not _send(city_admin, "post", "/quality/expressions/check", {"kind": "unit", "content": hostile})["ok"]
    elsewhere = {**CONTENT, "expression": '符合格式(统一编码, "[0-9]+")', "marks": [], "parameters": {}}
    assert not _send(city_admin, "post", "/quality/expressions/check", {"kind": "unit", "content": elsewhere})["ok"]
    asked = {"kind": "archive.plant", "content": elsewhere}
    assert _send(city_admin, "post", "/quality/expressions/check", asked)["ok"]


def test_the_editor_is_told_the_language(city_admin):
    unit = _get(city_admin, "/quality/language?kind=unit")
    assert {"二次供水温度", "设计流量", "室外温度", "到报延迟"} <= {f["name"] for f in unit["fields"]}
    functions = {f["name"]: f for f in unit["functions"]}
    assert functions["平均"]["insert"] == "平均("
    assert "符合格式" not in functions
    assert {c["name"] for c in unit["choices"]["family"]} >= {"边界值", "及时性"}
    assert [c["name"] for c in unit["choices"]["system"]] == ["单系统", "双系统", "多系统"]
    plant = _get(city_admin, "/quality/language?kind=archive.plant")
    assert "符合格式" in {f["name"] for f in plant["functions"]}
    assert "平均" not in {f["name"] for f in plant["functions"]}
    assert city_admin.get("/api/v1/quality/language?kind=spaceship").status_code == 422


def test_hits_of_today_are_those_of_ones_own_senders(city, store, manual_clock, city_admin, signed_in):
    telemetry.install_store(store)
    number = Rule.objects.get(code="range_unit").pk
    columns = ([number, number], [1, 1], [10, 20], [100, 50], [3, 7], [0, 1])
    counts = Counts("unit", *(np.array(c, np.int64) for c in columns))
    store.append_counts([counts], int(EVENING), "now")
    store.append_counts([counts], int(EVENING) - DAY_S, "yesterday")
    assert _get(city_admin, "/quality/hits/today") == [{"rule": number, "checks": 150, "violations": 10, "skipped": 1}]
    rows = _get(city_admin, f"/quality/hits/today/{number}")
    assert [(r["company_id"], r["violations"]) for r in rows] == [(20, 7), (10, 3)]
    company = signed_in("company.administrator")
    assert [r["violations"] for r in _get(company, "/quality/hits/today")] == [3]
    assert [r["company_id"] for r in _get(company, f"/quality/hits/today/{number}")] == [10]


def test_companies_read_rules_and_change_none(signed_in):
    company = signed_in("company.administrator")
    number = Rule.objects.get(code="range_unit").pk
    assert _get(company, f"/quality/rules/{number}")["code"] == "range_unit"
    for method, path, body in (
        ("post", "/quality/rules", {"code": "x", "kind": "unit", "content": CONTENT}),
        ("patch", f"/quality/rules/{number}", {"content": {}, "reason": "x"}),
        ("post", f"/quality/rules/{number}/publish", {"reason": "x"}),
        ("post", f"/quality/rules/{number}/retire", {"reason": "x"}),
        ("post", "/quality/previews", {"kind": "unit", "content": CONTENT}),
    ):
        assert getattr(company, method)(f"/api/v1{path}", body, JSON).status_code == 403


@pytest.fixture
def readings(city, store, manual_clock):
    """Ninety minutes of the four units; unit 9 (company 20) says 75 ℃ in the last five."""
    telemetry.install_store(store)
    kind, ids = KINDS["unit"], city["unit"].numbers.astype(np.uint32)
    now = int(EVENING)
    for back in range(90, 0, -1):
        columns = [np.full(ids.size, 50, s.dtype) for s in kind.signals]
        supply = kind.index["secondary_supply_temp_c"]
        columns[supply] = np.full(ids.size, 520, kind.signals[supply].dtype)
        if back <= 5:
            columns[supply][ids == 9] = 750
        verdicts = np.zeros((len(kind.signals), ids.size), np.uint8)
        store.append(Frame("unit", now - back * MINUTE_S, ids, columns, verdicts), f"unit-{back}")
    return store


def test_a_preview_counts_what_would_have_been_caught(readings, city_admin, signed_in):
    body = {"kind": "unit", "content": CONTENT}
    assert _send(city_admin, "post", "/quality/previews", body, 202)["job_id"] is None
    answer = _send(city_admin, "post", "/quality/previews", body | {"whole_day": True}, 202)
    sample = answer["sample"]
    assert (sample["violations"], sample["minutes"], sample["is_sample"]) == (5, 15, False)
    assert [(c["company_id"], c["violations"]) for c in sample["by_company"]] == [(20, 5), (10, 0)]
    assert {e["value"] for e in sample["examples"]} == {75.0}
    assert {e["object_name"] for e in sample["examples"]} == {"机组2"}
    jobs.run_pending()
    day = _get(city_admin, f"/quality/previews/{answer['job_id']}")
    assert (day["state"], day["answer"]["violations"], day["answer"]["minutes"]) == ("done", 5, 90)
    assert signed_in("city.dispatcher").get(f"/api/v1/quality/previews/{answer['job_id']}").status_code in {403, 404}


def test_a_preview_takes_the_newest_stored_minutes_when_data_lag(readings, city, manual_clock, city_admin):
    kind, ids = KINDS["unit"], city["unit"].numbers.astype(np.uint32)
    newest = int(EVENING) - MINUTE_S
    columns = [np.full(ids.size, 50, s.dtype) for s in kind.signals]
    telemetry.latest().update(Frame("unit", newest, ids, columns, np.zeros((len(columns), ids.size), np.uint8)))
    manual_clock.advance(40 * 60)
    sample = _send(city_admin, "post", "/quality/previews", {"kind": "unit", "content": CONTENT}, 202)["sample"]
    assert (sample["end"], sample["lag_min"]) == (newest + MINUTE_S, 40)
    assert (sample["minutes"], sample["violations"]) == (15, 5)


def test_a_preview_of_a_wrong_text_is_refused(city_admin):
    wrong = {**CONTENT, "expression": "二次供水温度 <="}
    body = {"kind": "unit", "content": wrong}
    assert _send(city_admin, "post", "/quality/previews", body, 422)["field"] == "expression"


def test_a_preview_on_records_is_whole(city, city_admin):
    content = {"title": "层数", "expression": "层数 <= 5", "marks": ["floors"], "family": "boundary"}
    answer = _send(city_admin, "post", "/quality/previews", {"kind": "archive.building", "content": content}, 202)
    assert answer["job_id"] is None
    assert (answer["sample"]["checks"], answer["sample"]["violations"]) == (2, 2)
