"""What the models of a minute find in what is supplied: too little, too much, in turns, and on whose side."""

import numpy as np
import pytest

from cleanheat.diagnosis.live.contradicting import contradictions
from cleanheat.kernel.findings import Level
from tests.diagnosis.live.world import COLD, HOT, World


def test_a_healthy_city_has_no_finding(world):
    assert world.run(12) == []


@pytest.mark.feature("A9-7")
@pytest.mark.feature("C3-4")
def test_under_supply_is_found_within_a_day_with_evidence_and_contributions(under_supplied):
    world, found = under_supplied
    assert ("under_supply", "substation", 1) in world.states(found)
    finding = next(f for f in found if f.source == "diagnosis.under_supply")
    assert finding.level in (Level.II, Level.III)
    assert 0.5 <= finding.confidence <= 1
    assert sum(c.share for c in finding.contributions) == pytest.approx(1)
    assert {c.signal for c in finding.contributions} == {"supply_c", "return_c", "heat_kw"}
    by_signal = {e.signal: e for e in finding.evidence}
    assert by_signal["supply_c"].value == 44
    assert by_signal["supply_c"].limit == 52
    assert "供水温度 44.0 ℃，应为 52.0 ℃，近 6 小时平均偏差 -8.0 K" in finding.text


@pytest.mark.feature("A9-13")
def test_a_restart_goes_on_with_what_stood_until_it_is_over(under_supplied):
    world, before = under_supplied
    reborn = world.reborn()
    after = reborn.run(0.5)
    assert {f.place: f.since for f in after} == {f.place: f.since for f in before}
    assert reborn.live.able(reborn.now) >= {"diagnosis.under_supply"}
    reborn.faults.clear()
    assert reborn.run(30) == []


@pytest.mark.feature("A9-7", "A9-19")
def test_over_supply_waits_for_days_of_one_sign_and_contradicts_cold_rooms(units):
    units.fault("unit", [5], **HOT)
    assert ("over_supply", "substation", 1) not in units.states(units.run(5))
    assert ("over_supply", "substation", 1) in units.states(units.run(28))
    units.warm(share_cold=1.0, mean_c=16)
    units.fault("unit", [9], secondary_flow_t_h=0, secondary_supply_temp_c=42, heat_power_gj_h=4)
    units.run(0.75)
    found = contradictions(units.live.circuits("unit"))
    assert set(found) == {("cold_rooms_over_supply", "unit", 5), ("meter_against_water", "unit", 9)}
    supply, rooms = found["cold_rooms_over_supply", "unit", 5]
    assert supply.source == "diagnosis.over_supply"
    assert "低于 18 ℃" in rooms.text
    units.live.circuits("unit").view.heat_ratio[:] = np.nan
    units.live.circuits("unit").view.now["supply_c"][:] = np.nan
    assert contradictions(units.live.circuits("unit")) == {}, "what is unknown contradicts nothing"


@pytest.mark.feature("C3-2")
def test_units_of_a_substation_together_are_one_finding_weighted_by_area_and_one_of_two_stays_the_units(units):
    units.fault("unit", [17, 18, 26], **COLD)
    found = units.run(14)
    assert units.states(found) == {("under_supply", "substation", 4), ("under_supply", "unit", 26)}
    whole = next(f for f in found if f.kind == "substation")
    assert "双系统" in whole.text
    assert {f.number for f, cause in units.live.grouped.explained.values() if cause == whole.place} == {17, 18}


def test_the_same_at_most_units_of_a_source_is_one_finding_on_the_source(world):
    units = world.archive["unit"]
    branch = int(units.links["branch"][units.numbers[0]])
    fed = [int(n) for n in units.numbers if units.links["branch"][n] == branch]
    world.fault("unit", fed, **COLD)
    found = world.run(14)
    assert world.states(found) == {("source_fault", "branch", branch)}
    stations = {int(units.links["substation"][n]) for n in fed}
    held = {f.number for f, cause in world.live.grouped.explained.values() if cause == found[0].place}
    assert held == stations
    assert f"涉及 {len(stations)} 处" in found[0].text


def test_stops_twice_a_day_are_intermittent(units):
    for _ in range(3):
        units.fault("unit", [9], secondary_flow_t_h=0, secondary_supply_temp_c=42.2, heat_power_gj_h=0)
        units.run(2)
        units.faults.clear()
        found = units.states(units.run(5))
    assert found & {("intermittent", "unit", 9), ("intermittent", "substation", 2)}


def test_without_personal_parameters_it_is_said_and_less_sure():
    world = World(kinds=("unit",), personal=False)
    world.run(26)
    world.fault("unit", [17, 18], secondary_supply_temp_c=30, secondary_return_temp_c=25, heat_power_gj_h=2)
    found = [
        f for f in world.run(16) if f.source == "diagnosis.under_supply" and (f.kind, f.number) == ("substation", 4)
    ]
    assert found
    assert "设计曲线" in found[0].text
    assert found[0].confidence <= 0.6
