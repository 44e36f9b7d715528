"""How does every circuit of one kind run now?  Units, boiler rooms, branches and plants by the same judgement.

Each minute: readings → running or standing → hour memory → conditions → counters → findings.  Expected values are held
for a quarter of an hour; sums over the day change with the hour; everything else is of the minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.anomaly import cusum
from cleanheat.calc.anomaly.ewma import smoothed
from cleanheat.calc.anomaly.hydraulics import heat_balance
from cleanheat.calc.anomaly.standing import Counts, Standing, advance
from cleanheat.diagnosis.fleet import current
from cleanheat.diagnosis.fleet.grouping import scales
from cleanheat.diagnosis.live.conditions import Look
from cleanheat.diagnosis.live.expected_now import QUANTITIES, Expectation, ExpectedNow
from cleanheat.diagnosis.live.looks_source import TABLE
from cleanheat.diagnosis.live.memory import HourMemory
from cleanheat.diagnosis.live.model import Arrays, Moment
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.readings import Reader, water_heat_kw
from cleanheat.diagnosis.live.running import Running
from cleanheat.diagnosis.live.saying import finding, source_key
from cleanheat.diagnosis.live.view import MAIN, Rooms, Trends, View
from cleanheat.diagnosis.live.wearing import WHOLE_HOUR, Wear, channels_of
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.diagnosis.parameters import Parameters
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.time import HOUR_S, MINUTE_S, season_of
from cleanheat.telemetry.public import Latest, Store

Float32s = NDArray[np.float32]
Bools = NDArray[np.bool_]
_NAN = np.float32(np.nan)
_KEPT = ("supply_c", "return_c", "flow_t_h", "heat_kw", "makeup_t_h")
_DERIVED = (
    "gap_k", "heat_on_kw", "heat_due_kw", "supply_on_c", "supply_due_c", "return_due_c", "flow_due_t_h", "flow_ratio",
    "mismatch", "distance", "on", "stops",
)  # fmt: skip
_OF_KIND = {
    kind: tuple(dict.fromkeys((*own, *(c for c in channels_of(kind) if c not in _KEPT))))
    for kind, own in {"unit": ("approach_k",), "boiler": ("starts", "heat_per_fuel", "flue_c")}.items()
}
PRESSURE_MIN = 10
COUNTED = ("stops", "starts")
"""Events: an hour holds how many there were."""


class CircuitsNow:
    """One kind.  Rows are the archive's numbers in ascending order."""

    def __init__(self, archive: Archive, kind: str, parameters: Callable[[str], Parameters | None] = current) -> None:
        self.kind, self._table = kind, archive[kind]
        self.numbers = n = archive[kind].numbers
        self.conditions = TABLE[kind]
        self._reader = Reader(kind, n)
        self._expected = ExpectedNow(archive, kind, parameters)
        self.design = _design(archive, kind)
        self.memory = HourMemory((*_KEPT, *_DERIVED, *_OF_KIND.get(kind, ())), n.size, counted=COUNTED)
        self.running, self.trends = Running(n.size), Trends.of(n.size)
        self.wear = Wear(kind, n.size, self.design)
        self.standing = Standing.of(len(self.conditions), n.size)
        self._counts = Counts(
            np.array([[c.onset_min] for c in self.conditions], np.int16),
            np.array([[min(c.release_min, c.onset_min)] for c in self.conditions], np.int16),
            int(number("reach", "hold_min")),
        )
        self._must_run = np.array([[c.running] for c in self.conditions])
        self._pressure = np.full((PRESSURE_MIN + 1, n.size), np.nan, np.float32)
        self._boilers_before = np.full(n.size, np.nan, np.float32)
        self._rooms: Rooms | None = None
        self._rooms_of = _rooms_behind(archive, n) if kind == "unit" else None
        self._expectation: Expectation | None = None
        self.alive = np.zeros(n.size, bool)
        self.view: View | None = None
        self._looks: list[Look] = []
        self.minute, self._seen_min = 0, 0
        self.branch_gap_k: Callable[[], Float32s] | None = None

    @property
    def sources(self) -> Sequence[str]:
        return [source_key(c.state) for c in self.conditions if c.is_finding]

    @property
    def version(self) -> int:
        """Of the personal parameters that were used last, 0 where the design alone was."""
        return self._expectation.version if self._expectation else 0

    def able(self, _minute: int) -> bool:
        """Counters and day sums must have had time to fill, or have been restored."""
        return self._seen_min >= number("under_supply", "onset_min") * 8

    # --- the minute ---------------------------------------------------------------------------------------------------

    def judge(self, moment: Moment) -> Sequence[Finding]:
        minute, elapsed = moment.minute, self._elapsed(moment.minute)
        since = minute - int(number("reach", "fresh_min") - 1) * MINUTE_S
        now = self._reader.read(moment.latest, since)
        self.alive = self._reader.alive(moment.latest, since)
        if self._expectation is None or minute // MINUTE_S % int(number("reach", "refresh_min")) == 0:
            self._expectation = self._expected.at(moment.weather.inputs(minute))
            self._rooms = self._behind(moment.latest, minute)
        on, stops = self.running.look(
            now["flow_t_h"] / self.design["flow_t_h"], now["supply_c"] - now["return_c"], elapsed
        )
        self.view = view = self._see(moment, now, since)
        if self.memory.add(minute, self._remembered(view, on, stops)):
            self._close_hour()
        self._looks = [c.look(view) for c in self.conditions]
        bad, known = np.stack([x.bad for x in self._looks]), np.stack([x.known for x in self._looks])
        advance(self.standing, bad & known, known, self._armed(moment), minute, self._counts, elapsed)
        self.minute = minute
        return self._findings()

    def _elapsed(self, minute: int) -> int:
        """Minutes since the last look; after a long gap the counters begin anew, whatever the rings still know."""
        gap = (minute - self.minute) // MINUTE_S if self.minute else 1
        if gap > number("reach", "hold_min"):
            self.standing = Standing.of(len(self.conditions), self.numbers.size)
            self._pressure[:] = np.nan
            self._seen_min, gap = 0, 1
        self._seen_min += gap
        return gap

    def _see(self, moment: Moment, now: dict[str, Float32s], since: int) -> View:
        assert self._expectation is not None  # noqa: S101 - set just before
        fallen = np.zeros(self.numbers.size, np.float32)
        if "return_mpa" in now:
            with np.errstate(invalid="ignore"):
                fallen = np.fmax.reduce(self._pressure) - now["return_mpa"]
            self._pressure[moment.minute // MINUTE_S % self._pressure.shape[0]] = now["return_mpa"]
        doubted = {c: self._reader.doubtful(moment.latest, since, c) for c in MAIN.values()}
        return View(
            moment.minute, now, self._expectation, self.memory, self.running.settled, self.trends, self.design,
            doubted, np.where(np.isnan(fallen), _NAN, fallen), self._rooms, self._more(moment.latest, since),
            self.wear.ratio,
        )  # fmt: skip

    def _more(self, latest: Latest, since: int) -> dict[str, Float32s]:
        """What single conditions need beside the channels."""
        if self.kind == "unit":
            return {
                "valve_setpoint_pct": latest["unit"]
                .trusted("valve_setpoint_pct", since)[self.numbers]
                .astype(np.float32)
            }
        if self.kind == "boiler":
            gaps = self.branch_gap_k() if self.branch_gap_k else np.full(1, np.nan, np.float32)
            of = self._table.links["branch"][self.numbers]
            return {"branch_gap_k": np.where(of > 0, gaps[np.minimum(of, gaps.size - 1)], _NAN)}
        return {}

    def _remembered(self, view: View, on: Float32s, stops: Float32s) -> dict[str, Float32s]:
        """This minute's values of every channel of the memory; comparisons only where the circuit runs."""
        now, due, runs = view.now, view.expected, self.running.settled
        out = {name: now[name] for name in _KEPT}
        out |= {"on": on, "stops": stops, "gap_k": np.where(runs, view.gap_k, _NAN)}
        warm = runs & np.isfinite(view.gap_k)
        metered = runs & np.isfinite(now["heat_kw"]) & np.isfinite(due["heat"].value)
        out["heat_on_kw"], out["heat_due_kw"] = _where(metered, now["heat_kw"]), _where(metered, due["heat"].value)
        out["supply_on_c"], out["supply_due_c"] = _where(warm, now["supply_c"]), _where(warm, due["supply"].value)
        out["return_due_c"], out["flow_due_t_h"] = _where(runs, due["return"].value), _where(runs, due["flow"].value)
        out["flow_ratio"] = _where(runs, now["flow_t_h"] / due["flow"].value)
        by_water = water_heat_kw(now)
        big = runs & (by_water > np.float32(0.1) * self.design["heat_kw"])
        out["mismatch"] = _where(big, np.clip(heat_balance(now["heat_kw"], by_water), -1, 1))
        z = np.stack([view.z[q] for q in QUANTITIES])
        squares = np.minimum(z * z, np.float32(number("reach", "most_distance")))
        count = np.isfinite(squares).sum(axis=0)
        out["distance"] = _where(runs & (count >= 2), np.nansum(squares, axis=0) / np.maximum(count, 1))
        return out | self._of_kind(now, runs)

    def _of_kind(self, now: dict[str, Float32s], runs: Bools) -> dict[str, Float32s]:
        if self.kind == "unit":
            wears = {name: now[name] for name in channels_of("unit") if name not in _KEPT}
            return wears | {"approach_k": _where(runs, now["primary_return_c"] - now["return_c"])}
        if self.kind != "boiler":
            return {}
        more = np.maximum(now["running_boilers"] - self._boilers_before, 0)
        known = np.isfinite(now["running_boilers"])
        self._boilers_before = np.where(known, now["running_boilers"], self._boilers_before)
        burning = now["fuel_t_h"] > 0
        per_fuel = _where(runs & burning, now["heat_kw"] / np.where(burning, now["fuel_t_h"], 1))
        return {"starts": more, "heat_per_fuel": per_fuel, "flue_c": _where(runs, now["flue_c"])} | {
            "oxygen_pct": now["oxygen_pct"]
        }

    def _close_hour(self) -> None:
        """Signed sums of the hour's mean departure, and the slow means a circuit is compared with itself by."""
        assert self._expectation is not None  # noqa: S101
        most, allowance = number("reach", "cusum_step"), number("reach", "cusum_allowance")
        z = np.clip(self.memory.last("gap_k", 1)[0] / self._expectation["supply"].sigma, -most, most).astype(np.float32)
        cap = number("reach", "cusum_cap")
        cusum.advance(self.trends.up, z, allowance, cap)
        cusum.advance(self.trends.down, -z, allowance, cap)
        share = 1 / (24 * number("reach", "slow_days"))
        named = {c.state: i for i, c in enumerate(self.conditions)}
        if "approach_k" in self.memory.channels:
            held = self.standing.count[named[State.FOULING]] > 0
            smoothed(self.trends.slow_approach_k, self.memory.mean("approach_k", 24, least=12), share, held)
        held = self.standing.count[named[State.LEAK]] > 0
        smoothed(self.trends.slow_makeup_t_h, self.memory.mean("makeup_t_h", 24, least=12), share, held)
        whole = self.memory.last("on", 1)[0] >= WHOLE_HOUR
        hour = {name: np.where(whole, self.memory.last(name, 1)[0], _NAN) for name in channels_of(self.kind)}
        self.wear.take(hour, {state: self.standing.count[k] > 0 for state, k in named.items()})

    def _armed(self, moment: Moment) -> Bools:
        """In season, alive, without an announced outage, cold enough; and running, where a condition needs it."""
        season = season_of(moment.minute)
        armed = self.alive | (self.standing.unsure.max(axis=0) > 0)
        armed &= season.start <= moment.minute < season.end
        outdoor = moment.outdoor_temp_c(self.kind)[self.numbers]
        armed &= ~(outdoor >= number("reach", "outdoor_below_c")) & np.isfinite(outdoor)
        if (planned := moment.planned.get(self.kind)) is not None:
            armed &= ~planned[self.numbers]
        return np.asarray(armed & (self.running.settled | ~self._must_run))

    def _behind(self, latest: Latest, minute: int) -> Rooms | None:
        """Rooms of each unit; other kinds know of none directly."""
        if self._rooms_of is None:
            return None
        rooms, rows = self._rooms_of
        warm = latest["room"].trusted("room_temp_c", minute - HOUR_S)[rooms]
        known = np.isfinite(warm)
        n, of, warm = self.numbers.size, rows[known], warm[known]
        count = np.bincount(of, minlength=n)
        least = np.maximum(count, 1)
        mean = np.where(count > 0, np.bincount(of, warm, n) / least, np.nan).astype(np.float32)
        return Rooms(mean, (np.bincount(of, warm < 18.0, n) / least).astype(np.float32), count)

    # --- what is found ------------------------------------------------------------------------------------------------

    def spoken(self) -> Bools:
        """Standing conditions ``bool[K, n]`` without those that a graver explanation makes needless."""
        said = self.standing.active.copy()
        place = {c.state: i for i, c in enumerate(self.conditions)}
        for i, condition in enumerate(self.conditions):
            for state in condition.quiets:
                if state in place:
                    said[place[state]] &= ~self.standing.active[i]
        return said

    def _findings(self) -> list[Finding]:
        if not self.standing.active.any():
            return []
        assert self.view is not None  # noqa: S101
        return [
            finding(
                self.conditions[k], self._looks[k], self.view, row, self.kind, int(self.numbers[row]),
                int(self.standing.since[k, row]),
            )
            for k, row in np.argwhere(self.spoken()).tolist()
            if self.conditions[k].is_finding
        ]  # fmt: skip

    def states(self) -> NDArray[np.uint8]:
        """The state of every slot ``uint8[size]``: the gravest condition, else running, standing or unknown."""
        rows = np.full(self.numbers.size, State.UNKNOWN.code, np.uint8)
        rows[self.alive & (self.running.state == 0)] = State.IDLE.code
        rows[self.alive & self.running.on] = State.NORMAL.code
        said = self.spoken()
        order = sorted(range(len(self.conditions)), key=lambda k: -int(self.conditions[k].state.level or 5))
        for k in order:  # a dozen conditions, the gravest last
            rows[said[k]] = self.conditions[k].state.code
        out = np.zeros(self._table.size, np.uint8)
        out[self.numbers] = rows
        return out

    # --- what is kept -------------------------------------------------------------------------------------------------

    def snapshot(self) -> Arrays:
        parts: dict[str, Mapping[str, NDArray[Any]]] = {
            "memory": self.memory.snapshot(),
            "running": self.running.snapshot(),
            "standing": self.standing.snapshot(),
            "trends": vars(self.trends),
            "wear": self.wear.snapshot(),
        }
        arrays = {f"{part}/{name}": values for part, found in parts.items() for name, values in found.items()}
        last = np.array([self.minute, self._seen_min])
        return arrays | {"pressure": self._pressure, "boilers": self._boilers_before, "last": last}

    def restore(self, kept: Arrays) -> None:
        def part(name: str) -> dict[str, NDArray[Any]]:
            return {key.partition("/")[2]: values for key, values in kept.items() if key.startswith(f"{name}/")}

        standing = part("standing")
        if standing["count"].shape != self.standing.count.shape:
            raise ValueError("conditions or objects have changed")
        self.memory.restore(part("memory"))
        self.running.restore(part("running"))
        self.standing = Standing(**{name: values.copy() for name, values in standing.items()})
        self.trends = Trends(**{name: values.copy() for name, values in part("trends").items()})
        self.wear.restore(part("wear"))
        self._pressure, self._boilers_before = kept["pressure"].copy(), kept["boilers"].copy()
        self.minute, self._seen_min = (int(x) for x in kept["last"])

    def relive(self, hour: int, readings: dict[str, Float32s], weather: WeatherNow) -> None:
        """One past hour's means as if its minutes had come; hours must ascend and lie before what is remembered."""
        self._expectation = self._expected.at(weather.inputs(hour * HOUR_S))
        share, delta = readings["flow_t_h"] / self.design["flow_t_h"], readings["supply_c"] - readings["return_c"]
        on, _ = self.running.look(share, delta, 60)
        unknown = np.full(self.numbers.size, np.nan, np.float32)
        more = {"valve_setpoint_pct": unknown, "branch_gap_k": unknown}
        view = View(
            hour * HOUR_S, readings, self._expectation, self.memory, self.running.settled, self.trends, self.design,
            {}, unknown, None, more,
        )  # fmt: skip
        found = self._remembered(view, on, np.where(np.isnan(on), _NAN, np.float32(0)))
        self._boilers_before[:] = np.nan  # means of an hour are no counts
        self.memory.put(hour, np.stack([found[name] for name in self.memory.channels]))
        self.memory.hour = max(self.memory.hour, hour + 1)
        if self.memory.hour == hour + 1:
            self._close_hour()

    def relive_wear(self, readings: dict[str, Float32s]) -> None:
        """One hour's means of weeks ago, for what wears slowly: of circuits with flow, where flow is known."""
        flow = readings.get("flow_t_h", np.full(self.numbers.size, np.nan, np.float32)) / self.design["flow_t_h"]
        runs = ~(flow < number("reach", "running_flow_share"))
        self.wear.take({name: np.where(runs, values, _NAN) for name, values in readings.items()})

    def recover(self, store: Store, now: float) -> None:
        """Nothing of its own: ``reliving`` fills the rings, which needs the weather too."""


def _where(known: Bools, values: NDArray[Any]) -> Float32s:
    return np.where(known, values, _NAN).astype(np.float32, copy=False)


def _rooms_behind(archive: Archive, units: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rooms whose unit is known, and the row of that unit."""
    rooms = archive["room"].numbers.astype(np.int64)
    of = archive["room"].links["unit"][rooms]
    row = np.minimum(np.searchsorted(units, of), units.size - 1)
    known = units[row] == of
    return rooms[known], row[known]


def _design(archive: Archive, kind: str) -> dict[str, Float32s]:
    """What the archive says of each row; a size of one (unknown) becomes NaN."""
    numbers, table = archive[kind].numbers, archive[kind]
    sizes = scales(archive, kind)
    out = {name: np.where(sizes[q] > 1, sizes[q], np.nan) for name, q in (("heat_kw", "heat"), ("flow_t_h", "flow"))}
    area = table.values.get("heated_area_m2", np.full(table.size, np.nan))
    out["area_m2"] = np.nan_to_num(area)
    if kind == "boiler":
        out |= {name: table.values[name] for name in ("boilers", "is_peak", "fuel")}
    return {name: values[numbers].astype(np.float32) for name, values in out.items()}
