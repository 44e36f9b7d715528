"""Do the formulas of heating hold together?  The published check table, conservation, inverses, missing values."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.thermal import degree_days, exchanger, heat_loss, heat_power, regulation, room_temperature
from cleanheat.calc.thermal.regulation import FLOOR_45_35, RADIATORS_75_50, Circuit

CHECKS = [
    (5, 0.332, (41.2, 32.9), (27.7, 24.4), (56.2, 36.2)),
    (0, 0.460, (48.3, 36.7), (31.2, 26.6), (69.0, 41.4)),
    (-5, 0.588, (54.9, 40.2), (34.5, 28.6), (81.4, 46.1)),
    (-10, 0.716, (61.4, 43.5), (37.8, 30.7), (93.6, 50.6)),
    (-15, 0.844, (67.6, 46.5), (41.1, 32.6), (105.6, 54.9)),
    (-20, 0.972, (73.7, 49.4), (44.3, 34.6), (117.4, 59.1)),
    (-21.1, 1.000, (75.0, 50.0), (45.0, 35.0), (120.0, 60.0)),
]


@pytest.mark.parametrize(("outdoor_c", "load", "radiators", "floor", "primary"), CHECKS)
def test_curves_match_the_check_table(outdoor_c, load, radiators, floor, primary):
    q = heat_loss.relative_load(outdoor_c)
    assert q == pytest.approx(load, abs=6e-4)
    assert regulation.quality(q, RADIATORS_75_50) == pytest.approx(radiators, abs=0.06)
    assert regulation.quality(q, FLOOR_45_35) == pytest.approx(floor, abs=0.06)
    both = regulation.primary_constant_flows(q, Circuit(120.0, 60.0), RADIATORS_75_50)
    assert both == pytest.approx(primary, abs=0.06)


def test_curves_carry_the_load_they_are_made_for():
    load = np.linspace(0.1, 1.0, 20)
    flow_ratio = np.linspace(0.5, 1.2, 20)
    supply, back = regulation.staged_flow(load, flow_ratio, RADIATORS_75_50)
    carried = flow_ratio * (supply - back) / 25.0
    np.testing.assert_allclose(carried, load, rtol=1e-12)


def test_variable_flow_carries_the_load_at_constant_supply():
    back, flow = regulation.quantity(np.array([0.5, 0.8, 1.0]), RADIATORS_75_50)
    np.testing.assert_allclose(flow * (75.0 - back) / 25.0, [0.5, 0.8, 1.0], rtol=1e-12)


def test_flow_for_a_power_is_the_inverse_of_power():
    flow = heat_power.flow_for_t_h(850.0, 12.5)
    assert heat_power.heat_power_kw(flow, 62.5, 50.0) == pytest.approx(850.0)
    assert heat_power.heat_power_gj_h(flow, 62.5, 50.0) == pytest.approx(850.0 * 0.0036)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0, 2.0, 5.0])
def test_cold_end_gives_back_the_log_mean(ratio):
    hot = 20.0
    mean = exchanger.log_mean_k(hot, hot * ratio)
    assert exchanger.cold_end_k(hot, mean) == pytest.approx(hot * ratio, rel=0.05)


def test_log_mean_of_crossed_temperatures_is_missing():
    assert np.isnan(exchanger.log_mean_k([5.0, -1.0, np.nan], [0.0, 3.0, 3.0])).all()


def test_room_falls_to_a_third_after_one_time_constant():
    after = room_temperature.step(20.0, -10.0, np.array([24.0, 48.0, 72.0]), 48.0)
    np.testing.assert_allclose((after + 10.0) / 30.0, np.exp([-2.0, -1.0, -2.0 / 3.0]))


def test_steps_compose():
    once = room_temperature.step(20.0, 5.0, 40.0, 10.0)
    twice = room_temperature.step(room_temperature.step(20.0, 5.0, 40.0, 4.0), 5.0, 40.0, 6.0)
    assert once == pytest.approx(float(twice))


def test_missing_days_add_no_degree_days():
    assert degree_days.degree_days([8.0, np.nan, 20.0]) == pytest.approx(10.0)


def test_missing_load_gives_missing_temperatures():
    supply, back = regulation.quality(np.array([0.3, np.nan]), RADIATORS_75_50)
    assert np.isnan(supply[1])
    assert np.isnan(back[1])
    assert supply[0] > back[0]


def test_float32_stays_float32():
    hot, mean = np.array([20.0], np.float32), np.array([10.0], np.float32)
    assert exchanger.cold_end_k(hot, mean).dtype == np.float32
