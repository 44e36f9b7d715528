"""Is the weather Changchun's?  Climate figures, daily course, access at any instant, a measured file."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import epoch, local, season
from cleanheat.simulator.weather import Weather

WINTER = season(2025)
FIRST, HOURS = WINTER.start // 3600, (WINTER.end - WINTER.start) // 3600


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_season_has_the_climate_of_the_city(seed):
    temp, humidity, wind, sun, *air = Weather(seed).hours(FIRST, HOURS)
    daily = temp[: HOURS // 24 * 24].reshape(-1, 24)
    assert -8.5 < temp.mean() < -4.0
    assert 3_600 < np.maximum(0, 18 - daily.mean(axis=1)).sum() < 4_600
    assert -36 <= temp.min() < -22
    assert 6.5 < np.median(np.ptp(daily, axis=1)) < 13
    assert humidity.min() >= 0
    assert humidity.max() <= 100
    assert wind.min() >= 0
    assert wind.max() <= 30
    assert sun.min() == 0
    assert 400 < sun.max() < 1_200
    assert all(a.min() > 0 and a.max() < 1_000 for a in air)


def test_night_is_coldest_at_six_and_day_warmest_at_two():
    temp = Weather(5).outdoor_temp_c(FIRST, HOURS // 24 * 24).reshape(-1, 24).mean(axis=0)
    clock = (local(FIRST * 3600).hour + np.arange(24)) % 24
    assert clock[temp.argmin()] in {5, 6, 7}
    assert clock[temp.argmax()] in {13, 14, 15}


def test_any_hours_are_the_same_as_within_a_longer_span():
    whole = Weather(4).hours(FIRST, 500)
    np.testing.assert_array_equal(Weather(4).hours(FIRST + 123, 10), whole[:, 123:133])
    assert not np.array_equal(Weather(5).hours(FIRST, 500), whole)


def test_smoothing_keeps_the_mean_and_lags():
    weather = Weather(4)
    smoothed, raw = weather.smoothed_temp_c(FIRST, 1_000), weather.outdoor_temp_c(FIRST, 1_000)
    assert abs(smoothed.mean() - raw.mean()) < 1.5
    assert smoothed.std() < raw.std()
    expected = 0.4 * weather.outdoor_temp_c(FIRST - 23, 24).mean()
    expected += 0.35 * weather.outdoor_temp_c(FIRST - 47, 24).mean()
    expected += 0.25 * weather.outdoor_temp_c(FIRST - 71, 24).mean()
    assert smoothed[0] == pytest.approx(expected)


def test_measured_file_replaces_the_model_where_it_has_values(tmp_path):
    file = tmp_path / "weather.csv"
    file.write_text("time,outdoor_temp_c,humidity_pct\n2025-12-01T08:00,-11.5,70\n2025-12-01T09:00,-99,71\n")
    weather = Weather.from_csv(4, file)
    hour = epoch(local(0).replace(year=2025, month=12, day=1, hour=8)) // 3600
    given, model = weather.hours(hour, 3), Weather(4).hours(hour, 3)
    assert given[0].tolist() == [-11.5, model[0, 1], model[0, 2]]
    assert given[1, :2].tolist() == [70, 71]
    np.testing.assert_array_equal(given[2:], model[2:])


def test_file_without_temperature_is_refused(tmp_path):
    file = tmp_path / "weather.csv"
    file.write_text("when,t\n2025-12-01T08:00,1\n")
    with pytest.raises(Problem, match="outdoor_temp_c"):
        Weather.from_csv(4, file)
