"""What is wrong with the circuit itself is named: exchanger, valve, pump, water, meter; boilers and their capacity."""

import pytest


def test_a_device_in_trouble_is_named_each_in_its_time(units):
    troubles = [
        (9, "valve", 3, {"valve_opening_pct": 20}),
        (13, "leak", 6, {"makeup_flow_t_h": 3}),
        (
            29, "imbalance", 9,
            {"secondary_flow_t_h": 60, "secondary_supply_temp_c": 56, "secondary_return_temp_c": 38},
        ),
        (37, "heat_mismatch", 10, {"heat_power_gj_h": 7}),
        (45, "fouling", 30, {"primary_return_temp_c": 56}),
    ]  # fmt: skip
    for number, _, _, readings in troubles:
        units.fault("unit", [number], **readings)
    lived = 0
    for number, state, hours, _ in troubles:
        found = units.run(hours - lived)
        lived = hours
        assert (state, "unit", number) in units.states(found)


def test_pressure_that_falls_and_a_pump_without_flow_are_said_soon(units):
    units.fault("unit", [9], secondary_return_pressure_mpa=0.2)
    assert ("pressure", "unit", 9) in units.states(units.run(0.1))
    units.fault("unit", [9], secondary_flow_t_h=0)
    assert ("pump", "unit", 9) in units.states(units.run(0.5))


@pytest.mark.feature("A9-6", "C2-4")
def test_boiler_rooms_at_full_capacity_and_too_cold_or_that_start_again_and_again(day_old):
    world = day_old.reborn(("boiler",))
    world.fault("boiler", [1], supply_temp_c=72, return_temp_c=46, heat_power_mw=24, running_boilers=3)
    for i in range(72):
        world.faults["boiler", 2] = {"running_boilers": 1 + i % 2}
        found = world.run(1 / 6)
    states = world.states(found)
    assert ("capacity_shortage", "boiler", 1) in states
    assert ("under_supply", "boiler", 1) in states
    assert ("short_cycling", "boiler", 2) in states
