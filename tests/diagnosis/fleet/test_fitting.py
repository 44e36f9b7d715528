"""Personal parameters out of arrays: what is learned, from whom, and how sure."""

from dataclasses import replace

import numpy as np
import pytest

from cleanheat.diagnosis.fleet import Order, fit
from cleanheat.diagnosis.fleet.assembling import Window
from cleanheat.diagnosis.fleet.axis import axis_of
from cleanheat.diagnosis.parameters import Reason, Source, curve_at
from tests.diagnosis.fleet import made

WINDOW = Window(1, made.START, made.START + 1, "测试")


def fitted(axis, block, **more):
    return fit("unit", axis, [block], Order(block.numbers.max() + 1, WINDOW, **more))


@pytest.fixture(scope="module")
def axis():
    return made.season()


def test_what_circuits_follow_is_found_and_beats_the_baselines(axis):
    p = fitted(axis, made.units(axis)).parameters
    assert p.source[1:].tolist() == [Source.OWN] * 6
    assert p.source[0] == Source.NONE
    assert np.isnan(p.quantities["supply"].theta[0]).all()
    for quantity in ("supply", "return", "heat"):
        mae = p.metrics[f"{quantity}_mae"][1:]
        assert (mae < 0.5 * p.metrics[f"{quantity}_mae_line"][1:]).all()
        assert (mae < 0.5 * p.metrics[f"{quantity}_mae_persistence"][1:]).all()
    assert (p.metrics["supply_mae"][1:] < 0.3).all()  # the noise itself is 0.24
    assert p.curve_slope[1:] == pytest.approx(np.full(6, made.SLOPE), abs=0.03)
    assert np.diff(curve_at(p.curve_in_force[1:], -10.0)).mean() == pytest.approx(1.0, abs=0.2)


def test_limits_hold_what_is_usual(axis):
    p = fitted(axis, made.units(axis)).parameters
    q = p.quantities["supply"]
    assert (q.sigma[1:] > 0.25).all()
    assert (q.sigma[1:] < 0.4).all()
    assert (q.low[1:] < -2 * q.sigma[1:]).all()
    assert (q.high[1:] > 2 * q.sigma[1:]).all()


def test_expected_values_come_back_from_the_features_of_an_hour(axis):
    block = made.units(axis, noise=0.0)
    p = fitted(axis, block).parameters
    from cleanheat.diagnosis.fleet.designs import DESIGNS

    at = axis.hours - 30
    x = DESIGNS["unit"][0].features.build(axis.part(slice(at, at + 1)).inputs)
    expected = p.expected("supply", x, int(axis.inputs.hour[at]))
    assert expected[1:] == pytest.approx(block.values["supply_c"][:, at], abs=0.4)


@pytest.mark.feature("A9-1")
def test_a_new_object_works_on_day_one(axis):
    block = made.units(axis)
    for name, values in block.values.items():
        values[5, : axis.hours - 24] = np.nan
        assert name
    p = fitted(axis, block).parameters
    assert p.source[6] == Source.GROUP
    assert p.reason[6] == Reason.FEW_HOURS
    assert p.quantities["supply"].sigma[6] == pytest.approx(np.median(p.quantities["supply"].sigma[1:6]), rel=0.5)
    assert np.isfinite(p.quantities["supply"].theta[6]).all()


def test_what_cannot_be_learned_says_why_and_is_never_a_number(axis):
    block = made.units(axis, size=5)
    for values in block.values.values():
        values[0] = np.nan
    block.values["supply_c"][1] = 42.0
    block.values["heat_kw"][2] = np.nan
    block.values["supply_c"][3, ::3] = 0.0
    p = fitted(axis, block).parameters
    assert p.reason[1] == Reason.NO_READINGS
    assert p.source[1] == Source.GROUP
    assert p.quantities["supply"].source[2] == Source.GROUP
    assert p.reason[2] == Reason.DEAD_CHANNEL
    assert p.quantities["heat"].source[3] == Source.GROUP
    assert p.reason[3] == Reason.DEAD_CHANNEL
    assert p.metrics["supply_mae"][4] < 0.3  # dead zeros are no readings
    assert all(Reason(int(r)).zh for r in p.reason[1:4])


def test_nobody_teaches_nothing(axis):
    block = made.units(axis, size=2)
    for values in block.values.values():
        values[:] = np.nan
    p = fitted(axis, block).parameters
    assert p.source.tolist() == [0, 0, 0]
    assert np.isnan(p.quantities["supply"].theta).all()
    assert np.isnan(p.metrics["supply_mae"]).all()


def test_without_weather_nothing_is_learned():
    unknown = axis_of([(made.START, np.full(6 * 168, np.nan))])
    block = made.units(made.season(6), size=2)
    p = fitted(unknown, block).parameters
    assert (p.source == Source.NONE).all()


def test_one_week_alone_is_taken_from_the_group():
    week = made.season(1)
    p = fitted(week, made.units(week, size=4)).parameters
    assert (p.source[1:] == Source.GROUP).all()
    assert (p.reason[1:] == Reason.FEW_HOURS).all()
    assert np.isfinite(p.quantities["supply"].sigma[1:]).all()


def test_faults_in_the_past_do_not_become_usual(axis):
    block = made.units(axis)
    spoilt = {name: values.copy() for name, values in block.values.items()}
    spoilt["supply_c"][0, ::9] = 20.0
    p = fitted(axis, replace(block, values=spoilt)).parameters
    assert p.metrics["supply_mae"][1] < 4.0
    features = p.quantities["supply"].theta[1] - p.quantities["supply"].theta[2]
    clean = fitted(axis, block).parameters.quantities["supply"].theta
    assert np.abs(features[:, 0] - (clean[1] - clean[2])[:, 0]).max() < 1.5


def test_hours_under_an_alarm_teach_nothing(axis):
    block = made.units(axis, size=3)
    raised = {name: values.copy() for name, values in block.values.items()}
    raised["supply_c"][0, -1200:-700] += 3.0
    under = np.zeros((3, axis.hours), bool)
    under[0, -1200:-700] = True
    clean = fitted(axis, block).parameters.quantities["supply"].theta[1]
    left = fitted(axis, replace(block, values=raised, excluded=under)).parameters.quantities["supply"].theta[1]
    learned = fitted(axis, replace(block, values=raised)).parameters.quantities["supply"].theta[1]
    assert np.abs(left - clean)[:, 0].mean() < 0.5 * np.abs(learned - clean)[:, 0].mean()


def test_blocks_make_the_same_groups_as_one(axis):
    block = made.units(axis)
    first, second = block.part(np.arange(3)), block.part(np.arange(3, 6))
    whole = fitted(axis, block)
    halves = fit("unit", axis, [first, second], Order(7, WINDOW))
    assert halves.groups.keys.tolist() == whole.groups.keys.tolist() == [-1, 3]
    q, r = whole.parameters.quantities["supply"], halves.parameters.quantities["supply"]
    assert np.abs(q.theta[1:, :, 0] - r.theta[1:, :, 0]).max() < 0.5
    assert halves.groups.theta["supply"] == pytest.approx(whole.groups.theta["supply"], rel=0.2, abs=0.2)


def test_the_version_before_is_measured_on_the_same_weeks(axis):
    block = made.units(axis)
    before = fitted(axis, block).parameters
    later = {name: values.copy() for name, values in block.values.items()}
    later["supply_c"] += 4.0
    p = fitted(axis, replace(block, values=later), before=before).parameters
    assert p.metrics["supply_mae_before"][1:] == pytest.approx(np.full(6, 4.0), abs=0.3)
    assert (p.metrics["supply_mae"][1:] < 0.3).all()
