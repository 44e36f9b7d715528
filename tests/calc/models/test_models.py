"""Curves, expected values, forecasts and their engine, on data whose truth is known."""

import time

import numpy as np
import pytest

from cleanheat.calc.models import (
    boosting,
    coming_day,
    design,
    expected,
    in_force,
    need,
    next_hour,
    operation,
    ridge,
    series,
)
from cleanheat.calc.models.weather_memory import blend, memories
from cleanheat.calc.thermal.regulation import RADIATORS_75_50

HOURS = 24 * 120
CLOCK = np.arange(HOURS, dtype=np.int64) * 3600


def weather(seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    slow = np.repeat(rng.normal(0, 5, HOURS // 24), 24)
    return -5 + slow + 4 * np.sin(2 * np.pi * (np.arange(HOURS) % 24 - 9) / 24)


def test_ridge_ignores_what_each_object_lacks():
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(300), rng.normal(0, 1, (300, 2))])
    theta = rng.normal(0, 1, (5, 3))
    y = theta @ x.T
    known = rng.random(y.shape) < 0.5
    y[~known] = np.nan
    found = ridge.solve(ridge.accumulate(x, y, known), np.full(3, 1e-9))[:, 0]
    np.testing.assert_allclose(found, theta, atol=1e-6)


def test_shared_and_own_features_agree():
    rng = np.random.default_rng(2)
    x, y = rng.normal(0, 1, (200, 3)), rng.normal(0, 1, (4, 200))
    stratum = np.arange(200) % 24
    known = rng.random(y.shape) < 0.8
    own = np.broadcast_to(x, (4, 200, 3))
    for part in ("xx", "xy", "yy", "n"):
        shared_part = getattr(ridge.accumulate(x, y, known, stratum, 24), part)
        np.testing.assert_allclose(getattr(ridge.accumulate(own, y, known, stratum, 24), part), shared_part)


def test_a_newcomer_behaves_as_its_group():
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(500), rng.normal(0, 5, 500)])
    y = np.stack([50 - 0.8 * x[:, 1], 50 - 0.8 * x[:, 1], np.full(500, np.nan)])
    normals = ridge.accumulate(x, y, np.isfinite(y))
    group = ridge.solve(ridge.group_of(normals, np.zeros(3, np.int64), 1), np.full(2, 1e-6))
    theta = ridge.solve(normals, np.full(2, 10.0), group)
    np.testing.assert_allclose(theta[2, 0], [50, -0.8], atol=0.01)


def test_history_added_is_history_fitted_at_once_and_the_past_fades():
    rng = np.random.default_rng(4)
    x, y = rng.normal(0, 1, (400, 2)), rng.normal(0, 1, (3, 400))
    known = np.ones(y.shape, bool)
    halves = ridge.accumulate(x[:200], y[:, :200], known[:, :200]) + ridge.accumulate(
        x[200:], y[:, 200:], known[:, 200:]
    )
    np.testing.assert_allclose(halves.xx, ridge.accumulate(x, y, known).xx)
    assert halves.forget(0.5).n[0, 0] == 200


def test_faults_do_not_become_usual():
    x = np.column_stack([np.ones(HOURS), weather()])
    y = (50 - 0.6 * x[:, 1])[None].copy()
    y[0, 500:700] = 0.0
    found = ridge.fit(x, y, np.isfinite(y), np.full(2, 1e-3), np.full(2, 1e-3), rounds=5)
    np.testing.assert_allclose(found.theta[0, 0], [50, -0.6], atol=0.02)


@pytest.mark.slow
def test_a_city_of_substations_is_fitted_in_a_minute():
    """3,500 substations, three seasons of hours, one quantity with limits for each hour of the day."""
    hours = 13_000
    outdoor = np.resize(weather(), hours)
    inputs = design.Inputs.of(outdoor, np.arange(hours, dtype=np.int64) * 3600)
    rng = np.random.default_rng(5)
    spent = 0.0
    for _ in range(14):
        y = rng.uniform(40, 60, (250, 1)) - 0.5 * outdoor + rng.normal(0, 1, (250, hours))
        began = time.process_time()
        expected.fit(design.SUPPLY, inputs, y)
        spent += time.process_time() - began
    assert spent < 60


