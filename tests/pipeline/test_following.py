"""A running line takes over a newer archive: what was imported sends and is drawn at once, nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets import records
from cleanheat.infra import clock
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import floor_minute
from cleanheat.pipeline import minute as minute_module
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.pipeline.runner import Runner, Upkeep
from cleanheat.pipeline.status import Status
from cleanheat.telemetry import enrolment
from cleanheat.telemetry.envelope import PATHS, Content
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.gateway import open_gateway, owners_of
from cleanheat.telemetry.public import Latest
from cleanheat.telemetry.wire import seal_batch
from tests.pipeline.memory_store import MemoryStore
from tests.pipeline.test_minute import Shown
from tests.quality.specs import Fixed

pytestmark = [pytest.mark.feature("A3-1"), pytest.mark.feature("H1-4")]
STATION = {
    "district_id": 2, "longitude": 125.35, "latitude": 43.88, "built_year": 2_024, "company_id": 10, "office_id": 11,
    "street_id": 12, "branch_id": 1, "boiler_room_id": None, "system": "single", "heated_area_m2": 30_000.0,
}  # fmt: skip
UNIT = {
    "zone": "low", "terminal": "radiator", "heated_area_m2": 30_000.0, "heat_index_w_m2": 45.0,
    "design_supply_temp_c": 50.0, "design_return_temp_c": 40.0, "design_flow_t_h": 60.0,
}  # fmt: skip


class World:
    """The small city's line behind a real door; company 10 sends."""

    def __init__(self, city, folder, watch):
        self.clock, self.store, self.shown = watch, MemoryStore(), Shown()
        self.door = open_gateway(folder, owners_of(city))
        self.session = enrolment.open_sessions(self.door.senders, [10])[10]
        self.pipeline = MinutePipeline(city, self.store, Latest(city), clock.now(), self.shown, Fixed())
        self.runner = Runner(self.door, self.pipeline, Upkeep(self.store, folder / "upkeep.json", 0), Status())
        self.sent = 0

    def send(self, *units):
        """A reading of each unit for the minute now running."""
        self.sent += 1
        columns = [np.full(len(units), 100, s.dtype) for s in KINDS["unit"].signals]
        block = Block(0, 0, "unit", floor_minute(clock.now()), np.array(units, np.uint32), columns)
        return self.door.receive(seal_batch(self.session, self.sent, [block]), PATHS[Content.COLUMNS])

    def step(self):
        self.clock.advance(60)
        return self.runner.step()

    def stored(self, unit):
        return [f.minute for f in self.store.frames if f.kind == "unit" and unit in f.ids]


@pytest.fixture
def world(city, manual_clock, tmp_path):
    made = World(city, tmp_path, manual_clock)
    manual_clock.advance(8)
    yield made
    made.door.spool.close()


def _imported():
    """A substation with one circuit, as an import would write them; the circuit's number."""
    (station,) = records.apply("substation", [{"name": "新站", **STATION}], None, "并网").created
    (unit,) = records.apply(
        "unit", [{"name": "新机组", "code": "", "substation_id": station, **UNIT}], None, "并网"
    ).created
    assets.forget()  # the version is asked of the database once a second, and this clock stands still
    return station, unit


def test_imported_objects_are_admitted_stored_and_drawn_without_a_restart(world):
    world.send(5)
    world.step()
    station, unit = _imported()
    minute = floor_minute(clock.now())
    receipt = world.send(5, unit)
    assert (receipt.rows, receipt.refused) == (1, {"unknown-object": 1}), "there is no room for it yet"
    world.step()
    assert world.stored(5)[-1] == minute, "what was sent meanwhile is stored"
    assert world.send(5, unit).rows == 2
    world.step()
    assert world.stored(unit) == [minute + 60]
    assert world.pipeline.latest["unit"].minute[unit] == minute + 60
    assert world.shown.states["operation", "substations"][station] > 0
    assert len(world.shown.states["operation", "substations"]) == assets.archive()["substation"].size
    assert world.pipeline.totals.city()["substations"] == 5


def test_what_is_known_outlives_the_change(world):
    world.send(5)
    world.step()
    heard = int(world.pipeline.latest["unit"].heard[5])
    counted = world.pipeline.monitor.summary([10], heard).received_rows
    _imported()
    world.step()
    assert (counted, world.pipeline.latest["unit"].heard[5]) == (1, heard)
    assert world.pipeline.monitor.summary([10], heard).received_rows == counted
    assert world.pipeline.latest["unit"].values[0][5] == 100


def test_a_new_site_is_not_called_silent_for_the_time_before_it_was(world):
    for _ in range(3):
        world.send(5)
        world.step()
    station, _ = _imported()
    world.step()
    lost = lambda: {(f.kind, f.number) for f in world.pipeline._silence.judge(world.pipeline.latest, minute())}  # noqa: E731
    minute = lambda: floor_minute(clock.now())  # noqa: E731
    assert ("substation", station) not in lost()
    world.clock.advance(3_600)
    world.send(5)
    world.step()
    assert ("substation", station) in lost()


def test_a_new_name_alone_changes_nothing_of_the_line(world):
    judge = world.pipeline._judge
    records.apply("substation", [{"number": 1, "name": "改名站"}], None, "更名")
    assets.forget()
    world.step()
    assert world.pipeline._judge is judge


def test_what_cannot_be_taken_over_leaves_the_line_running(world, monkeypatch):
    def broken(*_):
        raise RuntimeError("no memory")

    _, unit = _imported()
    monkeypatch.setattr(minute_module, "LiveMap", broken)
    world.send(5)
    assert world.step().rows == {"unit": 1}
    assert world.send(5, unit).rows == 1, "the door follows the line, never goes before it"
    monkeypatch.undo()
    assert world.step().rows == {"unit": 1}
    records.apply("unit", [{"number": unit, "heated_area_m2": 31_000.0}], None, "更正")
    assets.forget()
    world.step()
    assert world.send(5, unit).rows == 2, "the next archive is tried anew"
