"""A tiny city that runs minute by minute with personal parameters that expect exactly what healthy objects read."""

from functools import partial

import numpy as np

from bench.arrays import City, tiny
from cleanheat.calc.models.design import WEATHER
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.judging import LiveDiagnosis
from cleanheat.diagnosis.live.model import LiveSpec
from cleanheat.diagnosis.live.stopped import StoppedNow
from cleanheat.diagnosis.parameters import Parameters, Quantity, Source
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest
from cleanheat.telemetry.store import HourlyMeans, LatestRows

START = 1_768_478_400
STEP_S = 300
HEALTHY = {
    "unit": {
        "primary_supply_temp_c": 90, "primary_return_temp_c": 46, "secondary_supply_temp_c": 52,
        "secondary_return_temp_c": 42, "secondary_flow_t_h": 110, "heat_power_gj_h": 4.6, "valve_opening_pct": 55,
        "valve_setpoint_pct": 55, "circulation_pump_hz": 40, "secondary_return_pressure_mpa": 0.3,
        "secondary_supply_pressure_mpa": 0.45, "makeup_flow_t_h": 0.1,
    },
    "boiler": {
        "supply_temp_c": 90, "return_temp_c": 50, "flow_t_h": 800, "heat_power_mw": 37.2, "running_boilers": 2,
        "fuel_rate_t_h": 8, "flue_temp_c": 120, "return_pressure_mpa": 0.3, "pump_hz": 40, "makeup_flow_t_h": 1,
    },
    "weather": {"outdoor_temp_c": -15},
}  # fmt: skip
EXPECTED = {
    "unit": {"supply": 52, "return": 42, "flow": 110, "heat": 4.6 / 3.6 * 1_000},
    "boiler": {"supply": 90, "return": 50, "flow": 800, "heat": 37_200},
}


def parameters(archive, kind, sigma=0.02):
    """Everybody expects what a healthy object reads, whatever the weather."""
    size = archive[kind].size
    ones = np.ones(size, np.float32)

    def quantity(value):
        theta = np.zeros((size, 1, len(WEATHER)), np.float32)
        theta[:, 0, 0] = value
        spread = np.float32(value * sigma)
        own = np.full(size, Source.OWN, np.uint8)
        return Quantity(WEATHER, theta, ones * spread, -3 * ones * spread, 3 * ones * spread, own, np.full(size, 999))

    curve = np.tile(np.array([[-20.0, 60.0], [5.0, 40.0]], np.float32), (size, 1, 1))
    whole = np.full(size, 2, np.uint8)
    return Parameters(
        kind, 7, 0, 1, "test", {q: quantity(v) for q, v in EXPECTED[kind].items()}, whole, np.zeros(size, np.uint8),
        np.full(size, 999, np.int32), curve, ones, ones, curve, whole,
    )  # fmt: skip


