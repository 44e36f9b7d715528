"""Panels of evaluation answer for everybody, each within his scope."""

import json

import pytest

from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.periods import period_of
from cleanheat.infra.panels import PANELS
from cleanheat.infra.panels.serve import forget_results

KEYS = [p.key for p in PANELS if p.key.startswith("evaluation.")]


@pytest.fixture
def scored(counted):
    forget_results()
    for key in ("2025-11", "2025-12"):
        rounds.compute(period_of("month", key))
    yield counted
    forget_results()


def _answers(client, **params):
    query = {"keys": ",".join(KEYS), "params": json.dumps(dict.fromkeys(KEYS, params) if params else {})}
    answer = client.get("/api/v1/panels", query)
    assert answer.status_code == 200
    return {p["key"]: p for p in answer.json()["panels"]}


@pytest.mark.parametrize("who", ["city.reader", "district.reader", "company.reader", "office.reader"])
def test_every_panel_answers(scored, signed_in, who):
    found = _answers(signed_in(who))
    assert len(found) >= 9
    assert {k: p["error"] for k, p in found.items() if p["error"]} == {}


def test_without_scores_panels_are_empty_not_broken(counted, signed_in):
    forget_results()
    found = _answers(signed_in("city.reader"))
    assert {k: p["error"] for k, p in found.items() if p["error"]} == {}
    assert found["evaluation.score"]["result"]["measure"]["value"] is None
    forget_results()


def test_the_city_sees_everybody_a_company_itself_beside_the_city(scored, signed_in):
    city = _answers(signed_in("city.reader"))
    assert city["evaluation.company_dimensions"]["result"]["rows"] == ["甲热力", "乙热力"]
    assert [e["name"] for e in city["evaluation.ranking"]["result"]["entries"]] == ["1. 甲热力（B）", "2. 乙热力（B）"]
    own = _answers(signed_in("company.reader"))
    assert own["evaluation.company_dimensions"]["result"]["rows"] == ["甲热力"]
    assert [x["name"] for x in own["evaluation.dimensions"]["result"]["lines"]] == ["甲热力", "全市"]
    assert own["evaluation.score"]["result"]["measure"]["label"].startswith("甲热力")
    assert "乙" not in json.dumps(own, ensure_ascii=False)


def test_another_companys_score_does_not_exist(scored, signed_in):
    found = _answers(signed_in("company.reader"), company_id=20)
    assert found["evaluation.score"]["error"]["status"] == 404
    assert found["evaluation.worst_checks"]["error"]["status"] == 404


def test_the_dearest_check_stands_first(scored, signed_in):
    table = _answers(signed_in("company.reader"))["evaluation.worst_checks"]["result"]
    assert [row[0] for row in table["rows"]] == ["室温量程", "应报实报", "换热机组突变", "接入成功"]
    assert table["rows"][-1][-1] == 0  # accessibility is shown and weighs nothing
