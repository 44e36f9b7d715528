"""The newest reading of every object, whatever the order of arrival."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.kernel.verdicts import Verdict, pack
from cleanheat.telemetry.frames import assemble
from cleanheat.telemetry.latest import Latest
from cleanheat.telemetry.store import LatestRows

MINUTE = 1_768_478_400


@pytest.fixture(scope="module")
def city():
    return City(tiny())


def _frame(city, kind, minute):
    return assemble([b for b in city.minute(minute) if b.kind == kind])


def test_takes_over_what_is_newer_and_leaves_what_is_older(city):
    latest = Latest(city.archive)
    newer, older = _frame(city, "room", MINUTE), _frame(city, "room", MINUTE - 60)
    latest.update(newer)
    latest.update(older)
    both = np.isin(newer.ids, older.ids)
    only_older = older.ids[~np.isin(older.ids, newer.ids)]
    assert (latest["room"].values[0][newer.ids[both]] == newer.columns[0][both]).all()
    assert (latest["room"].minute[newer.ids] == MINUTE).all()
    assert (latest["room"].minute[only_older] == MINUTE - 60).all()


def test_the_first_report_of_a_minute_stays(city):
    latest = Latest(city.archive)
    first, second = _frame(city, "unit", MINUTE), _frame(city, "unit", MINUTE)
    latest.update(first)
    latest.update(second)
    assert (latest["unit"].values[0][first.ids] == first.columns[0]).all()


def test_a_row_without_a_usable_value_is_not_heard(city):
    latest = Latest(city.archive)
    frame = _frame(city, "unit", MINUTE)
    frame.verdicts[:, 0] = Verdict.MISSING
    frame.verdicts[:-1, 1] = Verdict.MISSING
    latest.update(frame)
    assert latest["unit"].heard[frame.ids[:2]].tolist() == [0, MINUTE]
    assert latest["unit"].minute[frame.ids[0]] == MINUTE


def test_only_trusted_and_fresh_values_count(city):
    latest = Latest(city.archive)
    frame = _frame(city, "room", MINUTE)
    frame.verdicts[0, :3] = [Verdict.BAD, Verdict.SUSPICIOUS, Verdict.CONFIRMED]
    latest.update(frame)
    values = latest["room"].trusted("room_temp_c", MINUTE)
    assert np.isnan(values[frame.ids[:2]]).all()
    assert values[frame.ids[2]] == frame.columns[0][2] / 10
    assert np.isnan(latest["room"].trusted("room_temp_c", MINUTE + 1)).all()


class _Past:
    """A store that holds one frame of each kind."""

    def __init__(self, frames):
        self.frames = frames

    def latest_rows(self, kind, since, until):
        f = self.frames[kind]
        return LatestRows(f.ids, np.full(len(f), f.minute, np.int64), list(f.columns), pack(f.verdicts))


def test_rebuilt_from_the_store_it_is_the_same(city):
    lived, rebuilt = Latest(city.archive), Latest(city.archive)
    frames = {kind: _frame(city, kind, MINUTE) for kind in lived}
    for frame in frames.values():
        lived.update(frame)
    rebuilt.rebuild(_Past(frames), MINUTE + 65)
    for kind in lived:
        assert (lived[kind].minute == rebuilt[kind].minute).all()
        assert (lived[kind].verdicts == rebuilt[kind].verdicts).all()
        assert all((a == b).all() for a, b in zip(lived[kind].values, rebuilt[kind].values, strict=True))


def test_a_snapshot_does_not_move(city):
    latest = Latest(city.archive)
    latest.update(_frame(city, "unit", MINUTE))
    before = latest.snapshot()
    latest.update(_frame(city, "unit", MINUTE + 60))
    assert before["unit"].minute.max() == MINUTE
