"""The engine over many minutes: history, order of arrival, lasting conditions, the past judged afresh."""

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.calc.expressions.windows import WINDOWED
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.quality.engine.history import KindHistory, Needs
from cleanheat.quality.public import rejudge
from cleanheat.quality.specs import Alarm
from cleanheat.quality.vocabulary import AlarmAt, Family
from cleanheat.telemetry.frames import Frame, assemble
from tests.pipeline.memory_store import MemoryStore
from tests.quality.minutes import MINUTE, Bench, frame_of
from tests.quality.specs import basic, spec

SUPPLY, INDEX = "secondary_supply_temp_c", KINDS["unit"].index["secondary_supply_temp_c"]
STEADY = spec(1, "steady", "unit", "绝对值(变化(二次供水温度)) <= 5", Family.JUMP, marks=(SUPPLY,), zh="突变")


@pytest.fixture(scope="module")
def archive():
    return City(tiny()).archive


def unit(archive, i, *values):
    return frame_of(archive, "unit", MINUTE + i * 60, **{SUPPLY: values})


def test_the_last_trusted_value_counts_for_five_minutes(archive):
    bench = Bench(archive, STEADY)
    for i, (value, hit) in enumerate([(400, 0), (600, 1), (600, 1), (600, 1), (600, 1), (600, 1), (600, 0), (600, 0)]):
        assert bench.minute(unit(archive, i, value)).by_rule == ({"steady": 1} if hit else {})


@pytest.mark.parametrize("gap", [1, 4, 5, 90])
def test_missing_minutes(archive, gap):
    bench = Bench(archive, STEADY)
    bench.minute(unit(archive, 0, 400))
    judged = bench.minute(unit(archive, 1 + gap, 600))
    assert judged.by_rule == ({"steady": 1} if gap < 5 else {})
    assert bench.counts("steady")[2] == (0 if gap < 5 else archive["unit"].count)


def test_parts_of_one_minute_find_the_same_history(archive):
    bench = Bench(archive, STEADY)
    bench.minute(unit(archive, 0))
    whole = unit(archive, 1, *[900] * 100)
    half = len(whole) // 2
    for part in (slice(0, half), slice(half, None)):
        columns, ids = [c[part] for c in whole.columns], whole.ids[part]
        judged = bench.minute(Frame("unit", whole.minute, ids, columns, whole.verdicts[:, part].copy()))
        assert judged.by_rule == {"steady": ids.size}


def test_a_minute_ahead_of_the_platform_does_not_stop_history(archive):
    bench = Bench(archive, STEADY)
    bench.minute(unit(archive, 0, 400))
    bench.minute(unit(archive, 600, 400), now=MINUTE + 65)
    assert bench.minute(unit(archive, 1, 600)).by_rule == {"steady": 1}


def test_how_long_a_value_has_not_moved(archive):
    bench = Bench(archive, spec(1, "alive", "unit", "不变分钟(值) < 3", Family.JUMP, each=(SUPPLY,)))
    for i, (value, hit) in enumerate([(400, 0), (401, 0), (401, 0), (-32768, 0), (401, 1), (401, 1), (402, 0)]):
        judged = bench.minute(frame_of(archive, "unit", MINUTE + i * 60, 1, **{SUPPLY: [value]}))
        assert judged.by_rule == ({"alive": 1} if hit else {}), i


@pytest.mark.parametrize("name", [n for n in WINDOWED if n != "quantile"])
def test_windows_are_those_of_the_reference(archive, name):
    """Seen through a rule that is broken exactly where the reference lies above a number."""
    rng = np.random.default_rng(3)
    readings = rng.integers(300, 600, (25, archive["unit"].count))
    readings[rng.random(readings.shape) < 0.1] = KINDS["unit"].signals[INDEX].missing
    window = np.where(readings == -32768, np.nan, readings / 10)[-12:]
    with np.errstate(all="ignore"):
        expected = WINDOWED[name](window)
        middle = float(np.nanmedian(expected))
    zh = {"avg": "平均", "std": "标准差", "min_of": "最小", "max_of": "最大", "median": "中位", "count": "计数",
          "slope": "斜率", "robust_z": "稳健偏离"}[name]  # fmt: skip
    bench = Bench(archive, spec(1, "none", "unit", f"{zh}(二次供水温度, 12) <= 1e9", marks=(SUPPLY,)))
    for i, values in enumerate(readings[:-1]):
        bench.minute(unit(archive, i, *values))
    below = spec(1, "below", "unit", f"{zh}(二次供水温度, 12) <= {middle!r}", marks=(SUPPLY,))
    bench.judge.reload(Bench(archive, below).rules)
    (hits,) = bench.minute(unit(archive, 24, *readings[-1])).hits
    assert np.isin(archive["unit"].numbers, hits.ids).tolist() == (expected > middle).tolist()


