import datetime as dt
import threading

import numpy as np
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS, VERDICT_BITS
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.kernel.verdicts import USABLE, Verdict
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.store import Store

ROOM = KINDS["room"]
UNIT = KINDS["unit"]
START = 1_768_406_400  # 2026-01-15 00:00 Asia/Shanghai
TEMP = ROOM["room_temp_c"]


def rooms(ids, times, temps, humidity=None):
    """Room rows in physical units."""
    ids, times = np.asarray(ids, np.uint32), np.asarray(times, np.int64)
    humidity = np.full(ids.shape, 40.0) if humidity is None else np.asarray(humidity)
    return ids, times, [TEMP.encode(np.asarray(temps)), ROOM["humidity_pct"].encode(humidity)]


def minutes(n, start=START):
    return start + 60 * np.arange(n)


def frame(minute, ids, temps, verdicts=None):
    ids, _, columns = rooms(ids, np.full(len(ids), minute), temps)
    v = np.zeros((2, len(ids)), np.uint8) if verdicts is None else np.asarray(verdicts, np.uint8)
    return Frame("room", minute, ids, columns, v)


@pytest.mark.feature("H1-4")
def test_a_frame_reads_back_with_values_and_verdicts(store):
    store.append(frame(START, [1, 2, 9], [20.1, np.nan, 55.0], [[0, 3, 2], [0, 0, 0]]), "t")
    rows = store.rows("room", START, START + 60, 0, 100)
    assert rows.ids.tolist() == [1, 2, 9]
    assert rows.columns[0].tolist() == [201, TEMP.missing, 550]
    assert rows.words.tolist() == [0, 3, 2]


@pytest.mark.feature("H1-4")
def test_the_same_token_is_stored_once_also_after_reopening(store):
    f = frame(START, [1, 2], [20.0, 21.0])
    store.append(f, "token")
    store.append(f, "token")
    store.close()
    again = Store.open(store._engine._connection["path"], store._engine.database)
    try:
        again.append(f, "token")
        assert again.sizes()["tele_room"][0] == 2
        again.append(f, "another")
        assert again.sizes()["tele_room"][0] == 4
    finally:
        again.close()


def test_rows_of_many_days_go_to_their_days_once(store):
    ids, times, columns = rooms([1] * 40, START + DAY_S * np.arange(40), [20.0] * 40)
    for _ in range(2):
        store.append_rows("room", ids, times, columns, None, "many")
    assert len(store.days("room")) == 40
    assert store.sizes()["tele_room"][0] == 40


def test_averages_take_exactly_the_usable_verdicts(store):
    verdicts = np.array(list(Verdict), np.uint64)
    ids, times, columns = rooms([7] * len(Verdict), minutes(len(Verdict)), np.full(len(Verdict), 20.0))
    store.append_rows("room", ids, times, columns, verdicts, "a")
    counts = store.hourly_means("room", ["room_temp_c"], START, START + HOUR_S, source="minutes").counts
    assert counts[0, 0] == USABLE[list(Verdict)].sum()


def test_roll_up_counts_usable_values_only(store):
    temps = np.full(60, 20.0)
    temps[0], temps[1], temps[2], temps[3] = np.nan, 99.0, 26.0, 14.0
    verdicts = np.zeros(60, np.uint64)
    verdicts[[0, 1, 2, 3]] = [Verdict.MISSING, Verdict.BAD, Verdict.SUSPICIOUS, Verdict.CONFIRMED]
    ids, times, columns = rooms([7] * 60, minutes(60), temps)
    store.append_rows("room", ids, times, columns, verdicts, "a")
    store.roll_up(START)
    s = store.series("room", 7, ["room_temp_c"], START, START + HOUR_S, source="hours").signals["room_temp_c"]
    assert (s.good[0], s.bad[0], s.missing[0]) == (58, 1, 1)
    assert (s.low[0], s.high[0], s.mean[0]) == (14.0, 26.0, 20.0)


def test_roll_up_again_replaces_and_takes_late_rows_in(store):
    ids, times, columns = rooms([1] * 30, minutes(30), np.full(30, 20.0))
    store.append_rows("room", ids, times, columns, None, "early")
    store.roll_up(START)
    store.roll_up(START)  # the very same rows again: neither doubled nor swallowed as a duplicate
    means = store.hourly_means("room", ["room_temp_c"], START, START + HOUR_S, source="hours")
    assert (means.counts[0, 0], means.means[0, 0]) == (30, 20.0)
    ids, times, columns = rooms([1] * 30, minutes(30, START + 1_800), np.full(30, 22.0))
    store.append_rows("room", ids, times, columns, None, "late")
    store.roll_up(START)
    means = store.hourly_means("room", ["room_temp_c"], START, START + HOUR_S, source="hours")
    assert (means.counts[0, 0], means.means[0, 0]) == (60, 21.0)