@pytest.mark.feature("A9-1")
def test_expected_values_of_the_hours_that_heat():
    outdoor = weather()
    inputs = design.Inputs.of(outdoor, CLOCK)
    heats = (inputs.hour >= 6) & (inputs.hour < 22)
    supply = (52 - 0.7 * outdoor + np.where(inputs.hour == 6, -4.0, 0.0))[None]  # still warming up at six
    noisy = supply + np.random.default_rng(6).normal(0, 0.3, supply.shape)
    learned = np.arange(HOURS) < HOURS // 2
    fitted = expected.fit(design.SUPPLY, inputs, noisy, (heats & learned)[None])
    found = expected.expected({"supply_c": fitted}, inputs, 0, learned)
    judged = heats & ~learned
    assert np.abs(found.value["supply_c"] - supply)[:, judged].mean() < 0.25
    inside = (noisy > found.low["supply_c"]) & (noisy < found.high["supply_c"])
    assert inside[:, judged].mean() > 0.95
    assert found.basis["supply_c"][0] == expected.OWN


def test_too_little_history_expects_nothing():
    inputs = design.Inputs.of(weather()[:30], CLOCK[:30])
    fitted = expected.fit(design.SUPPLY, inputs, np.full((1, 30), 50.0))
    assert np.isnan(fitted.theta).all()