class World:
    """``faults``: (kind, number) → readings that differ; ``silent`` send nothing, ``bad`` are not trusted."""

    def __init__(self, folder=None, kinds=("boiler", "unit"), keeps=False, personal=True):
        self.archive = City(tiny()).archive
        known = {k: parameters(self.archive, k) for k in EXPECTED} if personal else {}
        specs = [LiveSpec("stopped", 0, StoppedNow)]
        for i, kind in enumerate(kinds):
            specs.append(LiveSpec(kind, i + 1, partial(CircuitsNow, kind=kind, parameters=known.get)))
        self.live = LiveDiagnosis(self.archive, folder, specs, keeps=keeps)
        self.latest, self.now = Latest(self.archive), START
        self.faults, self.silent, self.bad, self._made = {}, set(), set(), {}
        self.outdoor = -15.0
        for back in range(1, 240):
            self.live.weather._add(START // HOUR_S - back, self.outdoor, 60)

    def keep(self, folder):
        """Write down what is remembered, as a process does every quarter of an hour."""
        self.live._folder = folder / "live-diagnosis"
        self.live.save(self.now - STEP_S)
        return self

    def reborn(self, kinds=("boiler", "unit")):
        """Another process that takes up what this one has kept; it writes nothing, so that others may do the same."""
        made = World(self.live._folder.parent, kinds)
        made.live.recover(Nothing(), self.now)
        made.live._folder = None
        made.now, made.faults = self.now, dict(self.faults)
        return made

    def frame(self, kind):
        """The same as before unless something has changed: most minutes of a test are alike."""
        faults = {n: r for (k, n), r in self.faults.items() if k == kind}
        key = repr((faults, sorted(self.silent), sorted(self.bad), self.outdoor))
        if self._made.get(kind, ("",))[0] != key:
            self._made[kind] = key, self._frame(kind)
        made = self._made[kind][1]
        return Frame(kind, self.now, made.ids, made.columns, made.verdicts)

    def _frame(self, kind):
        spec = KINDS[kind]
        numbers = [n for n in self.archive[kind].numbers.tolist() if (kind, n) not in self.silent]
        healthy = HEALTHY[kind] | ({"outdoor_temp_c": self.outdoor} if kind == "weather" else {})
        rows = [healthy | self.faults.get((kind, n), {}) for n in numbers]
        columns = [np.array([round(r.get(s.code, 1) * s.scale) for r in rows], s.dtype) for s in spec.signals]
        verdicts = np.zeros((len(columns), len(numbers)), np.uint8)
        verdicts[:, [(kind, n) in self.bad for n in numbers]] = Verdict.BAD
        return Frame(kind, self.now, np.array(numbers, np.uint32), columns, verdicts)

    def warm(self, share_cold, mean_c):
        """Rooms of every unit: the share given at 16 °C, the others so that the mean comes out."""
        numbers = self.archive["room"].numbers
        cold = np.arange(numbers.size) % 10 < 10 * share_cold
        warm = (mean_c - 16 * share_cold) / max(1 - share_cold, 0.01)
        value = np.where(cold, 16.0, warm)
        columns = [np.rint(value * 10).astype("<i2"), np.full(numbers.size, 30, "<i1")]
        self.latest.update(
            Frame("room", self.now, numbers.astype(np.uint32), columns, np.zeros((2, numbers.size), np.uint8))
        )

    def run(self, hours, planned=None):
        """Every five minutes is enough: the counters know how much time has gone by."""
        found = []
        for _ in range(round(hours * HOUR_S / STEP_S)):
            for kind in HEALTHY:
                self.latest.update(self.frame(kind))
            found = self.live.judge(self.latest, self.now, planned or {})
            self.now += STEP_S
        return found

    def fault(self, kind, numbers, **readings):
        for n in numbers:
            self.faults[kind, n] = readings

    def states(self, found):
        return {(f.source.removeprefix("diagnosis."), f.kind, f.number) for f in found}


COLD = {"secondary_supply_temp_c": 44, "secondary_return_temp_c": 36.5, "heat_power_gj_h": 3.4}
"""A unit that gives three quarters of what is due."""
HOT = {"secondary_supply_temp_c": 60, "secondary_return_temp_c": 47, "heat_power_gj_h": 5.9}


class Nothing:
    """A store without anything."""

    def hourly_means(self, _kind, signals, _start, _end):
        return HourlyMeans(np.zeros(0, np.int64), np.zeros((len(signals), 0)), np.zeros((len(signals), 0), np.int64))

    def hour_grid(self, _kind, signals, start, end, ids):
        return np.full((len(signals), len(ids), (end - start) // 3_600), np.nan, np.float32)

    def rows(self, kind, *_window):
        empty = [np.zeros(0, s.dtype) for s in KINDS[kind].signals]
        return LatestRows(np.zeros(0, np.uint32), np.zeros(0, np.int64), empty, np.zeros(0, np.uint64))
