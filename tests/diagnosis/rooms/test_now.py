"""Rooms judged minute by minute: each kind of trouble found, its reach told, nothing out of silence, memory kept."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.rooms.states import Reach
from cleanheat.diagnosis.live.model import Moment
from cleanheat.diagnosis.rooms.now import RoomsNow
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.latest import LatestKind
from tests.conftest import EVENING

ROOMS, PER_BUILDING, PER_UNIT = 120, 6, 60
START = int(EVENING) // HOUR_S * HOUR_S


def _table(kind: str, size: int, **links: np.ndarray) -> KindTable:
    numbers = np.arange(1, size + 1, dtype=np.int32)
    held = {name: np.concatenate([[0], of]).astype(np.int32) for name, of in links.items()}
    return KindTable(kind, numbers, np.full(size + 1, 125.3), np.full(size + 1, 43.9), held)


def city() -> Archive:
    """Twenty buildings of six read rooms, two circuits of ten buildings, a community each five buildings."""
    room, building = np.arange(ROOMS), np.arange(ROOMS // PER_BUILDING)
    unit = building * PER_BUILDING // PER_UNIT
    tables = (
        _table("branch", 1),
        _table("weather", 1),
        _table("substation", 2, branch=np.ones(2), boiler=np.zeros(2)),
        _table("unit", 2, substation=np.array([1, 2])),
        _table("community", 4),
        _table("building", 20, community=building // 5 + 1, unit=unit + 1),
        _table("room", ROOMS, building=room // PER_BUILDING + 1, unit=room // PER_UNIT + 1, company=np.ones(ROOMS)),
    )
    return Archive("t", {t.kind: t for t in tables})


class Feed:
    """Five minutes' readings at a time, and three days of hours before."""

    def __init__(self, tmp_path, model: RoomsNow | None = None) -> None:
        self.archive = city()
        self.model = model or RoomsNow(self.archive, tmp_path)
        self.latest = {k: LatestKind.empty(KINDS[k], self.archive[k].size) for k in ("room", "unit", "weather")}
        self.minute = START

    def past(self, room: np.ndarray, outdoor: np.ndarray, supply: np.ndarray) -> None:
        """Hourly ``room [T, n]``, ``outdoor [T]``, ``supply [T]`` up to the start."""
        hours = room.shape[0]
        for i in range(hours):
            hour = START // HOUR_S - hours + i
            self.model.rooms.put(hour, room[None, i].astype(np.float32))
            self.model.supply.put(hour, np.full((1, 2), supply[i], np.float32))
            self.model.outdoor.put(hour, np.full((1, 1), outdoor[i], np.float32))
        for memory in (self.model.rooms, self.model.supply, self.model.outdoor):
            memory.hour = START // HOUR_S

    def put(self, kind: str, signal: str, value: np.ndarray) -> None:
        held = self.latest[kind]
        i = held.spec.index[signal]
        numbers = self.archive[kind].numbers
        known = np.isfinite(value)
        spec = held.spec.signals[i]
        held.values[i][numbers] = np.where(known, np.round(np.nan_to_num(value) * spec.scale), spec.missing)
        held.verdicts[i, numbers] = np.where(known, Verdict.GOOD, Verdict.MISSING)
        held.minute[numbers] = self.minute

    def run(self, minutes: int, room: np.ndarray, supply: float = 44.0, outdoor: float = -10.0):
        found = ()
        for _ in range(minutes):
            self.put("room", "room_temp_c", room)
            self.put("unit", "secondary_supply_temp_c", np.full(2, supply))
            self.put("weather", "outdoor_temp_c", np.array([outdoor]))
            moment = Moment(self.minute, self.archive, self.latest, {}, lambda _kind: np.zeros(1))
            found = self.model.judge(moment)
            self.minute += 60
        return found

    def states(self) -> list[State]:
        return [next(s for s in State if s.code == code) for code in self.model.state.tolist()]


@pytest.fixture
def feed(tmp_path) -> Feed:
    return Feed(tmp_path)


