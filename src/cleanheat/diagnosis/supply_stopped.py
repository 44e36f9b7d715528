"""Where has the supply of heat stopped?  Readings in, findings out; the judgement itself is in ``calc.anomaly``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.anomaly.supply_stopped import Limits, Stop, Watch, advance, look, over_history
from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.diagnosis.outdoor import Outdoor, city_temp_c
from cleanheat.kernel import parameters
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S, floor_minute, season_of
from cleanheat.kernel.verdicts import TRUSTED, unpack
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest, LatestRows, Store

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SUPPLY_STOPPED = "diagnosis.supply_stopped"
_SOURCES = {"boiler": "锅炉房", "branch": "电厂支线", "plant": "热电厂"}
_SURE, _HALF_SURE, _FROM_MEMORY = 0.98, 0.85, 0.6
"""Confidence where temperatures and flow say the same, where one of them does, and where neither can be read."""


@cache
def limits() -> Limits:
    return Limits(**parameters.values(_tables()["condition"]))


@cache
def _tables() -> Mapping[str, parameters.Parameters]:
    return parameters.read("cleanheat.diagnosis", "supply_stopped.toml")


def _reach(name: str) -> float:
    return _tables()["reach"][name].value


def outdoor_temp_c(latest: Latest, minute: int) -> float | None:
    """How cold it is in the city, as the models see it."""
    return city_temp_c(latest, minute, _reach("weather_fresh_min"))


@dataclass(frozen=True)
class Circuit:
    """How one kind shows its supply: which signals, and what they are held against (NaN = unknown)."""

    kind: str
    supply: str
    back: str
    flow: str
    heat: str
    design_flow_t_h: Floats
    design_heat: Floats
    watched: Bools
    flow_times: float = 1.0
    """A network is designed for far more than it carries at first: its flow is held against a smaller share."""


def circuits(archive: Archive) -> tuple[Circuit, ...]:
    """Units by their secondary side; sources by what they send out, peak boiler rooms being meant to rest."""
    units, boilers = archive["unit"], archive["boiler"]
    return (
        Circuit(
            kind="unit",
            supply="secondary_supply_temp_c",
            back="secondary_return_temp_c",
            flow="secondary_flow_t_h",
            heat="heat_power_gj_h",
            design_flow_t_h=_positive(units.values["design_flow_t_h"]),
            design_heat=_positive(units.values["heated_area_m2"] * units.values["heat_index_w_m2"] * 3.6e-6),
            watched=units.exists(),
        ),
        _source(boilers, boilers.exists() & ~(boilers.values["is_peak"] > 0)),
        *(_source(archive[k], archive[k].exists(), _reach("network_flow_times")) for k in ("branch", "plant")),
    )


def _source(table: KindTable, watched: Bools, flow_times: float = 1.0) -> Circuit:
    """A source's own water; its design flow follows from the capacity where the archive does not name it."""
    unknown = np.full(table.size, np.nan)
    capacity_mw = table.values.get("capacity_mw", unknown)
    flow = capacity_mw * 1_000 / (WATER_KWH_PER_T_K * _reach("boiler_delta_temp_k"))
    given = table.values.get("design_flow_t_h", unknown)
    return Circuit(
        kind=table.kind,
        supply="supply_temp_c",
        back="return_temp_c",
        flow="flow_t_h",
        heat="heat_power_mw",
        design_flow_t_h=_positive(np.where(given > 0, given, flow)),
        design_heat=_positive(capacity_mw),
        watched=watched,
        flow_times=flow_times,
    )


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)


