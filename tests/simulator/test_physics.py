"""Is heat conserved, are values in their normal ranges, do buildings answer with their inertia?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import season
from cleanheat.simulator import rooms
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import LABEL, Schedule
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City, blocks
from cleanheat.simulator.weather import SIGNALS, Weather

EVERY = slice(None)


def label(kind, number, fault, start, end, amount=1.0, column=-1):
    return np.array([(kind, number, fault, start, end, amount, column)], LABEL)


def values(kind, columns):
    """Physical values by signal code."""
    return {s.code: s.decode(c) for s, c in zip(KINDS[kind].signals, columns, strict=True)}


def cold(temp_c):
    """A weather that is the same all winter."""
    table = np.full((len(SIGNALS), 24 * 60), np.nan)
    table[0] = temp_c
    return Weather(1, 1_768_475_400 // 3600 - 24 * 40, table)


def calm_city(archive, weather=None, extra=None):
    return City(archive, 7, weather, Schedule(archive, 7, extra, rate=0.0))


def unit_values(city, grid):
    window = city.window(grid.first_hour, grid.n_hours)
    return values("unit", city.unit_readings(window, EVERY, grid, city.new_counters()).columns)


def test_heat_is_flow_times_difference_on_the_primary_side(archive, evening):
    v = unit_values(calm_city(archive), Grid(evening, 90))
    carried = 0.0036 * 1.163 * v["primary_flow_t_h"] * (v["primary_supply_temp_c"] - v["primary_return_temp_c"])
    ok = ~np.isnan(carried)
    np.testing.assert_allclose(carried[ok], v["heat_power_gj_h"][ok], rtol=0.025, atol=0.03)


def test_secondary_side_takes_what_the_primary_gives(archive, evening):
    v = unit_values(calm_city(archive), Grid(evening, 90))
    taken = 0.0036 * 1.163 * v["secondary_flow_t_h"] * (v["secondary_supply_temp_c"] - v["secondary_return_temp_c"])
    given = v["heat_power_gj_h"] * 0.985
    assert abs(np.nansum(taken) / np.nansum(given) - 1) < 0.005


def test_units_add_up_to_their_sources(archive, evening):
    city = calm_city(archive)
    grid = Grid(evening, 5)
    window = city.window(grid.first_hour, grid.n_hours)
    units = city.unit_readings(window, EVERY, grid, city.new_counters())
    sources = city.source_readings(window, grid, units.load, units.peak_kw, city.new_counters())
    to_units = values("unit", units.columns)["heat_power_gj_h"].sum() / 3.6
    boiler = values("boiler", sources["boiler"])["heat_power_mw"].sum()
    plant = values("plant", sources["plant"])["heat_power_mw"].sum()
    branch = values("branch", sources["branch"])["heat_power_mw"].sum()
    assert plant == pytest.approx(branch, rel=0.03)
    assert to_units < plant + boiler < 1.12 * to_units


def test_counters_are_the_integral_of_power(archive, evening):
    v = unit_values(calm_city(archive), Grid(evening, 240))
    gained = v["heat_total_gj"][:, -1] - v["heat_total_gj"][:, 0]
    power = np.nansum(v["heat_power_gj_h"][:, 1:], axis=1) / 60
    np.testing.assert_allclose(gained, power, atol=0.25)
    assert (np.diff(v["heat_total_gj"], axis=1) >= 0).all()


RANGES = {
    "primary_supply_temp_c": (60, 117),
    "primary_return_temp_c": (28, 68),
    "primary_supply_pressure_mpa": (0.4, 1.2),
    "primary_return_pressure_mpa": (0.2, 0.95),
    "secondary_supply_temp_c": (30, 75),
    "secondary_return_temp_c": (25, 60),
    "secondary_supply_pressure_mpa": (0.25, 1.2),
    "secondary_return_pressure_mpa": (0.2, 1.0),
    "valve_opening_pct": (15, 100),
    "circulation_pump_hz": (20, 50),
    "makeup_pump_hz": (0, 50),
}


@pytest.mark.parametrize("outdoor_c", [-21.1, -5.0])
def test_values_stay_in_their_normal_ranges(archive, evening, outdoor_c):
    v = unit_values(calm_city(archive, cold(outdoor_c)), Grid(evening, 30))
    for code, (low, high) in RANGES.items():
        assert np.nanmin(v[code]) >= low, code
        assert np.nanmax(v[code]) <= high, code


def test_it_is_supplied_hotter_when_it_is_colder(archive, evening):
    cold_day, mild_day = (unit_values(calm_city(archive, cold(t)), Grid(evening, 3)) for t in (-20.0, 0.0))
    for code in ("primary_supply_temp_c", "secondary_supply_temp_c", "heat_power_gj_h"):
        assert (np.nanmean(cold_day[code], axis=1) > np.nanmean(mild_day[code], axis=1)).all()


def test_peak_boilers_fire_only_in_the_cold(archive, evening):
    for outdoor_c, fires in ((-5.0, False), (-19.0, True)):
        city = calm_city(archive, cold(outdoor_c))
        grid = Grid(evening, 1)
        window = city.window(grid.first_hour, grid.n_hours)
        units = city.unit_readings(window, EVERY, grid, city.new_counters())
        load = np.full_like(units.peak_kw, 20_000.0)
        found = values("boiler", city.source_readings(window, grid, units.load, load, city.new_counters())["boiler"])
        assert (found["heat_power_mw"][city.sources.is_peak] > 1).all() == fires
        assert (found["running_boilers"][city.sources.is_peak] > 0).all() == fires
        area = ~city.sources.is_peak
        assert (found["oxygen_pct"][area] <= 9.5).all()
        assert (found["nox_mg_m3"][area] <= 50).all()


def test_rooms_fall_with_the_buildings_time_constant_after_a_stop(archive, evening):
    unit = int(archive["unit"].numbers[3])
    stop = label("unit", unit, Fault.STOP, evening - 40 * 3600, evening + 3600)
    hour = evening // 3600
    running, stopped = (
        city.room_knots(city.window(hour - 30, 26)).values["room"]
        for city in (calm_city(archive, cold(-12.0)), calm_city(archive, cold(-12.0), stop))
    )
    city = calm_city(archive)
    mine = city.buildings.unit_row[city.rooms.building_row] == city.unit_row[unit]
    assert mine.any()
    np.testing.assert_array_equal(running[~mine], stopped[~mine])
    below = running - stopped
    tau = city.buildings.time_constant_h[city.rooms.building_row]
    lift = 30.0 * 39.1 / 39.1
    # Between 14 and 34 hours after the stop the deficit approaches the whole lift as 1 − exp(−t/τ).
    share = below[mine, -1] / lift
    expected = 1 - np.exp(-34.0 / tau[mine])
    np.testing.assert_allclose(share, expected, atol=0.22)
    assert (np.diff(below[mine], axis=1) > 0).all()


def test_rooms_are_mostly_warm_enough(archive, evening):
    city = calm_city(archive, cold(-10.0))
    room = city.room_knots(city.window(evening // 3600, 3)).values["room"]
    assert 0.02 < (room < 18).mean() < 0.16
    assert 0.3 < (room > 22).mean() < 0.65
    position = archive["room"].values["position"][archive["room"].numbers]
    assert room[position == 0].mean() > room[position == 3].mean() + 1


def test_values_do_not_depend_on_how_they_are_asked_for(archive, evening):
    city = City(archive, 7)
    whole = unit_values(city, Grid(evening, 10))
    window = city.window(evening // 3600 - 3, 6)
    grid = Grid(evening + 5 * 60, 1)
    parts = [
        city.unit_readings(window, rows, grid, city.new_counters()).columns for rows in blocks(city.units.count, 16)
    ]
    single = values("unit", [np.concatenate(c) for c in zip(*parts, strict=True)])
    for code in ("primary_supply_temp_c", "secondary_supply_temp_c", "secondary_flow_t_h"):
        difference = single[code][:, 0] - whole[code][:, 5]
        assert np.nanmax(np.abs(difference)) <= 0.11, code


def test_devices_cycle_by_their_type(archive, evening):
    city = calm_city(archive, cold(-12.0))
    day = Grid(evening - evening % 86_400, 1_440)
    window = city.window(day.first_hour, day.n_hours)
    columns = city.device_readings(EVERY, day, city.device_knots(window), window)
    on = values("device", columns)["is_on"]
    used = city.devices.is_used > 0
    switches = (np.diff(on, axis=1) != 0).sum(axis=1)
    kind = city.devices.type_
    assert np.median(switches[used & (kind == 1)]) > 20
    assert 3 <= np.median(switches[used & (kind == 3)]) <= 24
    storage = used & (kind == 2)
    local_hour = (day.times // 3600 + 8) % 24
    assert on[storage][:, (local_hour >= 8) & (local_hour < 20)].mean() < 0.05
    assert on[storage][:, local_hour == 23].mean() > 0.9
    assert on[~used].sum() == 0


def test_buildings_store_heat_longer_the_better_they_are_insulated():
    low, high = np.array(rooms.TIME_CONSTANT_H).T
    assert low.min() == 24
    assert high.max() == 72
    assert (np.diff(low) > 0).all()


def test_rooms_come_out_of_autumn_lived_in_and_warm_up_within_days_without_a_jump(archive):
    """Day by day from a week before the season: windows of a day each, as a whole season is run through."""
    city, first = calm_city(archive), season(2025).start // 3600
    days = [city.room_knots(city.window(first + 24 * d, 25)).values["room"] for d in range(-7, 12)]
    middle = np.array([np.median(room[:, :24]) for room in days])
    assert (middle[:5] > 14).all(), "unheated homes are lived in"
    assert (middle[:5] < 18.5).all()
    assert (middle[-4:] > 19).all()
    assert np.abs(np.diff(middle)).max() < 2.5
    for before, after in pairwise(days):  # one window goes on where the other ends
        assert np.median(np.abs(after[:, 0] - before[:, 24])) < 0.3


def test_a_window_that_begins_before_the_season_knows_that_it_starts(archive):
    city, first = calm_city(archive), season(2025).start // 3600
    assert city.window(first - 15 * 24, 20 * 24).season == season(2025)
    assert city.window(first - 15 * 24, 24).season == season(2024)


def test_operators_do_not_wait_when_it_suddenly_grows_cold(archive, evening):
    """After a day 12 K colder, water is nearly as warm as after a week of it, and few homes fall below 18 °C."""
    table = np.full((len(SIGNALS), 24 * 60), np.nan)
    table[0] = np.concatenate([np.full(24 * 40, -9.0), np.full(24 * 20, -21.1)])
    city, hour = calm_city(archive, Weather(1, evening // 3600 - 24 * 40, table)), evening // 3600
    after = [unit_values(city, Grid((hour + h) * 3600, 1))["secondary_supply_temp_c"][:, 0] for h in (-3, 24, 24 * 8)]
    made = np.nanmedian((after[1] - after[0]) / (after[2] - after[0]))
    assert 0.7 < made < 1.02
    room = city.room_knots(city.window(hour + 48, 2)).values["room"]
    assert (room < 18).mean() < 0.3
