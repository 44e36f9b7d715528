"""Equipment lists: standard outfits, the generated city's own rows, bindings that exist, and who may see what."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from pydantic import TypeAdapter

from cleanheat.assets.equipment.listing import EquipmentList, item_of, signal_bindings
from cleanheat.assets.equipment.queries import equipment_of, standard_scenes
from cleanheat.assets.equipment.rural import rural_rows, rural_types, rural_zh
from cleanheat.assets.equipment.standard import UnitDesigns, bore_mm, substation_equipment
from cleanheat.assets.models import BoilerRoom, RuralDevice, Substation
from cleanheat.assets.models_equipment import Equipment
from cleanheat.assets.resources_equipment import equipment_rows
from cleanheat.assets.vocabulary import EquipmentKind
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.simulator import chance
from cleanheat.simulator.city import make_city

ALL = Scope(key="all", sees_all=True)


def designs(load_kw: float, units: int = 1) -> UnitDesigns:
    place = np.arange(1, units + 1)
    load = np.full(units, load_kw)
    return UnitDesigns(np.full(units, 7), 28 + place, place * 0, load, load * 0.0573, np.full(units, 2_010))


def test_bindings_name_kinds_of_equipment_and_signals_that_exist():
    for owner, rows in signal_bindings().items():
        for key, signals in rows.items():
            assert key.split(".")[0] in {*EquipmentKind.values, "auxiliary"}, key
            assert set(signals) <= set(KINDS[owner].index), (owner, key)


@pytest.mark.feature("A1-5", "A1-6")
def test_more_than_forty_standard_systems_each_different():
    scenes = standard_scenes()
    assert len({s.key for s in scenes}) == len(scenes) >= 50
    outfits = {(s.kind, s.name, s.layout_zh, tuple((i.kind, i.role, i.tag) for i in s.equipment)) for s in scenes}
    assert len(outfits) == len(scenes)
    fuels = {i.kind for s in scenes if s.kind == "boiler" for i in s.equipment}
    assert {"boiler_grate", "boiler_gas", "boiler_biomass", "boiler_electric", "deduster", "chimney"} <= fuels


def test_larger_units_get_more_exchangers_and_pumps_and_small_stations_no_tank():
    counts = {}
    for load in (500.0, 2_500.0, 8_000.0):
        rows = substation_equipment(designs(load))
        counts[load] = Counter(rows["kind"].tolist())
        assert rows["is_standby"][rows["kind"] == "circulation_pump"].sum() == 1
    assert [counts[x]["plate_exchanger"] for x in counts] == [1, 1, 3]
    assert [counts[x]["circulation_pump"] for x in counts] == [2, 2, 3]
    assert [counts[x]["tank"] for x in counts] == [0, 1, 1]
    assert counts[500.0]["makeup_valve"] == 1


def test_bores_follow_the_flow():
    assert bore_mm(np.array([1.0, 40.0, 250.0, 9_999.0])).tolist() == [25, 100, 250, 800]


@pytest.mark.feature("A1-6")
def test_rural_systems_are_declared_per_type():
    systems = list(rural_types())
    assert len(systems) == 22
    solar = {a for t, _, _, a in systems if t == "solar"}
    assert solar == {"none", "heat_pump", "storage", "boiler"}
    pump = rural_rows("heat_pump_water", 5, "floor", "")
    outdoor = next(r for r in pump if r["kind"] == "outdoor_unit")
    assert (outdoor["power_kw"], sum(r["kind"] == "floor_coil" for r in pump)) == (3.8, 3)
    assert rural_zh("heat_pump_water", 5, "floor", "") == "热泵水机 5P · 地暖"
    assert "power_kw" not in next(r for r in rural_rows("heat_pump_air", None, "", "") if r["kind"] == "outdoor_unit")


def test_standby_equipment_shows_no_readings():
    row = {"number": 1, "kind": "circulation_pump", "tag": "2#循环泵", "unit_id": 5, "power_kw": float("nan")}
    assert [b.signal for b in item_of(row, "unit", 5).bindings] == ["circulation_pump_hz", "circulation_pump_a"]
    assert item_of({**row, "is_standby": True}, "unit", 5).bindings == ()
    assert item_of(row, "unit", 5).nameplate == ()


def test_generated_lists_are_whole_and_the_same_for_a_seed(small_city):
    table = small_city.tables["equipment"]
    units = set(small_city.tables["unit"]["number"].tolist())
    kinds, of = np.asarray(table["kind"]), np.asarray(table["unit_id"])
    for kind in ("plate_exchanger", "circulation_pump", "control_valve", "heat_meter", "cabinet"):
        assert set(of[(kinds == kind) & (of > 0)].tolist()) == units
    boilers = Counter(np.asarray(table["boiler_room_id"])[np.char.startswith(kinds, "boiler_")].tolist())
    rooms = small_city.tables["boiler"]
    assert boilers == dict(zip(rooms["number"].tolist(), rooms["boilers"].tolist(), strict=True))
    again = make_city("small", small_city.seed).tables["equipment"]
    assert all(list(table[name]) == list(again[name]) for name in table)


def test_a_solar_device_reports_the_auxiliary_it_has(small_city):
    device = small_city.tables["device"]
    sun = np.asarray(device["device_type"]) == "solar"
    code = np.floor(4 * chance.uniform(small_city.seed, "device/auxiliary", np.asarray(device["number"])[sun]))
    words = np.array(["none", "heat_pump", "storage", "boiler"])[code.astype(int)]
    assert words.tolist() == np.asarray(device["auxiliary"])[sun].tolist()
    sizes = {p for p, t in zip(device["horsepower"], device["device_type"].tolist(), strict=True) if "pump" in t}
    assert sizes == {4, 5, 6}


@pytest.mark.feature("C8-5", "A1-5", "A1-6")
def test_an_objects_list_names_its_readings(loaded_city):
    station = equipment_of("substation", 1, ALL)
    pump = next(i for i in station.equipment if i.tag == "1#循环泵")
    assert [(b.kind, b.number, b.signal) for b in pump.bindings] == [
        ("unit", pump.unit, "circulation_pump_hz"),
        ("unit", pump.unit, "circulation_pump_a"),
    ]
    assert {p.key for p in pump.nameplate} >= {"dn_mm", "power_kw", "flow_t_h", "head_m", "built_year", "maker"}
    room = BoilerRoom.objects.get(pk=1)
    found = equipment_of("boiler", 1, ALL)
    assert sum(i.kind.startswith("boiler_") for i in found.equipment) == room.boilers
    device = equipment_of("device", RuralDevice.objects.filter(device_type="solar").first().pk, ALL)
    assert device.is_standard
    assert any(i.kind == "solar_collector" for i in device.equipment)
    with pytest.raises(Problem, match="设备清单"):
        equipment_of("building", 1, ALL)


def test_rows_of_a_company_are_its_own(loaded_city):
    company = Substation.objects.get(pk=1).company_id
    mine = Equipment.objects.filter(equipment_rows(Scope(key="c", company_ids=frozenset({company}))))
    assert mine.exists()
    assert set(mine.exclude(substation=None).values_list("substation__company_id", flat=True)) == {company}
    assert not Equipment.objects.filter(equipment_rows(Scope(key="nobody"))).exists()


def test_lists_are_answered_in_the_types_that_the_interface_promises(loaded_city):
    answers = TypeAdapter(tuple[EquipmentList, ...])  # a value of another type warns, and warnings are errors
    assert answers.dump_json((equipment_of("substation", 1, ALL), equipment_of("boiler", 1, ALL), *standard_scenes()))
