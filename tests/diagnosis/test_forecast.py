"""A forecast is kept as it was issued, refused where it is none, and its absence is said."""

import numpy as np
import pytest

from cleanheat.diagnosis.forecast import outlook as looking
from cleanheat.diagnosis.forecast import queries
from cleanheat.diagnosis.forecast.actions import keep
from cleanheat.diagnosis.forecast.models import Forecast
from cleanheat.diagnosis.forecast.reading import Issue, read_rows, read_table
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S, HOUR_S, local
from cleanheat.simulator import forecasting
from cleanheat.simulator.weather import Weather

NOW = 1_768_478_400
ISSUED = "2026-01-15T20:00:00+08:00"


def rows(n=72, first=NOW, **more):
    return [
        {"time": local(first + h * HOUR_S).isoformat(), "outdoor_temp_c": -10 - h / 10, **more} for h in range(n)
    ]  # fmt: skip


def issue(age_h=0, hours=96, at=-15.0):
    issued = NOW - age_h * HOUR_S
    return Issue("试", issued, issued, tuple([at] * hours))


@pytest.fixture
def past(monkeypatch):
    """A measured past with a daily cycle around −10 ℃, coldest at the cycle's start."""

    def measured(end, hours):
        return -10 + 5 * np.sin(2 * np.pi * ((end // HOUR_S - hours + np.arange(hours)) % 24) / 24)

    monkeypatch.setattr(queries, "measured", measured)


def test_an_issue_keeps_its_time_and_its_hours():
    found = read_rows("气象台", ISSUED, rows(wind_m_s=3), NOW)
    assert (found.issued, found.first, len(found.outdoor_c)) == (NOW, NOW, 72)
    assert found.outdoor_c[10] == -11
    assert found.wind_m_s[0] == 3


def test_three_hourly_forecasts_are_interpolated():
    found = read_rows("气象台", ISSUED, rows(72)[::3], NOW)
    assert len(found.outdoor_c) == 70
    assert found.outdoor_c[1] == pytest.approx(-10.1)


@pytest.mark.parametrize(
    ("source", "issued", "given", "field"),
    [
        ("", ISSUED, rows(), "source"),
        ("a", "yesterday", rows(), "issued_at"),
        ("a", "2026-01-16T20:00:00+08:00", rows(), "issued_at"),
        ("a", ISSUED, [], "hours"),
        ("a", ISSUED, rows(3), "hours"),
        ("a", ISSUED, rows(300), "hours"),
        ("a", ISSUED, [*rows(20), *rows(20)], "hours[21].time"),
        ("a", ISSUED, rows(20) + rows(20, NOW + 30 * HOUR_S), "hours"),
        ("a", ISSUED, rows(40, NOW - 20 * HOUR_S), "hours"),
        ("a", ISSUED, [{"time": "2026-01-15T20:30:00", "outdoor_temp_c": -5}], "hours[1].time"),
        ("a", ISSUED, [{"time": ISSUED, "outdoor_temp_c": 6553.5}], "hours[1].outdoor_temp_c"),
        ("a", ISSUED, [{"time": ISSUED, "outdoor_temp_c": "nan"}], "hours[1].outdoor_temp_c"),
        ("a", ISSUED, [{"time": ISSUED, "outdoor_temp_c": None}], "hours[1].outdoor_temp_c"),
        ("a", ISSUED, [{"time": ISSUED, "outdoor_temp_c": -5, "wind_m_s": -1}], "hours[1].wind_m_s"),
    ],
)
def test_what_is_no_forecast_is_refused_by_field(source, issued, given, field):
    with pytest.raises(Problem) as refused:
        read_rows(source, issued, given, NOW)
    assert refused.value.field == field


def test_a_table_may_have_chinese_titles():
    table = [["预报时间", "气温"], *([r["time"], str(r["outdoor_temp_c"])] for r in rows(24))]
    assert len(read_table("台", ISSUED, table, NOW).outdoor_c) == 24
    with pytest.raises(Problem, match="outdoor_temp_c"):
        read_table("台", ISSUED, [["时间"]], NOW)


def test_the_same_issue_twice_is_one_and_audited_once(organisations, manual_clock):
    keep(issue())
    keep(issue())
    assert Forecast.objects.count() == AuditEntry.objects.filter(verb="diagnosis.forecast").count() == 1
    keep(issue(at=-16.0))
    row = Forecast.objects.get()
    assert row.outdoor_temp_c[0] == -16.0
    assert AuditEntry.objects.filter(verb="diagnosis.forecast").count() == 2


@pytest.mark.feature("A9-11")
def test_a_fresh_forecast_is_used_and_corrected_by_the_present(db, past):
    keep(issue())
    found = looking.outlook(NOW, -13.0)
    assert found.basis == "forecast"
    assert found.outdoor_c[0] == -13.0
    assert found.outdoor_c[-1] == pytest.approx(-15, abs=0.01)
    assert (found.low_c < found.outdoor_c).all()
    assert (np.diff(found.high_c - found.low_c) >= -1e-9).all()


def test_a_stale_forecast_is_said_and_wider(db, past):
    keep(issue(age_h=20))
    stale = looking.outlook(NOW, None)
    assert stale.basis == "stale"
    assert "20 小时" in stale.note
    keep(issue(age_h=1))
    fresh = looking.outlook(NOW, None)
    assert (stale.high_c - stale.low_c)[-1] >= (fresh.high_c - fresh.low_c)[-1]


@pytest.mark.parametrize("age_h", [None, 60])
def test_without_a_usable_forecast_the_days_before_go_on_with_a_wider_band(db, past, age_h):
    if age_h:
        keep(issue(age_h=age_h))
    found = looking.outlook(NOW, None)
    assert found.basis == "persistence"
    assert found.note
    assert np.ptp(found.outdoor_c[:24]) == pytest.approx(10, abs=0.5)
    assert (found.high_c - found.low_c)[48] > 6


def test_with_neither_forecast_nor_weather_nothing_is_said(db, monkeypatch):
    monkeypatch.setattr(queries, "measured", lambda _end, hours: np.full(hours, np.nan))
    found = looking.outlook(NOW, None)
    assert not found.is_known
    assert np.isnan(found.felt_c).all()
    assert "无法给出建议" in found.note


def test_a_forecast_that_ends_early_goes_on_as_its_last_day(db, past):
    keep(issue(hours=30))
    found = looking.outlook(NOW, None)
    assert not np.isnan(found.outdoor_c).any()
    assert "第 30 小时" in found.note


def test_how_good_forecasts_were_is_measured_by_lead_time(db, monkeypatch):
    monkeypatch.setattr(queries, "measured", lambda _end, hours: np.full(hours, -10.0))
    for day in range(5):
        issued = NOW - (day + 4) * DAY_S
        keep(Issue("试", issued, issued, tuple(-10.0 + np.arange(72) / 24)))
    near, *_, far = queries.skill(NOW)
    assert near.mae_k < 0.2 < 1.8 < far.mae_k
    assert far.bias_k > 0


def test_simulated_forecasts_err_as_real_ones_do():
    weather = Weather(11)
    made = [forecasting.issue(weather, 11, NOW - d * DAY_S) for d in range(40)]
    off = np.stack([np.array(i.outdoor_c) - weather.outdoor_temp_c(i.first // HOUR_S, 96) for i in made])
    rmse = np.sqrt((off**2).mean(axis=0))
    assert rmse[:6].mean() < 0.7
    assert 1.3 < rmse[60:72].mean() < 2.6
    assert abs(off.mean()) < 0.6
    again = forecasting.issue(weather, 11, NOW - 6 * HOUR_S)
    change = np.array(made[0].outdoor_c[:60]) - np.array(again.outdoor_c[6:66])
    assert np.sqrt((change**2).mean()) < rmse[30:60].mean() * 1.5  # successive issues agree


def test_the_weather_service_issues_every_six_hours_once(db, manual_clock):
    thread = forecasting.ForecastThread(Weather(3), 3, manual_clock)
    assert [thread.step(), thread.step()] == [True, False]
    manual_clock.advance(6 * HOUR_S)
    assert thread.step()
    hours = {local(r.issued_at.timestamp()).hour for r in Forecast.objects.all()}
    assert hours <= {2, 8, 14, 20}
    assert Forecast.objects.count() == 2
