"""Senders are asked for what is missing, their answer is taken for that only, and the request closes itself."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.infra import clock
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, ManualClock
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.refetch import answers, ask_again, close
from cleanheat.quality.vocabulary import Action, Family, Fill
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.public import list_refetches, open_refetches
from cleanheat.telemetry.refetching import told
from cleanheat.telemetry.traces import Arrivals, Method
from tests.quality.minutes import MINUTE, Bench, frame_of
from tests.quality.specs import spec

HEAT = "heat_power_gj_h"
SIGNAL = KINDS["unit"].index[HEAT]
NOW = MINUTE + 3_600
pytestmark = [pytest.mark.django_db, pytest.mark.feature("A5-5")]


@pytest.fixture
def watch():
    before, manual = clock.current(), ManualClock(float(NOW))
    clock.install(manual)
    yield manual
    clock.install(before)


@pytest.fixture
def archive():
    return City(tiny()).archive


@pytest.fixture
def rule():
    return spec(
        77, "again", "unit", "not 缺失(值)", Family.COMPLETENESS, each=(HEAT,), verdict=Verdict.MISSING,
        action=Action.CORRECT, fill=Fill.REFETCH,
    )  # fmt: skip


@pytest.fixture
def gap(store, archive, rule, watch):
    """Three minutes of the first unit, heat missing in the last two, the rule's hits stored; the unit's number."""
    bench, missing = Bench(archive, rule), KINDS["unit"][HEAT].missing
    for i, value in enumerate((400, missing, missing)):
        frame = frame_of(archive, "unit", MINUTE + 60 * i, **{HEAT: [value]})
        judged = bench.minute(frame)
        store.append_judged(judged.hits, judged.cleaned, f"{i}-judged")
        store.append(frame, str(i))
    return int(archive["unit"].numbers[0])


def sent(archive, number, minute, value, signal=HEAT):
    sender = int(archive["unit"].links["sender"][number])
    columns = [np.array([value if s.code == signal else 1], s.dtype) for s in KINDS["unit"].signals]
    return Block(sender, 9, "unit", minute, np.array([number], np.uint32), columns)


def test_what_a_rule_misses_is_asked_for_once(store, archive, rule, gap):
    assert ask_again([rule], store, archive, NOW) == 1
    assert ask_again([rule], store, archive, NOW + 60) == 0
    (request,) = open_refetches()
    assert (request.kind, request.number, request.signal) == ("unit", gap, HEAT)
    assert (request.start, request.end, request.rule) == (MINUTE + 60, MINUTE + 180, 77)
    (shown,) = told(request.sender)
    assert (shown["number"], shown["start"], shown["end"]) == (gap, MINUTE + 60, MINUTE + 180)
    assert told(request.sender + 1) == []


def test_an_answer_is_taken_for_asked_values_only_and_closes_the_request(store, archive, rule, gap):
    ask_again([rule], store, archive, NOW)
    assert answers([sent(archive, gap, MINUTE, 500)], store) == []  # stored, and sound
    assert answers([sent(archive, gap, MINUTE + 60, KINDS["unit"][HEAT].missing)], store) == []
    assert answers([sent(archive, gap + 1, MINUTE + 60, 500)], store) == []
    assert close(store, NOW) == 0
    for minute in (MINUTE + 60, MINUTE + 120):
        (cleaned,) = answers([sent(archive, gap, minute, 410)], store)
        assert (cleaned.values.tolist(), cleaned.methods.tolist()) == ([410], [Method.REFETCH])
        assert (cleaned.signals.tolist(), cleaned.rules.tolist()) == ([SIGNAL], [77])
        store.append_judged([], [cleaned], f"answer-{minute}")
        assert answers([sent(archive, gap, minute, 999)], store) == []  # the first answer stays
    assert close(store, NOW) == 1
    assert [r.state for r in list_refetches(None)[1]] == ["answered"]


def test_minutes_that_never_came_are_asked_for_and_close_when_they_have_come(store, archive, watch):
    sender = int(archive["unit"].links["sender"][archive["unit"].numbers[0]])

    def came(*minutes):
        n = len(minutes)
        at = np.array(minutes, np.int64)
        store.append_arrivals(
            Arrivals(
                ["unit"] * n, np.full(n, sender, np.uint32), np.arange(n, dtype=np.uint64), at, at + 65,
                np.ones(n, np.uint32), np.zeros(n, np.uint32),
            ),
            f"{minutes}",
        )  # fmt: skip

    came(MINUTE, MINUTE + 60, MINUTE + 240)
    assert ask_again([], store, archive, NOW) == 1
    (request,) = open_refetches([sender])
    assert (request.number, request.signal, request.start, request.end) == (0, "", MINUTE + 120, MINUTE + 240)
    came(MINUTE + 120)
    assert close(store, NOW) == 0
    came(MINUTE + 180)
    assert close(store, NOW) == 1


def test_a_request_nobody_answers_expires(store, archive, rule, gap):
    ask_again([rule], store, archive, NOW)
    assert close(store, NOW + 6 * DAY_S) == 0
    assert close(store, NOW + 8 * DAY_S) == 1
    assert [r.state for r in list_refetches(None, "expired")[1]] == ["expired"]
