"""The deterministic injection, held against values worked out by hand."""

import numpy as np
import pytest

from cleanheat.calc.anomaly.injection import KINDS, blocks, heating_hours, inject, single_days

HOURS = 24


def _day(heat=True):
    values = {
        "supply_c": np.full((1, HOURS), 60.0),
        "return_c": np.full((1, HOURS), 50.0),
        "primary_return_c": np.full((1, HOURS), 52.0),
    }
    values["supply_c"][0, 0] = 31.0
    if heat:
        values["heat_kw"] = np.zeros((1, HOURS))
        values["heat_kw"][0, 6:22] = 100.0
    return values


def _with(kind, heat=True):
    return inject(_day(heat), np.array([KINDS.index(kind) + 1]))


def test_plan_is_the_documented_one():
    plan = single_days(60)
    assert not plan[:15].any()
    assert not plan[::2].any()
    assert [KINDS[plan[i] - 1] for i in (15, 17, 19, 21, 23, 25, 27)] == [KINDS[i // 2 % 7] for i in range(15, 28, 2)]
    assert KINDS[plan[15] - 1] == "stop"
    second = blocks(60)
    assert np.flatnonzero(second).tolist() == [*range(14, 19), *range(28, 33), *range(42, 47), *range(56, 60)]
    assert [KINDS[second[i] - 1] for i in (14, 28, 42)] == ["under15", "over15", "under15"]


def test_hours_are_those_with_heat_or_the_day():
    assert np.flatnonzero(heating_hours(_day())[0]).tolist() == list(range(6, 22))
    assert np.flatnonzero(heating_hours(_day(heat=False))[0]).tolist() == list(range(7, 21))


@pytest.mark.parametrize(
    ("kind", "channel", "hour", "value"),
    [
        ("stop", "supply_c", 6, 60.0),
        ("stop", "supply_c", 12, 25 + 35 * np.exp(-1)),
        ("stop", "primary_return_c", 12, 30 + 22 * np.exp(-1)),
        ("stop", "heat_kw", 12, 0.0),
        ("stop", "supply_c", 5, 60.0),
        ("under15", "supply_c", 12, 54.0),
        ("under15", "primary_return_c", 12, 20 + 32 * 0.925),
        ("under25", "heat_kw", 12, 75.0),
        ("over15", "return_c", 12, 54.5),
        ("fouling8K", "primary_return_c", 12, 60.0),
        ("fouling8K", "supply_c", 12, 58.0),
        ("fouling8K", "heat_kw", 12, 97.0),
        ("frozen", "supply_c", 12, 31.0),
        ("frozen", "return_c", 12, 50.0),
        ("cycling", "supply_c", 7, 60.0),
        ("cycling", "supply_c", 8, 46.0),
        ("cycling", "heat_kw", 9, 0.0),
        ("cycling", "supply_c", 10, 60.0),
    ],
)
def test_one_fault(kind, channel, hour, value):
    assert _with(kind)[channel][0, hour] == pytest.approx(value)


def test_missing_channels_and_hours_stay_missing():
    only = {"supply_c": np.full((1, HOURS), np.nan)}
    assert np.isnan(inject(only, np.array([1]))["supply_c"]).all()
    assert set(_with("stop", heat=False)) == {"supply_c", "return_c", "primary_return_c"}
