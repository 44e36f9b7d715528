"""Doubtful stretches of an object's curve: what is bad, what is missing, and where nothing came at all."""

import numpy as np
import pytest

from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict, pack
from cleanheat.telemetry.curves import curve

ROOM = KINDS["room"]
START = 1_768_406_400  # 2026-01-15 00:00 Asia/Shanghai
HOUR, DAY = 3_600, 86_400


def put(store, times, temps, humidity, verdicts):
    times = np.asarray(times, np.int64)
    columns = [ROOM["room_temp_c"].encode(np.asarray(temps)), ROOM["humidity_pct"].encode(np.asarray(humidity))]
    words = pack(np.asarray(verdicts, np.uint8))
    store.append_rows("room", np.full(times.shape, 7, np.uint32), times, columns, words, f"test-{times[0]}")


def doubts(found):
    return [(s.start - START, s.end - START, s.doubt) for s in found.lines[0].stretches]


@pytest.mark.feature("H1-3")
def test_lost_missing_and_bad_minutes_are_told_apart(store):
    times = START + 60 * np.arange(60)
    temps, humidity = np.full(60, 21.0), np.full(60, 40.0)
    verdicts = np.zeros((2, 60))
    temps[10:15] = humidity[10:15] = np.nan  # the line was down
    verdicts[:, 10:15] = Verdict.MISSING
    temps[20:25] = np.nan  # one sensor was gone
    verdicts[0, 20:25] = Verdict.MISSING
    verdicts[0, 30:35] = Verdict.BAD
    put(store, times, temps, humidity, verdicts)
    found = curve(store, "room", 7, ["room_temp_c"], START, START + HOUR)
    assert doubts(found) == [(600, 900, "silent"), (1200, 1500, "missing"), (1800, 2100, "bad")]


@pytest.mark.feature("H1-3", "G3-1")
def test_a_single_lost_hour_shows_on_a_season(store):
    times = START + HOUR * np.arange(150 * 24)
    temps, humidity = np.full(times.shape, 21.0), np.full(times.shape, 40.0)
    verdicts = np.zeros((2, times.shape[0]))
    temps[1_000] = humidity[1_000] = np.nan
    verdicts[:, 1_000] = Verdict.MISSING
    for part in range(0, times.shape[0], 1_200):
        at = slice(part, part + 1_200)
        put(store, times[at], temps[at], humidity[at], verdicts[:, at])
    store.roll_up_objects("room", START, START + 150 * DAY, np.array([7], np.uint32))
    found = curve(store, "room", 7, ["room_temp_c"], START, START + 150 * DAY, points=500)
    assert found.times.shape[0] <= 501
    assert (1_000 * HOUR, 1_001 * HOUR, "silent") in doubts(found)