def test_a_longer_window_keeps_what_was_known():
    spec_, missing = KINDS["room"], KINDS["room"]["room_temp_c"].missing
    history = KindHistory(spec_, 2)
    history.need(Needs({"room_temp_c": 3}))
    nobody = {"room_temp_c": np.zeros(0, np.intp)}
    for i in range(6):
        history.begin(MINUTE + 60 * i)
        history.take({"room_temp_c": np.array([i, missing], np.int16)}, nobody, MINUTE + 60 * i)
    history.need(Needs({"room_temp_c": 9}))
    assert [int(history.past("room_temp_c", back, slice(0, 1))[0]) for back in range(5)] == [5, 4, 3, 2, missing]


OBJECT = Alarm(AlarmAt.OBJECT, after_min=3, clear_min=2)


@pytest.mark.feature("A6-1")
@pytest.mark.feature("A5-6")
def test_a_lasting_hit_is_one_finding_and_a_flutter_none(archive):
    rule = spec(1, "warm", "unit", "值 <= 80", Family.BOUNDARY, each=(SUPPLY,), zh="超温", alarm=OBJECT,
                level=Level.III)  # fmt: skip
    bench, found = Bench(archive, rule), []
    for i, hot in enumerate([1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1]):
        bench.minute(unit(archive, i, 850 if hot else 500))
        found.append(len(bench.judge.findings(MINUTE + i * 60)))
    assert found == [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0]
    bench = Bench(archive, rule)
    for i in range(3):
        bench.minute(unit(archive, i, 853))
    (finding,) = bench.judge.findings(MINUTE + 120)
    assert finding.place == ("quality.warm", "unit", int(archive["unit"].numbers[0]))
    assert (finding.level, finding.since) == (Level.III, MINUTE)
    assert finding.text == "超温：二次供水温度 85.3 ℃"
    assert [(e.signal, e.value, e.limit, e.unit) for e in finding.evidence] == [(SUPPLY, 85.3, 95.0, "℃")]


@pytest.mark.feature("A6-1")
def test_a_sender_is_reported_by_the_share_of_its_values(archive):
    alarm = Alarm(AlarmAt.SENDER, after_min=5, share=0.2)
    bench = Bench(archive, spec(1, "warm", "unit", "值 <= 80", Family.BOUNDARY, each=(SUPPLY,), zh="超温", alarm=alarm))
    theirs = archive["unit"].links["sender"][archive["unit"].numbers] == COMPANY + 2
    found = []
    for i in range(70):
        values = np.where(theirs & (i < 12), 850, 500)
        bench.minute(unit(archive, i, *values))
        found.append([f.number for f in bench.judge.findings(MINUTE + i * 60)])
    assert found[3] == []
    assert all(f == [COMPANY + 2] for f in found[4:60])
    assert found[69] == []


@pytest.mark.feature("A5-6")
def test_judging_afresh_finds_what_judging_live_found():
    city = City(tiny(rooms=60, stations=8, devices=20))
    library = (*basic(), STEADY, spec(2, "alive", "unit", "不变分钟(值) < 20", Family.JUMP, each=(SUPPLY,)))
    bench, store, live = Bench(city.archive, *library), MemoryStore(), np.zeros(3, np.int64)
    start, end = MINUTE + 65 * 60, MINUTE + 80 * 60
    for i in range(80):
        minute = MINUTE + i * 60
        blocks = city.minute(minute)
        frames = [assemble([b for b in blocks if b.kind == kind]) for kind in KINDS]
        bench.minute(*frames)
        for frame in frames:
            store.append(frame, f"{frame.kind}{i}")
        if minute >= start:
            parts = [(c.checks.sum(), c.violations.sum(), c.skipped.sum()) for c in bench.last.counts]
            live += np.sum(parts, axis=0).astype(np.int64)
    told = []
    found = rejudge(library, store, city.archive, start, end, progress=lambda done, total: told.append((done, total)))
    assert [found.checks.total(), found.violations.total(), found.skipped.total()] == live.tolist()
    assert sum(int(c.checks.sum()) for c in found.counts()) == live[0]
    assert (found.minutes, told[-1]) == (15, (15, 15))
    assert found.rows == sum(len(f) for f in store.frames if f.minute >= start)


def test_one_object_is_judged_afresh_with_what_other_rules_found(archive):
    store, numbers = MemoryStore(), archive["unit"].numbers[:2].astype(np.uint32)
    for i, value in enumerate((400, 990, 400)):
        store.append(unit(archive, i, value, 600), f"{i}")
    cool = spec(50, "cool", "unit", "值 <= 50", Family.CORRELATED, each=(SUPPLY,))
    alone = rejudge([cool], store, archive, MINUTE, MINUTE + 180, ids={"unit": numbers})
    behind = rejudge([cool], store, archive, MINUTE, MINUTE + 180, ids={"unit": numbers}, background=basic())
    assert (alone.checks[50], alone.violations[50]) == (6, 4)
    assert (behind.checks[50], behind.violations[50], behind.skipped[50]) == (5, 3, 1)
    assert set(behind.violations) == {50}
    assert [(e.number, e.value) for e in behind.examples] == [(int(numbers[1]), 60.0)] * 3