class SupplyStopped:
    """The model with its memory: one watch a kind, carried from minute to minute."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._limits = limits()
        self._fresh_s = int(_reach("fresh_min") * MINUTE_S)
        self._circuits = circuits(archive)
        self._watches = {c.kind: Watch.of(archive[c.kind].size) for c in self._circuits}
        self._delta: dict[str, Floats] = {}
        self._flow: dict[str, Floats] = {}
        self._outdoor = {
            c.kind: Outdoor(archive, archive[c.kind], int(_reach("weather_stations")), _reach("weather_fresh_min"))
            for c in self._circuits
        }
        self.minute = 0
        self._looks = 0

    @property
    def has_seen_enough(self) -> bool:
        """Whether a stop that holds now would be known: no finding means no stop.

        After a start with a gap behind it the model has forgotten the stops that go on, and it takes as many looks to
        confirm them anew as it took at first.
        """
        return self._looks > self._limits.onset_min

    def judge(self, latest: Latest, minute: int, planned: Mapping[str, Bools] | None = None) -> list[Finding]:
        """Look once more and say where supply has stopped.

        ``planned`` marks objects with an announced outage (``bool[size]`` by kind).  A minute already judged changes
        nothing: replays and late minutes are harmless.
        """
        if minute > self.minute:
            if minute - self.minute > self._limits.hold_min * MINUTE_S:  # nothing is carried over so long a gap
                self._looks = 0
            self._looks += 1
            for circuit in self._circuits:
                self._look(circuit, latest, minute, (planned or {}).get(circuit.kind))
            self.minute = minute
        return self._units() + [f for kind, what in _SOURCES.items() for f in self._sources(kind, what)]

    def _look(self, circuit: Circuit, latest: Latest, minute: int, planned: Bools | None) -> None:
        state, since = latest[circuit.kind], minute - self._fresh_s + MINUTE_S
        delta = state.trusted(circuit.supply, since) - state.trusted(circuit.back, since)
        flow = state.trusted(circuit.flow, since) / circuit.design_flow_t_h
        heat = state.trusted(circuit.heat, since) / circuit.design_heat
        outdoor = self._outdoor[circuit.kind].temp_c(latest, minute)
        sight = look(delta, flow * circuit.flow_times, heat, self._limits)
        sight[np.isnan(outdoor)] = 0
        armed = circuit.watched & ~(outdoor >= self._limits.outdoor_below_c) & _in_season(minute)
        if planned is not None:
            armed &= ~planned
        advance(self._watches[circuit.kind], sight, armed, minute, self._limits)
        self._delta[circuit.kind], self._flow[circuit.kind] = delta, flow

    def recover(self, store: Store, now: float) -> None:
        """Rebuild the memory from the store's last minutes, as a restart must."""
        until = floor_minute(now) + MINUTE_S
        since = until - int(self._limits.hold_min) * MINUTE_S
        past = {c.kind: _by_minute(store, c.kind, since, until) for c in self._circuits}
        past["weather"] = _by_minute(store, "weather", 2 * since - until, until)
        replay = Latest(self._archive)
        for minute in sorted(set().union(*past.values())):
            for frames in past.values():
                if minute in frames:
                    replay.update(frames[minute])
            if minute >= since:
                self.judge(replay, minute)

    def _units(self) -> list[Finding]:
        """One finding a substation when all its units have stopped, else one a unit."""
        watch, units = self._watches["unit"], self._archive["unit"]
        if not watch.active.any():
            return []
        station_of, size = units.links["substation"], self._archive["substation"].size
        stopped = np.flatnonzero(watch.active)
        of_all = np.bincount(station_of[units.numbers], minlength=size)
        of_stopped = np.bincount(station_of[stopped], minlength=size)
        whole = of_stopped == of_all
        findings = [
            self._finding("unit", n, "unit", n, Level.III, "机组停供")
            for n in stopped[~whole[station_of[stopped]]].tolist()
        ]
        in_whole = stopped[whole[station_of[stopped]]]
        stations, first = np.unique(station_of[in_whole], return_index=True)
        area = self._archive["substation"].values["heated_area_m2"]
        return findings + [
            self._finding("substation", s, "unit", n, self._grade(area[s]), "换热站停供")
            for s, n in zip(stations.tolist(), in_whole[first].tolist(), strict=True)
        ]

    def _sources(self, kind: str, what: str) -> list[Finding]:
        area = self._archive[kind].values.get("heated_area_m2", np.full(self._archive[kind].size, np.nan))
        stopped = np.flatnonzero(self._watches[kind].active).tolist()
        return [self._finding(kind, n, kind, n, self._grade(area[n]), f"{what}停供") for n in stopped]

    def _grade(self, area_m2: float) -> Level:
        return Level.I if area_m2 >= _reach("large_area_m2") else Level.II

    def _finding(self, kind: str, number: int, of: str, n: int, level: Level, what: str) -> Finding:
        since, delta, flow = int(self._watches[of].since[n]), float(self._delta[of][n]), float(self._flow[of][n])
        evidence, said = [], []
        if delta == delta:  # not NaN
            evidence.append(Evidence("delta_temp_k", round(delta, 1), self._limits.delta_temp_on_k, "K"))
            said.append(f"供回水温差 {delta:.1f} K")
        if flow == flow:  # not NaN
            times = next(c.flow_times for c in self._circuits if c.kind == of)
            evidence.append(Evidence("flow_ratio", round(flow, 3), self._limits.flow_on_ratio / times, ""))
            said.append(f"流量为设计值的 {flow:.0%}")
        shown = "，".join(said) or "当前无可信读数，保持原判断"
        held = {e.signal: e for e in evidence if e.value is not None and e.value < e.limit}
        sure = (_FROM_MEMORY, _HALF_SURE, _SURE)[len(held)]
        shares = tuple(Contribution(signal, 1 / len(held)) for signal in held)
        return Finding(SUPPLY_STOPPED, kind, number, level, since, f"{what}：{shown}", tuple(evidence), sure, shares)


