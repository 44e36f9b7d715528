"""Plants and their branches live: six of them judged by their own water, shown on a page with their findings."""

from dataclasses import replace

import numpy as np
import pytest

from bench.arrays import tiny
from cleanheat.diagnosis import object_card
from cleanheat.diagnosis.live.grouping import Grouped
from cleanheat.diagnosis.live.keeping import Judged, Keeper
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from tests.diagnosis.live import world as worlds
from tests.diagnosis.live.world import World

PATH = "/api/v1/diagnosis"
WATER = {"supply_temp_c": 95, "return_temp_c": 50, "flow_t_h": 2_000, "heat_power_mw": 104.7}
EXPECTED = {"supply": 95, "return": 50, "flow": 2_000, "heat": 104_700}
COLD = {"supply_temp_c": 82, "return_temp_c": 46, "heat_power_mw": 83}
HOT = {"supply_temp_c": 108, "return_temp_c": 54, "heat_power_mw": 125}
STANDING = {"supply_temp_c": 40.2, "return_temp_c": 40, "flow_t_h": 0, "heat_power_mw": 0}


@pytest.fixture
def six(monkeypatch):
    """A city of six plants whose branches feed units that are not judged here."""
    for kind in ("plant", "branch"):
        monkeypatch.setitem(worlds.HEALTHY, kind, WATER)
        monkeypatch.setitem(worlds.EXPECTED, kind, EXPECTED)
    monkeypatch.setattr(worlds, "tiny", lambda: tiny(plants=6, branches=6))
    return World(kinds=("plant", "branch"))


def states(world, kind):
    codes = world.live.circuits(kind).states()
    return {n: BY_CODE[int(codes[n])] for n in world.archive[kind].numbers.tolist()}


@pytest.mark.feature("C1-9")
def test_six_plants_are_judged_each_by_its_own_water(six):
    assert six.run(2) == []
    assert states(six, "plant") == dict.fromkeys(range(1, 7), State.NORMAL)
    six.fault("plant", [2], **COLD)
    found = six.run(20)
    assert {(f.source, f.kind, f.number) for f in found} == {("diagnosis.under_supply", "plant", 2)}
    assert states(six, "plant") == dict.fromkeys(range(1, 7), State.NORMAL) | {2: State.UNDER_SUPPLY}


@pytest.mark.feature("C1-4")
def test_branches_that_stop_or_give_too_little_or_too_much_are_told_apart(six):
    six.fault("branch", [1], **COLD)
    six.fault("branch", [2], **HOT)
    six.fault("branch", [3], heat_power_mw=150)
    for _ in range(4):
        six.fault("branch", [4], **STANDING)
        six.run(2)
        del six.faults["branch", 4]
        six.run(7)
    found = {(f.number, f.source.removeprefix("diagnosis.")) for f in six.run(4) if f.kind == "branch"}
    assert {(1, "under_supply"), (2, "over_supply"), (3, "heat_mismatch"), (4, "intermittent")} <= found
    assert not {number for number, _ in found} & {5, 6}


def test_an_announced_outage_of_a_plant_is_no_finding(six):
    planned = np.zeros(six.archive["plant"].size, bool)
    planned[2] = True
    six.fault("plant", [2], **COLD)
    assert six.run(20, {"plant": planned}) == []


@pytest.mark.django_db
@pytest.mark.feature("C1-9")
def test_the_page_of_plants_ranks_them_and_shows_one(six, city, signed_in, monkeypatch, manual_clock):
    six.fault("plant", [1], **COLD)
    found = six.run(18)
    finding = next(replace(f, number=1) for f in found if f.kind == "plant")
    Keeper().keep(Grouped((finding,), {}), Judged(city, {"plant": 7}, six.now), set())
    monkeypatch.setattr(object_card, "running", lambda: six.live)
    client = signed_in("city.reader")
    (worst,) = client.get(f"{PATH}/ranking/plant").json()["rows"]
    assert (worst["kind"], worst["number"], worst["state"]) == ("plant", 1, "under_supply")
    card = client.get(f"{PATH}/objects/plant/1").json()
    assert (card["state"], card["running"], card["name"]) == ("under_supply", True, "电厂1")
    supply = next(q for q in card["quantities"] if q["quantity"] == "supply")
    assert (supply["read"], supply["expected"]) == (82, 95)
    assert card["heat_ratio_24h"] == pytest.approx(83 / 104.7, abs=0.02)
    assert [f["id"] for f in card["findings"]] == [worst["id"]]
    assert signed_in("company.reader").get(f"{PATH}/objects/plant/1").status_code == 404
