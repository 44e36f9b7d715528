"""Villages whose heating devices have far more trouble than their platforms' devices do."""

from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.alerts.belonging import owner_of
from cleanheat.assets import public as assets
from cleanheat.diagnosis import device_list
from cleanheat.diagnosis.live.devices_now import DevicesNow
from cleanheat.diagnosis.live.keeping import names_of
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import SHANGHAI, epoch
from tests.diagnosis.live.test_arrays import WARM, Run

VILLAGES = 5


@pytest.fixture
def rural():
    """Two platforms of twenty-five devices; five villages of ten."""
    archive = City(tiny()).archive
    table = archive["device"]
    table.links["village"] = np.zeros(table.size, np.int32)
    table.links["village"][table.numbers] = 21 + np.arange(table.count) // 10
    return Run(DevicesNow(archive), archive, "device", epoch(datetime(2026, 1, 15, tzinfo=SHANGHAI)), 1_800)


def cold_where(hit):
    return WARM | {"is_on": np.where(hit, 0, 1), "room_temp_c": np.where(hit, 9, 19)}


@pytest.mark.feature("A9-8")
def test_a_village_that_stands_in_the_cold_is_named_beside_its_platform(rural):
    rural.run(30, **WARM)
    first = np.arange(rural.numbers.size) < 10
    found = {(f.kind, f.number): f for f in rural.run(32, **cold_where(first))}
    assert set(found) == {("sender", 301), ("area", 21)}  # ten of the platform's twenty-five, all of the village's ten
    finding = found["area", 21]
    assert (finding.source, finding.level) == ("diagnosis.device_stopped", Level.II)
    assert finding.text == "村屯清洁取暖设备集中停供：10 台，占本村可判断设备的 100.0%（限值 30%）"


@pytest.mark.feature("A9-8")
def test_a_few_in_a_village_are_a_village_and_no_platform_if_few_are_enough(rural):
    rural.run(30, **WARM)
    found = rural.run(32, **cold_where(np.arange(rural.numbers.size) < 6))
    assert {(f.kind, f.number) for f in found} == {("area", 21)}
    assert rural.run(2, **cold_where(np.arange(rural.numbers.size) < 4) | {"is_on": 1}) == []


def test_what_all_of_a_platform_have_is_said_of_the_platform_alone(rural):
    rural.run(30, **WARM)
    assert {f.kind for f in rural.run(32, **cold_where(np.ones(rural.numbers.size, bool)))} == {"sender"}


def test_silent_devices_count_neither_way(rural):
    rural.run(30, **WARM)
    rural.numbers = rural.numbers[6:]
    assert rural.run(40, **WARM) == []


@pytest.mark.django_db
def test_a_village_is_its_districts_and_its_only_platforms(city):
    devices = city["device"]
    number = int(devices.numbers[0])
    village = int(devices.links["village"][number])
    owner = owner_of(city, "area", village)
    assert owner.district_id == devices.links["district"][number]
    assert owner.sender_id == devices.links["sender"][number]
    assert (owner.company_id, owner.office_id) == (0, 0)
    assert assets.owners_of_area(city, 9_999) == {"sender_id": 0, "district_id": 0}
    assert names_of([("area", village)])["area", village]


@pytest.mark.django_db
def test_the_list_of_devices_names_the_worst_villages(city, signed_in, monkeypatch):
    model = DevicesNow(city)
    model.state[:] = [State.STOPPED.code, State.NORMAL.code]
    monkeypatch.setattr(device_list, "running", lambda: SimpleNamespace(models={"device": model}))
    page = signed_in("city.reader").get("/api/v1/diagnosis/devices").json()
    (worst,) = page["villages"]
    assert worst["id"] == city["device"].links["village"][model.numbers[0]]
    assert (worst["judged"], worst["in_trouble"], worst["share"]) == (1, 1, 1.0)
    assert worst["name"]
