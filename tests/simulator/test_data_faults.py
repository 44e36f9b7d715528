"""Is every fault in the data as labelled: on its column, in its time, of its size; and are some companies worse?"""

from __future__ import annotations

import time

import numpy as np
import pytest

from cleanheat.kernel.quantities import KINDS
from cleanheat.simulator.families import DATA, DELIVERY, OPERATIONAL, PAIRS, Fault, columns_of
from cleanheat.simulator.faults import LABEL, Schedule, carelessness
from cleanheat.simulator.feed import Feed
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City

HOUR, DAY, MINUTE = 3_600, 86_400, 60


def label(kind, number, fault, start, end, amount=1.0, column=-1):
    return np.array([(kind, number, fault, start, end, amount, column)], LABEL)


def said(archive, evening, kind, extra=None, minutes=8):
    """Scaled columns ``[rows, T]`` of one kind with only these faults."""
    city = City(archive, 7, schedule=Schedule(archive, 7, extra, rate=0.0))
    grid = Grid(evening, minutes)
    window = city.window(grid.first_hour, grid.n_hours)
    if kind == "weather":
        return city.weather_readings(window, grid)
    if kind == "room":
        return city.room_readings(slice(None), grid, city.room_knots(window), window)
    counters = city.new_counters()
    units = city.unit_readings(window, slice(0, city.units.count), grid, counters)
    if kind == "unit":
        return units.columns
    return city.source_readings(window, grid, units.load, units.peak_kw, counters)[kind]


@pytest.mark.parametrize(
    ("kind", "signal", "fault", "amount", "expected"),
    [
        ("unit", "secondary_supply_temp_c", Fault.UNIT_MISTAKE, 10.0, lambda true: true * 10),
        ("unit", "secondary_supply_temp_c", Fault.UNIT_MISTAKE, 0.1, lambda true: np.rint(true * 0.1)),
        ("unit", "primary_supply_pressure_mpa", Fault.UNIT_MISTAKE, 1000.0, lambda true: np.full_like(true, 32_767)),
        ("unit", "primary_flow_t_h", Fault.SIGN, 1.0, lambda true: -true),
        ("unit", "primary_return_temp_c", Fault.SENTINEL, -39.9, lambda true: np.full_like(true, -399)),
        ("boiler", "supply_pressure_mpa", Fault.SENTINEL, 999.9, lambda true: np.full_like(true, 32_767)),
        ("room", "room_temp_c", Fault.SIGN, 1.0, lambda true: -true),
        ("weather", "outdoor_temp_c", Fault.SENTINEL, 999.9, lambda true: np.full_like(true, 9_999)),
        ("unit", "heat_power_gj_h", Fault.CHANNEL_DEAD, 1.0, lambda true: np.full_like(true, -32_768)),
    ],
)
def test_a_value_is_wrong_in_its_way_in_its_time(archive, evening, kind, signal, fault, amount, expected):
    column, number = KINDS[kind].index[signal], int(archive[kind].numbers[1])
    extra = label(kind, number, fault, evening + 2 * MINUTE, evening + 5 * MINUTE, amount, column)
    faulty, calm = said(archive, evening, kind, extra), said(archive, evening, kind)
    np.testing.assert_array_equal(faulty[column][1, 2:5], expected(calm[column][1, 2:5].astype(np.int64)))
    faulty[column][1, 2:5] = calm[column][1, 2:5]
    for mine, true in zip(faulty, calm, strict=True):
        np.testing.assert_array_equal(mine, true)


def test_out_of_range_is_outside_the_bounds_whatever_the_signal(archive, evening):
    unit = KINDS["unit"]
    for column in columns_of(Fault.OUT_OF_RANGE, "unit"):
        for number in archive["unit"].numbers[:2].tolist():  # one up, one down
            extra = label("unit", number, Fault.OUT_OF_RANGE, evening, evening + MINUTE, 0.02, column)
            value = said(archive, evening, "unit", extra, 1)[column][int(number != archive["unit"].numbers[0]), 0]
            signal = unit.signals[column]
            missing = value == signal.missing  # a sender that has no such signal
            assert missing or value > signal.high_scaled or value < signal.low_scaled, signal.code


