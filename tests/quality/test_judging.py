"""The basic rules on clean and dirty frames; rules exchanged while the line runs, history found after a restart."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.public import MinuteJudge
from tests.pipeline.memory_store import MemoryStore
from tests.quality.minutes import MINUTE, Bench, frame_of, verdicts
from tests.quality.specs import Fixed, basic, spec

SUPPLY = "secondary_supply_temp_c"


@pytest.fixture(scope="module")
def archive():
    return City(tiny()).archive


@pytest.fixture
def bench(archive):
    return Bench(archive, *basic())


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_frame_is_wholly_good(archive, bench, kind):
    frame = frame_of(archive, kind)
    judged = bench.minute(frame)
    assert judged.by_rule == {}
    assert not frame.verdicts.any()
    assert sum(map(len, judged.hits)) == sum(map(len, judged.cleaned)) == 0
    assert judged.frames[kind] is frame


@pytest.mark.feature("A5-3")
def test_range_and_missing(archive, bench):
    frame = frame_of(archive, "unit", secondary_supply_temp_c=[951, 950, -1, -32768])
    judged = bench.minute(frame)
    assert verdicts(frame, SUPPLY)[:5].tolist() == [2, 0, 2, 3, 0]
    assert judged.by_rule == {"range_unit": 2, "missing_unit": 1}
    assert np.count_nonzero(frame.verdicts) == 3


def test_a_row_of_zeros_is_a_lost_connection_not_a_reading(archive, bench):
    frame = frame_of(archive, "unit", **{s.code: [0] for s in KINDS["unit"].signals})
    bench.minute(frame)
    assert (frame.verdicts[:, 0] == Verdict.MISSING).all()
    assert not frame.verdicts[:, 1:].any()


def test_a_falling_counter_is_suspicious(archive, bench):
    bench.minute(frame_of(archive, "unit", MINUTE, heat_total_gj=[500, 500]))
    after = frame_of(archive, "unit", MINUTE + 60, heat_total_gj=[499, 500])
    assert bench.minute(after).by_rule == {"counter_fell_unit": 1}
    assert verdicts(after, "heat_total_gj")[:2].tolist() == [Verdict.SUSPICIOUS, Verdict.GOOD]


def test_a_late_minute_is_not_held_against_a_newer_counter(archive, bench):
    bench.minute(frame_of(archive, "unit", MINUTE, heat_total_gj=[500]))
    late = frame_of(archive, "unit", MINUTE - 60, heat_total_gj=[499])
    assert bench.minute(late, now=MINUTE + 65).by_rule == {}
    checks, violations, skipped = bench.counts("counter_fell_unit")
    assert (checks, violations, skipped) == (0, 0, 3 * archive["unit"].count)


@pytest.mark.feature("A5-1")
def test_rules_change_without_a_restart_and_history_stays(archive):
    falls = spec(1, "falls", "unit", "变化(二次供水温度) >= 0", marks=(SUPPLY,))
    library = Fixed([falls])
    judge = MinuteJudge(archive, library)
    judge.judge({"unit": frame_of(archive, "unit", MINUTE)}, MINUTE + 65)
    steady = spec(2, "steady", "unit", "绝对值(变化(二次供水温度)) <= 1", marks=(SUPPLY,))
    library.publish(falls, steady)
    judge.refresh()
    later = frame_of(archive, "unit", MINUTE + 60, secondary_supply_temp_c=[600])
    assert judge.judge({"unit": later}, MINUTE + 125).by_rule == {"steady": 1}
    library.publish(falls)
    judge.refresh()
    again = frame_of(archive, "unit", MINUTE + 120, secondary_supply_temp_c=[900])
    assert judge.judge({"unit": again}, MINUTE + 185).by_rule == {}


def test_a_restart_finds_its_history_in_the_store(archive):
    library = Fixed([spec(1, "falls", "unit", "变化(二次供水温度) >= 0", marks=(SUPPLY,))])
    store, first = MemoryStore(), MinuteJudge(archive, library)
    before = frame_of(archive, "unit", MINUTE)
    first.judge({"unit": before}, MINUTE + 65)
    store.append(before, "a")
    reborn = MinuteJudge(archive, library)
    reborn.recover(store, MINUTE + 65)
    after = frame_of(archive, "unit", MINUTE + 60, secondary_supply_temp_c=[100])
    assert reborn.judge({"unit": after}, MINUTE + 125).by_rule == {"falls": 1}


def test_a_rule_that_does_not_compile_costs_itself(archive):
    from cleanheat.quality.public import RuleSet

    wrong = spec(2, "wrong", "unit", "不存在的字段 > 1")
    rules = RuleSet.compile([*basic(), wrong], archive)
    assert set(rules.refused) == {"wrong"}
    assert len(list(rules)) == len(basic())
