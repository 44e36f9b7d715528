"""The platform's time: kept on disk, never turned back before what is stored, whatever happens to the disk."""

import numpy as np
import pytest

from cleanheat.config import process
from cleanheat.config.process import ClockKeeper, Running
from cleanheat.infra import clock
from cleanheat.kernel.time import DAY_S, HOUR_S, MachineClock, ManualClock
from cleanheat.telemetry.store import LatestRows

KEPT = 1_768_478_400.0


class Store:
    """A store whose newest weather row is given."""

    def __init__(self, newest):
        self.newest = newest

    def latest_rows(self, kind, since, until):
        minutes = [self.newest] if since <= self.newest < until else []
        return LatestRows(np.zeros(len(minutes), np.uint32), np.array(minutes, np.int64), [], np.zeros(0, np.uint64))


@pytest.mark.parametrize(
    ("newest", "resumed"),
    [
        (0, KEPT),
        (KEPT - 600, KEPT),
        (KEPT + 120, KEPT + 180),
        (KEPT + 2 * DAY_S, KEPT + 2 * DAY_S + 60),
    ],
    ids=["nothing stored", "kept in time", "killed", "disk full for two days"],
)
def test_time_goes_on_behind_what_is_stored(newest, resumed):
    assert process._resume_at(Store(newest), KEPT, 5) == resumed


def test_the_first_start_begins_where_the_city_was_built():
    assert process._resume_at(Store(0), None, 5) == 5


def test_where_real_companies_send_it_is_the_machines_time(tmp_path):
    assert process._clock(Store(KEPT), KEPT, 5, Running(feed="none", clock="machine")) == MachineClock()
    assert process._clock(Store(0), KEPT, 5, Running(speed=60.0)).speed == 60.0


@pytest.mark.parametrize("kept", [MachineClock(), ManualClock(KEPT)], ids=["machine", "simulated"])
def test_commands_go_by_the_servers_clock(tmp_path, manual_clock, kept):
    path = tmp_path / "clock.json"
    assert ClockKeeper.clock(path) == MachineClock()
    clock.install(kept)
    ClockKeeper(path)._keep()
    found = ClockKeeper.clock(path)
    assert found == kept if kept == MachineClock() else found.start == KEPT


def test_a_full_disk_does_not_end_the_keeper(tmp_path, monkeypatch, manual_clock):
    keeper = ClockKeeper(tmp_path / "clock.json")
    asked, kept = iter([False, False, True]), []
    monkeypatch.setattr(keeper._stopping, "wait", lambda _seconds: next(asked))

    def keep():
        kept.append(len(kept))
        if len(kept) == 1:
            raise OSError(28, "disk full")

    monkeypatch.setattr(keeper, "_keep", keep)
    keeper._run()
    assert len(kept) == 2


def test_a_torn_file_is_no_time(tmp_path):
    (tmp_path / "clock.json").write_text("")
    assert ClockKeeper.kept(tmp_path / "clock.json") is None
    assert HOUR_S < process.AHEAD_S