def test_a_spike_is_high_and_short(archive, evening):
    column, number = KINDS["unit"].index["secondary_supply_temp_c"], int(archive["unit"].numbers[3])
    extra = label("unit", number, Fault.SPIKE, evening + 3 * MINUTE, evening + 4 * MINUTE, 1.5, column)
    values = said(archive, evening, "unit", extra)[column][3] / 10
    steps = np.abs(np.diff(values))
    assert (steps[2:4] > 20).all()
    assert np.delete(steps, [2, 3]).max() < 3


def test_swapped_pair_exchanges_supply_and_return(archive, evening):
    unit, number = KINDS["unit"], int(archive["unit"].numbers[3])
    supply = unit.index["secondary_supply_temp_c"]
    extra = label("unit", number, Fault.SWAPPED, evening, evening + HOUR, column=supply)
    faulty, calm = said(archive, evening, "unit", extra), said(archive, evening, "unit")
    back = PAIRS["unit"][supply]
    assert unit.signals[back].code == "secondary_return_temp_c"
    np.testing.assert_array_equal(faulty[supply][3], calm[back][3])
    np.testing.assert_array_equal(faulty[back][3], calm[supply][3])


def test_a_dead_controller_says_zero_on_every_channel(archive, evening):
    number = int(archive["unit"].numbers[3])
    extra = label("unit", number, Fault.SENTINEL, evening + MINUTE, evening + 2 * MINUTE, 0.0)
    for signal, column in zip(KINDS["unit"].signals, said(archive, evening, "unit", extra), strict=True):
        assert column[3, 1] in {0, signal.missing}


def test_a_reset_meter_counts_on_from_nothing(archive, evening, tmp_path):
    column, number = KINDS["unit"].index["heat_total_gj"], int(archive["unit"].numbers[3])
    extra = label("unit", number, Fault.COUNTER_RESET, evening + 2 * MINUTE, evening + 3 * MINUTE, column=column)
    values = said(archive, evening, "unit", extra, 6)[column][3].astype(np.int64)
    assert values[1] > 1_000
    assert values[2] == 0
    assert (np.diff(values[2:]) >= 0).all()
    assert values[5] < 100
    feed = Feed(archive, 7, evening, tmp_path, schedule=Schedule(archive, 7, extra, rate=0.0))
    for minute in range(4):
        feed.minute(evening + minute * MINUTE)
    assert 0 <= feed.state.counters.values["unit"][0][3] < 50


def test_stuck_and_drifting_sensors_of_other_kinds(archive, evening):
    number = int(archive["weather"].numbers[1])
    stuck = label("weather", number, Fault.STUCK, evening, evening + 2 * HOUR, column=0)
    assert np.ptp(said(archive, evening, "weather", stuck, 90)[0][1]) == 0
    drift = label("weather", number, Fault.DRIFT, evening - HOUR, evening + HOUR, 6.0, 0)
    gap = said(archive, evening, "weather", drift)[0][1] - said(archive, evening, "weather")[0][1].astype(int)
    assert 28 <= abs(int(gap[0])) <= 32  # half of six kelvin after half the time


def test_a_missing_row_is_not_sent(archive, evening, tmp_path):
    number = int(archive["unit"].numbers[3])
    gone = label("unit", number, Fault.ROW_MISSING, evening + MINUTE, evening + 2 * MINUTE)
    feed = Feed(archive, 7, evening, tmp_path, schedule=Schedule(archive, 7, gone, rate=0.0, data_rate=0.0))
    sent = [
        any(number in b.ids for _, blocks in feed.minute(evening + m * MINUTE) for b in blocks if b.kind == "unit")
        for m in range(3)
    ]
    assert sent == [True, False, True]


def test_a_wrong_clock_shifts_all_of_a_senders_minutes(archive, evening, tmp_path):
    sender = int(archive["unit"].links["sender"][archive["unit"].numbers[0]])
    shift = label("sender", sender, Fault.WRONG_CLOCK, evening, evening + HOUR, -7)
    feed = Feed(archive, 7, evening, tmp_path, schedule=Schedule(archive, 7, shift, rate=0.0, data_rate=0.0))
    minutes = {(s == sender, b.minute - evening) for s, blocks in feed.minute(evening) for b in blocks}
    assert minutes == {(True, -7 * MINUTE), (False, 0)}


