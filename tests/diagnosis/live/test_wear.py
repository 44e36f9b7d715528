"""What wears slowly is found days before it is felt, against its own weeks; a healthy fortnight says nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.model import Moment
from cleanheat.diagnosis.live.reliving import relive
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import LABEL, Schedule
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest
from tests.simulator.made_archive import made_archive

SEED, STEP_S, EVERY = 11, 300, slice(None)
START = 1_768_475_400 // DAY_S * DAY_S - 20 * DAY_S
ONSET = START + 14 * DAY_S
NOW = ONSET + 8 * DAY_S
SLOW = {State.FOULING, State.RESISTANCE, State.PUMP_WEAR, State.FLUE_LOSS}
WEARS = {
    ("unit", 0): (Fault.FOULING, 1.4, State.FOULING),
    ("unit", 1): (Fault.FOULING, 2.0, State.FOULING),
    ("unit", 2): (Fault.STRAINER, 0.6, State.RESISTANCE),
    ("unit", 3): (Fault.STRAINER, 1.3, State.RESISTANCE),
    ("unit", 4): (Fault.PUMP_WEAR, 0.16, State.PUMP_WEAR),
    ("unit", 5): (Fault.PUMP_WEAR, 0.2, State.PUMP_WEAR),
    ("boiler", 0): (Fault.EFFICIENCY_LOSS, 0.08, State.FLUE_LOSS),
    ("boiler", 1): (Fault.EXCESS_AIR, 3.5, State.FLUE_LOSS),
}


class Hours:
    """A simulated city's past as the store answers it: every hour's mean of twelve readings."""

    def __init__(self, city, start, days):
        self.city, self.start = city, start
        parts = {"unit": [], "boiler": []}
        for day in range(days):
            for kind, columns in readings(city, Grid(start + day * DAY_S, 24 * 12, STEP_S)).items():
                shape = (len(columns), columns[0].shape[0], 24, 12)
                values = [s.decode(c) for s, c in zip(KINDS[kind].signals, columns, strict=True)]
                parts[kind].append(np.stack(values).reshape(shape).mean(axis=3))
        self.grids = {k: np.concatenate(p, axis=2).astype(np.float32) for k, p in parts.items()}

    def hour_grid(self, kind, signals, start, end, _ids):
        grid, n = self.grids[kind], (end - start) // HOUR_S
        first = (start - self.start) // HOUR_S
        out = np.full((len(signals), grid.shape[1], n), np.nan, np.float32)
        lo, hi = max(first, 0), min(first + n, grid.shape[2])
        at = [KINDS[kind].index[s] for s in signals]
        out[:, :, lo - first : hi - first] = grid[at, :, lo:hi]
        return out


def readings(city, grid):
    window = city.window(grid.first_hour, grid.n_hours)
    units = city.unit_readings(window, EVERY, grid, city.new_counters())
    found = city.source_readings(window, grid, units.load, units.peak_kw, city.new_counters())
    return {"unit": units.columns, "boiler": found["boiler"]}


@dataclass
class Lived:
    """Models after their past, and by hour since the start what each quantity was of its usual."""

    city: City
    store: Hours
    models: dict
    course: dict


def victim(archive, kind, i):
    """The number of the object that is worn: units some way apart, boiler rooms that are no peak ones."""
    every = archive[kind].numbers
    return int(every[3 * i] if kind == "unit" else every[archive["boiler"].values["is_peak"][every] == 0][i])


def labels(archive):
    rows = [
        (kind, victim(archive, kind, i), fault, ONSET, ONSET + 14 * DAY_S, amount, -1)
        for (kind, i), (fault, amount, _) in WEARS.items()
    ]
    return np.array(rows, LABEL)


def live_through(extra):
    archive = made_archive(substations=90)
    city = City(archive, SEED, None, Schedule(archive, SEED, extra(archive), rate=0.0, data_rate=0.0))
    store = Hours(city, START, (NOW - START) // DAY_S)
    models = {kind: CircuitsNow(archive, kind, lambda _kind: None) for kind in ("unit", "boiler")}
    weather, course = felt(city, START), {}
    for hour in range(START // HOUR_S, NOW // HOUR_S):
        for kind, model in models.items():
            channels = CIRCUITS[kind].channels
            grid = store.grids[kind][:, :, hour - START // HOUR_S]
            values = {n: grid[KINDS[kind].index[c.signal]] * np.float32(c.factor) for n, c in channels.items()}
            model.relive(hour, values, weather)
            for name, ratio in model.wear.ratio.items():
                course.setdefault(name, []).append(ratio.copy())
    return Lived(city, store, models, {name: np.stack(c) for name, c in course.items()})


def felt(city, at):
    weather, first = WeatherNow(), at // HOUR_S - 240
    for i, value in enumerate(city.weather.outdoor_temp_c(first, 240)):
        weather._add(first + i, float(value), 60)
    return weather


@pytest.fixture(scope="module")
def worn():
    return live_through(labels)


@pytest.fixture(scope="module")
def healthy():
    return live_through(lambda _archive: None)


def minutes(lived, kind, hours=4):
    """The minutes after the past: what is found at their end."""
    city, model = lived.city, lived.models[kind]
    latest, spec = Latest(city.archive), KINDS[kind]
    grid = Grid(NOW, hours * 12, STEP_S)
    columns = readings(city, grid)[kind]
    ids = city.archive[kind].numbers.astype(np.uint32)
    verdicts = np.full((len(columns), ids.size), Verdict.GOOD, np.uint8)
    cold = np.full(max(city.archive[k].size for k in ("unit", "boiler")), -12.0)
    weather, found = felt(city, NOW), []
    for i, minute in enumerate(grid.times.tolist()):
        now = [np.ascontiguousarray(c[:, i]).astype(s.dtype) for c, s in zip(columns, spec.signals, strict=True)]
        latest.update(Frame(kind, minute, ids, now, verdicts))
        found = model.judge(Moment(minute, city.archive, latest, {}, lambda _kind: cold, weather))
    return [f for f in found if State(f.source.partition(".")[2]) in SLOW]


@pytest.mark.feature("A9-6", "A9-7")
def test_each_wear_is_found_at_its_own_object_and_named_by_its_quantity(worn):
    told = {k: {(f.number, State(f.source.partition(".")[2])): f for f in minutes(worn, k)} for k in worn.models}
    for kind, found in told.items():
        assert set(found) == {
            (victim(worn.city.archive, kind, i), state) for (of, i), (_, _, state) in WEARS.items() if of == kind
        }
    fouled = next(f for (_, state), f in told["unit"].items() if state is State.FOULING)
    assert "换热能力为自身同流量常态的" in fouled.text
    assert [c.signal for c in fouled.contributions] == ["primary_return_c", "return_c"]
    assert "排烟" in next(iter(told["boiler"].values())).text


@pytest.mark.feature("A9-6", "A9-7")
def test_it_is_seen_days_before_the_damage_is_done(worn):
    """From onset to limit, while the label still has more than a week to run."""
    limits = {"conductance": (0.83, -1), "resistance": (1.3, 1), "pump": (1.2, 1), "flue": (1.12, 1)}
    of = {
        "conductance": State.FOULING,
        "resistance": State.RESISTANCE,
        "pump": State.PUMP_WEAR,
        "flue": State.FLUE_LOSS,
    }
    onset_h = (ONSET - START) // HOUR_S
    for name, (limit, sign) in limits.items():
        for (kind, i), (_, _, state) in WEARS.items():
            if state is of[name]:
                row = int(np.searchsorted(worn.models[kind].numbers, victim(worn.city.archive, kind, i)))
                beyond = np.flatnonzero(sign * worn.course[name][onset_h:, row] > sign * limit)
                assert beyond.size, (name, i)
                assert beyond[0] <= 6.5 * 24, (name, i, beyond[0])


@pytest.mark.feature("A9-6", "A9-7")
def test_a_healthy_fortnight_raises_nothing_and_stays_near_its_usual(healthy):
    assert minutes(healthy, "unit") == []
    assert minutes(healthy, "boiler") == []
    low, high = {"conductance": 0.85, "resistance": 0.9}, {"resistance": 1.1, "pump": 1.08, "flue": 1.1}
    for name, course in healthy.course.items():
        assert np.nanmin(course) > low.get(name, 0)
        assert np.nanmax(course) < high.get(name, 9)


@pytest.mark.feature("A9-13")
def test_a_start_without_memory_learns_the_usual_from_the_stored_weeks_and_one_with_memory_goes_on(healthy):
    archive, was = healthy.city.archive, healthy.models["unit"]
    anew = CircuitsNow(archive, "unit", lambda _kind: None)
    relive(anew, healthy.store, felt(healthy.city, NOW), NOW)
    for name, ratio in anew.wear.ratio.items():
        np.testing.assert_allclose(ratio, was.wear.ratio[name], atol=0.04)
    again = CircuitsNow(archive, "unit", lambda _kind: None)
    again.restore({k: v.copy() for k, v in was.snapshot().items()})
    for name, ratio in again.wear.ratio.items():
        np.testing.assert_array_equal(ratio, was.wear.ratio[name])
