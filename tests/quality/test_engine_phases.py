"""What the engine finds and in which order: phases, applicability counted apart, scopes, corrections, blocks."""

from dataclasses import replace

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.engine import asking, judging
from cleanheat.quality.specs import RuleScope
from cleanheat.quality.vocabulary import Action, Family, Fill
from cleanheat.telemetry.frames import assemble
from cleanheat.telemetry.traces import WHOLE_ROW, Arrivals, Method
from tests.quality.minutes import MINUTE, Bench, frame_of, verdicts
from tests.quality.specs import basic, spec

SUPPLY, RETURN = "secondary_supply_temp_c", "secondary_return_temp_c"
ORDER = spec(900, "order", "unit", "二次供水温度 >= 二次回水温度", marks=(SUPPLY, RETURN))


@pytest.fixture(scope="module")
def archive():
    return City(tiny()).archive


@pytest.mark.feature("A5-1")
def test_what_an_earlier_phase_found_bad_is_missing_for_later_ones(archive):
    bench = Bench(archive, *basic(), ORDER)
    frame = frame_of(archive, "unit", **{SUPPLY: [400, 951, -32768, 400], RETURN: [500, 990, 500, 300]})
    judged = bench.minute(frame)
    assert judged.by_rule == {"order": 1, "range_unit": 2, "missing_unit": 1}
    assert verdicts(frame, RETURN)[:4].tolist() == [Verdict.SUSPICIOUS, Verdict.BAD, Verdict.GOOD, Verdict.GOOD]
    assert bench.counts("order") == [archive["unit"].count - 2, 1, 2]


def test_rules_of_one_phase_do_not_see_each_others_verdicts(archive):
    low = spec(1, "low", "unit", "值 >= 10", Family.BOUNDARY, each=(SUPPLY,), verdict=Verdict.BAD)
    lower = replace(low, number=2, code="lower", expression="值 >= 20")
    bench = Bench(archive, low, lower)
    bench.minute(frame_of(archive, "unit", **{SUPPLY: [50, 150]}))
    assert bench.last.by_rule == {"low": 1, "lower": 2}


def test_the_gravest_verdict_stays(archive):
    doubtful = spec(1, "doubtful", "unit", "值 <= 60", Family.BOUNDARY, each=(SUPPLY,))
    bench = Bench(archive, doubtful, *basic(("unit",))[1:2])
    frame = frame_of(archive, "unit", **{SUPPLY: [951, 700]})
    bench.minute(frame)
    assert verdicts(frame, SUPPLY)[:2].tolist() == [Verdict.BAD, Verdict.SUSPICIOUS]


def test_a_note_leaves_no_verdict_and_a_drop_is_bad(archive):
    note = spec(1, "note", "unit", "值 <= 40", Family.BOUNDARY, each=(SUPPLY,), action=Action.NOTE)
    drop = spec(2, "drop", "unit", "值 <= 50", Family.BOUNDARY, each=(SUPPLY,), action=Action.DROP)
    bench = Bench(archive, note, drop)
    frame = frame_of(archive, "unit", **{SUPPLY: [450, 550]})
    assert bench.minute(frame).by_rule == {"note": archive["unit"].count, "drop": 1}
    assert verdicts(frame, SUPPLY)[:3].tolist() == [Verdict.GOOD, Verdict.BAD, Verdict.GOOD]


def test_hits_say_who_broke_what(archive):
    bench = Bench(archive, *basic(), ORDER)
    judged = bench.minute(frame_of(archive, "unit", **{SUPPLY: [300], RETURN: [400]}))
    (hits,) = (h for h in judged.hits if len(h))
    index, first = KINDS["unit"].index, int(archive["unit"].numbers[0])
    assert list(zip(hits.ids, hits.signals, hits.raw, hits.rules, hits.versions, strict=True)) == [
        (first, index[SUPPLY], 300, 900, 1),
        (first, index[RETURN], 400, 900, 1),
    ]
    assert set(hits.minutes.tolist()) == {MINUTE}


def test_missing_values_of_small_sensors_are_counted_but_leave_no_hits(archive):
    bench = Bench(archive, *basic())
    room, unit = frame_of(archive, "room", room_temp_c=[-32768]), frame_of(archive, "unit", **{SUPPLY: [-32768]})
    judged = bench.minute(room, unit)
    assert bench.counts("missing_room")[1] == bench.counts("missing_unit")[1] == 1
    assert {h.kind: len(h) for h in judged.hits} == {"room": 0, "unit": 1}


