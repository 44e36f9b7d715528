"""What is the matter with a room: on made-up rooms whose truth is known, and on rooms that say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.rooms import response, states, usual, windows
from cleanheat.calc.rooms.states import Reach

LIMITS = windows.WindowLimits(drop_k=1.0, supply_k=3.0, rebound=0.6, give_up_h=4.0)


def test_degree_hours_and_spells_do_not_count_what_was_not_seen():
    room = np.array([[17.0, np.nan, 17.0, 17.0, 20.0], [np.nan] * 5])
    short, below, longest, seen = states.coldness(room, 18.0)
    assert short.tolist() == [3.0, 0.0]
    assert below.tolist() == [3, 0]
    assert longest.tolist() == [2, 0]
    assert seen.tolist() == [4, 0]


@pytest.mark.feature("A9-9")
def test_a_sensor_on_the_outer_wall_follows_the_weather():
    rng = np.random.default_rng(1)
    outdoor = -5 + 6 * np.sin(np.arange(48) / 4)
    room = np.stack([21 + 0.5 * outdoor, 21 + 0.02 * outdoor]) + rng.normal(0, 0.05, (2, 48))
    slope, r = states.follows(room, outdoor, 24)
    assert slope[0] == pytest.approx(0.5, abs=0.02)
    assert r[0] > 0.99
    assert slope[1] < 0.05
    assert np.isnan(states.follows(np.full((1, 48), np.nan), outdoor, 24)[0]).all()


@pytest.mark.feature("A9-9")
def test_alone_or_with_the_house_or_the_circuit():
    building = np.repeat([1, 2, 3, 4, 5], 4)
    unit = np.array([1] * 12 + [2] * 8)
    off = np.array([-3.0, 0.1, -0.1, 0.0, -2.5, -2.0, -2.2, -2.4, *[0.0] * 4, *[-2.0] * 8])
    source = np.array([1] * 12 + [2] * 8)
    found = states.reach(off, [middle(off, group) for group in (building, unit, source)], least_k=1.0, share=0.6)
    assert found.tolist()[:4] == [Reach.ROOM, Reach.NONE, Reach.NONE, Reach.NONE]
    assert found.tolist()[4:8] == [Reach.BUILDING] * 4
    assert found.tolist()[12:] == [Reach.SOURCE] * 8
    unknown = np.full(20, np.nan)
    assert (states.reach(unknown, [unknown] * 3, 1.0, 0.6) == 0).all()


def middle(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    return states.group_median(values, group, int(group.max()) + 1)[0][group]


@pytest.mark.feature("A9-9")
def test_a_window_opens_and_closes_and_a_broken_heating_is_none():
    memory = windows.Windows.of(3)
    minutes = np.arange(0, 480, 5)
    opened = np.where(minutes < 60, 21.0, np.where(minutes < 90, 21 - (minutes - 60) / 12, 18.5 + (minutes - 90) / 20))
    cooling = np.where(minutes < 60, 21.0, 21 - np.minimum((minutes - 60) / 25, 6))
    trace = np.stack([np.minimum(opened, 21), cooling, np.full(96, 21.0)], axis=1)
    was_open = np.zeros((96, 3), bool)
    for i in range(6, 96):
        at = 1_768_000_000 + int(minutes[i]) * 60
        windows.advance(memory, trace[i - 6 : i + 1], np.zeros(3), at, 300, LIMITS)
        was_open[i] = memory.is_open
    assert was_open[20, 0]
    assert not was_open[-1, 0]
    assert memory.openings[0] > 0.9
    assert not was_open[-1, 1]
    assert memory.openings[1] == 0
    assert not was_open[:, 2].any()


def test_a_fall_that_the_supply_explains_is_no_window():
    memory = windows.Windows.of(1)
    recent = np.linspace(21, 19, 7)[:, None]
    windows.advance(memory, recent, np.array([-12.0]), 1_768_000_000, 300, LIMITS)
    assert not memory.is_open.any()
    windows.advance(memory, recent, np.array([np.nan]), 1_768_000_300, 300, LIMITS)
    assert memory.is_open.all()


@pytest.mark.feature("A9-9")
def test_ones_own_way_is_learned_and_departures_are_seen():
    rng = np.random.default_rng(2)
    hour = np.arange(24 * 40)
    outdoor = -8 + 6 * np.sin(hour / 30) + 3 * np.sin(2 * np.pi * hour / 24)
    supply = np.repeat((44 - 0.5 * outdoor)[None], 3, 0)
    room = 20 + np.array([[0.0], [1.5], [-1.0]]) + 0.08 * (outdoor + 7) + 0.4 * np.cos(2 * np.pi * hour / 24)
    room = room + rng.normal(0, 0.1, room.shape)
    room[2] = np.nan
    own = usual.fit(room, supply, outdoor, hour % 24)
    assert own.spread[:2].max() < 0.4
    assert np.isnan(own.spread[2])
    assert own.hours[2] == 0
    assert own.night_day_k()[0] == pytest.approx(0.8, abs=0.25)
    x = np.repeat(usual.features(outdoor[-1:], supply[0, -1:], hour[-1:] % 24), 3, 0)
    off = usual.departure_k(own, room[:, -1] - 3.0, x)
    assert off[0] == pytest.approx(-3, abs=1.0)
    assert np.isnan(off[2])


@pytest.mark.feature("A9-9")
def test_time_constant_and_dead_time_come_back():
    rng = np.random.default_rng(4)
    steps, step_s, dead = 4 * 24 * 30, 900, 3
    t = np.arange(steps)
    outdoor = -8 + 5 * np.sin(2 * np.pi * t / 96) + np.cumsum(rng.normal(0, 0.05, steps))
    supply = np.where(t // 34 % 2 == 0, 50.0, 42.0)
    room = np.full(steps, 21.0)
    keep = np.exp(-0.25 / 12)
    for i in range(1, steps):
        sent = supply[i - 1 - dead] if i > dead else 46.0
        room[i] = 21 + keep * (room[i - 1] - 21) + (1 - keep) * (0.1 * (outdoor[i - 1] + 8) + 0.3 * (sent - 46))
    found = response.response(room[None], supply[None], outdoor, step_s)
    assert found.time_constant_h[0] == pytest.approx(12, rel=0.15)
    assert found.dead_time_min[0] == pytest.approx(dead * 15, abs=30)
    silent = response.response(np.full((1, 200), np.nan), supply[None, :200], outdoor[:200], step_s)
    assert np.isnan(silent.time_constant_h).all()
    assert np.isnan(silent.dead_time_min).all()
