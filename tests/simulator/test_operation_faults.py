"""Does every fault of operation show where an engineer would look for it, and nowhere else?"""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.kernel.time import season
from cleanheat.simulator.families import FURTHER_OPERATION, Fault
from cleanheat.simulator.faults import LABEL, Schedule
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City
from cleanheat.simulator.weather import SIGNALS, Weather
from tests.simulator.test_physics import EVERY, calm_city, cold, label, unit_values, values

HOUR, DAY, ROW = 3_600, 86_400, 5


def both(archive, grid, fault, amount=1.0, start=-6 * HOUR, end=9 * HOUR, weather=None):
    """Readings of all units with a fault on one of them, and without."""
    unit = int(archive["unit"].numbers[ROW])
    extra = label("unit", unit, fault, grid.start + start, grid.start + end, amount)
    return [unit_values(calm_city(archive, weather, e), grid) for e in (extra, None)]


def sources(city, grid):
    window = city.window(grid.first_hour, grid.n_hours)
    units = city.unit_readings(window, EVERY, grid, city.new_counters())
    found = city.source_readings(window, grid, units.load, units.peak_kw, city.new_counters())
    return {kind: values(kind, columns) for kind, columns in found.items()}


def served(city):
    return next((n, rows) for n, rows in enumerate(city._served) if rows.size)


