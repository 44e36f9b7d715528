"""The words of diagnosis are complete and can be kept as numbers."""

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
