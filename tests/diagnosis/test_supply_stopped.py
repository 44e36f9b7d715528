"""The model on latest readings: which objects it names, at which level, and what it remembers."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.diagnosis.public import SUPPLY_STOPPED, SupplyStopped, stops_in_past
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest

START = 1_768_478_400
HEALTHY = {
    "unit": {
        "secondary_supply_temp_c": 50,
        "secondary_return_temp_c": 40,
        "secondary_flow_t_h": 110,
        "heat_power_gj_h": 6,
    },
    "boiler": {"supply_temp_c": 90, "return_temp_c": 50, "flow_t_h": 800, "heat_power_mw": 40, "running_boilers": 2},
    "weather": {"outdoor_temp_c": -15},
}
OFF = {"unit": {"secondary_flow_t_h": 0, "heat_power_gj_h": 0}, "boiler": {"flow_t_h": 0, "heat_power_mw": 0}}


class World:
    """A tiny city that runs minute by minute; faults are set by kind and number."""

    def __init__(self):
        self.archive = City(tiny()).archive
        self.latest = Latest(self.archive)
        self.model = SupplyStopped(self.archive)
        self.faults = {}
        self.silent = set()
        self.bad = set()
        self.outdoor = -15
        self.frames = []
        self.now = START

    def frame(self, kind):
        spec = KINDS[kind]
        numbers = [n for n in self.archive[kind].numbers.tolist() if (kind, n) not in self.silent]
        values = HEALTHY[kind] | ({"outdoor_temp_c": self.outdoor} if kind == "weather" else {})
        columns = [
            np.array(
                [round({**values, **self.faults.get((kind, n), {})}.get(s.code, 1) * s.scale) for n in numbers], s.dtype
            )
            for s in spec.signals
        ]
        verdicts = np.zeros((len(columns), len(numbers)), np.uint8)
        for i, n in enumerate(numbers):
            if (kind, n) in self.bad:
                verdicts[:, i] = Verdict.BAD
        return Frame(kind, self.now, np.array(numbers, np.uint32), columns, verdicts)

    def run(self, minutes, planned=None):
        for _ in range(minutes):
            for kind in HEALTHY:
                frame = self.frame(kind)
                self.frames.append(frame)
                self.latest.update(frame)
            found = self.model.judge(self.latest, self.now, planned)
            self.now += 60
        return found

    def stop(self, kind, *numbers):
        for n in numbers:
            self.faults[kind, n] = OFF[kind]


@pytest.fixture
def world():
    made = World()
    made.run(3)
    return made


def test_a_healthy_city_has_no_finding(world):
    assert world.run(40) == []


def test_a_substation_whose_units_have_all_stopped_is_one_finding(world):
    world.stop("unit", 4 * 4 + 1, 4 * 4 + 2)
    onset = world.now
    assert world.run(15) == []
    (finding,) = world.run(2)
    assert finding.place == (SUPPLY_STOPPED, "substation", 4)
    assert (finding.level, finding.since) == (Level.II, onset)
    assert {e.signal: e.value for e in finding.evidence} == {"delta_temp_k": 10.0, "flow_ratio": 0.0}
    assert "换热站停供" in finding.text


def test_one_unit_of_two_is_the_units_finding(world):
    world.stop("unit", 4 * 4 + 2)
    (finding,) = world.run(17)
    assert (finding.kind, finding.number, finding.level) == ("unit", 18, Level.III)


def test_an_area_boiler_room_stops_a_peak_one_rests(world):
    peak = int(np.flatnonzero(world.archive["boiler"].values["is_peak"] > 0)[0])
    world.stop("boiler", 1, peak)
    assert [(f.kind, f.number) for f in world.run(17)] == [("boiler", 1)]


def test_it_ends_by_itself(world):
    world.stop("unit", 5)
    assert world.run(17)
    world.faults.clear()
    assert world.run(4)
    assert world.run(2) == []


@pytest.mark.parametrize("why", ["silent", "bad"])
def test_a_lost_gateway_is_never_a_stop(world, why):
    getattr(world, why).update({("unit", 17), ("unit", 18)})
    assert world.run(90) == []


def test_zeros_of_a_lost_gateway_are_no_stop(world):
    """What the judge makes of a row of zeros: every value missing, so nothing is known."""
    world.faults["unit", 5] = dict.fromkeys(HEALTHY["unit"], 0)
    world.bad.add(("unit", 5))
    assert world.run(60) == []


@pytest.mark.parametrize("outdoor", [5, 12])
def test_not_while_it_is_mild(world, outdoor):
    world.outdoor = outdoor
    world.stop("unit", 5)
    assert world.run(40) == []


def test_nothing_is_said_while_nobody_knows_how_cold_it_is(world):
    world.stop("unit", 5)
    world.latest["weather"].verdicts[:] = Verdict.BAD
    world.silent.update(("weather", n) for n in range(1, 6))
    assert world.run(40) == []


def test_not_during_an_announced_outage(world):
    planned = np.zeros(world.archive["unit"].size, bool)
    planned[5] = True
    world.stop("unit", 5)
    assert world.run(40, {"unit": planned}) == []


def test_not_outside_the_season(world):
    world.now += 120 * 86_400  # May
    world.stop("unit", 5)
    assert world.run(40) == []


def test_a_minute_again_counts_once(world):
    world.stop("unit", 5)
    for _ in range(14):
        world.run(1)
        world.model.judge(world.latest, world.now - 60)
    assert world.run(1) == []
    assert world.run(1) != []


class _Store:
    """Frames as the store hands them back: all rows of a window, by id and time."""

    def __init__(self, frames):
        self.frames = frames

    def rows(self, kind, start, end, low, high):
        from cleanheat.kernel.verdicts import pack
        from cleanheat.telemetry.store import LatestRows

        parts = [f for f in self.frames if f.kind == kind and start <= f.minute < end]
        if not parts:
            empty = [np.zeros(0, s.dtype) for s in KINDS[kind].signals]
            return LatestRows(np.zeros(0, np.uint32), np.zeros(0, np.int64), empty, np.zeros(0, np.uint64))
        ids = np.concatenate([f.ids for f in parts])
        minutes = np.concatenate([np.full(len(f), f.minute, np.int64) for f in parts])
        order = np.lexsort((minutes, ids))
        columns = [np.concatenate([f.columns[i] for f in parts])[order] for i in range(len(KINDS[kind].signals))]
        words = np.concatenate([pack(f.verdicts) for f in parts])[order]
        return LatestRows(ids[order], minutes[order], columns, words)


def test_the_past_is_judged_like_the_present(world):
    world.run(10)
    world.stop("unit", 5)
    world.run(40)
    world.faults["unit", 5] = dict.fromkeys(HEALTHY["unit"], 0)
    world.bad.add(("unit", 5))  # a communication loss: no second stop, and after half an hour no judgement at all
    world.run(60)
    frames = [f for f in world.frames if f.kind == "unit"]
    rows = _Store(frames).rows("unit", START, world.now, 0, 0)
    own = rows.ids == 5
    rows = type(rows)(rows.ids[own], rows.minutes[own], [c[own] for c in rows.columns], rows.words[own])
    cold = np.full(rows.minutes.size, -15.0)
    (stop,) = stops_in_past(world.archive, 5, rows, cold)
    assert (stop.since, stop.end) == (START + 13 * 60, START + (13 + 40 + 30) * 60)
    assert stops_in_past(world.archive, 5, rows, np.full(rows.minutes.size, 9.0)) == []


def test_a_restart_remembers(world):
    world.stop("unit", 5)
    world.run(10)
    reborn = SupplyStopped(world.archive)
    reborn.recover(_Store(world.frames), world.now - 60)
    world.model = reborn
    assert world.run(5) == []
    (finding,) = world.run(1)
    assert finding.since == START + 3 * 60
