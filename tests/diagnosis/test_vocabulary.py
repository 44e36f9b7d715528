"""The words of diagnosis are complete and can be kept as numbers."""

import re
from pathlib import Path

from cleanheat.diagnosis.vocabulary import BY_CODE, State


def test_every_state_has_a_word_of_its_own():
    assert len({state.code for state in State}) == len(State)
    assert len({state.zh for state in State}) == len(State)
    assert all(BY_CODE[state.code] is state and 0 <= state.code < 256 for state in State)
    assert all(state.colour.startswith("#") for state in State)


def test_what_is_no_finding_raises_no_alarm():
    quiet = (State.UNKNOWN, State.NORMAL, State.IDLE, State.UNDIAGNOSABLE, State.PEAK_STARTED)
    assert all(state.level is None for state in quiet)
    assert State.STOPPED.level is not None


def test_the_pages_call_the_states_the_same():
    text = (Path(__file__).parents[2] / "web/src/contexts/diagnosis/states.ts").read_text("utf-8")
    assert dict(re.findall(r"^  (\w+): \{ zh: '([^']+)'", text, re.MULTILINE)) == {s.value: s.zh for s in State}
