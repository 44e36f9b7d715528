"""The runner: oldest first, done only when stored, nothing lost to a failure, upkeep when it is due."""

import pytest

from bench.arrays import City, tiny
from cleanheat.assets import public as assets
from cleanheat.kernel.time import HOUR_S
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.pipeline.runner import Runner, Upkeep
from cleanheat.pipeline.status import Status
from cleanheat.telemetry.public import Latest
from tests.conftest import EVENING
from tests.pipeline.memory_store import MemoryStore
from tests.pipeline.test_minute import Shown
from tests.quality.specs import Fixed

START = int(EVENING)
pytestmark = pytest.mark.django_db


class Spool:
    """A gateway whose segments are lists of blocks."""

    def __init__(self):
        self.waiting, self.done, self.settled, self.admits = {}, [], 0, ""

    def add(self, number, blocks):
        self.waiting[number] = blocks

    def cut(self):
        return sorted(self.waiting)

    def open_segment(self, segment):
        return self.waiting[segment]

    def mark_done(self, segment):
        self.done.append(segment)
        del self.waiting[segment]

    def settle_minute(self, now):
        self.settled += 1

    def follow(self, archive):
        self.admits = archive.version


@pytest.fixture
def world(manual_clock, monkeypatch, tmp_path):
    city = City(tiny())
    monkeypatch.setattr(assets, "archive", lambda: city.archive)
    monkeypatch.setattr(assets, "names", lambda kind, numbers: [""] * len(numbers), raising=False)

    class World:
        clock, spool, store, status = manual_clock, Spool(), MemoryStore(), Status()

        def __init__(self):
            self.city = city
            self.pipeline = MinutePipeline(city.archive, self.store, Latest(city.archive), START, Shown(), Fixed())
            self.upkeep = Upkeep(self.store, tmp_path / "upkeep.json", retention_days=400)
            self.runner = Runner(self.spool, self.pipeline, self.upkeep, self.status)

    manual_clock.at = START + 68
    return World()


def test_one_step_stores_and_marks_done(world):
    world.spool.add(1, world.city.minute(START))
    report = world.runner.step()
    assert (report.minute, report.queue_segments, world.spool.done, world.spool.settled) == (START, 0, [1], 1)
    assert report.lag_s == pytest.approx(8)
    assert world.status.reports() == [report]


def test_a_backlog_goes_through_oldest_first(world):
    for i in range(5):
        world.spool.add(i, world.city.minute(START + 60 * i))
    world.clock.at = START + 5 * 60 + 8
    world.runner.step()
    assert world.spool.done == [0, 1, 2, 3, 4]
    assert [f.minute for f in world.store.frames if f.kind == "unit"] == [START + 60 * i for i in range(5)]
    assert len(world.status.reports()) == 5


def test_what_cannot_be_stored_waits_and_is_stored_once(world):
    world.spool.add(1, world.city.minute(START))
    world.store.fails = True
    report = world.runner.step()
    assert (report.failed_segments, report.queue_segments, world.spool.done) == (1, 1, [])
    world.store.fails = False
    world.clock.advance(60)
    report = world.runner.step()
    assert (report.failed_segments, world.spool.done) == (0, [1])
    ids = world.store.rows("room", START, START + 60, 0, 2**31).ids
    assert len(ids) == len(set(ids.tolist())) > 0


def test_a_segment_that_never_opens_holds_up_the_line_for_some_minutes_only(world, monkeypatch):
    opened = world.spool.open_segment
    monkeypatch.setattr(world.spool, "open_segment", lambda s: 1 / 0 if s == 1 else opened(s))
    world.spool.add(1, [])
    for i in range(5):
        world.spool.add(2 + i, world.city.minute(START + 60 * i))
        report = world.runner.step()
        world.clock.advance(60)
    assert world.spool.done == [2, 3, 4, 5, 6]
    assert (report.failed_segments, report.queue_segments) == (1, 1)
    assert report.minute == START + 60 * 4
    assert 1 in world.spool.waiting, "kept: nothing acknowledged is lost"