def three_days(level: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(9)
    hour = np.arange(72)
    outdoor = -10 + 6 * np.sin(2 * np.pi * hour / 24)
    room = level + 0.4 * np.sin(2 * np.pi * (hour[:, None] - 6) / 24) + rng.normal(0, 0.05, (72, ROOMS))
    return room, outdoor, 44 + 3 * np.cos(2 * np.pi * hour / 24)


@pytest.mark.feature("A9-9")
def test_every_kind_of_trouble_is_told_apart(feed):
    room, outdoor, supply = three_days(np.full(ROOMS, 21.0))
    room[:, 0] = 16.5 + 0.3 * np.sin(np.arange(72) / 4)  # cold
    room[:, 7] = 25.5 + 0.3 * np.sin(np.arange(72) / 4)  # hot
    room[:, 14] = 21.0  # stands still
    room[:, 21] = 14 + 0.6 * outdoor  # on the outer wall
    room[:, 28] = 11.0 + 0.1 * np.sin(np.arange(72))  # nobody there
    room[:, 35] = np.nan  # silent
    feed.past(room, outdoor, supply)
    feed.run(65, room[-1])
    found = feed.states()
    assert [found[i] for i in (0, 7, 14, 21, 28, 35)] == [
        State.ROOM_COLD, State.ROOM_HOT, State.FROZEN_SENSOR, State.MISPLACED_SENSOR, State.VACANT, State.UNDIAGNOSABLE,
    ]  # fmt: skip
    others = np.setdiff1d(np.arange(ROOMS), [0, 7, 14, 21, 28, 35])
    assert {found[i] for i in others} == {State.NORMAL}
    assert feed.model.spell_h[0] == 24
    assert feed.model.short_kh[0] == pytest.approx(36, abs=5)
    assert feed.model.confidence[0] > 0.9


@pytest.mark.feature("A9-9", "C4-3")
def test_a_cold_community_is_one_finding_and_a_cold_home_none(feed):
    level = np.full(ROOMS, 21.0)
    level[:30] = 16.0  # the first community, all of it
    level[66:72] = 16.5  # one building of another
    level[100] = 16.0  # one home
    room, outdoor, supply = three_days(level)
    feed.past(room, outdoor, supply)
    found = feed.run(25, room[-1])
    assert [(f.kind, f.number) for f in found] == [("community", 1), ("building", 12)]
    assert "低于 18 ℃" in found[0].text
    assert found[0].level < found[1].level
    assert sum(c.share for c in found[0].contributions) == pytest.approx(1)
    assert feed.states()[100] is State.ROOM_COLD


def test_out_of_season_nobody_is_alarmed(feed):
    room, outdoor, supply = three_days(np.full(ROOMS, 15.0))
    feed.past(room, outdoor, supply)
    feed.run(20, room[-1])
    feed.minute += 200 * 86_400
    assert not feed.run(6, room[-1])


def test_silence_is_no_finding(feed):
    found = feed.run(120, np.full(ROOMS, np.nan))
    assert not found
    assert set(feed.states()) <= {State.UNKNOWN, State.UNDIAGNOSABLE}
    assert not feed.model.able(feed.minute)


@pytest.mark.feature("A9-9")
def test_ones_own_way_changed_is_not_undersupply_and_a_common_fall_is_not_ones_own(feed, tmp_path):
    level = np.full(ROOMS, 22.0)
    level[5] = 19.0  # somebody closed his valve
    level[60:] = 19.2  # the second circuit
    room, outdoor, supply = three_days(level)
    models = feed.model.models
    models.theta[:] = np.array([22.0, 0.0, 0.0, 0, 0, 0, 0], np.float32)
    models.spread[:] = 0.3
    models.save(tmp_path)
    feed.past(room, outdoor, supply)
    feed.run(35, room[-1])
    found = feed.states()
    assert found[5] is State.BEHAVIOUR_CHANGED
    assert feed.model.reach[5] == Reach.ROOM
    assert set(feed.model.reach[60:].tolist()) <= {int(Reach.UNIT), int(Reach.SOURCE)}
    assert {found[i] for i in range(60, ROOMS)} == {State.NORMAL}


@pytest.mark.feature("A9-9")
def test_an_open_window_is_seen_while_it_is_open(feed):
    room, outdoor, supply = three_days(np.full(ROOMS, 22.0))
    feed.past(room, outdoor, supply)
    now = room[-1].copy()
    feed.run(30, now)
    now[3] -= 2.0
    feed.run(20, now)
    assert feed.states()[3] is State.WINDOW_OPEN
    now[3] += 1.8
    feed.run(25, now)
    assert feed.states()[3] is State.NORMAL
    assert feed.model.windows.openings[3] > 0.9


def test_memory_survives(feed, tmp_path):
    room, outdoor, supply = three_days(np.full(ROOMS, 17.0))
    feed.past(room, outdoor, supply)
    first = feed.run(25, room[-1])
    other = RoomsNow(feed.archive, tmp_path)
    other.restore({name: np.array(value) for name, value in feed.model.snapshot().items()})
    again = Feed(tmp_path, other)
    again.minute = feed.minute
    assert [f.place for f in again.run(5, room[-1])] == [f.place for f in first]
    with pytest.raises(ValueError, match="snapshot"):
        other.restore({name: value for name, value in feed.model.snapshot().items() if name != "windows.since"})
    with pytest.raises(ValueError, match="archive"):
        other.restore(dict(feed.model.snapshot()) | {"state": np.zeros(3, np.uint8)})


def test_what_rooms_tell_outlives_corrections_of_the_archive_but_not_other_rooms(tmp_path):
    archive = city()
    model = RoomsNow(archive, tmp_path)
    assert model.matches(archive)
    assert model.matches(Archive("corrected", city().kinds))
    assert model.matches(archive)
    moved = _table("room", ROOMS, building=np.ones(ROOMS), unit=np.ones(ROOMS), company=np.ones(ROOMS))
    assert not model.matches(Archive("moved", {**archive.kinds, "room": moved}))
