"""Peak-shaving boiler rooms: started is a state, not started when needed is a finding."""

import numpy as np
import pytest

from cleanheat.diagnosis.guidance import peaking
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from tests.diagnosis.live.world import World

PEAK = 4
"""The tiny city's last boiler room."""
REST = {
    "running_boilers": 0, "flow_t_h": 0, "heat_power_mw": 0, "supply_temp_c": 30, "return_temp_c": 30, "pump_hz": 0,
}  # fmt: skip


@pytest.fixture
def world():
    made = World(kinds=("boiler",))
    assert made.archive["boiler"].values["is_peak"][PEAK] == 1
    return made


def state(world):
    return BY_CODE[int(world.live.circuits("boiler").states()[PEAK])]


def about_the_peak(found):
    return {s for s, _, number in World.states(None, found) if number == PEAK}


@pytest.mark.feature("C2-9")
def test_a_started_peak_boiler_is_a_state_and_no_finding(world, monkeypatch):
    found = world.run(2)
    assert state(world) is State.PEAK_STARTED
    assert about_the_peak(found) == set()
    model = world.live.circuits("boiler")
    assert isinstance(model, CircuitsNow)
    assert "diagnosis.peak_started" not in model.sources
    monkeypatch.setattr(peaking, "running", lambda: world.live)
    model.view.more["branch_gap_k"] = np.full(model.numbers.size, -3.25, np.float32)
    told = peaking._live_state(PEAK)
    assert (told["state"], told["state_zh"], told["branch_short_k"]) == ("peak_started", "调峰锅炉已启动", 3.2)
    assert told["since"] <= world.now


@pytest.mark.feature("C2-9")
def test_one_that_rests_in_the_cold_is_found_and_says_its_branchs_need(world):
    world.outdoor = -24.0
    for hour in range(240):
        world.live.weather._mean_c[hour] = -24.0
    world.fault("boiler", [PEAK], **REST)
    found = world.run(4)
    assert "peak_not_started" in about_the_peak(found)
    assert state(world) is State.PEAK_NOT_STARTED
    text = next(f.text for f in found if f.source == "diagnosis.peak_not_started")
    assert "调峰锅炉未运行，所属支线供水低" in text


@pytest.mark.feature("C2-9")
def test_one_that_rests_when_it_is_mild_is_neither(world):
    world.fault("boiler", [PEAK], **REST)
    assert about_the_peak(world.run(4)) == set()
    assert state(world) is State.IDLE


def test_an_unknown_one_is_unknown(monkeypatch):
    monkeypatch.setattr(peaking, "running", lambda: None)
    assert peaking._live_state(PEAK)["state"] == "unknown"
