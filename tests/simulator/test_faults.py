"""Are faults reproducible, labelled, and visible in what is sent (and their labels not)?"""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from cleanheat.kernel.quantities import KINDS
from cleanheat.simulator.families import DELIVERY, OPERATIONAL, Fault
from cleanheat.simulator.faults import LABEL, Schedule, write_labels
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City
from tests.simulator.test_physics import EVERY, calm_city, label, unit_values

HOUR, DAY = 3_600, 86_400


def test_any_span_shows_the_same_faults(archive, evening):
    schedule = Schedule(archive, 7)
    whole = schedule.labels(evening, evening + DAY)
    part = schedule.labels(evening + 5 * HOUR, evening + 6 * HOUR)
    overlapping = whole[(whole["start"] < evening + 6 * HOUR) & (whole["end"] > evening + 5 * HOUR)]
    np.testing.assert_array_equal(np.sort(part), np.sort(overlapping))
    assert whole.tolist() != Schedule(archive, 8).labels(evening, evening + DAY).tolist()


def test_a_small_city_always_shows_some_stops_and_new_ones_soon(archive, evening):
    stops = Schedule(archive, 7).labels(evening, evening + DAY)
    stops = stops[stops["fault"] == Fault.STOP]
    at = evening + np.arange(0, DAY, 600)
    active = ((stops["start"] <= at[:, None]) & (stops["end"] > at[:, None])).sum(axis=1)
    assert active.mean() > 1.5
    assert np.median(np.diff(np.sort(stops["start"]))) < 45 * 60


def test_every_fault_happens_within_a_season(archive, evening):
    found = Schedule(archive, 7).labels(evening - 90 * DAY, evening)
    # A late start is rare: a city this small may have none in a season.  A false start was before these days.
    apart = {Fault.LATE_START, Fault.FALSE_START} | DELIVERY
    assert {int(f) for f in found["fault"]} >= {int(f) for f in Fault} - apart
    assert (found["end"] > found["start"]).all()


def test_nothing_fails_in_operation_in_summer(archive):
    july = 1_752_600_000
    found = Schedule(archive, 7).labels(july, july + 5 * DAY)
    assert not np.isin(found["fault"], [int(f) for f in OPERATIONAL]).any()


def test_stop_is_seen_within_minutes_and_goes_after_its_end(archive, evening):
    unit = int(archive["unit"].numbers[5])
    city = calm_city(archive, extra=label("unit", unit, Fault.STOP, evening + 10 * 60, evening + 70 * 60))
    v = unit_values(city, Grid(evening, 140))
    row = city.unit_row[unit]
    difference = v["secondary_supply_temp_c"][row] - v["secondary_return_temp_c"][row]
    flow = v["secondary_flow_t_h"][row] / archive["unit"].values["design_flow_t_h"][unit]
    assert difference[9] > 3
    assert flow[9] > 0.5
    assert (difference[17:70] < 1.0).all()
    assert (flow[17:70] < 0.05).all()
    assert v["heat_power_gj_h"][row, 30] < 0.02
    assert v["secondary_supply_temp_c"][row, 69] < v["secondary_supply_temp_c"][row, 9] - 6
    assert difference[-1] > 3
    assert flow[-1] > 0.5


@pytest.mark.parametrize(
    ("fault", "amount", "signal", "ratio"),
    [
        (Fault.UNDER_SUPPLY, 0.3, "heat_power_gj_h", (0.6, 0.8)),
        (Fault.OVER_SUPPLY, 0.25, "heat_power_gj_h", (1.15, 1.35)),
        (Fault.PUMP_TRIP, 1.0, "secondary_flow_t_h", (0.0, 0.05)),
    ],
)
def test_fault_changes_what_it_should(archive, evening, fault, amount, signal, ratio):
    unit = int(archive["unit"].numbers[5])
    row = 5
    extra = label("unit", unit, fault, evening - 4 * HOUR, evening + 4 * HOUR, amount)
    faulty, calm = (unit_values(calm_city(archive, extra=e), Grid(evening, 5)) for e in (extra, None))
    share = faulty[signal][row] / calm[signal][row]
    assert ratio[0] <= share.mean() <= ratio[1]
    others = np.arange(archive["unit"].count) != row
    np.testing.assert_array_equal(faulty[signal][others], calm[signal][others])