def test_when_says_to_which_rows_a_rule_applies(archive):
    runs = spec(1, "runs", "unit", "循环泵频率 >= 20", when="二次流量 > 100", marks=("circulation_pump_hz",))
    bench = Bench(archive, runs)
    flow, pump = "secondary_flow_t_h", "circulation_pump_hz"
    n = archive["unit"].count
    still = [0] * (n - 3) + [-32768, 2000, 2000]
    bench.minute(frame_of(archive, "unit", **{flow: still, pump: [100] * (n - 1) + [300]}))
    assert bench.counts("runs") == [2, 1, 1]


def test_scopes_and_seasons(archive):
    mine = replace(ORDER, scope=RuleScope(companies=frozenset({COMPANY + 1})))
    idle = replace(ORDER, number=901, code="idle", scope=RuleScope(season="idle"))
    bench = Bench(archive, mine, idle)
    frame = frame_of(archive, "unit", **{SUPPLY: [0] * archive["unit"].count})
    bench.minute(frame)
    own = archive["unit"].links["company"][archive["unit"].numbers] == COMPANY + 1
    assert (verdicts(frame, SUPPLY) > 0).tolist() == own.tolist()
    assert bench.counts("order") == [own.sum(), own.sum(), 0]
    assert bench.counts("idle") == [0, 0, 0]


def test_attributes_parameters_weather_parents_and_children(archive):
    area = spec(1, "area", "unit", "瞬时热量 <= (每平米 if 供热面积 > 40000 else 200)", parameters={"每平米": 100})
    cold = spec(2, "cold", "room", "室内温度 > 室外温度 + 30", marks=("room_temp_c",))
    above = spec(3, "above", "unit", '一次流量 <= 上级("branch", 瞬时流量)')
    sums = spec(4, "sums", "branch", '下级合计("unit", 一次流量) <= 瞬时流量')
    peers = spec(5, "peers", "unit", "绝对值(二次供水温度 - 同源中位(二次供水温度)) <= 5", marks=(SUPPLY,))
    bench = Bench(archive, area, cold, above, sums, peers)
    frames = [
        frame_of(archive, "unit", heat_power_gj_h=[6000], primary_flow_t_h=[10] * 100, **{SUPPLY: [700]}),
        frame_of(archive, "room", room_temp_c=[100]),
        frame_of(archive, "weather", outdoor_temp_c=[-150] * 5),
        frame_of(archive, "branch", flow_t_h=[0, 20_000]),
    ]
    judged = bench.minute(*frames)
    branch = archive["unit"].links["branch"][archive["unit"].numbers]
    assert judged.by_rule["area"] == archive["unit"].count - 1  # 160 GJ/h everywhere but in the first
    assert judged.by_rule["cold"] == archive["room"].count
    assert judged.by_rule["above"] == (branch == 1).sum()
    assert judged.by_rule["sums"] == 1
    assert judged.by_rule["peers"] == 1
    assert bench.counts("above")[2] == (branch == 0).sum()


def test_a_clock_set_back_is_known_when_its_first_new_minute_comes(archive):
    """For as long as it repeats known minutes there is nothing to judge, but it is heard all the same."""
    bench = Bench(archive, spec(3, "clock", "unit", "绝对值(时钟偏差) <= 2", Family.TIMELINESS))
    sender = archive["unit"].links["sender"][archive["unit"].numbers][:1].astype(np.uint32)
    one = np.ones(1, np.uint32)

    def arrivals(minute):
        return Arrivals(
            ["unit"], sender, one.astype(np.uint64), np.array([minute]), np.array([minute + 1_440]), one, one
        )

    for i in range(15):
        bench.judge.judge({}, MINUTE + i * 60 + 1_440, arrivals(MINUTE + i * 60))
    judged = bench.minute(frame_of(archive, "unit", MINUTE + 900), arrivals=arrivals(MINUTE + 900))
    assert judged.by_rule["clock"] == (archive["unit"].links["sender"][archive["unit"].numbers] == sender[0]).sum()


def test_late_repeated_and_wrong_clocks_are_hits_of_whole_rows(archive):
    rules = [
        spec(1, "late", "unit", "到报延迟 <= 5", Family.TIMELINESS),
        spec(2, "repeated", "unit", "重复次数 == 0", Family.TIMELINESS),
        spec(3, "clock", "unit", "绝对值(时钟偏差) <= 2", Family.TIMELINESS),
    ]
    bench = Bench(archive, *rules)
    senders = np.unique(archive["unit"].links["sender"][archive["unit"].numbers])
    late = int(senders[0])
    for i in range(15):
        minute = MINUTE + i * 60
        arrivals = Arrivals(
            ["unit"] * senders.size,
            senders.astype(np.uint32),
            np.full(senders.size, i, np.uint64),
            np.full(senders.size, minute, np.int64),
            np.where(senders == late, minute + 660, minute + 65),
            np.full(senders.size, 10, np.uint32),
            np.where(senders == late, 4, 0).astype(np.uint32),
        )
        judged = bench.minute(frame_of(archive, "unit", minute), arrivals=arrivals)
    theirs = int((archive["unit"].links["sender"][archive["unit"].numbers] == late).sum())
    assert judged.by_rule == {"late": theirs, "repeated": theirs, "clock": theirs}
    (hits,) = judged.hits
    assert set(hits.signals.tolist()) == {WHOLE_ROW}
    assert (archive["unit"].links["sender"][hits.ids] == late).all()