def test_a_changed_building_is_followed_from_the_next_day_on():
    actual = np.full((1, HOURS), 50.0)
    actual[:, HOURS // 2 :] += 4.0
    value, day = np.full((1, HOURS), 50.0), CLOCK // 86400
    learned = np.ones(HOURS, bool)
    found = expected.followed(value, actual, np.isfinite(actual), learned, day)
    assert found[0, HOURS // 2 + 23] == 50.0  # its own day teaches it nothing
    assert found[0, -1] > 51.0
    ahead = actual.copy()
    ahead[:, -24:] = 90.0
    before = learned & (day < day[-1])
    blind, told = (expected.followed(value, of, np.isfinite(of), before, day)[0, -24:] for of in (actual, ahead))
    np.testing.assert_array_equal(blind, told)


def test_operation_from_temperatures():
    hour = CLOCK // 3600 % 24
    on = (hour >= 6) & (hour < 22)
    supply = np.where(on, 48.0, 45.0)[None]  # at night the supply sensor stays warm
    back = np.where(on, 40.0, 26.0)[None]
    found = operation.operation(supply, back, None)
    np.testing.assert_array_equal(found.on[0], on)
    heat = np.where(on, 300.0, 0.0)[None]
    heat[:, 500:900] = 0.0
    found = operation.operation(supply, back, heat)
    np.testing.assert_array_equal(found.on[0, 504:], on[504:])  # two hours of nothing before a night are a stop
    assert found.meter_dead[0, 500:900].sum() > 200


def test_curve_in_force_with_limits_and_stops():
    outdoor = weather()
    supply = np.maximum(50 - 0.6 * outdoor, 48.0)[None] + np.random.default_rng(8).normal(0, 0.2, (1, HOURS))
    supply[:, ::50] = 30.0
    found = in_force.curve(supply, outdoor, np.ones_like(supply, bool))
    straight = in_force.curve(50 - 0.6 * outdoor[None], outdoor, np.ones_like(supply, bool))
    assert straight.slope_k_per_k[0] == pytest.approx(-0.6, abs=1e-3)
    heights = found.breakpoints[0, :, 1]
    assert (np.diff(heights) <= 1e-9).all()
    assert heights[0] == pytest.approx(50 - 0.6 * found.breakpoints[0, 0, 0], abs=1.0)
    assert np.isnan(in_force.curve(supply, np.full(HOURS, 3.0), np.ones_like(supply, bool)).slope_k_per_k).all()


def test_need_from_rooms_lowers_an_overheated_house():
    rng = np.random.default_rng(9)
    outdoor = rng.uniform(-20, 5, 60)
    room = np.full(60, 22.0)
    middle = room + 22 * ((room - outdoor) / 40) ** (1 / 1.3)
    drop = 10 * (room - outdoor) / 40
    knots = np.linspace(-20, 5, 5)
    found = need.by_rooms(knots, outdoor, middle + drop / 2, middle - drop / 2, room, need.Wanted())
    assert found is not None
    same = need.by_rooms(knots, outdoor, middle + drop / 2, middle - drop / 2, room, need.Wanted(room_c=22.0))
    assert same is not None
    today = 22 + 22 * ((22 - knots) / 40) ** (1 / 1.3) + 5 * (22 - knots) / 40
    np.testing.assert_allclose(same.breakpoints[:, 1], today, atol=0.1)
    assert (found.breakpoints[:, 1] < same.breakpoints[:, 1]).all()
    assert need.by_rooms(knots, outdoor[:5], middle[:5], middle[:5], room[:5], need.Wanted()) is None
    assert need.by_design(knots, RADIATORS_75_50, need.Wanted()).basis == "design"


def test_forecasts_never_look_ahead(monkeypatch):
    """What comes later changes no forecast made before it."""
    outdoor = weather()
    rng = np.random.default_rng(10)
    heat = np.maximum(200 - 8 * outdoor + rng.normal(0, 10, HOURS), 0.0)
    learned, judged = np.arange(HOURS) < 2000, np.arange(HOURS) >= 2000
    cut = 2600
    spoiled = heat.copy()
    spoiled[cut:] = 5.0
    monkeypatch.setattr(next_hour, "FULL", boosting.Boosting(rounds=25))
    monkeypatch.setattr(next_hour, "TRIALS", boosting.Boosting(rounds=10))
    values = []
    for series_ in (heat, spoiled):
        inputs = design.Inputs.of(outdoor, CLOCK, {"heat_kw": series_[None]})
        ahead = next_hour.next_hour(inputs, learned, np.isfinite(series_))
        days = coming_day.coming_day(inputs, learned, judged, np.isfinite(series_))
        values.append((ahead.value[: cut + 1], days.forecast.value[: cut // 24 + 1]))
    np.testing.assert_array_equal(values[0][0], values[1][0])
    np.testing.assert_array_equal(values[0][1], values[1][1])


def test_what_was_read_as_the_hour_began_tells_of_a_switch(monkeypatch):
    """Heating switched by hand: the water at the stroke of the hour knows, the hour before does not."""
    monkeypatch.setattr(next_hour, "FULL", boosting.Boosting(rounds=80))
    monkeypatch.setattr(next_hour, "TRIALS", boosting.Boosting(rounds=40))
    rng = np.random.default_rng(4)
    outdoor = weather()
    on = np.repeat(rng.random(HOURS // 5 + 1) < 0.6, 5)[:HOURS]
    heat = np.where(on, 200 - 8 * outdoor, 0.0) + rng.normal(0, 3, HOURS)
    supply = np.where(on, 50.0, 28.0) + rng.normal(0, 0.5, HOURS)
    own = {"heat_kw": heat[None], "supply_c": supply[None]}
    learned, late = np.arange(HOURS) < 2000, np.arange(HOURS) >= 2000
    errors = []
    for begun in ({}, {f"supply_c{next_hour.NEWEST}": supply[None]}):
        inputs = design.Inputs.of(outdoor, CLOCK, own | begun)
        said = next_hour.next_hour(inputs, learned, np.isfinite(heat)).value
        errors.append(np.abs(said - heat)[late].mean())
    assert errors[1] < 0.4 * errors[0]


def test_trees_mind_the_rows_that_count():
    x = np.zeros((300, 1))
    y = np.where(np.arange(300) < 200, 0.0, 10.0)
    assert boosting.fit(x, y).predict(x[:1])[0] == pytest.approx(0.0, abs=0.5)
    heavy = np.where(y > 0, 5.0, 1.0)
    assert boosting.fit(x, y, weight=heavy).predict(x[:1])[0] == pytest.approx(10.0, abs=0.5)


def test_trees_survive_unknowns_and_constants():
    x = np.column_stack([np.full(300, np.nan), np.ones(300), np.linspace(0, 1, 300)])
    trees = boosting.fit(x, np.where(x[:, 2] > 0.5, 3.0, -3.0), boosting.Boosting(rounds=80, depth=2))
    assert np.abs(trees.predict(x) - np.where(x[:, 2] > 0.5, 3.0, -3.0)).mean() < 0.3


def test_memories_fade_and_blend_finds_the_house():
    outdoor = weather()
    parts = memories(outdoor)
    felt = 0.3 * parts[:, 1] + 0.7 * parts[:, 2]
    weights = blend(parts, 60 - 1.2 * felt, np.ones(HOURS, bool))
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert np.corrcoef(parts @ weights, felt)[0, 1] > 0.999
    gap = np.concatenate([outdoor[:100], np.full(400, np.nan)])
    assert np.isnan(memories(gap)[-1, 0])


def test_counters_know_nothing_across_a_reset():
    stamps = np.arange(0, 10) * 1800
    counter = np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4.0])
    found = series.counted(stamps, counter, 0, 3600, 4)
    np.testing.assert_allclose(found[[0, 1, 3]], 2.0)
    assert np.isnan(found[2])
