"""The stop model over labelled courses: what is a stop, and what must never be taken for one."""

import numpy as np
import pytest

from cleanheat.calc.anomaly.supply_stopped import BETWEEN, RUNNING, STOPPED, UNKNOWN, Limits, look, over_history

LIMITS = Limits(1.0, 2.0, -3.0, 0.05, 0.10, 0.10, 5.0, 15, 5, 30)
NONE = np.nan
HOURS = 3


@pytest.mark.parametrize(
    ("delta", "flow", "heat", "sight"),
    [
        (9.0, 1.0, 0.8, RUNNING),
        (9.0, NONE, NONE, RUNNING),
        (0.4, 1.0, 0.0, STOPPED),
        (0.4, NONE, NONE, STOPPED),
        (12.0, 0.01, 0.0, STOPPED),
        (NONE, 0.01, NONE, STOPPED),
        (1.5, 1.0, 0.2, BETWEEN),
        (9.0, 0.07, 0.1, BETWEEN),
        (NONE, NONE, NONE, UNKNOWN),
        (NONE, 1.0, 0.8, UNKNOWN),
        (0.0, 1.0, 0.8, UNKNOWN),  # both sensors stuck at one value while the meter counts heat
        (9.0, 0.0, 0.8, UNKNOWN),  # flow meter dead while the meter counts heat
        (-8.0, 1.0, NONE, UNKNOWN),  # supply and return swapped
    ],
)
def test_one_look(delta, flow, heat, sight):
    assert look(np.array([delta]), np.array([flow]), np.array([heat]), LIMITS)[0] == sight


def _course(change=None):
    """Three hours of a healthy circuit, one look a minute; ``change(delta, flow, heat, armed)`` labels it."""
    n = HOURS * 60
    minutes = 1_768_478_400 + 60 * np.arange(n, dtype=np.int64)
    delta, flow, heat, armed = np.full((n, 1), 9.0), np.full((n, 1), 0.9), np.full((n, 1), 0.6), np.ones((n, 1), bool)
    if change:
        change(delta, flow, heat, armed)
    return over_history(minutes, delta, flow, heat, armed, LIMITS), minutes


def _stop(a, b):
    def change(delta, flow, heat, armed):
        flow[a:b], heat[a:b] = 0.0, 0.0

    return change


def test_a_stop_is_confirmed_within_half_an_hour_and_ends_with_running():
    (stop,), minutes = _course(_stop(40, 100))
    assert stop.since == minutes[40]
    assert 15 <= (stop.confirmed - stop.since) / 60 <= 30
    assert stop.end == minutes[104]  # five minutes of running


def test_a_stop_without_flow_meter_shows_in_the_temperatures():
    def change(delta, flow, heat, armed):
        flow[:], heat[:] = NONE, NONE
        delta[40:100] = 0.3

    assert len(_course(change)[0]) == 1


def test_a_flutter_of_a_stop_is_one_stop():
    def change(delta, flow, heat, armed):
        _stop(40, 120)(delta, flow, heat, armed)
        flow[70:73], heat[70:73] = 0.9, 0.6

    (stop,), minutes = _course(change)
    assert stop.since == minutes[40]


def test_missing_minutes_hold_the_counter():
    def change(delta, flow, heat, armed):
        _stop(40, 80)(delta, flow, heat, armed)
        for column in (delta, flow, heat):
            column[45:55] = NONE

    (stop,), minutes = _course(change)
    assert stop.confirmed == minutes[65]  # fifteen certain minutes after the onset, ten uncertain ones between


def _lost_gateway(delta, flow, heat, armed):
    for column in (delta, flow, heat):
        column[40:160] = NONE


def _short(delta, flow, heat, armed):
    _stop(40, 53)(delta, flow, heat, armed)


def _setback(delta, flow, heat, armed):
    delta[40:], flow[40:], heat[40:] = 3.5, 0.45, 0.18


def _mild(delta, flow, heat, armed):
    _stop(40, 160)(delta, flow, heat, armed)
    armed[:] = False


def _stuck(delta, flow, heat, armed):
    delta[40:] = 0.0


def _dead_meter(delta, flow, heat, armed):
    flow[40:] = 0.0


def _loss_within_short_stop(delta, flow, heat, armed):
    _stop(40, 45)(delta, flow, heat, armed)
    for column in (delta, flow, heat):
        column[45:120] = NONE


@pytest.mark.parametrize(
    "change", [None, _lost_gateway, _short, _setback, _mild, _stuck, _dead_meter, _loss_within_short_stop]
)
def test_what_is_not_a_stop(change):
    assert _course(change)[0] == []


def test_long_uncertainty_clears_a_confirmed_stop():
    def change(delta, flow, heat, armed):
        _stop(40, 180)(delta, flow, heat, armed)
        for column in (delta, flow, heat):
            column[80:] = NONE

    (stop,), minutes = _course(change)
    assert stop.end == minutes[80 + 30]


def test_nothing_is_carried_over_a_gap():
    minutes = np.array([0, 600, 7_200, 7_800], dtype=np.int64)
    low, nothing, armed = np.zeros((4, 1)), np.full((4, 1), NONE), np.ones((4, 1), bool)
    assert over_history(minutes, low, nothing, nothing, armed, LIMITS) == []


def test_series_are_judged_apart():
    n = 60
    minutes = 60 * np.arange(n, dtype=np.int64)
    delta = np.full((n, 3), 9.0)
    delta[10:, 1] = 0.2
    nothing, armed = np.full((n, 3), NONE), np.ones((n, 3), bool)
    assert [s.series for s in over_history(minutes, delta, nothing, nothing, armed, LIMITS)] == [1]
