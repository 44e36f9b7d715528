"""The list, one alert, and decisions over HTTP; nobody sees another company's."""

import pytest

from cleanheat.alerts.actions import reconcile
from cleanheat.alerts.models import Alert
from cleanheat.kernel.findings import Finding, Level

NOW = 1_768_478_400
STOP = "diagnosis.supply_stopped"


@pytest.fixture
def alerts(city):
    """Substations 1–4: the odd ones are company 10's, the even ones company 20's."""
    levels = {1: Level.II, 2: Level.I, 3: Level.III, 4: Level.II}
    reconcile([Finding(STOP, "substation", n, level, NOW - 900, "换热站停供") for n, level in levels.items()], NOW)
    return {a.object_number: a.pk for a in Alert.objects.all()}


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("city.reader", {1, 2, 3, 4}),
        ("company.reader", {1, 3}),
        ("company2.reader", {2, 4}),
        ("office.reader", {1, 3}),
        ("district.reader", {1, 3}),
    ],
)
def test_everybody_sees_his_own(alerts, signed_in, username, seen):
    answer = signed_in(username).get("/api/v1/alerts").json()
    assert {a["object_number"] for a in answer["rows"]} == seen
    assert answer["total"] == len(seen) == sum(answer["open_by_level"])


def test_filters_and_pages(alerts, signed_in):
    client = signed_in("city.reader")
    get = lambda **q: client.get("/api/v1/alerts", q).json()  # noqa: E731
    assert [a["object_number"] for a in get(level=1)["rows"]] == [2]
    assert get(company_id=10)["total"] == 2
    assert get(kind="substation", number=3)["total"] == 1
    assert get(is_open=False)["total"] == 0
    page = get(page=2, size=3)
    assert (page["total"], len(page["rows"])) == (4, 1)
    assert client.get("/api/v1/alerts", {"size": 0}).status_code == 422
    assert client.get("/api/v1/alerts", {"state": "nonsense"}).status_code == 422


def test_a_board_counts_from_every_side(alerts, signed_in, monkeypatch):
    monkeypatch.setattr("cleanheat.infra.clock.now", lambda: float(NOW))
    board = signed_in("city.reader").get("/api/v1/alerts/standing", {"family": "diagnosis", "hours": 2}).json()
    assert board["by_level"] == [1, 2, 1, 0]
    assert [(c["company_id"], c["levels"]) for c in board["by_company"]] == [(10, [0, 1, 1, 0]), (20, [1, 1, 0, 0])]
    assert board["by_source"] == [{"source": STOP, "name": "停供", "count": 4}]
    assert board["by_kind"] == [{"kind": "substation", "count": 4}]
    assert sum(map(sum, board["begun"])) == 4
    assert len(board["hours"]) == 2
    mine = signed_in("company.reader").get("/api/v1/alerts/standing", {"family": "diagnosis"}).json()
    assert [c["company_id"] for c in mine["by_company"]] == [10]
    assert signed_in("city.reader").get("/api/v1/alerts", {"family": "quality"}).json()["total"] == 0
    assert signed_in("city.reader").get("/api/v1/alerts", {"family": "diagnosis"}).json()["total"] == 4


def test_one_alert_says_what_it_is(alerts, signed_in):
    one = signed_in("company.reader").get(f"/api/v1/alerts/{alerts[1]}").json()
    assert (one["source_name"], one["level_name"], one["colour"], one["state_name"]) == (
        "停供",
        "Ⅱ级 重大",
        "orange",
        "新产生",
    )
    assert signed_in("company.reader").get(f"/api/v1/alerts/{alerts[2]}").status_code == 404


def test_decisions(alerts, signed_in):
    post = lambda who, pk, verb, **body: signed_in(who).post(  # noqa: E731
        f"/api/v1/alerts/{pk}/{verb}", body, content_type="application/json"
    )
    assert post("company.dispatcher", alerts[1], "confirm", note="已派人").json()["state"] == "confirmed"
    assert post("company.dispatcher", alerts[2], "confirm").status_code == 404
    assert post("company.reader", alerts[1], "confirm").status_code == 403
    assert post("company.dispatcher", alerts[1], "close", note="好了").status_code == 403
    assert post("city.dispatcher", alerts[1], "close").json()["field"] == "note"
    assert post("city.dispatcher", alerts[1], "false", note="误报").json()["state"] == "false"
    assert post("city.dispatcher", alerts[1], "confirm").status_code == 409


def test_nobody_without_signing_in(alerts, client):
    assert client.get("/api/v1/alerts").status_code == 401
