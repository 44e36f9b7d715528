"""Start of a season over made courses: what is heat, what is a trial, what is only hot water standing still."""

import numpy as np
import pytest

from cleanheat.calc.anomaly.days import HOURS
from cleanheat.calc.anomaly.startup import Phase, judge
from cleanheat.diagnosis.station.startup import limits

DAYS = 60
ON = 7


def _course(heated_days, supply=46.0, back=38.0, noise=0.2):
    rng = np.random.default_rng(5)
    hot = np.zeros((DAYS, HOURS), bool)
    hot[list(heated_days), ON:22] = True
    hot = hot.reshape(1, -1)
    shake = rng.normal(0, noise, (2, hot.size))
    return np.where(hot, supply, 19.0) + shake[0], np.where(hot, back, 18.5) + shake[1]


def _judge(supply, back, curve=None):
    none = np.zeros((supply.shape[0], supply.shape[1] // HOURS), bool)
    curve = np.full_like(supply, 46.0) if curve is None else curve
    return judge(supply, back, curve, none, none, limits())[0]


@pytest.mark.feature("A9-5")
def test_trial_then_sustained_heat():
    start = _judge(*_course([10, 11, 12, 20, *range(30, DAYS)]))
    assert start.first_heat == 10 * HOURS + ON
    assert start.sustained_heat == 30 * HOURS + ON
    assert start.interruptions == ((13, 19), (21, 29))
    assert start.hours_to_curve == 0
    assert start.phases[5] == Phase.IDLE
    assert start.phases[11] == Phase.TRIAL
    assert start.phases[40] == Phase.SUSTAINED


@pytest.mark.feature("A9-5")
def test_hot_water_before_a_closed_valve_is_no_start():
    supply, back = _course(range(30, DAYS))
    supply[0, 12 * HOURS : 16 * HOURS] = 55.0  # the sensor before the valve; nothing comes back
    assert _judge(supply, back).first_heat == 30 * HOURS + ON


def test_weekends_off_are_no_interruption_of_the_start():
    heated = [day for day in range(14, DAYS) if day % 7 < 5]
    assert _judge(*_course(heated)).sustained_heat == 14 * HOURS + ON


def test_a_gap_over_the_start_is_not_idle():
    supply, back = _course(range(20, DAYS))
    supply[0, 18 * HOURS : 25 * HOURS] = np.nan
    start = _judge(supply, back)
    assert start.first_heat == 25 * HOURS + ON
    assert start.phases[19] == Phase.UNKNOWN


def test_nothing_is_said_where_nothing_is_known():
    nothing = np.full((1, DAYS * HOURS), np.nan)
    start = _judge(nothing, nothing, nothing)
    assert (start.first_heat, start.sustained_heat, start.interruptions) == (-1, -1, ())
    cold = np.full((1, DAYS * HOURS), 19.0)
    assert _judge(cold, cold).first_heat == -1


def test_a_record_that_begins_in_heat_has_no_start():
    assert _judge(*_course(range(DAYS))).running_before


def test_without_a_return_the_supply_must_say_it_alone():
    supply, _ = _course(range(30, DAYS))
    start = _judge(supply, np.full_like(supply, np.nan))
    assert start.sustained_heat == 30 * HOURS + ON


def _mild(heated_days):
    """Heat of 24–26 °C after a trial with hotter water, in the mild half of an autumn; frost later."""
    supply, back = _course(heated_days, noise=0.05)
    day = np.arange(supply.shape[1]) // HOURS
    warm = supply > 30
    outdoor = np.where(day < 45, 11.0, -15.0)[None]
    trial, mild = warm & (day < 28), warm & (day >= 28) & (day < 45)
    supply, back = np.where(mild, 25.5, supply), np.where(mild, 23.5, back)
    heat = np.where(trial, 500.0, np.where(mild, 150.0, np.where(warm, 900.0, 0.0)))
    return supply, back, heat, outdoor


@pytest.mark.feature("A9-5")
def test_metered_heat_of_a_mild_autumn_is_a_start_and_a_trial_is_none():
    supply, back, heat, outdoor = _mild([27, *range(30, DAYS)])
    none = np.zeros((1, DAYS), bool)
    start = judge(supply, back, np.full_like(supply, 46.0), none, none, limits(), heat, outdoor)[0]
    assert start.first_heat == 27 * HOURS + ON
    assert start.sustained_heat == 30 * HOURS + ON


def test_a_dead_or_a_stuck_meter_says_nothing():
    supply, back = _course(range(30, DAYS))
    none = np.zeros((1, DAYS), bool)
    for meter in (0.0, 400.0, np.nan):
        heat = np.full_like(supply, meter)
        start = judge(supply, back, np.full_like(supply, 46.0), none, none, limits(), heat)[0]
        assert start.first_heat == start.sustained_heat == 30 * HOURS + ON


def test_water_that_cools_for_days_after_a_trial_is_no_heat_in_mild_weather():
    supply, back = _course(range(30, DAYS))
    hours = np.arange(4 * HOURS)
    for values, top, least in ((supply, 46.0, 19.0), (back, 38.0, 18.5)):
        values[0, 20 * HOURS + ON : 24 * HOURS + ON] = least + (top - least) * np.exp(-hours / 40)
    outdoor = np.where(np.arange(supply.shape[1]) < 35 * HOURS, 12.0, -15.0)[None]
    none = np.zeros((1, DAYS), bool)
    start = judge(supply, back, np.full_like(supply, 46.0), none, none, limits(), None, outdoor)[0]
    assert start.first_heat == 20 * HOURS + ON
    assert start.sustained_heat == 30 * HOURS + ON
