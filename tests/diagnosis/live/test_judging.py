"""What the models of a minute find, and what they never make out of missing data."""

import numpy as np
import pytest

from cleanheat.diagnosis.live.contradicting import contradictions
from cleanheat.kernel.findings import Level
from tests.diagnosis.live.world import COLD, HEALTHY, HOT, Nothing, World


@pytest.fixture(scope="module")
def day_old(tmp_path_factory):
    """A healthy day, lived through once and kept."""
    made = World(tmp_path_factory.mktemp("live"))
    made.run(26)
    made.live.save(made.now)
    return made


@pytest.fixture
def world(day_old):
    """A platform that starts anew after that day."""
    return day_old.reborn()


def test_a_healthy_city_has_no_finding(world):
    assert world.run(12) == []


@pytest.mark.feature("A9-7")
@pytest.mark.feature("C3-4")
def test_under_supply_is_found_within_a_day_with_evidence_and_contributions(world):
    world.fault("unit", [5], **COLD)
    found = world.run(14)
    assert ("under_supply", "substation", 1) in world.states(found)
    finding = next(f for f in found if f.source == "diagnosis.under_supply")
    assert finding.level in (Level.II, Level.III)
    assert 0.5 <= finding.confidence <= 1
    assert sum(c.share for c in finding.contributions) == pytest.approx(1)
    assert {c.signal for c in finding.contributions} == {"supply_c", "return_c", "heat_kw"}
    by_signal = {e.signal: e for e in finding.evidence}
    assert by_signal["supply_c"].value == 44
    assert by_signal["supply_c"].limit == 52
    assert "供水温度 44.0 ℃，应为 52.0 ℃" in finding.text
    world.faults.clear()
    assert world.run(30) == []


@pytest.mark.feature("A9-7")
def test_over_supply_waits_for_days_of_one_sign(world):
    world.fault("unit", [5], **HOT)
    assert ("over_supply", "substation", 1) not in world.states(world.run(5))
    assert ("over_supply", "substation", 1) in world.states(world.run(30))


@pytest.mark.feature("A9-19")
def test_over_supply_with_cold_rooms_and_a_meter_against_the_water_contradict(world):
    world.fault("unit", [5], **HOT)
    world.run(33)
    world.warm(share_cold=1.0, mean_c=16)
    world.fault("unit", [9], secondary_flow_t_h=0, secondary_supply_temp_c=42, heat_power_gj_h=4)
    world.run(0.75)
    found = contradictions(world.live.circuits("unit"))
    assert set(found) == {("cold_rooms_over_supply", "unit", 5), ("meter_against_water", "unit", 9)}
    supply, rooms = found["cold_rooms_over_supply", "unit", 5]
    assert supply.source == "diagnosis.over_supply"
    assert "低于 18 ℃" in rooms.text
    world.live.circuits("unit").view.heat_ratio[:] = np.nan
    world.live.circuits("unit").view.now["supply_c"][:] = np.nan
    assert contradictions(world.live.circuits("unit")) == {}, "what is unknown contradicts nothing"


@pytest.mark.feature("C3-2")
def test_units_of_a_substation_together_are_one_finding_weighted_by_area(world):
    world.fault("unit", [17, 18], **COLD)
    found = world.run(14)
    assert world.states(found) == {("under_supply", "substation", 4)}
    assert "双系统" in found[0].text
    assert {f.number for f, cause in world.live.grouped.explained.values() if cause == found[0].place} == {17, 18}


@pytest.mark.feature("C3-2")
def test_one_unit_of_two_stays_the_units(world):
    world.fault("unit", [18], **COLD)
    assert world.states(world.run(14)) == {("under_supply", "unit", 18)}


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


@pytest.mark.parametrize(
    ("state", "readings", "hours"),
    [
        ("valve", {"valve_opening_pct": 20}, 3),
        ("leak", {"makeup_flow_t_h": 3}, 6),
        ("heat_mismatch", {"heat_power_gj_h": 7}, 10),
        ("imbalance", {"secondary_flow_t_h": 60, "secondary_supply_temp_c": 56, "secondary_return_temp_c": 38}, 9),
        ("fouling", {"primary_return_temp_c": 56}, 30),
    ],
)
def test_a_device_in_trouble_is_named(world, state, readings, hours):
    world.fault("unit", [9], **readings)
    assert (state, "unit", 9) in world.states(world.run(hours))