def test_leak_takes_water_and_pressure(archive, evening):
    unit = int(archive["unit"].numbers[5])
    extra = label("unit", unit, Fault.LEAK, evening - HOUR, evening + HOUR, 2.0)
    faulty, calm = (unit_values(calm_city(archive, extra=e), Grid(evening, 5)) for e in (extra, None))
    assert (faulty["makeup_flow_t_h"][5] > calm["makeup_flow_t_h"][5] + 1.8).all()
    assert (faulty["secondary_return_pressure_mpa"][5] < calm["secondary_return_pressure_mpa"][5] - 0.03).all()
    assert faulty["makeup_pump_hz"][5].min() > 25


def test_tripped_boiler_room_cools_its_units(archive, evening):
    city = calm_city(archive)
    boiler = next(n for n, rows in enumerate(city._served) if rows.size)
    extra = label("boiler", boiler, Fault.SOURCE_TRIP, evening - 2 * HOUR, evening + HOUR, 0.9)
    faulty, calm = (unit_values(calm_city(archive, extra=e), Grid(evening, 3)) for e in (extra, None))
    served = city._served[boiler]
    assert (faulty["secondary_supply_temp_c"][served] < calm["secondary_supply_temp_c"][served] - 4).all()


@pytest.mark.parametrize("fault", [Fault.STUCK, Fault.DRIFT, Fault.LIE, Fault.CHANNEL_DEAD])
def test_sensor_faults_touch_their_channel_only(archive, evening, fault):
    unit, column = int(archive["unit"].numbers[5]), 7
    extra = label("unit", unit, fault, evening + 600, evening + 5 * HOUR, 0.3 if fault == Fault.LIE else 6.0, column)
    faulty, calm = (unit_values(calm_city(archive, extra=e), Grid(evening, 180)) for e in (extra, None))
    code = KINDS["unit"].signals[column].code
    said, true = faulty.pop(code)[5], calm.pop(code)[5]
    for other, readings in faulty.items():
        np.testing.assert_array_equal(readings, calm[other])
    np.testing.assert_array_equal(said[:10], true[:10])
    if fault == Fault.STUCK:
        assert np.ptp(said[10:]) == 0
        assert np.ptp(true[10:]) > 0
    elif fault == Fault.CHANNEL_DEAD:
        assert np.isnan(said[10:]).all()
    else:
        assert abs(said[-1] - true[-1]) > 2


def test_stuck_sensor_says_the_same_in_every_call(archive, evening):
    unit = int(archive["unit"].numbers[5])
    extra = label("unit", unit, Fault.STUCK, evening - HOUR, evening + HOUR, column=7)
    city = calm_city(archive, extra=extra)
    said = [unit_values(city, Grid(evening + m * 60, 1))["secondary_supply_temp_c"][5, 0] for m in (0, 7, 30)]
    assert len(set(said)) == 1
    assert 25 < said[0] < 80


def test_gateway_takes_all_channels_of_a_substation_together(archive, evening):
    substation = int(archive["unit"].links["substation"][archive["unit"].numbers[0]])
    lost = label("substation", substation, Fault.SUBSTATION_GATEWAY, evening + 300, evening + 600)
    city = calm_city(archive, extra=lost)
    grid = Grid(evening, 15)
    silent = city.silent("unit", EVERY, grid, city.schedule.labels(evening, evening + HOUR))
    mine = archive["unit"].links["substation"][archive["unit"].numbers] == substation
    assert silent[mine][:, 5:10].all()
    assert silent.sum() == mine.sum() * 5


def test_late_unit_is_cold_until_it_starts(archive):
    schedule = Schedule(archive, 7)
    year = next(y for y in range(2000, 2100) if schedule._is_late(archive["unit"].numbers, y).any())
    city = City(archive, 7)
    late = schedule._is_late(archive["unit"].numbers, year)
    delay = schedule.unit_start_delay_s(archive["unit"].numbers, year)
    assert (delay[late] > DAY).all()
    assert (delay[~late] <= 0).all()
    window = city.window(0, 2)
    assert window.started_s.shape == (archive["unit"].count,)


def test_labels_are_kept_as_a_table(archive, evening, tmp_path):
    labels = Schedule(archive, 7).labels(evening, evening + HOUR)
    write_labels(labels, tmp_path / "labels" / "day.parquet")
    table = pq.read_table(tmp_path / "labels" / "day.parquet")
    assert table.num_rows == labels.shape[0] > 0
    assert table.column_names == ["kind", "fault", "number", "start", "end", "amount", "column"]
    assert set(table["fault"].to_pylist()) <= {f.code for f in Fault}


def test_no_labels_is_a_table_too(tmp_path):
    write_labels(np.zeros(0, LABEL), tmp_path / "none.parquet")
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0
