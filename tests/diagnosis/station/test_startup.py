"""The start of a season from a station's series: labels, local days, reasons."""

import numpy as np

from cleanheat.calc.models.series import Series
from cleanheat.diagnosis.station.startup import starts

HOURS_A_DAY = 24
FIRST = 1_661_990_400  # 2022-09-01 00:00, local taken as it is


def _series(days=90, heat_from=40, begin=FIRST):
    hour = np.arange(days * HOURS_A_DAY)
    hot = (hour // HOURS_A_DAY >= heat_from) & (hour % HOURS_A_DAY >= 6)
    supply, back = np.where(hot, 45.0, 20.0), np.where(hot, 38.0, 20.0)
    return Series(begin, 3600, {"supply_c": supply[None].astype(np.float32), "return_c": back[None].astype(np.float32)})


def test_one_record_a_season_with_local_times():
    (start,) = starts(_series())
    assert start.as_json() | {"hours_to_curve": 0} == {
        "season": "2022-23",
        "first_heat": "2022-10-11T06:00:00",
        "sustained_heat": "2022-10-11T06:00:00",
        "interruptions": [],
        "hours_to_curve": 0,
        "trial": False,
        "note": "",
    }


def test_a_record_in_another_zone_begins_at_its_own_midnight():
    utc = _series(begin=FIRST - 8 * 3600)
    assert starts(utc, zone_s=8 * 3600)[0].as_json()["first_heat"] == "2022-10-11T06:00:00"


def test_a_record_inside_the_season_says_why_there_is_no_start():
    (start,) = starts(_series(heat_from=0))
    assert start.first_heat is None
    assert "记录" in start.why


def test_no_temperatures_no_start():
    assert starts(Series(FIRST, 3600, {"heat_kw": np.zeros((1, 240), np.float32)})) == []
