"""One trouble, one finding: units of a substation together, and many substations of one source as the source's fault.

What a graver finding explains is kept beside it, linked, but raises no alert of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.saying import source_key
from cleanheat.diagnosis.supply_stopped import SUPPLY_STOPPED
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level

Place = tuple[str, str, int]
Bools = NDArray[np.bool_]
TOGETHER = tuple(source_key(s) for s in (State.UNDER_SUPPLY, State.OVER_SUPPLY, State.INTERMITTENT, State.ABNORMAL))
"""What is said of the substation where all its units have it; devices' troubles stay with their unit."""
WITH_STOP = frozenset(source_key(s) for s in (State.PUMP, State.PRESSURE, State.VALVE, State.CAPACITY_SHORTAGE))
COLD = source_key(State.ROOM_COLD)
MAKES_COLD = (SUPPLY_STOPPED, source_key(State.UNDER_SUPPLY))
ABOVE_HOMES = ("unit", "substation", "community")
FROM_SOURCE = {source_key(State.UNDER_SUPPLY): "欠供", source_key(State.OVER_SUPPLY): "超供", SUPPLY_STOPPED: "停供"}
SYSTEMS = {1: "单系统", 2: "双系统"}


@dataclass(frozen=True)
class Grouped:
    """``spoken`` go to alerts; ``explained``: findings held back, by place, with the place of what explains them."""

    spoken: tuple[Finding, ...]
    explained: Mapping[Place, tuple[Finding, Place]]


class Grouping:
    """Index arrays of one archive, prepared once."""

    def __init__(self, archive: Archive) -> None:
        units = archive["unit"]
        self._units, self._station_of = units, units.links["substation"]
        self._area = np.nan_to_num(units.values["heated_area_m2"])
        self._count = np.bincount(self._station_of[units.numbers], minlength=archive["substation"].size)
        self._fed_by = {kind: units.links[kind] for kind in ("branch", "boiler") if kind in units.links}
        self._sizes = {kind: archive[kind].size for kind in self._fed_by}
        self._homes = {kind: archive[kind].links for kind in ("building", "community")}

    def group(self, findings: Sequence[Finding], running: Bools) -> Grouped:
        """``running``: which units run (``bool[size]``): only they can be under-supplied with their source."""
        stations = self._by_station(findings)
        rolled = {f.place for f, members in stations for f in members}
        held = {m.place: (m, f.place) for f, members in stations for m in members}
        spoken = [f for f in findings if f.place not in rolled] + [f for f, _ in stations]
        held |= self._by_stop(spoken)
        spoken = [f for f in spoken if f.place not in held]
        for cause, members in self._by_source(spoken, running):
            spoken = [f for f in spoken if f not in members]
            if cause not in spoken:
                spoken.append(cause)
            held |= {m.place: (m, cause.place) for m in members}
        held |= self._by_circuit(spoken)
        return Grouped(tuple(f for f in spoken if f.place not in held), held)

    # --- units → substation -------------------------------------------------------------------------------------------

    def _by_station(self, findings: Sequence[Finding]) -> list[tuple[Finding, list[Finding]]]:
        groups: dict[tuple[str, int], list[Finding]] = defaultdict(list)
        for f in findings:
            if f.kind == "unit" and f.source in TOGETHER:
                groups[f.source, int(self._station_of[f.number])].append(f)
        whole = {key: members for key, members in groups.items() if len(members) == self._count[key[1]]}
        return [(self._station(source, n, members), members) for (source, n), members in whole.items()]

    def _station(self, source: str, station: int, members: list[Finding]) -> Finding:
        """The units' finding for the substation: values weighted by heated area, the gravest level, the first onset."""
        weights = self._area[[m.number for m in members]]
        weights = weights / weights.sum() if weights.sum() > 0 else np.full(len(members), 1 / len(members))
        first = min(members, key=lambda m: (int(m.level), m.number))
        told = f"{first.text}（{SYSTEMS.get(len(members), '多系统')}，{len(members)} 个机组，按面积加权）"
        sure = float(np.dot([m.confidence or 0.0 for m in members], weights))
        return Finding(
            source,
            "substation",
            station,
            first.level,
            min(m.since for m in members),
            first.text if len(members) == 1 else told,
            _weighted(members, weights),
            round(sure, 2),
            _shares(members, weights),
        )

    def _by_stop(self, spoken: Sequence[Finding]) -> dict[Place, tuple[Finding, Place]]:
        """What a stop brings with it: a pump without flow, a fallen pressure."""
        stops = {(f.kind, f.number): f.place for f in spoken if f.source == SUPPLY_STOPPED}
        found = {}
        for f in spoken if stops else ():
            if f.source in WITH_STOP:
                station = ("substation", int(self._station_of[f.number])) if f.kind == "unit" else ("", 0)
                cause = stops.get((f.kind, f.number)) or stops.get(station)
                if cause is not None:
                    found[f.place] = (f, cause)
        return found

    def _by_circuit(self, spoken: Sequence[Finding]) -> dict[Place, tuple[Finding, Place]]:
        """Cold homes are the community's trouble, and both the circuit's where that stands or is short of heat."""
        found = {}
        colder = {(f.kind, f.number): f.place for f in spoken if f.source in MAKES_COLD}
        colder |= {(f.kind, f.number): f.place for f in spoken if f.source == COLD and f.kind == "community"}
        for f in spoken:
            links = self._homes.get(f.kind, {}) if f.source == COLD else {}
            above = (
                (kind, int(links[kind][f.number])) for kind in ("unit", "substation", "community") if kind in links
            )
            cause = next((colder[place] for place in above if place in colder), None)
            if cause is not None:
                found[f.place] = (f, cause)
        return found

    # --- substations → source -----------------------------------------------------------------------------------------

    def _by_source(self, spoken: Sequence[Finding], running: Bools) -> list[tuple[Finding, list[Finding]]]:
        """Sources most of whose running area has the same trouble."""
        out = []
        for source, what in FROM_SOURCE.items():
            of = [f for f in spoken if f.source == source and f.kind in ("unit", "substation")]
            if len(of) < number("source_fault", "least_objects"):
                continue
            hit = np.zeros(self._units.size, bool)
            hit[[f.number for f in of if f.kind == "unit"]] = True
            stations = np.array([f.number for f in of if f.kind == "substation"], np.int64)
            hit[self._units.numbers] |= np.isin(self._station_of[self._units.numbers], stations)
            judged = hit | running
            for kind, fed_by in self._fed_by.items():
                out += self._faults(kind, fed_by, source, what, of, hit, judged, spoken)
        return out

    def _faults(
        self,
        kind: str,
        fed_by: NDArray[np.int32],
        source: str,
        what: str,
        of: list[Finding],
        hit: Bools,
        judged: Bools,
        spoken: Sequence[Finding],
    ) -> list[tuple[Finding, list[Finding]]]:
        size = self._sizes[kind]
        bad = np.bincount(fed_by, self._area * hit, size)
        all_ = np.bincount(fed_by, self._area * judged, size)
        count = np.bincount(fed_by, hit, size)
        share = np.divide(bad, all_, out=np.zeros(size), where=all_ > 0)
        enough = (share >= number("source_fault", "share")) & (count >= number("source_fault", "least_objects"))
        enough[0] = False
        own = {f.number: f for f in spoken if f.kind == kind and f.source == source}
        out = []
        for n in np.flatnonzero(enough).tolist():
            members = [f for f in of if self._fed(f, fed_by) == n]
            cause = own.get(n) or _fault(kind, n, what, members, float(share[n]), float(bad[n]))
            out.append((cause, members))
        return out

    def _fed(self, f: Finding, fed_by: NDArray[np.int32]) -> int:
        """The source that feeds an object; all units of a substation hang on one."""
        if f.kind == "unit":
            return int(fed_by[f.number])
        own = self._units.numbers[self._station_of[self._units.numbers] == f.number]
        return int(fed_by[own[0]]) if own.size else 0