def test_hours_are_rolled_up_two_minutes_after_their_end(world):
    world.clock.at = START + HOUR_S + 61
    world.runner.step()
    assert START not in world.store.rolled
    world.clock.at = START + HOUR_S + 125
    world.runner.step()
    world.runner.step()
    assert world.store.rolled.count(START) == 1


def test_an_hour_with_late_rows_is_rolled_up_again_even_after_a_restart(world, tmp_path):
    world.clock.at = START + HOUR_S + 125
    world.runner.step()
    world.spool.add(1, world.city.minute(START + 600))
    world.clock.at += 600
    world.runner.step()
    assert world.store.rolled.count(START) == 1
    reborn = Upkeep(world.store, tmp_path / "upkeep.json", retention_days=400)
    reborn.run(START + 2 * HOUR_S + 125, set())  # one hour a minute, the newest first
    reborn.run(START + 2 * HOUR_S + 185, set())
    assert world.store.rolled.count(START) == 2


def test_late_hours_are_on_disk_before_the_segment_is_done(world, tmp_path, monkeypatch):
    """kill −9 right after a segment was marked done must not forget the hour that it made stale."""
    world.clock.at = START + HOUR_S + 125
    world.runner.step()
    world.spool.add(1, [b for b in world.city.minute(START + 600) if b.kind == "room"])
    monkeypatch.setattr(world.upkeep, "run", lambda now, late: 1 / 0)  # killed before it came to this
    world.clock.at += 600
    world.runner.step()
    reborn = Upkeep(world.store, tmp_path / "upkeep.json", retention_days=400)
    reborn.run(START + 2 * HOUR_S + 125, set())
    reborn.run(START + 2 * HOUR_S + 185, set())
    assert (START, ("room",)) in world.store.rolled_kinds, "no other kind: it may have no minutes left"


def test_an_hour_whose_roll_up_was_cut_off_is_rolled_up_again(world, tmp_path, monkeypatch):
    """The store logs an hour before it writes it: only the upkeep knows that it was not finished."""

    class Killed(BaseException):
        pass

    def cut_off(hour, kinds):
        store.rolled.append(hour)
        raise Killed

    store = MemoryStore()
    monkeypatch.setattr(store, "roll_up", cut_off)
    with pytest.raises(Killed):
        Upkeep(store, tmp_path / "cut.json", retention_days=400).run(START + HOUR_S + 125, set())
    monkeypatch.undo()
    Upkeep(store, tmp_path / "cut.json", retention_days=400).run(START + HOUR_S + 185, set())
    assert [hour for hour, _ in store.rolled_kinds] == [START]


def test_an_unreadable_upkeep_file_does_not_keep_the_platform_down(world, tmp_path):
    (tmp_path / "torn.json").write_bytes(b"")
    assert Upkeep(world.store, tmp_path / "torn.json", retention_days=400).late_hours == set()


def test_without_retention_nothing_is_ever_dropped(world):
    world.upkeep.retention_days = 0
    world.runner.step()
    world.clock.advance(86_400)
    world.runner.step()
    assert world.store.dropped == []


def test_old_days_are_dropped_once_a_day(world):
    world.runner.step()
    world.runner.step()
    assert len(world.store.dropped) == 7
    world.clock.advance(86_400)
    world.runner.step()
    assert len(world.store.dropped) == 14


def test_a_failing_roll_up_costs_nothing_but_itself(world, monkeypatch):
    monkeypatch.setattr(world.store, "roll_up", lambda hour, kinds: 1 / 0)
    world.spool.add(1, world.city.minute(START + HOUR_S))
    world.clock.at = START + HOUR_S + 125
    report = world.runner.step()
    assert report.total_rows > 0
    monkeypatch.undo()
    world.runner.step()
    assert START in world.store.rolled


def test_starts_and_stops_cleanly(world):
    world.runner.start()
    world.runner.stop()


def test_metrics_speak_prometheus(world):
    world.spool.add(1, world.city.minute(START))
    world.runner.step()
    text = world.status.metrics.text({"bad-seal": 3}).decode()
    assert 'cleanheat_refused{reason="bad-seal"} 3.0' in text
    assert 'cleanheat_rows_total{kind="unit"}' in text
    assert "cleanheat_lag_seconds 8.0" in text
