"""A storm costs no more than a bad minute, repetitions are counted, and a minute that comes again counts once."""

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.kernel.parameters import Parameter
from cleanheat.quality.engine import judging
from cleanheat.quality.specs import Alarm
from cleanheat.quality.vocabulary import Action, AlarmAt, Family
from cleanheat.telemetry.traces import Arrivals
from tests.quality.minutes import MINUTE, Bench, frame_of
from tests.quality.specs import spec

SENDER = COMPANY + 1


@pytest.fixture(scope="module")
def archive():
    return City(tiny()).archive


def arrived(*batches, minute=MINUTE):
    """(kind, sender, rows, repeated) of one minute, on time."""
    kinds, senders, rows, repeated = zip(*batches, strict=True)
    n = len(batches)
    return Arrivals(
        list(kinds), np.array(senders, np.uint32), np.arange(n, dtype=np.uint64), np.full(n, minute, np.int64),
        np.full(n, minute + 65, np.int64), np.array(rows, np.uint32), np.array(repeated, np.uint32),
    )  # fmt: skip


@pytest.mark.feature("A5-2")
def test_of_a_storm_the_first_hits_are_traced_and_all_are_counted(archive, monkeypatch):
    few = {"most_hits": Parameter(5, "条", "上限", "test")}
    monkeypatch.setattr(judging, "parameters_of", lambda _: few)
    bench = Bench(archive, spec(9, "hot", "room", "室内温度 > 100", marks=("room_temp_c",)))
    judged = bench.minute(frame_of(archive, "room"))
    assert sum(len(h) for h in judged.hits) == 5
    assert judged.by_rule == {"hot": 200}
    assert judged.untraced == {"hot": 195}
    assert bench.counts("hot") == [200, 200, 0]


def repeats_rule(**changes):
    return spec(
        7, "again", "room", "重复次数 == 0", Family.NORMATIVITY, action=Action.NOTE,
        alarm=Alarm(AlarmAt.SENDER, after_min=1, share=0.4), **changes,
    )  # fmt: skip


@pytest.mark.feature("A5-2")
def test_a_batch_of_nothing_new_breaks_the_rule_on_repetitions(archive):
    bench = Bench(archive, repeats_rule())
    judged = bench.judge.judge({}, MINUTE + 65, arrived(("room", SENDER, 30, 30)))
    assert judged.by_rule == {"again": 30}
    (counts,) = judged.counts
    assert (counts.senders.tolist(), counts.checks.tolist(), counts.violations.tolist()) == ([SENDER], [30], [30])
    assert [(f.kind, f.number) for f in bench.judge.findings(MINUTE)] == [("sender", SENDER)]


def test_repetitions_beside_another_senders_news_are_counted_once(archive):
    bench = Bench(archive, repeats_rule())
    frame = frame_of(archive, "room")
    others = archive["room"].links["sender"][frame.ids] != SENDER
    frame = type(frame)(
        "room", MINUTE, frame.ids[others], [c[others] for c in frame.columns], frame.verdicts[:, others].copy()
    )
    judged = bench.minute(frame, arrivals=arrived(("room", SENDER, 30, 30), ("room", SENDER + 1, 10, 0)))
    assert judged.by_rule == {"again": 30}


def test_a_minute_that_was_not_stored_counts_once_when_it_comes_again(archive):
    rule = spec(9, "hot", "room", "室内温度 > 100", marks=("room_temp_c",), alarm=Alarm(AlarmAt.SENDER, 1, 1, 0.1))
    bench = Bench(archive, rule)
    for _ in range(2):
        bench.minute(frame_of(archive, "room"))
        bench.judge.take_back()
    assert bench.judge.findings(MINUTE) == []
    bench.minute(frame_of(archive, "room"))
    once = {f.number: f.text for f in bench.judge.findings(MINUTE)}
    rooms = int((archive["room"].links["sender"][archive["room"].numbers] == SENDER).sum())
    assert f"{rooms} 项" in once[SENDER]