def test_late_repeated_and_lost_batches_are_labelled(archive, evening, tmp_path):
    schedule = Schedule(archive, 7, rate=0.0, data_rate=60.0)
    feed = Feed(archive, 7, evening, tmp_path, schedule=schedule)
    arrived = [(s, b[0].minute, m) for m in range(60) for s, b in feed.minute(evening + m * MINUTE)]
    labels = feed.labels(evening, evening + 30 * MINUTE)
    labels = labels[np.isin(labels["fault"], list(DELIVERY))]
    shifted = feed.labels(evening, evening + 60 * MINUTE)
    wrong_clock = set(shifted["number"][shifted["fault"] == Fault.WRONG_CLOCK].tolist())
    assert {int(f) for f in labels["fault"]} == {int(f) for f in DELIVERY}
    for one in labels:
        sender, minute = int(one["number"]), int(one["start"])
        at = [evening + m * MINUTE for s, t, m in arrived if (s, t) == (sender, minute)]
        due = minute + int(one["amount"]) * MINUTE
        expected = {Fault.LATE: [due], Fault.BATCH_LOST: [], Fault.DUPLICATED: [minute, due]}[one["fault"]]
        assert sender in wrong_clock or at == expected or at == []  # nothing where the gateway was lost


def test_rates_are_a_believable_citys_and_companies_differ(archive, evening):
    schedule = Schedule(archive, 7, data_rate=60.0)
    found = schedule.labels(evening - 10 * DAY, evening)
    assert {(f.fault, f.kind) for f in DATA} <= {(int(o["fault"]), str(o["kind"])) for o in found}
    units = found[(found["kind"] == "unit") & (found["fault"] == Fault.SENTINEL)]
    senders = archive["unit"].links["sender"][units["number"]]
    each = np.bincount(archive["unit"].links["sender"][archive["unit"].numbers])
    per_object = {s: np.count_nonzero(senders == s) / each[s] for s in np.unique(senders).tolist()}
    worst = max(per_object, key=lambda s: carelessness(7, np.array([s]))[0])
    best = min(per_object, key=lambda s: carelessness(7, np.array([s]))[0])
    assert per_object[worst] > 1.5 * per_object[best]
    active = Schedule(archive, 7).labels(evening, evening + MINUTE)
    assert active.shape[0] < 0.05 * sum(archive[k].count for k in KINDS)


def test_the_same_faults_whatever_span_is_asked(archive, evening):
    schedule = Schedule(archive, 7, data_rate=20.0)
    whole = schedule.labels(evening, evening + DAY)
    part = schedule.labels(evening + 5 * HOUR, evening + 6 * HOUR)
    overlapping = whole[(whole["start"] < evening + 6 * HOUR) & (whole["end"] > evening + 5 * HOUR)]
    np.testing.assert_array_equal(np.sort(part), np.sort(overlapping))


def test_no_faults_at_rate_nothing(archive, evening):
    assert Schedule(archive, 7, rate=0.0).labels(evening - DAY, evening).shape[0] == 0
    found = Schedule(archive, 7, rate=0.0, data_rate=1.0).labels(evening - 30 * DAY, evening)
    assert not np.isin(found["fault"], [int(f) for f in OPERATIONAL]).any()
    assert found.shape[0] > 0


def test_faults_cost_the_minute_little(archive, evening):
    """Three hundred wrong sensors, as many as the whole city has at a time, cost a few milliseconds."""
    schedule = Schedule(archive, 7, rate=0.0, data_rate=400.0)
    city = City(archive, 7, schedule=schedule)
    grid = Grid(evening, 1)
    window = city.window(grid.first_hour, grid.n_hours)
    labels = window.said_wrongly["unit"]
    active = np.count_nonzero((labels["start"] <= evening) & (labels["end"] > evening))
    calm = City(archive, 7, schedule=Schedule(archive, 7, rate=0.0))

    def seconds(of: City) -> float:
        w = of.window(grid.first_hour, grid.n_hours)
        counters = of.new_counters()
        best = 9.0
        for _ in range(5):
            began = time.process_time()
            of.unit_readings(w, slice(0, of.units.count), grid, counters)
            best = min(best, time.process_time() - began)
        return best

    each_us = (seconds(city) - seconds(calm)) / max(active, 1) * 1e6
    assert active > 30
    assert each_us < 100
