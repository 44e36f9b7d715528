"""The status page's data: the line for the city's staff, their own sending for everybody else."""

import pytest


@pytest.mark.feature("A6-1")
def test_the_citys_dispatcher_sees_the_line_and_all_senders(line, signed_in):
    answer = signed_in("city.dispatcher").get("/api/v1/status").json()
    (minute,) = answer["minutes"]
    assert {s["stage"] for s in minute["stages"]} >= {"open", "judge", "store", "diagnose", "alerts", "live"}
    assert set(minute["hits"]) <= set(answer["rules"])
    assert all(not zh.isascii() for zh in answer["rules"].values())
    assert answer["events_given_up"] == 0
    assert {s["sender"] for s in answer["senders"]} == {10, 20, 30, 40, 50}


@pytest.mark.parametrize(("username", "senders"), [("company.dispatcher", {10}), ("office.reader", set())])
def test_a_company_sees_its_own_sending_only(line, signed_in, username, senders):
    answer = signed_in(username).get("/api/v1/status").json()
    assert answer["minutes"] is answer["events_given_up"] is None
    assert {s["sender"] for s in answer["senders"]} == senders


def test_a_reader_of_the_city_sees_no_line(line, signed_in):
    assert signed_in("city.reader").get("/api/v1/status").json()["minutes"] is None


def test_totals_are_of_what_one_sees(line, signed_in):
    get = lambda who: signed_in(who).get("/api/v1/totals").json()["substations"]  # noqa: E731
    assert (get("city.reader"), get("company.reader")) == (4, 2)


def test_metrics_for_this_machine_only(line, client):
    assert b"cleanheat_lag_seconds" in client.get("/api/v1/metrics").content
    assert client.get("/api/v1/metrics", REMOTE_ADDR="10.1.2.3").status_code == 403


@pytest.mark.feature("A6-1")
@pytest.mark.parametrize(("username", "count"), [("city.reader", 5), ("company.reader", 1), ("office.reader", 0)])
def test_the_panel_of_sending_stays_within_its_scope(line, signed_in, username, count):
    answer = signed_in(username).get("/api/v1/panels?keys=pipeline.sending,pipeline.rates").json()
    panels = {p["key"]: p for p in answer["panels"]} if "panels" in answer else answer
    assert count == len(_find(panels, "rows"))


def _find(value, key):
    """The first list under ``key`` anywhere in an answer."""
    if isinstance(value, dict):
        if isinstance(value.get(key), list):
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            if (found := _find(part, key)) is not None:
                return found
    return None


def test_before_the_line_is_up(city, signed_in):
    assert signed_in("city.dispatcher").get("/api/v1/status").status_code == 503