def test_roll_up_of_objects_leaves_hours_without_minutes_alone(store):
    past = np.array([START - HOUR_S])
    store.append_hourly(
        "room",
        np.array([1], np.uint32),
        past,
        np.array([60]),
        [np.array([18.0]), None],
        [None] * 2,
        [None] * 2,
        [None] * 2,
        "p",
    )
    ids, times, columns = rooms([1] * 60, minutes(60), np.full(60, 20.0))
    store.append_rows("room", ids, times, columns, None, "m")
    for _ in range(2):
        store.roll_up_objects("room", START - 2 * HOUR_S, START + HOUR_S, np.array([1]))
    found = store.series("room", 1, ["room_temp_c"], START - HOUR_S, START + HOUR_S, source="hours")
    assert found.signals["room_temp_c"].mean.tolist() == [18.0, 20.0]
    assert found.rows.tolist() == [60, 60]


def test_an_import_before_the_first_roll_up_counts_once(store):
    ids, times, columns = rooms([1] * 60 + [2] * 60, [*minutes(60), *minutes(60)], np.full(120, 20.0))
    store.append_rows("room", ids, times, columns, None, "m")
    store.roll_up_objects("room", START, START + HOUR_S, np.array([1]))
    store.roll_up(START)
    means = store.hourly_means("room", ["room_temp_c"], START, START + HOUR_S, source="hours")
    assert means.counts[0, 0] == 120


def test_hours_to_roll_up_are_those_with_minutes_no_run_touched(store):
    assert store.hours_to_roll_up(START - DAY_S, START + DAY_S) == []
    times = START - HOUR_S + 60 * np.arange(180)
    store.append_rows("room", *rooms(np.full(180, 1), times, np.full(180, 20.0)), None, "t")
    store.roll_up(START)
    assert store.hours_to_roll_up(START - HOUR_S, START + 2 * HOUR_S + 59) == [START - HOUR_S, START + HOUR_S]
    with pytest.raises(ValueError, match="hour"):
        store.roll_up(START + 60)


def test_hourly_history_keeps_means_extremes_and_counters(store):
    hours = START + HOUR_S * np.arange(24)
    ids = np.full(24, 5, np.uint32)
    means = [None] * len(UNIT.signals)
    lasts, highs = list(means), list(means)
    place, heat = UNIT.index["secondary_supply_temp_c"], UNIT.index["heat_total_gj"]
    means[place] = 40 + np.sin(np.arange(24))
    means[place][3] = np.nan
    highs[place] = means[place] + 2
    lasts[heat] = 1_000_000.0 + 2.5 * np.arange(24)
    for _ in range(2):
        store.append_hourly("unit", ids, hours, np.full(24, 60), means, [None] * 20, highs, lasts, "history")
    found = store.series("unit", 5, ["secondary_supply_temp_c", "heat_total_gj"], START, START + DAY_S, source="hours")
    temp, total = found.signals["secondary_supply_temp_c"], found.signals["heat_total_gj"]
    assert found.rows.tolist() == [60] * 24
    np.testing.assert_allclose(temp.mean, means[place], atol=0.001)
    np.testing.assert_allclose(temp.high, highs[place], atol=0.051)
    assert (temp.good[3], temp.missing[3]) == (0, 60)
    np.testing.assert_allclose(total.mean, lasts[heat], atol=0.051)
    assert store.hours_to_roll_up(START, START + DAY_S, ["unit"]) == []


def test_series_keeps_extremes_when_down_sampled(store):
    n = 2 * 1_440
    temps = 20 + np.sin(np.arange(n) / 50)
    temps[777], temps[1_888] = 35.0, 5.0
    ids, times, columns = rooms([3] * n, minutes(n), temps)
    store.append_rows("room", ids, times, columns, None, "s")
    fine = store.series("room", 3, ["room_temp_c"], START, START + 2 * DAY_S, points=5_000)
    coarse = store.series("room", 3, ["room_temp_c"], START, START + 2 * DAY_S, points=100)
    assert fine.times.shape == (n,)
    np.testing.assert_allclose(fine.signals["room_temp_c"].mean, np.round(temps, 1), atol=1e-9)
    assert coarse.times.shape[0] <= 100
    assert coarse.signals["room_temp_c"].high.max() == 35.0
    assert coarse.signals["room_temp_c"].low.min() == 5.0
    assert coarse.rows.sum() == n