def test_blocks_and_one_piece_agree(monkeypatch):
    city = City(tiny(rooms=900, stations=60, devices=300))
    rules = (*basic(), ORDER, spec(901, "steady", "room", "绝对值(变化(室内温度)) <= 0.1", marks=("room_temp_c",)))
    minutes = [city.minute(MINUTE + i * 60) for i in range(3)]

    def answers(rows):
        monkeypatch.setattr(judging, "BLOCK_ROWS", rows)
        monkeypatch.setattr(asking, "BLOCK_ROWS", rows)
        bench, out = Bench(city.archive, *rules), []
        for blocks in minutes:
            frames = [assemble([b for b in blocks if b.kind == kind]) for kind in KINDS]
            judged = bench.minute(*frames)
            out.append((judged.by_rule, [f.verdicts.tobytes() for f in frames]))
            out += [[c.checks.tolist(), c.skipped.tolist()] for c in judged.counts]
        return out

    assert answers(8_192) == answers(64) == answers(7)


def _filled(archive, fill, frames, expression="not 缺失(值)", family=Family.COMPLETENESS, **more):
    rule = spec(7, "fill", "unit", expression, family, each=(SUPPLY,), verdict=Verdict.BAD, action=Action.CORRECT,
                fill=fill, **more)  # fmt: skip
    bench = Bench(archive, rule)
    for frame in frames:
        judged = bench.minute(frame)
    return judged, frames[-1]


@pytest.mark.feature("A5-5")
@pytest.mark.parametrize(
    ("fill", "before", "filled", "method"),
    [
        (Fill.HOLD, (500, 510, 530), 530, Method.HOLD),
        (Fill.MEAN, (500, 510, 530), 513, Method.MEAN),
        (Fill.MEDIAN, (500, 510, 530), 510, Method.MEDIAN),
        (Fill.MODE, (530, 500, 500), 500, Method.MODE),
    ],
)
def test_a_missing_value_is_filled_and_the_received_one_kept(archive, fill, before, filled, method):
    values = (*before, -32768)
    frames = [frame_of(archive, "unit", MINUTE + i * 60, **{SUPPLY: [v]}) for i, v in enumerate(values)]
    judged, received = _filled(archive, fill, frames)
    (cleaned,) = judged.cleaned
    assert (len(cleaned), cleaned.raw[0], cleaned.values[0], cleaned.methods[0]) == (1, -32768, filled, method)
    assert (cleaned.rules[0], cleaned.versions[0], cleaned.verdicts[0]) == (7, 1, Verdict.IMPUTED)
    clean = judged.frames["unit"]
    assert (clean.column(SUPPLY)[0], verdicts(clean, SUPPLY)[0]) == (filled, Verdict.IMPUTED)
    assert (received.column(SUPPLY)[0], verdicts(received, SUPPLY)[0]) == (-32768, Verdict.MISSING)


def test_without_anything_known_nothing_is_filled(archive):
    judged, received = _filled(archive, Fill.HOLD, [frame_of(archive, "unit", **{SUPPLY: [-32768]})])
    assert len(judged.cleaned[0]) == 0
    assert judged.frames["unit"] is received


def test_a_mistaken_unit_is_converted(archive):
    frames = [frame_of(archive, "unit", MINUTE + i * 60, **{SUPPLY: [v]}) for i, v in enumerate((480, 48))]
    judged, _ = _filled(archive, Fill.UNIT, frames, "绝对值(变化(值)) <= 10", Family.JUMP)
    assert (judged.cleaned[0].values.tolist(), judged.cleaned[0].methods.tolist()) == ([480], [Method.UNIT])


def test_swapped_readings_change_places(archive):
    rule = spec(8, "swap", "unit", "not 疑似互换(二次供水温度, 二次回水温度)", marks=(SUPPLY, RETURN),
                verdict=Verdict.BAD, action=Action.CORRECT, fill=Fill.SWAP)  # fmt: skip
    bench = Bench(archive, rule)
    for i, (supply, back) in enumerate([(520, 410), (410, 521), (412, 519)]):
        judged = bench.minute(frame_of(archive, "unit", MINUTE + i * 60, **{SUPPLY: [supply], RETURN: [back]}))
    clean = judged.frames["unit"]
    assert (clean.column(SUPPLY)[0], clean.column(RETURN)[0]) == (519, 412)
    assert judged.by_rule == {"swap": 1}