def _fault(kind: str, n: int, what: str, members: Sequence[Finding], share: float, area_m2: float) -> Finding:
    large = area_m2 >= number("severity", "large_area_m2")
    level = Level.I if large else Level.II if area_m2 >= number("severity", "large_source_m2") else Level.III
    text = f"热源侧异常：所供 {share:.0%} 的面积同时{what}，涉及 {len(members)} 处，{area_m2 / 1e4:.1f} 万 m²"
    evidence = Evidence("affected_share", round(share, 3), number("source_fault", "share"), "")
    sure = round(min(0.5 + 0.5 * share, 0.98), 2)
    since = int(np.median([m.since for m in members]))
    shares = _shares(members, np.full(len(members), 1 / len(members)))
    return Finding(source_key(State.SOURCE_FAULT), kind, n, level, since, text, (evidence,), sure, shares)


def _weighted(members: Sequence[Finding], weights: NDArray[np.floating]) -> tuple[Evidence, ...]:
    """Each quantity of the evidence as the mean over who has it."""
    out = []
    for e in members[0].evidence:
        pairs = [(x, w) for m, w in zip(members, weights, strict=True) for x in m.evidence if x.signal == e.signal]
        known = [(x.value, w) for x, w in pairs if x.value is not None]
        total = sum(w for _, w in known)
        value = round(sum(v * w for v, w in known) / total, 3) if total else None
        limit = sum(x.limit * w for x, w in pairs) / max(sum(w for _, w in pairs), 1e-9)
        out.append(replace(e, value=value, limit=round(limit, 3)))
    return tuple(out)


def _shares(members: Sequence[Finding], weights: NDArray[np.floating]) -> tuple[Contribution, ...]:
    total: dict[str, float] = defaultdict(float)
    for m, w in zip(members, weights, strict=True):
        for c in m.contributions:
            total[c.signal] += c.share * float(w)
    whole = sum(total.values())
    ordered = sorted(total.items(), key=lambda item: -item[1])
    return tuple(Contribution(signal, share / whole) for signal, share in ordered) if whole else ()