def falling():
    """It grows colder by half a kelvin an hour."""
    table = np.full((len(SIGNALS), 24 * 60), np.nan)
    table[0] = np.concatenate([np.full(24 * 40, 0.0), -0.5 * np.arange(24 * 20)])
    return Weather(1, 1_768_475_400 // HOUR - 24 * 42, table)


def test_stuck_valve_leaves_the_load_where_it_was(archive, evening):
    faulty, calm = both(archive, Grid(evening, 20), Fault.VALVE_STUCK, start=-30 * HOUR, weather=falling())
    heat, needed = faulty["heat_power_gj_h"][ROW].mean(), calm["heat_power_gj_h"][ROW].mean()
    assert heat < 0.85 * needed
    at_onset = unit_values(calm_city(archive, falling()), Grid(evening - 30 * HOUR, 20))["heat_power_gj_h"][ROW].mean()
    assert heat == pytest.approx(at_onset, rel=0.1)
    asked, stands = faulty["valve_setpoint_pct"][ROW].mean(), faulty["valve_opening_pct"][ROW].mean()
    if not np.isnan(asked):
        assert asked > stands + 3


def test_pump_turns_without_flow(archive, evening):
    faulty, calm = both(archive, Grid(evening, 5), Fault.PUMP_NO_FLOW)
    assert (faulty["secondary_flow_t_h"][ROW] < 0.05 * calm["secondary_flow_t_h"][ROW]).all()
    assert (faulty["circulation_pump_hz"][ROW] > 25).all()
    assert (faulty["heat_power_gj_h"][ROW] < 0.1 * calm["heat_power_gj_h"][ROW]).all()


def test_pressure_falls_suddenly_and_water_is_made_up(archive, evening):
    faulty, calm = both(archive, Grid(evening, 30), Fault.PRESSURE_DROP, 0.15, start=10 * 60)
    fall = calm["secondary_return_pressure_mpa"][ROW] - faulty["secondary_return_pressure_mpa"][ROW]
    assert abs(fall[:10]).max() < 0.01
    assert fall[20:].min() > 0.1
    assert faulty["makeup_flow_t_h"][ROW, 20:].min() > 2


def test_false_start_warms_and_cools_again_before_the_season(archive):
    first = season(2025).start
    unit = int(archive["unit"].numbers[ROW])
    trial = label("unit", unit, Fault.FALSE_START, first - 5 * DAY, first - 5 * DAY + 8 * HOUR)
    v = unit_values(calm_city(archive, extra=trial), Grid(first - 5 * DAY - 2 * HOUR, 24, HOUR))
    supply, flow = v["secondary_supply_temp_c"][ROW], v["secondary_flow_t_h"][ROW]
    assert supply[:2].max() < 20
    assert flow[:2].max() < 1
    assert supply[9] > supply[0] + 5
    assert flow[5] > 10
    assert supply[-1] < 23
    assert flow[-1] < 1


def test_circulation_without_heat(archive):
    first = season(2025).start
    unit = int(archive["unit"].numbers[ROW])
    turns = label("unit", unit, Fault.COLD_CIRCULATION, first - 4 * DAY, first - 2 * DAY)
    v = unit_values(calm_city(archive, extra=turns), Grid(first - 3 * DAY, 10))
    assert (v["secondary_flow_t_h"][ROW] > 10).all()
    assert (v["circulation_pump_hz"][ROW] > 20).all()
    assert (v["heat_power_gj_h"][ROW] < 0.02).all()


def test_short_source_starves_its_units_in_the_cold_only(archive, evening):
    boiler, rows = served(calm_city(archive))
    extra = label("boiler", boiler, Fault.CAPACITY_SHORTAGE, evening - DAY, evening + DAY, 0.25)
    share = {}
    for outdoor_c in (-20.0, -3.0):
        faulty, calm = (unit_values(calm_city(archive, cold(outdoor_c), e), Grid(evening, 3)) for e in (extra, None))
        share[outdoor_c] = faulty["heat_power_gj_h"][rows].sum() / calm["heat_power_gj_h"][rows].sum()
        others = np.setdiff1d(np.arange(archive["unit"].count), rows)
        np.testing.assert_array_equal(faulty["heat_power_gj_h"][others], calm["heat_power_gj_h"][others])
    assert share[-20.0] == pytest.approx(0.75, abs=0.03)
    assert share[-3.0] == pytest.approx(1.0, abs=0.01)


def test_starved_branch_reaches_all_its_units(archive, evening):
    city = calm_city(archive)
    branch = int(city.sources.branch_numbers[0])
    rows = np.flatnonzero(city.units.source == 0)
    extra = label("branch", branch, Fault.BRANCH_UNDER, evening - DAY, evening + DAY, 0.2)
    faulty, calm = (unit_values(calm_city(archive, extra=e), Grid(evening, 3)) for e in (extra, None))
    share = faulty["heat_power_gj_h"][rows].mean(axis=1) / calm["heat_power_gj_h"][rows].mean(axis=1)
    np.testing.assert_allclose(share, 0.8, atol=0.05)
    primary = "primary_supply_temp_c"
    assert (faulty[primary][rows] < calm[primary][rows] + 0.01).all()


def test_boiler_that_cycles_fires_on_and_off(archive, evening):
    boiler, _ = served(calm_city(archive))
    extra = label("boiler", boiler, Fault.SHORT_CYCLING, evening - HOUR, evening + 4 * HOUR, 4.0)
    grid = Grid(evening, 180)
    v = sources(calm_city(archive, cold(-8.0), extra), grid)["boiler"]
    row = int(np.searchsorted(archive["boiler"].numbers, boiler))
    fires = v["running_boilers"][row] > 0
    starts = np.count_nonzero(np.diff(fires.astype(int)) == 1)
    assert 4 <= starts <= 9
    assert np.ptp(v["supply_temp_c"][row]) > 6
    lit = v["fuel_rate_t_h"][row] > 0
    assert (lit == fires).mean() > 0.98


def test_boiler_that_loses_efficiency_burns_more_and_hotter(archive, evening):
    boiler, _ = served(calm_city(archive))
    extra = label("boiler", boiler, Fault.EFFICIENCY_LOSS, evening - 20 * DAY, evening + DAY, 0.12)
    row = int(np.searchsorted(archive["boiler"].numbers, boiler))
    faulty, calm = (sources(calm_city(archive, cold(-8.0), e), Grid(evening, 5))["boiler"] for e in (extra, None))
    assert (faulty["fuel_rate_t_h"][row] / calm["fuel_rate_t_h"][row]).mean() == pytest.approx(1 / 0.88, abs=0.02)
    assert (faulty["flue_temp_c"][row] > calm["flue_temp_c"][row] + 30).all()
    np.testing.assert_array_equal(faulty["heat_power_mw"][row], calm["heat_power_mw"][row])


def test_idle_peak_boiler_stays_cold_though_needed(archive, evening):
    peak = int(archive["boiler"].numbers[archive["boiler"].values["is_peak"][archive["boiler"].numbers] > 0][0])
    extra = label("boiler", peak, Fault.PEAK_IDLE, evening - HOUR, evening + HOUR)
    row = int(np.searchsorted(archive["boiler"].numbers, peak))
    for e, fires in ((extra, False), (None, True)):
        city = calm_city(archive, cold(-19.0), e)
        grid = Grid(evening, 1)
        window = city.window(grid.first_hour, 2)
        units = city.unit_readings(window, EVERY, grid, city.new_counters())
        load = np.full_like(units.peak_kw, 20_000.0)
        found = city.source_readings(window, grid, units.load, load, city.new_counters())
        assert (values("boiler", found["boiler"])["running_boilers"][row] > 0).all() == fires


def room_knots(archive, extra, evening, n=30):
    city = calm_city(archive, cold(-12.0), extra)
    return city, city.room_knots(city.window(evening // HOUR - n, n)).values["room"]


@pytest.mark.parametrize(
    ("fault", "amount", "low", "high"),
    [
        (Fault.ROOM_VACANT, 6.0, -6.5, -5.0),
        (Fault.ROOM_MISPLACED, -0.2, -9.5, -4.5),
        (Fault.ROOM_MISPLACED, 0.25, 3.0, 14.0),
    ],
)
def test_rooms_lie_or_stand_empty(archive, evening, fault, amount, low, high):
    city, calm = room_knots(archive, None, evening)
    row = int(np.flatnonzero((city.buildings.unit_row[city.rooms.building_row] >= 0) & ~city.rooms.is_stuck)[0])
    extra = label("room", int(city.rooms.numbers[row]), fault, evening - 9 * DAY, evening + DAY, amount)
    changed = room_knots(archive, extra, evening)[1] - calm
    assert low < changed[row].mean() < high
    assert np.abs(np.delete(changed, row, axis=0)).max() == 0


def test_imbalance_takes_from_the_far_what_it_gives_the_near(archive, evening):
    city, calm = room_knots(archive, None, evening)
    unit_of = city.buildings.unit_row[city.rooms.building_row]
    row = int(np.bincount(unit_of[unit_of >= 0]).argmax())
    unit = int(archive["unit"].numbers[row])
    extra = label("unit", unit, Fault.IMBALANCE, evening - 9 * DAY, evening + DAY, 0.25)
    changed = (room_knots(archive, extra, evening)[1] - calm)[:, -1]
    assert changed[unit_of == row].max() > 1
    assert changed[unit_of == row].min() < -1
    assert np.abs(changed[unit_of != row]).max() < 0.05


def test_devices_stop_cycle_or_fail_to_warm(archive, evening):
    calm = calm_city(archive)
    used = np.flatnonzero((calm.devices.is_used > 0) & (calm.devices.type_ <= 1))[:3]
    numbers = calm.devices.numbers[used]
    faults = (Fault.DEVICE_STOPPED, Fault.DEVICE_CYCLING, Fault.DEVICE_WEAK)
    extra = np.concatenate(
        [
            label("device", int(n), f, evening - 2 * DAY, evening + DAY, 4.0)
            for n, f in zip(numbers, faults, strict=True)
        ]
    )
    grid = Grid(evening, 600)

    def read(city):
        window = city.window(grid.first_hour, grid.n_hours)
        return values("device", city.device_readings(EVERY, grid, city.device_knots(window), window))

    faulty, sound = read(calm_city(archive, extra=extra)), read(calm)
    assert faulty["is_on"][used[0]].sum() == 0
    assert faulty["room_temp_c"][used[0]].max() < 8
    edges = [np.count_nonzero(np.diff(v["is_on"][used[1]]) > 0) for v in (faulty, sound)]
    assert edges[0] > 2.5 * edges[1]
    fall = sound["room_temp_c"][used[2]].mean() - faulty["room_temp_c"][used[2]].mean()
    assert 2 < fall < 5
    others = np.setdiff1d(np.arange(archive["device"].count), used)
    np.testing.assert_array_equal(faulty["power_w"][others], sound["power_w"][others])


def test_further_faults_change_nothing_that_was_drawn_before(archive, evening):
    later = [int(f.fault) for f in FURTHER_OPERATION] + [int(Fault.FALSE_START), int(Fault.COLD_CIRCULATION)]
    found = Schedule(archive, 7).labels(evening - DAY, evening)
    kept = found[~np.isin(found["fault"], later)]
    without = {f.fault: 0.0 for f in FURTHER_OPERATION}
    before = Schedule(archive, 7, rates=without).labels(evening - DAY, evening)
    np.testing.assert_array_equal(kept, before[~np.isin(before["fault"], later)])
    assert found.dtype == LABEL


def test_false_starts_come_before_most_seasons(archive):
    first = season(2025).start
    found = Schedule(archive, 7).labels(first - 14 * DAY, first)
    early = found[np.isin(found["fault"], (Fault.FALSE_START, Fault.COLD_CIRCULATION))]
    assert 1 <= early.shape[0] <= 0.4 * archive["unit"].count
    assert City(archive, 7).archive["unit"].count > 0


def test_a_clogging_strainer_takes_flow_and_leaves_the_heat(archive, evening):
    faulty, calm = both(archive, Grid(evening, 20), Fault.STRAINER, 1.0, start=-8 * DAY, end=2 * DAY)
    lost = [v["secondary_supply_pressure_mpa"][ROW] - v["secondary_return_pressure_mpa"][ROW] for v in (faulty, calm)]
    flow = [v["secondary_flow_t_h"][ROW].mean() for v in (faulty, calm)]
    assert flow[0] == pytest.approx(0.92 * flow[1], rel=0.02)
    assert lost[0].mean() / flow[0] ** 2 > 1.7 * lost[1].mean() / flow[1] ** 2
    assert faulty["heat_power_gj_h"][ROW].mean() == pytest.approx(calm["heat_power_gj_h"][ROW].mean(), rel=0.02)


def test_a_worn_pump_draws_more_for_less_flow(archive, evening):
    faulty, calm = both(archive, Grid(evening, 20), Fault.PUMP_WEAR, 0.2, start=-8 * DAY, end=2 * DAY)
    effort = [v["circulation_pump_a"][ROW].mean() / v["secondary_flow_t_h"][ROW].mean() ** 3 for v in (faulty, calm)]
    assert effort[0] > 1.15 * effort[1]


def test_too_much_air_shows_as_oxygen_and_fuel_while_it_burns(archive, evening):
    grid = Grid(evening, 20)
    n = int(archive["boiler"].numbers[archive["boiler"].values["is_peak"][archive["boiler"].numbers] == 0][0])
    row = int(np.searchsorted(archive["boiler"].numbers, n))
    extra = label("boiler", n, Fault.EXCESS_AIR, evening - 4 * DAY, evening + DAY, 4.0)
    faulty, calm = (sources(calm_city(archive, extra=e), grid)["boiler"] for e in (extra, None))
    assert faulty["oxygen_pct"][row] - calm["oxygen_pct"][row] == pytest.approx(3.9, abs=0.2)
    assert faulty["fuel_rate_t_h"][row].mean() > 1.01 * calm["fuel_rate_t_h"][row].mean()
    assert (faulty["flue_temp_c"][row] == calm["flue_temp_c"][row]).all()
