"""What is usual now, and which sensor has drifted?  Learned profiles, followed with every minute's readings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.anomaly.ewma import smoothed
from cleanheat.calc.anomaly.sensor_drift import (
    HEAT,
    Circuit,
    against_peers,
    beyond_mates,
    candidates,
    imbalance_k,
    isolate,
)
from cleanheat.calc.profile.features import effective, features
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.regularities.circuits import CIRCUITS, COMPARED, MATES, CircuitSignals, groups
from cleanheat.quality.regularities.kept import Learned, last_change
from cleanheat.quality.regularities.learning import LEAST_DIFFERENCE_K, LOCAL_H, WARM_UP_DAYS
from cleanheat.telemetry.frames import Frame

FOLDER = "quality"
HOLD_MIN = 10
"""How long one evaluation of the usual stands: the cold changes by the hour."""
CIRCUIT_TAU_MIN, COMPARED_TAU_MIN = 20, {"room": 360, "device": 360, "weather": 90}
EVERY_MIN = {"room": 15, "device": 15}
"""The many meters are looked at in turn, not every minute; what drifts, drifts for days."""
SETTLE_MIN = 10
LEAST_LOAD = 0.4
"""Share of the usual flow and heat below which a circuit is not judged."""
LEAST_K, LEAST_SHARE, MOST_K = 0.25, 0.04, 15.0
ALIKE_SHARE = 0.3
WANDERING_SPREADS = 1.2
PEERS_MOST_K = 3.0
"""By how much at most a neighbour counts in what neighbours share: one that drifts must not move the others."""
Floats = NDArray[np.float64]
Usual = tuple[Floats, Floats, Floats]


class Regularities:
    """One city's regularities by position in the archive's kinds; one writer (``update``), read in the same thread."""

    def __init__(self, archive: Archive, learned: Learned | None = None, folder: Path | None = None) -> None:
        self._archive = archive
        self._folder, self._changed = folder, last_change(folder)
        self._groups = {kind: groups(archive, kind) for kind in KINDS}
        self._mates = {kind: groups(archive, kind, by) for kind, by in MATES.items()}
        self._places = {kind: np.cumsum(archive[kind].exists()) - 1 for kind in KINDS}
        self._state: dict[tuple[str, str], Floats] = {}
        self._drift: dict[tuple[str, str], Floats] = {}
        self._running: dict[str, NDArray[np.int32]] = {}
        self._hours: dict[int, tuple[float, int]] = {}
        self.take_over(learned)

    @classmethod
    def load(cls, archive: Archive, data_dir: Path) -> Regularities:
        """With what was last learned; nothing is usual where nothing was."""
        folder = data_dir / FOLDER
        return cls(archive, Learned.load(folder, archive), folder)

    def take_over(self, learned: Learned | None) -> None:
        """Follow what has been learned anew; the live state goes on."""
        self._learned = learned
        self._usual: dict[tuple[str, str], Usual] = {}
        self._features: tuple[int, Floats, float] | None = None
        if learned is not None:
            known = zip(learned.outdoor_hours.tolist(), learned.outdoor_c.tolist(), strict=True)
            self._hours = {hour: (c, 60) for hour, c in known if c == c} | self._hours

    @property
    def is_known(self) -> bool:
        return self._learned is not None and bool(self._learned.profiles)

    # --- what rules ask -----------------------------------------------------------------------------------------------

    def usual(self, kind: str, signal: str, minute: int, outdoor_temp_c: float) -> Usual | None:
        """Low, middle and high of every object in this cold at this hour; None where nothing was learned."""
        profile = self._learned.profiles.get((kind, signal)) if self._learned else None
        if profile is None:
            return None
        slot = minute // (HOLD_MIN * MINUTE_S)
        if self._features is None or self._features[0] != slot:
            self._features = (slot, *self._now(minute, outdoor_temp_c))
            self._usual.clear()
        found = self._usual.get((kind, signal))
        if found is None:
            found = self._usual[kind, signal] = profile.at(*self._features[1:])
        return found

    def drift(self, kind: str, signal: str) -> Floats | None:
        """Estimated drift of every sensor in the signal's unit: 0 where none is seen, NaN where nobody can tell."""
        return self._drift.get((kind, signal))

    def _now(self, minute: int, outdoor_temp_c: float) -> tuple[Floats, float]:
        """Features of the instant; with no days before, the present temperature stands for all."""
        last = minute - minute % HOUR_S
        hours = range(last - WARM_UP_DAYS * 24 * HOUR_S, last + HOUR_S, HOUR_S)
        outdoor = np.array([self._hours.get(h, (np.nan, 0))[0] for h in hours])
        slow, fast = effective(outdoor)
        cold = [outdoor_temp_c if np.isnan(t[-1]) else float(t[-1]) for t in (slow, fast)]
        local_hour = np.array([(minute // HOUR_S + LOCAL_H) % 24])
        return features(np.array(cold[:1]), np.array(cold[1:]), local_hour)[0], cold[0]

    # --- what every minute adds ---------------------------------------------------------------------------------------

    def update(self, frames: Mapping[str, Frame], minute: int) -> None:
        """Take in the judged frames of the newest minute: the cold outside, and how the sensors stand to each other."""
        self._look_for_news(minute)
        outdoor = self._take_outdoor(frames.get("weather"), minute)
        if not self.is_known or outdoor is None:
            return
        turn = minute // MINUTE_S
        for kind, frame in frames.items():
            every = EVERY_MIN.get(kind, 1)
            if not len(frame) or turn % every:
                continue
            if kind in COMPARED:
                self._compare(kind, frame, outdoor, every / COMPARED_TAU_MIN[kind])
            else:
                self._balance(kind, frame, outdoor)

    def _look_for_news(self, minute: int) -> None:
        """Every ten minutes: has the daily job learned anew?"""
        if self._folder is None or minute // MINUTE_S % HOLD_MIN:
            return
        changed = last_change(self._folder)
        if changed != self._changed:
            self._changed = changed
            learned = Learned.load(self._folder, self._archive)
            if learned is not None:
                self.take_over(learned)

    def _take_outdoor(self, frame: Frame | None, minute: int) -> float | None:
        hour = minute - minute % HOUR_S
        if frame is not None and len(frame):
            values = self._values(frame, "outdoor_temp_c")
            known = values[~np.isnan(values)]
            if known.size:
                mean, n = self._hours.get(hour, (0.0, 0))
                n = min(n, 59)
                self._hours[hour] = ((mean * n + float(np.median(known))) / (n + 1), n + 1)
                for old in [h for h in self._hours if h < hour - (WARM_UP_DAYS + 1) * 24 * HOUR_S]:
                    del self._hours[old]
        found = self._hours.get(hour) or self._hours.get(hour - HOUR_S)
        return found[0] if found else None

    def _values(self, frame: Frame, signal: str) -> Floats:
        """Readings by position, NaN where none or none that could be a reading (what is suspicious may be a drift)."""
        i = frame.spec.index[signal]
        out = np.full(self._archive[frame.kind].count, np.nan)
        spec, raw, verdict = frame.spec.signals[i], frame.columns[i], frame.verdicts[i]
        bad = (raw == spec.missing) | (verdict == Verdict.BAD) | (verdict == Verdict.MISSING)
        out[self._places[frame.kind][frame.ids]] = np.where(bad, np.nan, raw / spec.scale)
        return out

    def _departure(self, frame: Frame, signal: str, outdoor: float) -> tuple[Floats, Floats] | None:
        """Readings and what they depart from usual by."""
        usual = self.usual(frame.kind, signal, frame.minute, outdoor)
        if usual is None:
            return None
        values = self._values(frame, signal)
        return values, values - usual[1]

    def _settled(self, circuit: str, runs: NDArray[np.bool_], stands: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Circuits that have been running for some minutes: before, water of all temperatures is on its way."""
        since = self._running.get(circuit)
        if since is None:
            since = self._running[circuit] = np.full(runs.shape, SETTLE_MIN, np.int32)  # nobody knows how long
        np.minimum(since + 1, SETTLE_MIN + 1, out=since)
        since[stands] = 0
        return runs & (since > SETTLE_MIN)

    def _follow(self, kind: str, name: str, value: Floats, stands: NDArray[np.bool_]) -> Floats:
        """Smoothed over the minutes in which a circuit runs; what was before it stood still is forgotten."""
        state = self._smoothed(kind, name, value, 1 / CIRCUIT_TAU_MIN)
        state[stands] = np.nan
        return state

    def _smoothed(self, kind: str, name: str, value: Floats, share: float) -> Floats:
        state = self._state.get((kind, name))
        if state is None:
            state = self._state[kind, name] = np.full(value.shape, np.nan)
        return smoothed(state, value, share)

    def _compare(self, kind: str, frame: Frame, outdoor: float, share: float) -> None:
        """Sensors with neighbours: what one departs from its usual beyond what the others do."""
        signal = COMPARED[kind]
        found = self._departure(frame, signal, outdoor)
        if found is not None:
            group, size = self._groups[kind]
            own = np.clip(against_peers(found[1], group, size, PEERS_MOST_K), -MOST_K, MOST_K)
            apart = self._smoothed(kind, signal, own, share)
            apart = beyond_mates(apart, *self._mates[kind]) if kind in self._mates else apart
            spread = self._learned.profiles[kind, signal].spread if self._learned else np.zeros(apart.shape)
            with np.errstate(invalid="ignore"):  # who usually wanders is not said to drift
                self._drift[kind, signal] = np.where(np.abs(apart) < WANDERING_SPREADS * spread, 0.0, apart)

    def _balance(self, kind: str, frame: Frame, outdoor: float) -> None:
        """Circuits: whose drift would explain that heat, flow and temperatures no longer agree."""
        looked = [self._look(kind, c, frame, outdoor) for c in CIRCUITS[kind]]
        shares = [None if one is None else one[1] for one in looked]
        for circuit, one in zip(CIRCUITS[kind], looked, strict=True):
            if one is None:
                continue
            errors, share, departures, spreads, unbalanced = one
            others = [s for s in shares if s is not None and s is not share]
            with np.errstate(invalid="ignore"):  # heat is wrong only where it is wrong in every circuit alike
                alike = [np.abs(share - s) <= ALIKE_SHARE * np.abs(share) for s in others]
            heat_may = np.logical_and.reduce(alike) if alike else np.ones(share.shape, bool)
            errors[HEAT] = np.where(heat_may, errors[HEAT], np.nan)
            blamed = np.where(unbalanced, isolate(errors, departures, spreads), -1)
            unknown = np.isnan(share)
            for i, signal in enumerate(circuit.signals):
                if i == HEAT and others and circuit is not CIRCUITS[kind][0]:
                    continue
                drift = np.where(blamed == i, errors[i], 0.0)
                self._drift[kind, signal] = np.where(unknown, np.nan, drift)

    def _look(
        self, kind: str, circuit: CircuitSignals, frame: Frame, outdoor: float
    ) -> tuple[list[Floats], Floats, list[Floats], list[Floats], NDArray[np.bool_]] | None:
        """Smoothed errors of each candidate, relative imbalance, departures, spreads, and where the balance fails."""
        learned = self._learned
        found = [self._departure(frame, s, outdoor) for s in circuit.signals]
        if learned is None or any(f is None for f in found):
            return None
        readings, departures = zip(*(f for f in found if f is not None), strict=True)
        ratio = learned.ratios[kind, circuit.name]
        now = Circuit(*readings)
        with np.errstate(invalid="ignore"):
            usual_flow, usual_heat = readings[2] - departures[2], readings[3] - departures[3]
            needed = now.heat / (ratio * np.where(now.flow > 0, now.flow, np.nan))
            runs = (now.heat > LEAST_LOAD * usual_heat) & (now.flow > LEAST_LOAD * usual_flow)
            difference = now.hot_c - now.cold_c
            runs &= np.maximum(needed, difference) > LEAST_DIFFERENCE_K[circuit.name]
        stands = ~runs & ~np.isnan(needed + difference)
        runs = self._settled(f"{kind}/{circuit.name}", runs, stands)
        off = np.where(runs, np.clip(imbalance_k(now, ratio), -MOST_K, MOST_K), np.nan)
        errors = [
            self._follow(kind, f"{circuit.name}/error/{i}", np.where(runs & np.isfinite(e), e, np.nan), stands).copy()
            for i, e in enumerate(candidates(now, off, ratio))
        ]
        group, size = self._groups[kind]
        if kind == "unit" and circuit.name == "primary":
            shared = against_peers(departures[0], group, size, PEERS_MOST_K)
            departures = (np.where(np.isnan(shared), departures[0], shared), *departures[1:])
        apart = [
            self._follow(kind, f"{circuit.name}/apart/{i}", np.where(runs, d, np.nan), stands)
            for i, d in enumerate(departures)
        ]
        spreads = [learned.profiles[kind, s].spread for s in circuit.signals]
        needed = self._follow(kind, f"{circuit.name}/difference", np.where(runs, needed, np.nan), stands)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = errors[0] / needed
            unbalanced = (np.abs(errors[0]) > LEAST_K) & (np.abs(share) > LEAST_SHARE)
        return errors, share, apart, spreads, unbalanced
