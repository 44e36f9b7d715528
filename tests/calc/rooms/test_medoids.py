"""Sorts of homes and homes that take no heat, on homes whose truth is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.rooms import medoids, states
from cleanheat.calc.rooms.stopped_household import MeterReading, StopLimits, probability

LIMITS = StopLimits(
    flow_share=0.2, heat_share=0.2, return_k=6.0, room_k=2.5,
    weight_flow=2.0, weight_heat=3.0, weight_return=2.5, weight_room=2.5, prior=-2.0,
)  # fmt: skip


@pytest.mark.feature("C4-6")
def test_three_sorts_are_found_among_outliers_and_unknowns():
    rng = np.random.default_rng(3)
    centres = np.array([[20.0, 0.5, 0.0], [17.0, 0.5, 3.0], [23.0, 2.5, 0.0]])
    truth = np.repeat([0, 1, 2], 100)
    x = centres[truth] + rng.normal(0, 0.15, (300, 3))
    x[::40] = 1e3
    x[5] = np.nan
    found = medoids.cluster(x, 3, seed=1)
    assert found.of[5] == -1
    assert np.isnan(found.distance[5])
    kept = np.setdiff1d(np.arange(300), [5, *range(0, 300, 40)])
    for sort in range(3):
        counted = np.bincount(found.of[kept[truth[kept] == sort]], minlength=3)
        assert counted.max() >= 0.98 * counted.sum()
    assert medoids.cluster(np.full((4, 2), np.nan), 3, 1).medoids.size == 0
    assert (medoids.cluster(np.ones((6, 2)), 3, 1).of == -1).all()  # nothing tells them apart


def homes(seed: int, buildings: int = 60, each: int = 40) -> tuple[MeterReading, np.ndarray]:
    """One evening's meters: stopped homes still leak a little flow, some homes have their thermostats nearly shut."""
    rng = np.random.default_rng(seed)
    n = buildings * each
    building = np.repeat(np.arange(1, buildings + 1), each)
    stopped = rng.random(n) < 0.08
    thrifty = ~stopped & (rng.random(n) < 0.06)
    supply = rng.normal(44, 2, buildings + 1)[building]
    room = np.where(stopped, rng.normal(15.2, 1.3, n), rng.normal(21.5, 1.2, n) - thrifty * rng.normal(1.2, 0.4, n))
    share = np.where(stopped, rng.uniform(0, 0.05, n), np.where(thrifty, rng.uniform(0.12, 0.4, n), 1.0))
    area = rng.uniform(50, 130, n)
    flow = area * 2.5e-3 * share * rng.lognormal(0, 0.15, n)
    back = np.where(stopped, room + rng.uniform(1, 6, n), supply - 8 - 7 * (1 - share) + rng.normal(0, 0.8, n))
    heat = np.maximum(flow * 1_163 * (supply - back), 0) / area
    heat[rng.random(n) < 0.05] = np.nan
    room[rng.random(n) < 0.6] = np.nan
    return MeterReading(flow, area, heat, back, room, building), stopped


@pytest.mark.feature("C4-6")
def test_homes_without_heat_are_told_from_one_reading_beside_their_building():
    reading, stopped = homes(11)
    groups = int(reading.building.max()) + 1

    def middle(values: np.ndarray) -> np.ndarray:
        return states.group_median(values, reading.building, groups)[0][reading.building]

    of_building = {
        "flow": middle(reading.flow_t_h / reading.area_m2), "heat": middle(reading.heat_w_m2),
        "return": middle(reading.return_c), "room": middle(reading.room_c),
    }  # fmt: skip
    said = probability(reading, of_building, LIMITS) > 0.5
    precision = (said & stopped).sum() / said.sum()
    recall = (said & stopped).sum() / stopped.sum()
    assert precision >= 0.95
    assert recall >= 0.98
    nothing = MeterReading(*(np.array([np.nan]) for _ in range(5)), np.array([1]))
    assert np.isnan(probability(nothing, {k: np.array([1.0]) for k in of_building}, LIMITS)).all()