def stops_in_past(archive: Archive, number: int, rows: LatestRows, outdoor_temp_c: Floats) -> list[Stop]:
    """The model's judgement of one unit's past.

    Args:
        rows: the unit's rows as ``Store.rows`` gives them, any spacing, ascending in time.
        outdoor_temp_c: beside each row, ``float64[T]``, NaN where unknown.
    """
    circuit = circuits(archive)[0]
    spec = KINDS[circuit.kind]
    good = TRUSTED[unpack(rows.words, len(spec.signals))]

    def reading(signal: str) -> Floats:
        i = spec.index[signal]
        return np.where(good[i], rows.columns[i] / spec.signals[i].scale, np.nan)[:, None]

    delta = reading(circuit.supply) - reading(circuit.back)
    delta[np.isnan(outdoor_temp_c)] = np.nan
    flow = reading(circuit.flow) / circuit.design_flow_t_h[number]
    flow[np.isnan(outdoor_temp_c)] = np.nan
    heat = reading(circuit.heat) / circuit.design_heat[number]
    cold = ~(outdoor_temp_c >= limits().outdoor_below_c)
    armed = cold & np.fromiter((_in_season(m) for m in rows.minutes.tolist()), bool, rows.minutes.size)
    return over_history(rows.minutes, delta, flow, heat, armed[:, None], limits())


def _in_season(minute: int) -> bool:
    season = season_of(minute)
    return season.start <= minute < season.end


def _by_minute(store: Store, kind: str, since: int, until: int) -> dict[int, Frame]:
    """What the store holds of a kind, as the frames it came in."""
    rows = store.rows(kind, since, until, 0, np.iinfo(np.int32).max)
    order = np.argsort(rows.minutes, kind="stable")  # rows come by id: within a minute they stay so
    starts = np.flatnonzero(np.diff(rows.minutes[order], prepend=0))
    frames = {}
    for part in np.split(order, starts[1:]) if order.size else []:
        verdicts = unpack(rows.words[part], len(KINDS[kind].signals))
        minute = int(rows.minutes[part[0]])
        frames[minute] = Frame(kind, minute, rows.ids[part], [c[part] for c in rows.columns], verdicts)
    return frames
