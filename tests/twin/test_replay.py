"""What can be looked at again: states come back exactly, within the scope, after a restart, for 72 hours, no longer."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanheat.infra.maplayers import layers
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.twin import live_frames, replay
from cleanheat.twin.live_state import LiveState
from cleanheat.twin.replay import KeptSpan, Recorder
from cleanheat.twin.replay_store import ReplayStore, split

SIZE = 60
HALF = Scope(key="company:7", company_ids=frozenset({7}))
START = 1_768_478_400  # a full hour


def _visible(_kind, scope):
    return np.ones(SIZE, bool) if scope.sees_all else np.arange(SIZE) % 2 == 1


@pytest.fixture(scope="module", autouse=True)
def _archive():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay.assets, "archive", lambda: SimpleNamespace(version="town-1"))
        yield


@pytest.fixture
def live():
    return LiveState(_visible)


@pytest.fixture
def store(tmp_path):
    return ReplayStore(tmp_path)


def _minute(live, recorder, minute, states, theme="operation"):
    live.set_states(theme, "substations", np.asarray(states, np.uint8))
    live.publish(minute)
    recorder.record(*live.published())


def _played(body, until):
    """States as a browser has them that plays an hour up to a minute."""
    states = np.zeros(0, np.uint8)
    for message in map(live_frames.decode, split(body)):
        if message.layer == layers["substations"].code and message.stamp.minute <= until:
            states = message.apply(states)
    return states


byte_arrays = st.lists(st.integers(0, 7), min_size=SIZE, max_size=SIZE)


@pytest.mark.parametrize("scope", [EVERYTHING, HALF], ids=["city", "company"])
@settings(max_examples=20, deadline=None)
@given(minutes=st.lists(byte_arrays, min_size=2, max_size=5))
def test_every_minute_comes_back_as_it_was_within_the_scope(tmp_path_factory, scope, minutes):
    live, store = LiveState(_visible), ReplayStore(tmp_path_factory.mktemp("replay"))
    recorder = Recorder(store)
    for i, states in enumerate(minutes):
        _minute(live, recorder, START + MINUTE_S * i, states)
    body = replay.hour(store, live, "operation", START, scope)
    for i, states in enumerate(minutes):
        expected = np.where(_visible("", scope), np.array(states, np.uint8), 0)
        assert np.array_equal(_played(body, START + MINUTE_S * i), expected)


def test_few_changes_are_kept_as_few_bytes_and_a_quiet_minute_is_no_gap(live, store):
    recorder, states = Recorder(store), np.ones(SIZE, np.uint8)
    _minute(live, recorder, START, states)
    states[3] = 5
    _minute(live, recorder, START + 60, states)
    _minute(live, recorder, START + 120, states)
    kept = [live_frames.decode(m) for m in split(store.read("operation", START))]
    assert [None if m.numbers is None else m.numbers.tolist() for m in kept] == [None, [3], []]
    assert replay.index(store, "operation").spans == [KeptSpan(START, START + 120)]


def test_each_hour_stands_for_itself(live, store):
    recorder = Recorder(store)
    for minute in (START, START + 3540, START + HOUR_S):
        _minute(live, recorder, minute, np.full(SIZE, 4))
    assert store.hours("operation") == [START, START + HOUR_S]
    assert (
        _played(replay.hour(store, live, "operation", START + HOUR_S, EVERYTHING), START + HOUR_S).tolist()
        == [4] * SIZE
    )


def test_a_ramp_is_kept_every_ten_minutes(live, store):
    recorder = Recorder(store)
    for i in range(25):
        _minute(live, recorder, START + MINUTE_S * i, np.full(SIZE, i), "room_temp")
    assert store.minutes("room_temp") == [START, START + 600, START + 1200]
    assert replay.index(store, "room_temp").spans == [KeptSpan(START, START + 1200)]


def test_a_restart_goes_on_where_it_stopped_and_the_time_between_is_a_gap(live, store, tmp_path):
    _minute(live, Recorder(store), START, np.ones(SIZE))
    after = ReplayStore(tmp_path)
    _minute(LiveState(_visible), Recorder(after), START + 1800, np.full(SIZE, 2))
    found = replay.index(ReplayStore(tmp_path), "operation")
    assert found.spans == [KeptSpan(START, START), KeptSpan(START + 1800, START + 1800)]
    body = replay.hour(after, live, "operation", START, EVERYTHING)
    assert _played(body, START + 60).tolist() == [1] * SIZE
    assert _played(body, START + 1800).tolist() == [2] * SIZE


def test_a_record_torn_by_a_crash_is_cut_off(live, store, tmp_path):
    recorder = Recorder(store)
    _minute(live, recorder, START, np.ones(SIZE))
    path = next(tmp_path.glob("operation/*"))
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x40\x00\x00\x00torn")
    after = ReplayStore(tmp_path)
    assert after.minutes("operation") == [START]
    assert path.read_bytes() == whole


def test_what_is_older_than_the_window_goes(live, store):
    recorder = Recorder(store)
    for hour in range(80):
        _minute(live, recorder, START + HOUR_S * hour, np.full(SIZE, hour % 8))
    hours = store.hours("operation")
    assert len(hours) == replay.WINDOW_S // HOUR_S + 1
    assert hours[-1] == START + HOUR_S * 79


def test_files_never_outgrow_their_bound(live, store):
    recorder = Recorder(store)
    for hour in range(6):
        _minute(live, recorder, START + HOUR_S * hour, np.full(SIZE, hour))
    store.shrink(store.size_bytes() // 2)
    assert store.hours("operation") == [START + HOUR_S * h for h in (3, 4, 5)]


def test_a_clock_set_back_forgets_what_lies_ahead(live, store):
    recorder = Recorder(store)
    for minute in (START, START + HOUR_S, START + 2 * HOUR_S):
        _minute(live, recorder, minute, np.ones(SIZE))
    _minute(live, recorder, START + HOUR_S + 60, np.full(SIZE, 3))
    assert store.minutes("operation") == [START, START + HOUR_S + 60]
    _minute(live, recorder, START + HOUR_S + 60, np.full(SIZE, 4))
    assert store.minutes("operation") == [START, START + HOUR_S + 60]


def test_what_does_not_change_within_days_is_not_kept(live, store):
    live.set_states("built_year", "buildings", np.ones(SIZE, np.uint8))
    live.publish(START)
    Recorder(store).record(*live.published())
    assert replay.index(store, "built_year") == replay.ReplayIndex("built_year", 0, replay.WINDOW_S, [], [])


@pytest.mark.parametrize(("theme", "hour"), [("nothing", START), ("operation", START), ("operation", -1)])
def test_what_is_not_kept_is_not_found(live, store, theme, hour):
    with pytest.raises(Problem) as refused:
        replay.hour(store, live, theme, hour, EVERYTHING)
    assert refused.value.status == 404


def test_minutes_must_come_in_order(store):
    store.append("operation", START, [b"x"])
    with pytest.raises(ValueError, match="not later"):
        store.append("operation", START, [b"y"])
