"""What is recommended holds its promises: published values, monotone in the cold, never faster than allowed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cleanheat.calc.guidance import capacity, dispatch, outlook, peaks, ramps, rooms, source, station

GRID = np.linspace(-35.0, 20.0, 56)
PRICES = source.Prices(0.8, 40.0, np.array([0.2]), 3.0, 50.0)


def heating(n=1, supply=75.0, back=50.0, b=0.3, loss=1.0, emission=1.0):
    def all_of(value):
        return np.full(n, float(value))

    flow = 1000.0 / 1.163 / (supply - back)
    return station.Heating(*map(all_of, (supply, back, flow, 1000.0, b, loss, emission, 0.0)))


def network(n=1, highest=115.0, flow=100.0):
    def all_of(value):
        return np.full(n, float(value))

    return source.Network(all_of(highest), all_of(flow), all_of(90.0), all_of(1.0), 0.4, 1.15)


def demand(heat_kw=5_000.0):
    load = np.maximum(18.0 - GRID, 0.0)[None, :] / 39.1
    units = heating()
    supply, back = station.water(units, load, np.ones_like(load), 18.0)
    return source.Demand(heat_kw * load, supply, back, 20.0 * load)


@pytest.mark.feature("A9-4")
@pytest.mark.parametrize(
    ("outdoor", "radiators", "floor"),
    [
        (5.0, (41.2, 32.9), (27.7, 24.4)),
        (0.0, (48.3, 36.7), (31.2, 26.6)),
        (-5.0, (54.9, 40.2), (34.5, 28.6)),
        (-10.0, (61.4, 43.5), (37.8, 30.7)),
        (-15.0, (67.6, 46.5), (41.1, 32.6)),
        (-20.0, (73.7, 49.4), (44.3, 34.6)),
        (-21.1, (75.0, 50.0), (45.0, 35.0)),
    ],
)
def test_constant_flow_gives_the_published_temperatures(outdoor, radiators, floor):
    for units, expected in ((heating(), radiators), (heating(supply=45.0, back=35.0, b=0.1), floor)):
        load = station.needed_load(units, np.array([outdoor]), 18.0)
        supply, back = station.water(units, load, np.ones_like(load), 18.0)
        assert (round(float(supply[0, 0]), 1), round(float(back[0, 0]), 1)) == expected


@pytest.mark.parametrize(("outdoor", "ratio", "expected"), [(0.0, 0.6, (52.1, 32.9)), (-10.0, 0.75, (64.4, 40.5))])
def test_staged_flow_gives_the_published_temperatures(outdoor, ratio, expected):
    units = heating()
    load = station.needed_load(units, np.array([outdoor]), 18.0)
    supply, back = station.water(units, load, np.full_like(load, ratio), 18.0)
    assert (round(float(supply[0, 0]), 1), round(float(back[0, 0]), 1)) == expected


@settings(max_examples=60, deadline=None)
@given(
    arrays(float, 30, elements=st.floats(-40, 18)),
    arrays(float, 30, elements=st.floats(0, 10)),
    st.floats(0.6, 1.4),
    st.floats(0.6, 1.4),
    st.floats(0, 0.8),
)
def test_a_colder_forecast_never_recommends_less(outdoor, colder_by, loss, emission, exponent):
    units = heating(loss=loss, emission=emission)

    def plan(outdoor_c):
        load = station.needed_load(units, outdoor_c, 20.0)
        ratio = station.flow_ratio(load, exponent, 0.6)
        supply, _ = station.water(units, load, ratio, 20.0)
        return ramps.reachable(ramps.in_time(supply, 5.0), np.array([50.0]), 5.0, 5.0), ratio

    (warm, warm_flow), (cold, cold_flow) = plan(outdoor), plan(outdoor - colder_by)
    assert (cold >= warm - 1e-9).all()
    assert (cold_flow >= warm_flow - 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(arrays(float, (3, 40), elements=st.floats(20, 120)), st.floats(0.5, 20), st.floats(0.5, 20), st.floats(20, 120))
def test_a_plan_never_moves_faster_than_allowed(required, rise, fall, present):
    plan = ramps.reachable(ramps.in_time(required, rise), np.full(3, present), rise, fall)
    steps = np.diff(np.c_[np.full(3, present), plan], axis=1)
    assert (steps <= rise + 1e-9).all()
    assert (steps >= -fall - 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(arrays(float, (2, 30), elements=st.floats(20, 120)), st.floats(1, 10))
def test_a_plan_that_begins_in_time_meets_every_hour(required, rise):
    plan = ramps.in_time(required, rise)
    free = ramps.reachable(plan, np.full(2, np.nan), rise, 1e3)
    assert (free >= required - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(80, 130), st.floats(40, 200), st.floats(1_000, 9_000))
def test_the_optimum_balances_heat_and_is_monotone(highest, flow, heat_kw):
    net, need = network(highest=highest, flow=flow), demand(heat_kw)
    found = source.optimum(net, need, PRICES)
    assert (np.diff(found.supply_c, axis=1) <= 1e-9).all()
    assert (found.supply_c <= highest + 1e-9).all()
    assert (found.flow_t_h <= 1.15 * flow + 1e-6).all()
    carried = 1.163 * found.flow_t_h * (found.supply_c - found.return_c)
    assert np.allclose(carried, found.heat_kw, rtol=1e-6)
    assert (found.short_kw >= -1e-6).all()


def test_the_optimum_is_the_cheapest_supply():
    """Any other constant choice that carries the load costs as much or more."""
    net, need = network(), demand()
    best = source.optimum(net, need, PRICES)
    cold = GRID < -10
    for tau1 in np.linspace(80.0, 115.0, 15):
        other = source.at_supply(net, need, PRICES, np.full_like(need.heat_kw, tau1))
        carries = (other.short_kw <= 1e-6) & (best.short_kw <= 1e-6) & cold
        assert (best.cost_yuan_h[carries] <= other.cost_yuan_h[carries] * 1.01).all()


def test_a_source_too_small_says_what_is_missing():
    found = source.optimum(network(flow=30.0), demand(), PRICES)
    assert found.short_kw[0, GRID.searchsorted(-21.0)] > 0
    assert np.allclose(found.short_kw[0, GRID > 15.0], 0.0)


def boilers(count=4, each=10.0):
    return dispatch.Boilers(
        np.array([count]), np.array([each]), np.array([0.4]), np.array([0.85]), np.array([0.02])
    )  # fmt: skip


@pytest.mark.feature("A9-3")
def test_the_number_of_boilers_is_the_one_with_the_least_fuel():
    rooms_ = boilers()
    heat = np.linspace(0.5, 40.0, 80)[None, :]
    best = dispatch.best_number(rooms_, heat)
    chosen = dispatch.fuel_mw(rooms_, heat, best)
    for n in range(1, 5):
        assert (chosen <= dispatch.fuel_mw(rooms_, heat, np.full(heat.shape, n)) + 1e-9).all()
    assert (np.diff(best) >= 0).all()
    assert best[0, -1] == 4
    assert dispatch.best_number(rooms_, np.array([[0.0, 99.0]])).tolist() == [[0, 4]]


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, (2, 40), elements=st.integers(0, 4)), st.integers(1, 12))
def test_a_boiler_once_lit_burns_its_least_time(wanted, least):
    plan = dispatch.held(wanted, np.full(2, least))
    assert (plan >= np.where(plan < wanted, wanted, 0)).all()
    for row in plan:
        rises = np.flatnonzero(np.diff(row) > 0) + 1
        for at in rises:
            assert (row[at : at + least] >= row[at]).all()


def test_rooms_settle_where_heat_meets_loss_and_fall_when_it_is_off():
    units = heating()
    supply, back = station.water(units, np.ones((1, 200)), np.ones((1, 200)), 18.0)
    held = rooms.response(units, np.array([18.0]), (supply + back) / 2, np.full(200, -21.1), np.array([48.0]))
    assert np.allclose(held, 18.0, atol=0.02)
    off = rooms.response(units, np.array([20.0]), np.full((1, 48), -50.0), np.full(48, -10.0), np.array([48.0]))
    assert off[0, -1] == pytest.approx(1.04, abs=0.2)  # one time constant without heat
    assert rooms.hours_until_below(off, 18.0)[0] < 6


def test_a_measured_room_explains_loss_and_emission():
    """Water and rooms of a building with 20 % more loss than design are recognised without a heat meter."""
    units = heating(loss=1.2)
    load = station.needed_load(units, np.array([-10.0]), 19.0)
    supply, back = station.water(units, load, np.ones_like(load), 19.0)
    found = station.loss_to_emission(heating(), ((supply + back) / 2)[:, 0], np.array([19.0]), np.array([-10.0]))
    assert found[0] == pytest.approx(1.2, abs=1e-6)


@pytest.mark.feature("C3-2")
def test_a_heat_signature_is_recovered_through_gaps_and_outliers():
    rng = np.random.default_rng(5)
    outdoor = rng.uniform(-20, 5, 60)
    heat = 1_000.0 - 40.0 * outdoor[None, :] + rng.normal(0, 20, (3, 60))
    heat[0, ::7], heat[1, 4] = np.nan, 9_000.0
    heat[2, 5:] = np.nan
    found = capacity.signature(heat, outdoor, np.nanmax(heat, axis=1))
    assert found.slope_kw_k[:2] == pytest.approx([-40, -40], abs=1.5)
    assert found.design_kw[:2] == pytest.approx([1_844, 1_844], rel=0.02)
    assert np.isnan(found.design_kw[2])  # five days are not enough, and it says so
    assert (found.design_error_kw[:2] < 40).all()


def test_the_way_to_a_station_is_found_by_its_own_changes():
    rng = np.random.default_rng(6)
    sent = 90 + np.cumsum(rng.normal(0, 1, 400))
    stations = np.stack([np.roll(sent, 3), np.roll(sent, 0), rng.normal(60, 1, 400)])
    stations[:2] += rng.normal(0, 0.2, (2, 400))
    found = capacity.delay_h(sent, stations, 8)
    assert found[:2].tolist() == [3.0, 0.0]
    assert np.isnan(found[2])
    own = np.stack([sent, np.roll(sent, 1), sent])
    assert capacity.delay_h(own, stations, 8)[:1].tolist() == [3.0]


@pytest.mark.feature("C2-9")
def test_starts_and_stops_of_peak_boilers():
    heat = np.array([[0, 0, 8, np.nan, 9, 2, 0.1, 0, 7, 7]], float)
    on = peaks.running(heat, np.array([20.0]), 0.1, 0.05)
    assert on[0].tolist() == [False, False, True, True, True, True, False, False, True, True]
    first, second = peaks.episodes(on, heat)
    assert (first.first, first.last, first.highest_mw) == (2, 6, 9.0)
    assert (second.first, second.last) == (8, 10)
    need = np.array([[80.0, 96.0, 92.0, 80.0]])
    asked = peaks.should_run(need, np.full((1, 4), 100.0), 0.95, 0.85, np.array([False]))
    assert asked[0].tolist() == [False, True, True, False]


def test_persistence_repeats_the_day_and_its_band_grows():
    clock = np.arange(96)
    past = -10 + 5 * np.sin(2 * np.pi * clock / 24)
    ahead = outlook.as_before(past, 48)
    assert ahead == pytest.approx(-10 + 5 * np.sin(2 * np.pi * (95 + np.arange(48)) / 24), abs=1e-9)
    assert np.isnan(outlook.as_before(np.full(30, np.nan), 5)).all()
    assert (np.diff(outlook.spread(73, 0.5, 1.5, 6.0)) >= 0).all()