@pytest.mark.feature("A9-6")
@pytest.mark.feature("C2-4")
def test_a_boiler_room_at_full_capacity_and_too_cold_is_short_of_capacity(world):
    world.fault("boiler", [1], supply_temp_c=72, return_temp_c=46, heat_power_mw=24, running_boilers=3)
    states = world.states(world.run(12))
    assert ("capacity_shortage", "boiler", 1) in states
    assert ("under_supply", "boiler", 1) in states


@pytest.mark.feature("C2-4")
def test_a_boiler_room_that_starts_again_and_again(world):
    for i in range(72):
        world.faults["boiler", 2] = {"running_boilers": 1 + i % 2}
        found = world.run(1 / 6)
    assert ("short_cycling", "boiler", 2) in world.states(found)


def test_pressure_that_falls_and_a_pump_without_flow_are_said_soon(world):
    world.fault("unit", [9], secondary_return_pressure_mpa=0.2)
    assert ("pressure", "unit", 9) in world.states(world.run(0.1))
    world.fault("unit", [9], secondary_flow_t_h=0)
    assert ("pump", "unit", 9) in world.states(world.run(0.5))


def test_stops_twice_a_day_are_intermittent(world):
    for _ in range(3):
        world.fault("unit", [9], secondary_flow_t_h=0, secondary_supply_temp_c=42.2, heat_power_gj_h=0)
        world.run(2)
        world.faults.clear()
        found = world.run(5)
    assert ("intermittent", "unit", 9) in world.states(found) or ("intermittent", "substation", 2) in world.states(
        found
    )


@pytest.mark.parametrize("why", ["silent", "bad"])
def test_missing_data_never_raises_anything(world, why):
    getattr(world, why).update({("unit", 17), ("unit", 18), ("boiler", 1)})
    assert world.run(30) == []


def test_what_stands_falls_when_nothing_is_known_for_an_hour(world):
    world.fault("unit", [18], valve_opening_pct=20)
    assert world.run(3)
    world.silent.add(("unit", 18))
    assert world.run(2) == []


def test_a_planned_outage_is_no_finding(world):
    planned = np.zeros(world.archive["unit"].size, bool)
    planned[[17, 18]] = True
    world.fault("unit", [17, 18], **COLD)
    assert world.run(20, {"unit": planned}) == []


def test_not_when_it_is_mild_nor_out_of_season(world):
    world.fault("unit", [5], **COLD)
    world.outdoor = 12
    assert world.run(20) == []
    world.outdoor, world.now = -15, world.now + 120 * 86_400
    assert world.run(2) == []


def test_without_personal_parameters_it_is_said_and_less_sure():
    world = World(personal=False)
    world.run(26)
    world.fault("unit", [17, 18], secondary_supply_temp_c=30, secondary_return_temp_c=25, heat_power_gj_h=2)
    found = [
        f for f in world.run(16) if f.source == "diagnosis.under_supply" and (f.kind, f.number) == ("substation", 4)
    ]
    assert found
    assert "设计曲线" in found[0].text
    assert found[0].confidence <= 0.6


@pytest.mark.feature("A9-13")
def test_a_restart_goes_on_with_what_stood(tmp_path, world):
    world.fault("unit", [5], **COLD)
    before = world.run(14)
    assert before
    world.live._folder = tmp_path / "live-diagnosis"
    world.live.save(world.now - 300)
    reborn = world.reborn()
    after = reborn.run(0.5)
    assert {f.place: f.since for f in after} == {f.place: f.since for f in before}
    assert reborn.live.able(reborn.now) >= {"diagnosis.under_supply"}


def test_a_memory_of_another_archive_or_cut_off_is_not_taken_up(tmp_path):
    world = World(tmp_path)
    world.run(0.5)
    world.live.save(world.now)
    (tmp_path / "live-diagnosis" / "unit.npz").write_bytes(b"half of a fi")
    reborn = World(tmp_path)
    reborn.live.recover(Nothing(), world.now)
    assert reborn.live.circuits("unit").minute == 0


def test_a_first_start_with_a_history_judges_from_its_first_hour():
    world = World()
    world.live.recover(Healthy(), world.now)
    units = world.live.circuits("unit")
    assert (units.memory.total("heat_on_kw", 24)[1] == 24).all()
    assert units.view is None  # nothing has been judged, only remembered
    world.fault("unit", [5], **COLD)
    assert ("under_supply", "substation", 1) in world.states(world.run(14))


class Healthy(Nothing):
    """A store that remembers healthy hours of everything."""

    def hour_grid(self, kind, signals, start, end, ids):
        values = np.array([HEALTHY[kind].get(s, np.nan) for s in signals], np.float32)
        return np.tile(values[:, None, None], (1, len(ids), (end - start) // 3_600))
