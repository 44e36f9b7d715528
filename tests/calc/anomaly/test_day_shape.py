"""The course of a day: stops and turns stand out, pauses that are usual in mild weather do not."""

import numpy as np
import pytest

from cleanheat.calc.anomaly import day_shape, frozen, running
from cleanheat.calc.anomaly.injection import KINDS, inject

pytestmark = pytest.mark.feature("A9-3")
DAYS = 200


@pytest.fixture(scope="module")
def world():
    """A building that pauses at midday on one mild day in two, and never in the cold."""
    rng = np.random.default_rng(5)
    hour = np.arange(24 * DAYS) % 24
    daily = np.repeat(rng.uniform(-8, 14, DAYS), 24)
    outdoor = (daily + 3 * np.sin((hour - 9) / 24 * 2 * np.pi))[None]
    pauses = np.repeat(rng.random(DAYS) < 0.5, 24) & (daily > 8) & (hour > 10) & (hour < 18)
    supply = np.where((hour < 6) | pauses, 30.0, 52.0 - 0.6 * outdoor) + rng.normal(0, 0.5, hour.size)
    values = {"supply_c": supply, "return_c": supply - np.where(supply > 35, 8.0, 1.0)}
    return values, outdoor, daily[::24], pauses.reshape(-1, 24).any(-1)


def _scores(world, kind):
    values, outdoor, *_ = world
    taught = np.arange(DAYS)[None] < DAYS // 2
    shape = day_shape.learn(values, outdoor, taught, ("supply_c", "return_c"))
    plan = np.full(DAYS, KINDS.index(kind) + 1 if kind else 0)
    z, size = day_shape.match(shape, *day_shape.departures(shape, inject(values, plan), outdoor))
    return z[0, DAYS // 2 :], size[0, DAYS // 2 :]


@pytest.mark.parametrize(("kind", "family"), [("stop", "stop"), ("cycling", "turns")])
def test_faults_of_cold_days_stand_far_above_normal_days(world, kind, family):
    cold = world[2][DAYS // 2 :] < 5
    at = day_shape.FAMILIES.index(family)
    normal, faulty = _scores(world, "")[0][cold, at], _scores(world, kind)[0][cold, at]
    assert faulty.min() > 2 * normal.max()


def test_a_pause_that_is_usual_in_such_weather_is_no_stop(world):
    paused = world[3][DAYS // 2 :]
    stop = day_shape.FAMILIES.index("stop")
    assert np.median(_scores(world, "")[0][paused, stop]) < 0.5 * np.median(_scores(world, "stop")[0][:, stop])


def test_days_of_which_too_little_is_known_are_not_judged(world):
    values, outdoor, *_ = world
    holed = {name: np.where(np.arange(24 * DAYS) % 24 < 12, np.nan, of) for name, of in values.items()}
    shape = day_shape.learn(values, outdoor, np.ones((1, DAYS), bool), ("supply_c",))
    z, size = day_shape.match(shape, *day_shape.departures(shape, holed, outdoor))
    assert np.isnan(z).all()
    assert np.isnan(size).all()


def test_single_missing_hours_take_no_part(world):
    values, outdoor, *_ = world
    shape = day_shape.learn(values, outdoor, np.ones((1, DAYS), bool), ("supply_c",))
    some = {"supply_c": values["supply_c"].copy()}
    some["supply_c"][0, 5::24] = np.nan
    z, _ = day_shape.match(shape, *day_shape.departures(shape, some, outdoor))
    assert np.isfinite(z).all()


def test_where_everything_stands_still_the_line_has_died_not_a_sensor():
    still = np.full((1, 24), 50.0)
    dead, alive = np.full((1, 24), 40.0), np.linspace(40, 45, 24)[None]
    late = np.concatenate([np.full(20, 40.0), np.full(4, 45.0)])[None]
    half = np.concatenate([np.full(18, 50.0), np.arange(6) + 51.0])[None]
    assert frozen.longest_still(still, alive).tolist() == [[23.0]]
    assert frozen.longest_still(still, dead).tolist() == [[0.0]]
    assert frozen.longest_still(half, late).tolist() == [[0.0]]


def test_a_meter_silent_through_warm_hours_is_dead_and_a_stop_is_not():
    warm = np.ones((1, 24))
    decaying = np.exp(-np.arange(24) / 6.0)[None]
    half = np.where(np.arange(24) < 14, 0.0, 30.0)[None]
    assert running.dead_meter(half, warm).all()
    assert not running.dead_meter(np.zeros((1, 24)), decaying).any()
    assert not running.dead_meter(np.full((1, 24), 30.0), warm).any()


def test_what_a_meter_shows_at_rest_is_a_tenth_of_its_usual_heat_at_most():
    share = np.tile(np.where(np.arange(24) < 8, 0.2, 1.0), (3, 5))
    heat = np.stack([np.where(share[0] > 0.9, 200.0, rest) for rest in (0.0, 6.0)] + [np.zeros(share.shape[1])])
    assert running.idle_heat(heat, share, np.ones(share.shape, bool)) == pytest.approx([20.0, 20.0, 0.0])
    assert running.idle_heat(heat, share, np.zeros(share.shape, bool)) == pytest.approx(0.0)


def test_a_few_patchy_days_never_promise_an_impossibly_quiet_direction(world):
    values, outdoor, *_ = world
    rng = np.random.default_rng(7)
    patchy = {name: np.where(rng.random(of.shape) < 0.6, np.nan, of) for name, of in values.items()}
    taught = np.arange(DAYS)[None] < 40
    shape = day_shape.learn(patchy, outdoor, taught, ("supply_c", "return_c"))
    z, _ = day_shape.match(shape, *day_shape.departures(shape, values, outdoor))
    assert np.linalg.eigvalsh(shape.together).min() > 0
    assert np.nanmax(z[0][world[2] < 5]) < 10  # millions, where pairs known on different days do not fit together
