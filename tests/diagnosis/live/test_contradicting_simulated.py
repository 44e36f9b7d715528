"""A contradiction of a simulated city: sensors wired the wrong way round beside a meter that is right."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.contradicting import contradictions
from cleanheat.diagnosis.live.model import Moment
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import LABEL, Schedule
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest
from tests.simulator.made_archive import made_archive

EVENING, SWAPPED_FROM_MIN = 1_768_475_400, 20
UNIT = KINDS["unit"]


@pytest.mark.feature("A9-19")
def test_swapped_sensors_say_stopped_while_the_heat_meter_runs():
    archive = made_archive()
    number = int(archive["unit"].numbers[4])
    at = EVENING + SWAPPED_FROM_MIN * 60
    wrong = ("unit", number, Fault.SWAPPED, at, at + 86_400, 1.0, UNIT.index["secondary_supply_temp_c"])
    city = City(archive, 7, None, Schedule(archive, 7, np.array([wrong], LABEL), rate=0.0, data_rate=0.0))
    model, latest = CircuitsNow(archive, "unit", lambda _kind: None), Latest(archive)
    grid = Grid(EVENING, 60)
    window = city.window(grid.first_hour, grid.n_hours)
    columns = city.unit_readings(window, slice(None), grid, city.new_counters()).columns
    ids = archive["unit"].numbers.astype(np.uint32)
    good, cold, seen = (
        np.full((len(columns), ids.size), Verdict.GOOD, np.uint8),
        np.full(archive["unit"].size, -12.0),
        [],
    )
    for i, minute in enumerate(grid.times.tolist()):
        now = [np.ascontiguousarray(c[:, i]).astype(s.dtype) for c, s in zip(columns, UNIT.signals, strict=True)]
        latest.update(Frame("unit", minute, ids, now, good))
        model.judge(Moment(minute, archive, latest, {}, lambda _kind: cold, WeatherNow()))
        seen.append(set(contradictions(model)))
    assert not any(seen[: SWAPPED_FROM_MIN + 10])
    assert seen[-1] == {("meter_against_water", "unit", number)}
    water, meter = contradictions(model)["meter_against_water", "unit", number]
    assert water.value < 0
    assert meter.value > 100
