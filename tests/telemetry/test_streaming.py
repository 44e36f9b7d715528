import numpy as np
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S
from cleanheat.telemetry.store import streaming

ROOM = KINDS["room"]
TEMP = ROOM["room_temp_c"]
MIDNIGHT = 1_768_406_400  # 2026-01-15 00:00 Asia/Shanghai


def fill(store, ids, times, temps, words=None, token="t"):
    ids, times = np.asarray(ids, np.uint32), np.asarray(times, np.int64)
    humidity = np.full(ids.shape, 400, np.int16)
    store.append_rows("room", ids, times, [TEMP.encode(np.asarray(temps, float)), humidity], words, token)


@pytest.fixture
def past(store):
    """Objects 2, 5 and 9 over two hours across midnight; 5 is silent in the second, 9 says one thing doubtful."""
    start = MIDNIGHT - 3_600
    for number in (2, 5, 9):
        times = start + 60 * np.arange(60 if number == 5 else 120)
        words = np.zeros(times.shape, np.uint64)
        words[3] = (1 if number == 9 else 0) | (2 << 3)
        fill(store, np.full(times.shape, number), times, number + np.arange(times.shape[0]) / 10, words, f"t{number}")
    return store, start


def test_minutes_come_in_order_with_their_verdicts(past):
    store, start = past
    frames = list(store.stream("room", start, start + 7_200))
    assert [f.minute for f in frames] == list(range(start, start + 7_200, 60))
    assert frames[0].ids.tolist() == [2, 5, 9]
    assert frames[60].ids.tolist() == [2, 9]
    assert frames[3].verdicts.tolist() == [[0, 0, 1], [2, 2, 2]]
    assert frames[7].columns[0].tolist() == [27, 57, 97]
    assert frames[7].columns[0].dtype == TEMP.dtype


@pytest.mark.parametrize("rows_at_once", [1, 40, 10_000])
@pytest.mark.parametrize("grid_bytes", [1, 5_000, 1 << 20])
def test_neither_budget_nor_ranges_change_what_comes(past, monkeypatch, grid_bytes, rows_at_once):
    store, start = past
    monkeypatch.setattr(streaming, "_ROWS_AT_ONCE", rows_at_once)
    some = start + 50 * 60, start + 70 * 60
    whole = [f for f in store.stream("room", start, start + DAY_S) if some[0] <= f.minute < some[1]]
    again = list(store.stream("room", *some, grid_bytes=grid_bytes))
    assert len(whole) == len(again) == 20
    for a, b in zip(whole, again, strict=True):
        assert a.minute == b.minute
        assert a.ids.tolist() == b.ids.tolist()
        assert [c.tolist() for c in a.columns] == [c.tolist() for c in b.columns]
        assert a.verdicts.tolist() == b.verdicts.tolist()


@pytest.mark.parametrize("listed", [0, 100])
def test_some_objects_and_some_signals(past, monkeypatch, listed):
    store, start = past
    monkeypatch.setattr(streaming, "_MOST_LISTED", listed)
    frames = list(store.stream("room", start, start + 600, ids=np.array([9, 2, 7]), signals=["room_temp_c"]))
    assert len(frames) == 10
    assert frames[0].ids.tolist() == [2, 9]
    assert frames[0].columns[0].tolist() == [20, 90]
    assert frames[0].columns[1].tolist() == [ROOM["humidity_pct"].missing] * 2


def test_seconds_within_a_minute_and_minutes_without_rows(store):
    fill(store, [1, 1], [MIDNIGHT + 30, MIDNIGHT + 185], [20.0, 21.0])
    frames = list(store.stream("room", MIDNIGHT, MIDNIGHT + 600))
    assert [f.minute for f in frames] == [MIDNIGHT, MIDNIGHT + 180]
    assert list(store.stream("room", MIDNIGHT - DAY_S, MIDNIGHT)) == []


def test_what_cannot_be_streamed_is_refused_by_name(store):
    with pytest.raises(Problem, match="时间"):
        list(store.stream("room", 10, 10))
    with pytest.raises(Problem, match="监测量"):
        list(store.stream("room", 10, 20, signals=["colour"]))
