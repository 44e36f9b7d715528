"""Detection and findings on a made station: each injected fault is found, missing data never is one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cleanheat.calc.anomaly.injection import KINDS
from cleanheat.calc.models.series import Series
from cleanheat.diagnosis.station import detection, scoring
from cleanheat.diagnosis.station.findings import find
from cleanheat.diagnosis.station.startup import starts, whole_days
from cleanheat.diagnosis.vocabulary import State

HOURS = 24
SEASON = 100
FIRST = 1_636_934_400  # 2021-11-15 00:00
YEAR = 365


def _station(seed=3, seasons=2, heat=True):
    """Seasons of a weather-compensated station, run from 6 to 22; all days between are unknown."""
    rng = np.random.default_rng(seed)
    days = YEAR * (seasons - 1) + SEASON
    hour = np.arange(days * HOURS)
    daily = np.convolve(rng.normal(0, 4, days + 40), np.ones(6) / 6, "same")[20:-20]
    outdoor = np.repeat(daily, HOURS) + 3 * np.sin(2 * np.pi * (hour % HOURS - 9) / HOURS)
    on = (hour % HOURS >= 6) & (hour % HOURS < 22)
    off_curve = np.repeat(rng.normal(0, 0.5, days), HOURS)
    supply = np.where(on, 46 - 0.7 * outdoor + off_curve, 28.0) + rng.normal(0, 0.5, hour.size)
    back = np.where(on, 38 - 0.4 * outdoor + 0.6 * off_curve, 26.0) + rng.normal(0, 0.4, hour.size)
    values = {
        "outdoor_c": outdoor,
        "supply_c": supply,
        "return_c": back,
        "primary_supply_c": np.where(on, 78 - outdoor, 55.0) + rng.normal(0, 1.0, hour.size),
        "primary_return_c": back + 2 + rng.normal(0, 0.3, hour.size),
    }
    if heat:
        values["heat_kw"] = np.where(on, 40 * (supply - back) + rng.normal(0, 8, hour.size), 0.0)
    unseen = (hour // HOURS) % YEAR >= SEASON
    return Series(FIRST, 3600, {k: np.where(unseen, np.nan, v)[None].astype(np.float32) for k, v in values.items()})


@pytest.fixture(scope="module")
def station():
    return _station()


@pytest.fixture(scope="module")
def learned(station):
    grid = whole_days(station)
    parts = scoring.split(grid)
    detector, why = detection.train(grid, parts.training, parts.season)
    assert detector is not None, why
    return grid, parts, detector


def _alarms(learned, change):
    grid, parts, detector = learned
    first, last = parts.judged
    values = {name: of[:, first * HOURS : last * HOURS].copy() for name, of in grid.values.items()}
    change(values)
    return detection.judge(detector, Series(grid.start + first * 86_400, 3600, values)).alarm[0]


@pytest.mark.feature("A9-7")
@pytest.mark.feature("C3-4")
def test_every_kind_of_fault_is_found_with_and_without_a_heat_meter(station):
    for drop in ((), ("heat_kw",)):
        values = {name: of for name, of in station.values.items() if name not in drop}
        figures = scoring.report(Series(station.start, station.step_s, values))
        assert figures["injected"] is True
        assert min(figures["recall"][kind] for kind in KINDS) >= 0.8, (drop, figures)
        assert figures["recall"]["stop"] == 1.0
        assert figures["normal_day_accuracy"] >= 0.95
        assert figures["event_f05"] >= 0.9
        assert figures["blocks"]["under15"]["within_3_day"] == 1.0


def test_a_quiet_season_is_quiet(learned):
    assert _alarms(learned, lambda values: None).mean() <= 0.03


@pytest.mark.feature("A9-7")
@pytest.mark.parametrize(
    "lose",
    [
        lambda v: [of.__setitem__((0, slice(480, 720)), np.nan) for of in v.values()],
        lambda v: [of.__setitem__((0, slice(480, 720)), 0.0) for of in v.values()],
        lambda v: v["heat_kw"].__setitem__((0, slice(480, 720)), 0.0),
        lambda v: v["return_c"].__setitem__((0, slice(480, 720)), np.nan),
        lambda v: [of.__setitem__((0, slice(485, 720, 3)), np.nan) for of in v.values()],
    ],
    ids=["gap", "zeros on all channels", "dead heat meter", "dead return", "every third hour"],
)
def test_missing_data_is_never_an_alarm(learned, lose):
    quiet = _alarms(learned, lambda values: None)
    assert not (_alarms(learned, lose)[20:30] & ~quiet[20:30]).any()


@pytest.mark.feature("A9-7")
def test_what_a_meter_shows_at_rest_is_no_heat(station):
    values = {name: of.copy() for name, of in station.values.items()}
    values["heat_kw"] = np.where(values["heat_kw"] <= 0, np.float32(3.0), values["heat_kw"])
    assert scoring.report(Series(station.start, station.step_s, values)) == scoring.report(station)


@pytest.mark.feature("A9-7")
def test_faults_in_the_training_days_do_not_become_the_limit(station):
    values = {name: of.copy() for name, of in station.values.items()}
    for day in range(6, SEASON - 6, 7):  # two days a week of less and more in turn
        part, f = slice(day * HOURS, (day + 2) * HOURS), 0.8 if day % 2 else 1.2
        for name in ("supply_c", "return_c", "primary_return_c"):
            values[name][0, part] = 20 + (values[name][0, part] - 20) * f
        values["heat_kw"][0, part] *= f
    figures = scoring.report(Series(station.start, station.step_s, values))
    assert figures["recall"]["under25"] == 1.0
    assert figures["blocks"]["under15"]["within_3_day"] == 1.0
    assert figures["blocks"]["over15"]["within_3_day"] == 1.0
    assert figures["false_alarms_per_station_day"] <= 0.05


@pytest.mark.feature("A9-7")
def test_findings_say_what_how_long_how_grave_and_why(station):
    values = {name: of.copy() for name, of in station.values.items()}
    begin = (YEAR + 40) * HOURS
    for name in ("supply_c", "return_c", "primary_return_c"):
        values[name][0, begin : begin + 96] = 20 + (values[name][0, begin : begin + 96] - 20) * 0.8
    values["heat_kw"][0, begin : begin + 96] *= 0.8
    found = find(Series(station.start, station.step_s, values))
    under = [f for f in found if f.kind is State.UNDER_SUPPLY and f.first >= FIRST + (YEAR + 39) * 86_400]
    assert under
    first = under[0]
    assert first.first == FIRST + (YEAR + 40) * 86_400
    assert first.last >= first.first + 2 * 86_400
    assert sum(share for _, share in first.contributions) == pytest.approx(1.0, abs=0.01)
    assert 0.5 <= first.confidence <= 0.99
    assert "欠供" in first.explanation
    assert "低" in first.explanation
    assert first.as_json()["level"] in "ⅠⅡⅢ"


def test_one_week_and_no_water_say_what_cannot_be_done(station):
    week = Series(station.start, 3600, {name: of[:, : 7 * HOURS] for name, of in station.values.items()})
    assert "供热日" in scoring.report(week)["cannot"]
    dry = Series(station.start, 3600, {"outdoor_c": station.values["outdoor_c"]})
    assert "水温" in scoring.report(dry)["cannot"]
    assert find(dry) == []
    unknown = {name: np.full_like(of, np.nan) for name, of in station.values.items() if name != "outdoor_c"}
    days = station.steps // HOURS
    grid = Series(station.start, 3600, unknown | {"outdoor_c": station.values["outdoor_c"]})
    blind = detection.train(grid, np.arange(days) < SEASON, np.zeros(days, np.int64))
    assert blind == (None, "没有可用的水温或热量数据")  # dead channels are left out: nothing to learn from
    nothing = Series(station.start, 3600, {})
    assert (find(nothing), starts(nothing)) == ([], [])
    assert "cannot" in scoring.report(nothing)


def test_one_temperature_alone_is_judged(station):
    for name in ("supply_c", "return_c"):
        few = {channel: station.values[channel] for channel in (name, "outdoor_c")}
        figures = scoring.report(Series(station.start, 3600, few))
        assert figures["signals"] == [name]
        assert figures["normal_day_accuracy"] >= 0.95


def test_without_weather_it_still_judges_without_nan(station):
    values = {name: of for name, of in station.values.items() if name != "outdoor_c"}
    figures = scoring.report(Series(station.start, 3600, values))
    assert figures["recall"]["frozen"] == 1.0
    json.dumps(figures, allow_nan=False)
    found = find(Series(station.start, 3600, values))
    assert all("室外" not in finding.explanation for finding in found)
    json.dumps([finding.as_json() for finding in found], allow_nan=False)
