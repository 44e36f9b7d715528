"""Completeness, timeliness and validity are counted by sender and kind."""

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.quality.public import Monitor
from cleanheat.telemetry.frames import assemble
from tests.quality.minutes import Bench
from tests.quality.specs import basic

MINUTE = 1_768_478_400


@pytest.fixture
def city():
    return City(tiny())


def _send(city, monitor, minute, now, keep=lambda b: True):
    blocks = [b for b in city.minute(minute) if keep(b)]
    monitor.begin(minute)
    frames = [assemble([b for b in blocks if b.kind == kind]) for kind in {b.kind for b in blocks}]
    Bench(city.archive, *basic()).minute(*frames, now=now)
    for frame in frames:
        monitor.add(frame, now)


@pytest.mark.feature("A5-3")
@pytest.mark.feature("A6-1")
def test_a_missing_sender_lowers_his_own_completeness_only(city):
    monitor = Monitor(city.archive)
    _send(city, monitor, MINUTE, MINUTE + 65, keep=lambda b: b.sender != COMPANY + 1)
    tallies = monitor.by_sender(None, MINUTE)
    assert tallies[COMPANY + 1].completeness_ratio == 0
    assert tallies[COMPANY + 1].valid_ratio is None
    assert tallies[COMPANY + 2].completeness_ratio > 0.9
    assert tallies[COMPANY + 2].timeliness_ratio == 1


def test_late_rows_are_complete_but_not_timely(city):
    monitor = Monitor(city.archive)
    _send(city, monitor, MINUTE, MINUTE + 900)
    tally = monitor.summary(None, MINUTE)
    assert (tally.timeliness_ratio, tally.mean_lag_s) == (0, 900.0)


def test_verdicts_are_counted_by_value(city):
    monitor = Monitor(city.archive)
    block = next(b for b in city.minute(MINUTE) if b.kind == "room")
    frame = assemble([block])
    frame.verdicts[:] = 0
    frame.verdicts[0, :3] = [1, 2, 3]
    monitor.add(frame, MINUTE + 65)
    tally = monitor.tally(block.sender, "room", MINUTE)
    assert (tally.values, tally.suspicious, tally.bad, tally.missing) == (2 * len(frame), 1, 1, 1)
    assert np.isclose(tally.valid_ratio, 1 - 3 / (2 * len(frame)))


def test_the_window_forgets(city):
    monitor = Monitor(city.archive)
    _send(city, monitor, MINUTE, MINUTE + 65)
    monitor.begin(MINUTE + 61 * 60)
    assert monitor.summary(None, MINUTE + 61 * 60).received_rows == 0
