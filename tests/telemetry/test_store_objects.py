"""Hourly means of single objects, from minutes and from roll-ups."""

import numpy as np

from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.frames import Frame

HOUR = 1_768_474_800


def test_object_hours_are_the_same_from_minutes_and_roll_ups(store):
    room = KINDS["room"]
    for minute in range(120):
        temps = np.array([18.0 + minute // 60, np.nan, 22.0])
        columns = [room["room_temp_c"].encode(temps), room["humidity_pct"].encode(np.full(3, 40.0))]
        ids = np.array([1, 2, 3], np.uint32)
        verdicts = np.zeros((2, 3), np.uint8)
        verdicts[0, 1] = 3
        store.append(Frame("room", HOUR + 60 * minute, ids, columns, verdicts), f"t{minute}")
    wanted = np.array([1, 2])
    minutes = store.object_hours("room", "room_temp_c", HOUR, HOUR + 7200, wanted, "minutes")
    assert minutes.ids.tolist() == [1, 1]
    assert minutes.hours.tolist() == [HOUR, HOUR + 3600]
    assert minutes.means.tolist() == [18.0, 19.0]
    for hour in (HOUR, HOUR + 3600):
        store.roll_up(hour)
    rolled = store.object_hours("room", "room_temp_c", HOUR, HOUR + 7200, wanted, "hours")
    assert (rolled.ids.tolist(), rolled.means.tolist()) == (minutes.ids.tolist(), minutes.means.tolist())
