"""Are the labelled winters that models are fitted to and measured on what the simulated city sends?"""

from __future__ import annotations

import numpy as np
import pytest

from bench.diagnosis_seasons import Stretch, city_of, hours, joined, minutes
from cleanheat.simulator.families import Fault

EVENING = 1_768_475_400
DAY = 86_400


@pytest.fixture(scope="module")
def winter_days() -> Stretch:
    city = city_of(11, substations=40)
    start = EVENING // 3_600 * 3_600
    return hours(city, start, start + 3 * DAY, rooms=True)


def test_channels_are_hourly_means_in_their_units(winter_days):
    unit = winter_days.values["unit"]
    count = winter_days.city.units.count
    assert {a.shape for a in unit.values()} == {(count, 72)}
    assert {a.dtype for a in unit.values()} == {np.dtype(np.float32)}
    assert 35 < np.nanmedian(unit["supply_c"]) < 70
    carried = 1.163 * unit["flow_t_h"] * (unit["supply_c"] - unit["return_c"])
    sound = ~winter_days.wrong("unit", settle_s=4 * 3_600) & ~np.isnan(carried)
    assert abs(np.nansum(carried[sound]) / np.nansum(unit["heat_kw"][sound]) - 0.985) < 0.02
    assert 15 < np.nanmedian(unit["room_c"]) < 26
    assert np.abs(winter_days.outdoor_c - winter_days.outdoor_true_c).max() < 3


def test_labels_lie_where_the_fault_is_seen(winter_days):
    stopped = winter_days.wrong("unit", Fault.STOP)
    flow = winter_days.values["unit"]["flow_t_h"]
    usual = np.nanmedian(flow, axis=1, keepdims=True)
    whole = stopped[:, 1:-1] & stopped[:, :-2] & stopped[:, 2:]
    assert whole.any()
    assert ((flow / usual)[:, 1:-1][whole] < 0.2).mean() > 0.9  # between two stops an hour may run


def test_minutes_and_hours_are_the_same_city(winter_days):
    city = winter_days.city
    minute = minutes(city, winter_days.start, 120, ("unit",))
    hourly = minute.values["unit"]["supply_c"].reshape(city.units.count, 2, 60)
    sound = ~minute.wrong("unit", settle_s=8 * 3_600).any(axis=1)
    np.testing.assert_allclose(
        np.nanmean(hourly[sound], axis=2), winter_days.values["unit"]["supply_c"][sound, :2], atol=1.5
    )


def test_stretches_join(winter_days):
    channels, outdoor, times = joined([winter_days, winter_days], "boiler")
    assert channels["heat_kw"].shape[1] == outdoor.shape[0] == times.shape[0] == 144
