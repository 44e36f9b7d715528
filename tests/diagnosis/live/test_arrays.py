"""The parts that are arrays alone: hour memory, counters, start-up, rural devices."""

from datetime import datetime

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.calc.anomaly.standing import Counts, Standing, advance
from cleanheat.diagnosis.live.devices_now import DevicesNow
from cleanheat.diagnosis.live.memory import HourMemory
from cleanheat.diagnosis.live.model import Moment
from cleanheat.diagnosis.live.startup_now import StartupNow
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, SHANGHAI, epoch, season
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest

NAN = np.float32("nan")


def test_an_hour_is_the_mean_of_its_known_minutes_and_unknown_hours_stay_unknown():
    memory = HourMemory(("a", "starts"), 2, counted=("starts",))
    for minute in range(3 * 60):
        value = np.array([float(minute // 60), NAN if minute < 60 else 5.0], np.float32)
        memory.add(minute * 60, {"a": value, "starts": np.ones(2, np.float32)})
    memory.add(3 * HOUR_S, {})
    assert memory.last("a", 3)[:, 0].tolist() == [0, 1, 2]
    assert np.isnan(memory.last("a", 3)[0, 1])
    assert memory.total("a", 3)[1].tolist() == [3, 2]
    assert memory.last("starts", 1).tolist() == [[60, 60]]
    memory.add(90 * HOUR_S, {})
    assert memory.total("a", 24)[1].tolist() == [0, 0]  # what is older than the window is no part of it


def test_unknown_minutes_hold_a_counter_and_long_ignorance_clears_it():
    standing, counts = Standing.of(1, 1), Counts(np.int16([[3]]), np.int16([[2]]), 5)
    yes, no = np.ones((1, 1), bool), np.zeros((1, 1), bool)
    for minute in range(3):
        advance(standing, yes, yes, yes, 60 * minute + 60, counts)
    for _ in range(5):
        advance(standing, no, no, yes, 999, counts)
    assert standing.active.all()
    assert standing.since.item() == 60
    advance(standing, no, no, yes, 999, counts)
    assert not standing.active.any()


def _frame(kind, numbers, now, **readings):
    columns = [np.round(np.broadcast_to(readings.get(s.code, 1), numbers.shape) * s.scale).astype(s.dtype) for s in KINDS[kind].signals]  # fmt: skip  # noqa: E501
    verdicts = np.full((len(columns), numbers.size), Verdict.GOOD, np.uint8)
    return Frame(kind, now, numbers.astype(np.uint32), columns, verdicts)


class Run:
    """A model fed with frames of one kind."""

    def __init__(self, model, archive, kind, start, step_s):
        self.model, self.archive, self.kind, self.now, self.step = model, archive, kind, start, step_s
        self.latest, self.numbers = Latest(archive), archive[kind].numbers

    def run(self, hours, **readings):
        found = []
        for _ in range(round(hours * HOUR_S / self.step)):
            self.latest.update(_frame(self.kind, self.numbers, self.now, **readings))
            nowhere = np.full(self.archive[self.kind].size, -5.0)
            found = self.model.judge(Moment(self.now, self.archive, self.latest, {}, lambda _kind, out=nowhere: out))
            self.now += self.step
        return found


ON = {"secondary_supply_temp_c": 45, "secondary_return_temp_c": 38}
OFF = {"secondary_supply_temp_c": 20, "secondary_return_temp_c": 20}


@pytest.fixture
def opening():
    archive = City(tiny()).archive
    return Run(StartupNow(archive, of="unit"), archive, "unit", season(2025).start - 2 * DAY_S, 300)


def test_who_heats_from_the_first_day_is_never_named(opening):
    assert opening.run(24, **OFF) == []
    assert opening.run(90, **ON) == []
    assert (opening.model.course.sustained > 0).all()


@pytest.mark.feature("A9-5")
def test_the_cool_water_of_a_mild_autumn_is_heat_where_it_is_metered(opening):
    area = opening.archive["unit"].values["heated_area_m2"][opening.numbers]
    flow, mild = area / 400, {"secondary_supply_temp_c": 25, "secondary_return_temp_c": 23}
    opening.run(2, **OFF)
    assert opening.run(94, **mild, secondary_flow_t_h=flow, heat_power_gj_h=flow * 0.0083) == []
    assert (opening.model.course.sustained > 0).all()


def test_who_does_not_heat_two_days_after_the_first_is_late(opening):
    assert opening.run(90, **OFF) == []
    late = opening.run(10, **OFF)
    assert {f.source for f in late} == {"diagnosis.late_start"}
    assert len(late) == opening.numbers.size


def test_heat_that_ends_before_it_was_sustained_is_a_false_start_and_later_an_interruption(opening):
    opening.run(4, **ON)
    assert {f.source for f in opening.run(8, **OFF)} == {"diagnosis.false_start"}
    opening.run(14, **ON)
    assert {f.source for f in opening.run(8, **OFF)} == {"diagnosis.interrupted"}


@pytest.fixture
def village():
    archive = City(tiny()).archive
    return Run(DevicesNow(archive), archive, "device", epoch(datetime(2026, 1, 15, tzinfo=SHANGHAI)), 1_800)


WARM = {"is_on": 1, "supply_temp_c": 45, "return_temp_c": 38, "power_w": 2_000, "room_temp_c": 19}


@pytest.mark.feature("A9-8")
def test_rural_devices_that_stand_in_the_cold_make_one_finding_a_platform(village):
    assert village.run(30, **WARM) == []
    assert (village.model.states()[village.numbers] == 1).all()
    found = village.run(32, **WARM | {"is_on": 0, "room_temp_c": 9})
    assert {(f.source, f.kind) for f in found} == {("diagnosis.device_stopped", "sender")}
    assert sorted(f.number for f in found) == sorted(set(village.archive["device"].links["sender"][village.numbers]))


@pytest.mark.feature("A9-8")
def test_devices_that_run_all_day_and_stay_cold_are_too_weak(village):
    found = village.run(40, **WARM | {"room_temp_c": 11})
    assert {f.source for f in found} == {"diagnosis.device_under_supply"}


def test_silent_devices_are_unknown_and_no_finding(village):
    village.run(30, **WARM)
    village.numbers = village.numbers[:1]
    assert village.run(40, **WARM) == []
    assert (village.model.states()[village.archive["device"].numbers[1:]] == 0).all()


def test_devices_memory_is_taken_up_again(village):
    village.run(20, **WARM)
    reborn = DevicesNow(village.archive)
    reborn.restore(village.model.snapshot())
    assert (reborn.means.duty_day == village.model.means.duty_day).all()
    assert (reborn.state == village.model.state).all()
