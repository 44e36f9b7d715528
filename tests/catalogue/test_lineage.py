"""Where a value comes from and what is made of it; and the tree of resources with what the user sees of them."""

import time

import pytest

from cleanheat.catalogue.lineage import graph, lineage, node_of_read
from cleanheat.catalogue.scores import register_scorer, score_of
from cleanheat.infra.panels import PANELS
from cleanheat.infra.scope import EVERYTHING

pytestmark = pytest.mark.django_db
KEY = "telemetry.unit.heat_power_gj_h"


@pytest.mark.feature("A7-2")
def test_signal_comes_from_its_sender_and_ends_in_panels():
    found = lineage(KEY)
    steps = {node["id"]: node["step"] for node in found["nodes"]}
    assert steps[f"element:{KEY}"] == 0
    assert steps["table:tele_unit"] == -1
    assert steps["batch:unit"] == -2
    assert steps["source:company"] == -3
    assert steps["table:tele_unit_h"] == 1
    assert steps["panel:screens.heat_by_company"] == 1
    assert steps["api:/objects/unit/{number}/series"] >= 1
    ids = set(steps)
    assert all({edge["source"], edge["target"]} <= ids for edge in found["edges"])


def test_directions_and_depth_limit():
    up = {n["id"] for n in lineage(KEY, "up")["nodes"]}
    assert "source:company" in up
    assert not any(n.startswith("panel:") for n in up)
    assert max(abs(n["step"]) for n in lineage(KEY, "both", 1)["nodes"]) == 1


def test_panel_leads_back_to_its_sources():
    ids = {n["id"] for n in lineage("panel:complaints.validity", "up")["nodes"]}
    assert {"source:hotline", "source:company", "element:telemetry.room.room_temp_c"} <= ids


@pytest.mark.parametrize("panel", list(PANELS), ids=lambda p: p.key)
def test_what_a_panel_reads_exists(panel):
    g = graph()
    for read in panel.reads:
        node_of_read(g, read)


ROOMS = ("alerts", "assets", "catalogue", "complaints", "pipeline", "screens")


def test_panels_say_what_they_read():
    silent = [p.key for p in PANELS if p.key.split(".")[0] in ROOMS and not p.reads]
    assert silent == []


def test_resource_has_a_lineage_too():
    ids = {n["id"] for n in lineage("assets.substation")["nodes"]}
    assert {"source:people", "table:assets.substation", "api:/resources/assets.substation"} <= ids


@pytest.fixture
def reader(signed_in, city):
    return signed_in("company.reader")


@pytest.mark.feature("A7-2")
def test_tree_holds_every_resource_once(reader):
    tree = reader.get("/api/v1/catalogue/tree").json()
    keys = [r["key"] for subject in tree for r in subject["resources"]]
    assert len(keys) == len(set(keys))
    assert {"telemetry.unit", "assets.substation", "complaints.ticket", "quality.rule.library"} <= set(keys)
    assert next(s for s in tree if s["key"] == "complaint")["zh"] == "投诉"


def test_resource_tells_what_the_user_sees(reader, signed_in):
    path = "/api/v1/catalogue/resources/{}"
    own = reader.get(path.format("assets.substation")).json()
    assert own["records"] == 2
    assert signed_in("city.reader").get(path.format("assets.substation")).json()["records"] == 4
    assert own["elements"][0]["resource"] == "assets.substation"
    assert reader.get(path.format("telemetry.unit")).json()["records"] == 2
    assert reader.get(path.format("accounts.organisation")).status_code == 200
    assert reader.get(path.format("trace_counts")).json()["records"] is None


def test_search_answers_fast(reader):
    reader.get("/api/v1/catalogue/search?q=温度")
    began = time.thread_time()
    found = reader.get("/api/v1/catalogue/search?q=温度").json()
    assert time.thread_time() - began < 0.5
    assert found["total"] > 10
    assert found["found"][0]["zh"]
    assert reader.get("/api/v1/catalogue/search?q=换热站").json()["found"][0]["type"] == "resource"


def test_words_for_the_form(reader):
    words = reader.get("/api/v1/catalogue/words").json()
    assert {t["word"] for t in words["terms"]} >= {"substation", "unit"}
    assert len(words["sharing"]) == 3


def test_score_of_a_resource_comes_from_whoever_has_one(monkeypatch):
    from cleanheat.catalogue import scores

    monkeypatch.setattr(scores, "_scorers", [])
    assert score_of("telemetry.unit", EVERYTHING) is None
    register_scorer(lambda key, scope: 97.5 if key == "telemetry.unit" else None)
    assert score_of("telemetry.unit", EVERYTHING) == 97.5
    assert score_of("assets.pipe", EVERYTHING) is None
