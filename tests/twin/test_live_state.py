import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanheat.infra.maplayers import layers, themes
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.twin import live_frames
from cleanheat.twin.live_state import LiveState

SIZE = 60
HALF = Scope(key="company:7", company_ids=frozenset({7}))


def _visible(_kind, scope):
    return np.ones(SIZE, bool) if scope.sees_all else np.arange(SIZE) % 2 == 1


def _messages(encoded, layer="substations"):
    decoded = [live_frames.decode(message) for message in encoded]
    return [m for m in decoded if m.layer == layers[layer].code]


def _after(messages, states):
    for message in messages:
        states = message.apply(states)
    return states


byte_arrays = st.lists(st.integers(0, 7), min_size=SIZE, max_size=SIZE).map(lambda v: np.array(v, np.uint8))


@pytest.mark.parametrize("scope", [EVERYTHING, HALF], ids=["city", "company"])
@settings(max_examples=30, deadline=None)
@given(minutes=st.lists(byte_arrays, min_size=2, max_size=4))
def test_full_of_before_plus_delta_is_full_of_after(scope, minutes):
    live = LiveState(_visible)
    held = np.zeros(0, np.uint8)
    for minute, states in enumerate(minutes):
        live.set_states("operation", "substations", states)
        live.publish(minute * 60)
        if minute == 0:
            held = _after(_messages(live.fulls("operation", scope)), held)
        else:
            held = _after(_messages(live.deltas("operation", scope)), held)
        (fresh,) = _messages(live.fulls("operation", scope))
        assert np.array_equal(held, fresh.states)
        assert np.array_equal(held, np.where(_visible("", scope), states, 0))


def test_few_changes_travel_as_a_delta_of_what_the_scope_sees():
    live = LiveState(_visible)
    states = np.ones(SIZE, np.uint8)
    live.set_states("operation", "substations", states)
    live.publish(0)
    states[[3, 4]] = 5
    live.set_states("operation", "substations", states)
    live.publish(60)
    (city,) = _messages(live.deltas("operation", EVERYTHING))
    (company,) = _messages(live.deltas("operation", HALF))
    assert city.numbers.tolist() == [3, 4]
    assert company.numbers.tolist() == [3]
    assert (company.stamp.seq, company.stamp.minute) == (2, 60)


def test_quiet_minute_sends_an_empty_delta_so_that_no_gap_appears():
    live = LiveState(_visible)
    live.set_states("operation", "substations", np.ones(SIZE, np.uint8))
    live.publish(0)
    live.publish(60)
    (message,) = _messages(live.deltas("operation", EVERYTHING))
    assert message.numbers.tolist() == []
    assert message.stamp.seq == 2


def test_same_bytes_serve_everybody_of_one_scope():
    live = LiveState(_visible)
    live.set_states("operation", "substations", np.ones(SIZE, np.uint8))
    live.publish(0)
    twin = Scope(key="company:7", company_ids=frozenset({7}))
    assert live.fulls("operation", HALF) is live.fulls("operation", twin)


def test_states_set_are_copied_and_wait_for_publication():
    live = LiveState(_visible)
    buffer = np.ones(SIZE, np.uint8)
    live.set_states("operation", "substations", buffer)
    buffer[:] = 9
    assert len(live.states("operation", "substations", EVERYTHING)) == 0
    live.publish(0)
    assert live.states("operation", "substations", EVERYTHING).max() == 1


def test_city_may_grow_between_minutes():
    live = LiveState(lambda _kind, _scope: np.ones(SIZE + 5, bool))
    live.set_states("operation", "substations", np.ones(SIZE, np.uint8))
    live.publish(0)
    live.set_states("operation", "substations", np.ones(SIZE + 5, np.uint8))
    live.publish(60)
    (message,) = _messages(live.deltas("operation", EVERYTHING))
    assert message.numbers is None
    assert len(message.states) == SIZE + 5


def test_layer_outside_the_theme_is_refused():
    with pytest.raises(KeyError, match="does not colour"):
        LiveState(_visible).set_states("room_temp", "pipes", np.zeros(3, np.uint8))


@pytest.mark.parametrize(
    "data", [b"", b"x" * 26, live_frames.full(live_frames.Stamp(1, 1, 0), 0, 0, np.zeros(9, np.uint8))[:20]]
)
def test_other_data_is_no_message(data):
    with pytest.raises(ValueError, match="live message"):
        live_frames.decode(data)


def test_header_is_laid_out_as_documented():
    message = live_frames.delta(live_frames.Stamp(0x01020304, 7, 60), 1, 5, np.array([300]), np.array([4], np.uint8))
    assert (
        message[:26].hex()
        == "4348" + "01" + "01" + "04030201" + "07000000" + "3c00000000000000" + "01" + "05" + "01000000"
    )
    assert themes["supply_temp"].code == 1