def test_long_series_joins_roll_ups_and_the_open_hours(store):
    n = 5 * 1_440 + 30
    ids, times, columns = rooms([3] * n, minutes(n), 20 + np.arange(n) / 1_000)
    store.append_rows("room", ids, times, columns, None, "s")
    for hour in range(START, START + 5 * DAY_S, HOUR_S):
        store.roll_up(hour, ["room"])
    found = store.series("room", 3, ["room_temp_c"], START, START + n * 60, points=1_000)
    assert (found.source, found.width_s, found.rows.sum()) == ("hours", HOUR_S, n)
    np.testing.assert_allclose(found.signals["room_temp_c"].mean[-1], 20 + (n - 15.5) / 1_000, atol=0.05)
    coarse = store.series("room", 3, ["room_temp_c"], START, START + n * 60, points=7)
    assert coarse.rows.sum() == n
    assert coarse.signals["room_temp_c"].high[-1] == pytest.approx(20 + n / 1_000, abs=0.05)


def test_short_series_without_minutes_falls_back_to_hours(store):
    store.append_hourly(
        "room",
        np.array([1], np.uint32),
        np.array([START]),
        np.array([60]),
        [np.array([18.0]), None],
        [None] * 2,
        [None] * 2,
        [None] * 2,
        "p",
    )
    found = store.series("room", 1, ["room_temp_c"], START, START + HOUR_S)
    assert (found.source, found.signals["room_temp_c"].mean.tolist()) == ("hours", [18.0])


def test_city_means_and_worst_agree_between_minutes_and_hours(store):
    ids = np.repeat(np.arange(1, 31), 120)
    times = np.tile(minutes(120), 30)
    temps = 15 + ids / 10 + np.tile(np.arange(120) / 100, 30)
    store.append_rows("room", *rooms(ids, times, temps), None, "x")
    for hour in (START, START + HOUR_S):
        store.roll_up(hour, ["room"])
    window = ("room", ["room_temp_c"], START, START + 2 * HOUR_S)
    a, b = store.hourly_means(*window, source="minutes"), store.hourly_means(*window, source="hours")
    np.testing.assert_allclose(a.means, b.means)
    assert a.hours.tolist() == [START, START + HOUR_S]
    for source in ("minutes", "hours"):
        coldest = store.worst("room", "room_temp_c", START, START + 2 * HOUR_S, 3, source=source)
        assert coldest.ids.tolist() == [1, 2, 3]
        assert store.worst("room", "room_temp_c", START, START + 2 * HOUR_S, 1, "highest", source).ids.tolist() == [30]
    some = store.hourly_means(*window, ids=np.array([1, 2]))
    assert some.counts.tolist() == [[120, 120]]


def test_latest_rows_are_the_newest_of_each_object(store):
    store.append(frame(START, [1, 2, 3], [20.0, 21.0, 22.0]), "a")
    store.append(frame(START + 60, [1, 3], [20.5, np.nan], [[1, 3], [0, 0]]), "b")
    rows = store.latest_rows("room", START, START + HOUR_S)
    assert rows.ids.tolist() == [1, 2, 3]
    assert (rows.minutes - START).tolist() == [60, 0, 60]
    assert rows.columns[0].tolist() == [205, 210, TEMP.missing]
    assert (rows.words & np.uint64((1 << VERDICT_BITS) - 1)).tolist() == [1, 0, 3]
    assert store.latest_rows("room", START - HOUR_S, START).ids.shape == (0,)


def test_present_ids(store):
    store.append(frame(START, [1, 2, 3], [20.0, 21.0, 22.0]), "a")
    wanted = np.array([2, 3, 4], np.uint32)
    assert store.present_ids("room", START, wanted).tolist() == [2, 3]
    assert store.present_ids("room", START + 60, wanted).tolist() == []


@pytest.mark.feature("H1-4")
def test_retention_removes_days_of_minutes_and_keeps_hours(store):
    ids, times, columns = rooms([1] * 3, START + DAY_S * np.arange(3), [20.0] * 3)
    store.append_rows("room", ids, times, columns, None, "x")
    store.roll_up(START, ["room"])
    assert store.drop_before("room", dt.date(2026, 1, 17)) == 2
    assert store.days("room") == [dt.date(2026, 1, 17)]
    assert store.hourly_means("room", ["room_temp_c"], START, START + HOUR_S, source="hours").counts.tolist() == [[1]]


def test_questions_with_unknown_names_or_empty_windows_are_refused_by_field(store):
    with pytest.raises(Problem) as kind:
        store.series("castle", 1, ["room_temp_c"], START, START + 60)
    with pytest.raises(Problem) as signal:
        store.series("room", 1, ["x` FROM y --"], START, START + 60)
    with pytest.raises(Problem) as window:
        store.worst("room", "room_temp_c", START, START)
    assert [e.value.field for e in (kind, signal, window)] == ["kind", "signals", "end"]


def test_readers_in_threads_have_their_own_clients(store):
    store.append(frame(START, [1, 2], [20.0, 21.0]), "a")
    seen = []

    def read():
        seen.extend(store.latest_rows("room", START, START + 60).ids.shape[0] for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert seen == [2] * 15
