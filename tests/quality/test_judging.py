"""Every rule on one clean and one dirty frame."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.public import RULES, judge
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest

MINUTE = 1_768_478_400


@pytest.fixture(scope="module")
def archive():
    return City(tiny()).archive


def frame_of(archive, kind, minute=MINUTE, **changes):
    """Every object of a kind in the middle of every range; ``changes``: signal → scaled integers."""
    spec, ids = KINDS[kind], archive[kind].numbers.astype(np.uint32)
    columns = [np.full(ids.size, (s.low_scaled + s.high_scaled) // 2 or 1, s.dtype) for s in spec.signals]
    for signal, values in changes.items():
        columns[spec.index[signal]][: len(values)] = values
    return Frame(kind, minute, ids, columns, np.zeros((len(columns), ids.size), np.uint8))


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_frame_is_wholly_good(archive, kind):
    frame = frame_of(archive, kind)
    assert judge(frame, Latest(archive)) == {}
    assert not frame.verdicts.any()


@pytest.mark.feature("A5-3")
def test_range_and_missing(archive):
    frame = frame_of(archive, "unit", secondary_supply_temp_c=[951, 950, -1, -32768])
    hits = judge(frame, Latest(archive))
    assert frame.verdicts[KINDS["unit"].index["secondary_supply_temp_c"], :5].tolist() == [2, 0, 2, 3, 0]
    assert hits == {"quality.range": 2, "quality.missing": 1}
    assert np.count_nonzero(frame.verdicts) == 3


def test_a_row_of_zeros_is_a_lost_connection_not_a_reading(archive):
    zeros = {s.code: [0] for s in KINDS["unit"].signals}
    frame = frame_of(archive, "unit", **zeros)
    judge(frame, Latest(archive))
    assert (frame.verdicts[:, 0] == Verdict.MISSING).all()
    assert not frame.verdicts[:, 1:].any()


def test_a_falling_counter_is_suspicious(archive):
    latest = Latest(archive)
    before = frame_of(archive, "unit", MINUTE, heat_total_gj=[500, 500])
    judge(before, latest)
    latest.update(before)
    after = frame_of(archive, "unit", MINUTE + 60, heat_total_gj=[499, 500])
    assert judge(after, latest) == {"quality.counter_fell": 1}
    assert after.verdicts[KINDS["unit"].index["heat_total_gj"], :2].tolist() == [Verdict.SUSPICIOUS, Verdict.GOOD]


def test_a_late_minute_is_not_held_against_a_newer_counter(archive):
    latest = Latest(archive)
    newer = frame_of(archive, "unit", MINUTE, heat_total_gj=[500])
    judge(newer, latest)
    latest.update(newer)
    assert judge(frame_of(archive, "unit", MINUTE - 60, heat_total_gj=[499]), latest) == {}


def test_every_rule_is_whole():
    for rule in RULES:
        assert rule.zh
        assert rule.kinds <= set(KINDS)
        assert rule.verdict in {Verdict.SUSPICIOUS, Verdict.BAD, Verdict.MISSING}
        assert all(p.unit is not None and p.source for p in rule.parameters.values())
