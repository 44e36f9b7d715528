"""Spatial and network analyses over a small city known by heart, as the map asks them and as OGC API Processes."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from cleanheat.twin import topology
from tests.twin.ogc.conftest import SOUTH, STATIONS, WEST

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/twin/analyses"


def _area(west, south, east, north):
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


BOW = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
BOTH = _area(WEST, SOUTH - 0.01, WEST + 0.025, SOUTH + 0.01)
"""Around the first two stations, both buildings and both pipes."""


@pytest.fixture
def ask(mapped, signed_in):
    def post(who, name, **body):
        return signed_in(who).post(f"{ROOT}/{name}", body, "application/json")

    return post


@pytest.mark.feature("E2-3")
def test_what_lies_in_a_drawn_area(ask):
    city = ask("city.dispatcher", "within", geometry=BOTH).json()["inside"]
    counted = {k: city[k] for k in ("substations", "communities", "buildings", "households", "heated_area_m2")}
    assert counted == {"substations": 2, "communities": 2, "buildings": 2, "households": 96, "heated_area_m2": 8_000.0}
    assert city["pipe_km"] == pytest.approx(2 * (0.161 + 0.222), rel=0.01)
    ours = ask("company.dispatcher", "within", geometry=BOTH).json()["inside"]
    assert (ours["substations"], ours["buildings"], ours["households"]) == (1, 1, 48)
    assert ours["pipe_km"] == pytest.approx(city["pipe_km"] / 2, rel=0.01)


@pytest.mark.feature("E2-3")
def test_buffers_hold_what_is_near(ask):
    near = ask("city.dispatcher", "buffer", layer="substations", numbers=[1], distance_m=900).json()
    assert near["inside"]["substations"] == 2  # the next one stands 803 m away
    assert near["features"]["features"][0]["geometry"]["type"] == "Polygon"
    alone = ask("company.dispatcher", "buffer", layer="substations", numbers=[1, 2], distance_m=900).json()
    assert alone["inside"]["substations"] == 1
    point = {"type": "Point", "coordinates": [WEST + 0.01, SOUTH]}
    assert ask("city.dispatcher", "buffer", geometry=point, distance_m=100).json()["inside"]["substations"] == 1
    apart = ask("city.dispatcher", "buffer", layer="buildings", distance_m=50, merged=False).json()
    assert [f["properties"]["name"] for f in apart["features"]["features"]] == ["楼1", "楼2"]


@pytest.mark.feature("E2-3")
def test_overlays_name_both_sides(ask):
    found = ask("city.dispatcher", "overlay", layer="substations", other="districts").json()
    assert found["figures"]["pairs"] == STATIONS
    assert {f["properties"]["other"] for f in found["features"]["features"]} == {"南关区"}
    drawn = ask("city.dispatcher", "overlay", layer="pipes", geometry=BOTH).json()
    assert (drawn["figures"]["pairs"], drawn["figures"]["shared_m"]) == (2, pytest.approx(766, rel=0.01))
    ours = ask("company.dispatcher", "overlay", layer="pipes", other="coverage_company").json()
    assert [f["properties"]["number"] for f in ours["features"]["features"]] == [1]


@pytest.mark.feature("E2-3")
def test_density_is_weighted_and_ones_own(ask):
    given = {"layer": "substations", "bandwidth_m": 2_000, "cell_m": 500}
    city = ask("city.dispatcher", "density", **given).json()
    assert city["figures"]["total"] == STATIONS
    assert max(f["properties"]["share"] for f in city["features"]["features"]) == 1
    assert ask("company.dispatcher", "density", **given).json()["figures"]["total"] == STATIONS / 2
    heavy = ask("city.dispatcher", "density", **given, weight="heated_area_m2").json()
    assert heavy["figures"]["total"] == 50_000.0 * STATIONS


@pytest.mark.feature("E2-3")
@pytest.mark.feature("E2-6")
def test_service_areas_follow_the_pipes(ask):
    topology._network.cache_clear()
    given = {"layer": "boilers", "numbers": [1], "distance_m": 200}
    straight = ask("city.dispatcher", "service-area", **given, by="straight").json()
    assert straight["inside"]["substations"] == 1
    along = ask("city.dispatcher", "service-area", **given).json()
    assert along["figures"]["pipe_km"] == pytest.approx(0.2, abs=0.002)
    assert (along["inside"]["substations"], along["inside"]["pipe_km"]) == (1, along["figures"]["pipe_km"])
    foreign = ask("company.dispatcher", "service-area", **{**given, "numbers": [2]})
    assert foreign.status_code == 422
    assert along["features"]["features"][0]["geometry"]["type"] == "Polygon"


@pytest.mark.parametrize(
    ("name", "body", "status", "told"),
    [
        ("within", {}, 422, "geometry"),
        ("within", {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, 422, "geometry"),
        ("within", {"geometry": {"type": "Polygon", "coordinates": "x"}}, 422, "coordinates"),
        ("within", {"geometry": _area(125, 43, 500, 44)}, 422, "geometry"),
        ("within", {"geometry": BOW}, 422, "geometry"),
        ("buffer", {"distance_m": 0}, 422, "distance_m"),
        ("buffer", {"layer": "secrets"}, 404, ""),
        ("buffer", {"layer": "substations", "numbers": [999_999]}, 422, "layer"),
        ("density", {"weight": "name"}, 422, "weight"),
        ("density", {"bandwidth_m": 100, "cell_m": 500}, 422, "cell_m"),
        ("density", {"bandwidth_m": 20_000, "cell_m": 20}, 422, "cell_m"),
        ("service-area", {"layer": "weather"}, 422, "layer"),
        ("export", {}, 422, "buffer"),
    ],
    ids=range(13),
)  # fmt: skip
def test_bad_questions_name_their_field(ask, name, body, status, told):
    answer = ask("city.dispatcher", name, **body)
    assert (answer.status_code, told in answer.json().get("field", "")) == (status, True), answer.content


def test_answers_are_saved_as_a_sheet(ask):
    body = {"within": {"geometry": BOTH}}
    answer = ask("company.dispatcher", "export?format=csv", **body)
    assert "substations,1" in answer.content.decode("utf-8-sig")
    assert ask("company.dispatcher", "export", **body)["Content-Type"].endswith("sheet")


@pytest.mark.feature("E2-6")
@pytest.mark.feature("C13-3")
def test_analyses_are_ogc_processes(client, key_of, signed_in):
    headers = {
        "Authorization": "Basic " + b64encode(f"company.dispatcher:{key_of('company.dispatcher')}".encode()).decode()
    }
    told = {p["id"] for p in client.get("/ogc/processes", headers=headers).json()["processes"]}
    listed = {a["key"] for a in signed_in("city.reader").get(ROOT).json()}
    assert told == listed == {
        "buffer", "overlay", "density", "service_area", "within", "trace", "what_if", "isolate", "connectivity",
    }  # fmt: skip
    described = client.get("/ogc/processes/buffer", headers=headers).json()
    assert described["inputs"]["distance_m"]["schema"]["maximum"] == 20_000

    def run(key, body):
        return client.post(f"/ogc/processes/{key}/execution", body, "application/json", headers=headers)

    inside = run("within", json.dumps({"inputs": {"geometry": BOTH}})).json()["inside"]
    assert inside["substations"] == 1
    traced = run("trace", json.dumps({"inputs": {"kind": "substation", "number": 1}})).json()
    assert traced["totals"]["substations"] == 1
    for key, body, status in (
        ("trace", {"inputs": {"kind": "substation", "number": 2}}, 400),
        ("buffer", {"inputs": {"distance_m": -1}}, 400),
        ("buffer", {"inputs": 7}, 400),
        ("nothing", {"inputs": {}}, 404),
    ):
        answer = run(key, json.dumps(body))
        assert answer.status_code == status, answer.content
    assert run("buffer", "{").status_code == 400
    assert client.post("/ogc/processes/within/execution", "{}", "application/json").status_code == 401


def test_processes_call_nobody(client, key_of, monkeypatch):
    """A subscriber's address is not called: pygeoapi would."""
    import requests

    called = []
    monkeypatch.setattr(requests, "post", lambda *a, **_: called.append(a))
    body = {"inputs": {"geometry": BOTH}, "subscriber": {"successUri": "http://127.0.0.1:1/"}}
    headers = {"X-API-Key": key_of("city.dispatcher")}
    answer = client.post("/ogc/processes/within/execution", json.dumps(body), "application/json", headers=headers)
    assert (answer.status_code, called) == (200, [])
