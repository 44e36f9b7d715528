"""A simulated city whose faults are known, judged minute by minute as the platform does: what was found, what wrongly?

Two feeds of the same seed run side by side, one with faults in the data and one without: a value counts as wrong where
a label says so and the two differ by more than the tolerance.  Values are judged by the shipped rules and by what was
learned of the weeks before; rows go through the line's own admission.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.simulated import SimulatedHours
from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, MINUTE_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.pipeline.admission import Admission
from cleanheat.quality.contents import is_measured
from cleanheat.quality.library import shipped
from cleanheat.quality.public import Judge, Judged, Regularities, RuleSet, SilenceWatch
from cleanheat.quality.regularities import learn
from cleanheat.simulator.city import make_city
from cleanheat.simulator.families import PAIRS, Fault
from cleanheat.simulator.faults import Labels, Schedule
from cleanheat.simulator.feed import Delivery, Feed
from cleanheat.simulator.physics import City
from cleanheat.telemetry.frames import Block, Frame, assemble
from cleanheat.telemetry.public import Latest
from cleanheat.telemetry.traces import WHOLE_ROW, arrivals_of

HISTORY_DAYS = 60
RATES: Mapping[Fault, float] = {
    Fault.OUT_OF_RANGE: 12, Fault.SPIKE: 40, Fault.UNIT_MISTAKE: 12, Fault.SWAPPED: 15, Fault.SIGN: 20,
    Fault.SENTINEL: 12, Fault.COUNTER_RESET: 2000, Fault.STUCK: 2, Fault.DRIFT: 2, Fault.LIE: 0.5,
    Fault.CHANNEL_DEAD: 3, Fault.ROW_MISSING: 5, Fault.WRONG_CLOCK: 20,
}  # fmt: skip
"""How much more often than usual each family comes in a trial, so that every one is met some hundred times."""
OFTEN = frozenset({Fault.SPIKE, Fault.STUCK, Fault.UNIT_MISTAKE})
"""Rare or of few sensors even then: more of them on demand."""
VALUES = (
    Fault.OUT_OF_RANGE, Fault.SPIKE, Fault.STUCK, Fault.DRIFT, Fault.UNIT_MISTAKE, Fault.SWAPPED, Fault.SIGN,
    Fault.SENTINEL, Fault.COUNTER_RESET, Fault.CHANNEL_DEAD, Fault.LIE,
)  # fmt: skip
RESET = Fault.COUNTER_RESET
SETTLING = 99
LATEST_S = 40 * MINUTE_S
"""By then the latest of all batches has come."""
GATEWAYS = {
    Fault.SUBSTATION_GATEWAY: "substation",
    Fault.COMPANY_GATEWAY: "sender",
    Fault.PLATFORM_GATEWAY: "sender",
}

GATEWAY_KINDS: Mapping[Fault, frozenset[str]] = {
    Fault.SUBSTATION_GATEWAY: frozenset({"unit"}),
    Fault.COMPANY_GATEWAY: frozenset({"unit", "boiler", "room"}),
    Fault.PLATFORM_GATEWAY: frozenset({"device"}),
    Fault.BATCH_LOST: frozenset(KINDS),
}
"""Whose rows are lost with a gateway, or with a batch."""


@dataclass(frozen=True)
class Tolerance:
    """From where on a fault has to be found; below, finding it or not counts neither way."""

    drift_c: float = 3.0
    drift_share: float = 0.12
    least_c: float = 1.0
    least_mpa: float = 0.03
    least_share: float = 0.1
    flat_min: Mapping[str, int] = field(default_factory=lambda: {"unit": 240, "boiler": 480, "weather": 360})
    flat_other_min: int = 1440
    clock_min: float = 2.0
    late_min: float = 5.0
    reset_min: int = 6
    """Until the new level of a meter that began again is taken for its own."""
    settled_min: int = 20
    """A clock's offset and a gateway's silence are known after some minutes."""


@dataclass
class Score:
    """Values (or rows, or object-minutes) with a fault, those found, and sound ones with those wrongly hit."""

    wrong: int = 0
    found: int = 0
    sound: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.wrong if self.wrong else float("nan")

    @property
    def false_share(self) -> float:
        return self.false / self.sound if self.sound else float("nan")


@dataclass
class Trial:
    """Scores by family, ``all`` for any verdict on any sound value; which rules hit wrongly, what was missed."""

    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    false_by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    false_beside: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    wrong_at: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    minutes: int = 0


class NothingStored:
    """The admission's store of a line that remembers everything it needs itself."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, int], list[NDArray[np.uint32]]] = defaultdict(list)

    def add(self, frame: Frame) -> None:
        self._ids[frame.kind, frame.minute].append(frame.ids)

    def present_ids(self, kind: str, minute: int, ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
        known = self._ids.get((kind, minute))
        return ids[np.isin(ids, np.concatenate(known))] if known else ids[:0]

    def ids(self, kind: str, minute: int) -> NDArray[np.uint32]:
        known = self._ids.get((kind, minute))
        return np.concatenate(known) if known else np.zeros(0, np.uint32)

    def forget(self, before: int) -> None:
        for place in [p for p in self._ids if p[1] < before]:
            del self._ids[place]


FAMILY_RULES: Mapping[str, tuple[str, ...]] = {
    "out_of_range": ("range", "floor_bounds", "plausible", "humidity", "capacity", "power_rated", "weather_normal"),
    "spike": ("jump", "fuel_share"),
    "stuck": ("flat",),
    "drift": ("drift", "balance", "usual", "peers"),
    "unit_mistake": ("unit_mistake", "cold_water", "range", "balance", "fuel_share"),
    "swapped": ("swapped", "order"),
    "sign": ("range", "sign"),
    "sentinel": ("sentinel", "all_zero", "range"),
    "counter_reset": ("counter_fell",),
    "channel_dead": ("missing",),
}
"""Parts of rule codes by the family they are meant for: whose false hits count against it."""


def trial(
    seed: int,
    start: int,
    minutes: int,
    size: str = "small",
    rates: Mapping[Fault, float] = RATES,
    tolerance: Tolerance | None = None,
    tell: Callable[[int, int], object] | None = None,
) -> Trial:
    """Judge ``minutes`` minutes of a city; nothing of the faults is told to the rules or to what they learn from."""
    archive = make_city(size, seed).archive()
    return _Runner(archive, seed, start, rates, tolerance or Tolerance()).run(minutes, tell or (lambda _a, _b: None))


class _Runner:
    def __init__(
        self, archive: Archive, seed: int, start: int, rates: Mapping[Fault, float], tolerance: Tolerance
    ) -> None:
        self.archive, self.start, self.tolerance = archive, start, tolerance
        before = City(archive, seed)
        hours = SimulatedHours(before, start - (HISTORY_DAYS + 4) * DAY_S, start)
        self.regularities = Regularities(archive, learn(hours, archive, start, HISTORY_DAYS))
        measured = [r for r in shipped() if is_measured(r.kind)]
        self.rules = {i + 1: r for i, r in enumerate(measured)}
        compiled = RuleSet.compile([r.spec(i) for i, r in self.rules.items()], archive, self.regularities)
        if compiled.refused:
            raise ValueError(f"shipped rules do not compile: {dict(compiled.refused)}")
        self.marking = {r.spec.number for r in compiled if r.verdict is not None}
        self.judge = Judge(archive, compiled)
        self.silence = SilenceWatch(archive, watched_since=start)
        self.latest = Latest(archive)
        self.stored = NothingStored()
        self.admission = Admission(self.stored, known_until=start - MINUTE_S)  # type: ignore[arg-type]
        folder = Path(tempfile.mkdtemp(prefix="trial-"))
        self.faulty = Feed(
            archive, seed, start, folder / "a", schedule=Schedule(archive, seed, rates=rates, data_rate=1.0)
        )
        self.sound = Feed(archive, seed, start, folder / "b", schedule=Schedule(archive, seed, data_rate=0.0))
        self.result = Trial()
        self.counted: dict[tuple[str, int], NDArray[np.int64]] = {}
        self.truth: dict[tuple[str, int], list[NDArray[Any]]] = {}
        self.labels: Labels = self.faulty.labels(start, start)

    def run(self, minutes: int, tell: Callable[[int, int], object]) -> Trial:
        for m in range(minutes):
            t = self.start + m * MINUTE_S
            if m % 60 == 0:
                self.labels = self.faulty.labels(t - 3 * 3600, t + 2 * 3600)
                tell(m, minutes)
            for kind, frame in _frames(b for _, blocks in self.sound.minute(t) for b in blocks).items():
                self.truth[kind, t] = _dense(frame, self.archive)
            self._minute(t, self.faulty.minute(t))
            self.result.minutes += 1
        return self.result

    def _minute(self, t: int, deliveries: list[Delivery]) -> None:
        now = t + MINUTE_S + 5
        by_minute: dict[int, list[Block]] = defaultdict(list)
        for _, blocks in deliveries:
            for block in blocks:
                by_minute[block.minute].append(block)
        for minute in sorted(by_minute):
            self._take_in(minute, by_minute[minute], now)
        self._gateways(t)
        self._missing_rows(t - LATEST_S)
        self.admission.forget(t)
        self.stored.forget(t - 2 * 3600)
        for place in [p for p in self.truth if p[1] < t - 3600]:
            del self.truth[place]

    def _take_in(self, minute: int, blocks: list[Block], now: int) -> None:
        """As the line does: one frame a kind without known rows, judged in one call."""
        by_kind: dict[str, list[Block]] = defaultdict(list)
        for block in sorted(blocks, key=lambda b: list(KINDS).index(b.kind)):
            by_kind[block.kind].append(block)
        made = {kind: self.admission.frame(group) for kind, group in by_kind.items()}
        arrivals = arrivals_of(blocks, now, self.admission.repeated)
        self.admission.repeated.clear()
        frames = {kind: f for kind, f in made.items() if f is not None}
        judged = self.judge.judge(frames, float(now), arrivals)
        self._repeats(minute, blocks, judged, now - 5 - MINUTE_S)
        for kind, frame in frames.items():
            self.stored.add(frame)
            self.admission.stored(by_kind[kind])
            self.latest.update(judged.frames[kind])
            if (kind, minute) in self.truth:
                self._values(frame, judged, now)
            self._rows(frame, judged, now)

    # --- values -------------------------------------------------------------------------------------------------------

    def _values(self, frame: Frame, judged: Judged, now: int) -> None:
        table, minute = self.archive[frame.kind], frame.minute
        at = np.searchsorted(table.numbers, frame.ids)
        clocks = self._active(Fault.WRONG_CLOCK, now - 5 - MINUTE_S)
        comparable = ~np.isin(table.links["sender"][frame.ids], clocks["number"])
        label, flat_since = self._labelled(frame.kind, minute)
        said_by = self._named(frame, judged)
        truth = self.truth[frame.kind, minute]
        for i, (signal, said) in enumerate(zip(frame.spec.signals, frame.columns, strict=True)):
            true, fault = truth[i][at], label[i][at]
            verdict = frame.verdicts[i]
            hit = (verdict == Verdict.SUSPICIOUS) | (verdict == Verdict.BAD) | (verdict == Verdict.MISSING)
            null = said == signal.missing
            off = np.abs(said.astype(np.float64) - true) / signal.scale
            known = comparable & ~((true == signal.missing) & (fault == 0))
            sound = known & (fault == 0) & ~null
            self._score_sound(frame.kind, signal.code, i, sound, hit, said_by, label[:, at].max(axis=0))
            if signal.is_counter:
                off = np.where(self._fell(frame.kind, i, at, said, signal.missing) | (fault != RESET), np.inf, 0.0)
            for family in np.unique(fault[(fault > 0) & (fault != SETTLING) & comparable]).tolist():
                mine = comparable & (fault == family) & (~null | (family == Fault.CHANNEL_DEAD))
                if family == Fault.STUCK:
                    limit = self.tolerance.flat_min.get(frame.kind, self.tolerance.flat_other_min)
                    mine &= minute - np.maximum(flat_since[i][at], self.start) > limit * MINUTE_S
                mine &= off > self._least(family, signal.unit, np.abs(true) / signal.scale)
                score = self.result.scores[Fault(family).code]
                score.wrong += int(np.count_nonzero(mine))
                score.found += int(np.count_nonzero(mine & hit))
                place = (Fault(family).code, frame.kind, signal.code)
                self.result.wrong_at[place] += int(np.count_nonzero(mine))
                self.result.missed[place] += int(np.count_nonzero(mine & ~hit))
            empty = self.result.scores["missing"]
            empty.wrong += int(np.count_nonzero(null))
            empty.found += int(np.count_nonzero(null & (verdict == Verdict.MISSING)))
            empty.sound += int(np.count_nonzero(sound))
            empty.false += int(np.count_nonzero(sound & (verdict == Verdict.MISSING)))

    def _fell(self, kind: str, i: int, at: NDArray[np.int64], said: NDArray[Any], missing: int) -> NDArray[np.bool_]:
        """Whether a counter reads less than before: one that began again before it had counted anything does not."""
        before = self.counted.setdefault((kind, i), np.zeros(self.archive[kind].count, np.int64))
        fell = said < before[at]
        before[at] = np.where(said == missing, before[at], said)
        return np.asarray(fell)

    def _score_sound(
        self,
        kind: str,
        signal: str,
        i: int,
        sound: NDArray[np.bool_],
        hit: NDArray[np.bool_],
        said_by: Mapping[str, Mapping[int, NDArray[np.bool_]]],
        beside: NDArray[np.int16],
    ) -> None:
        n = int(np.count_nonzero(sound))
        every = self.result.scores["all"]
        every.sound += n
        every.false += int(np.count_nonzero(sound & hit))
        for family, parts in FAMILY_RULES.items():
            score = self.result.scores[family]
            score.sound += n
            wrongly = np.zeros(sound.shape, bool)
            for code, places in said_by.items():
                if i in places and any(p in code for p in parts):
                    wrongly |= places[i]
            score.false += int(np.count_nonzero(wrongly & sound))
        for code, places in said_by.items():
            if i in places and (wrong := int(np.count_nonzero(places[i] & sound))):
                self.result.false_by_rule[code, f"{kind}.{signal}"] += wrong
                for fault, n in zip(*np.unique(beside[places[i] & sound], return_counts=True), strict=True):
                    self.result.false_beside[code, signal, Fault(fault).code if fault in VALUES else "-"] += int(n)

    def _least(self, family: int, unit: str, true: NDArray[np.float64]) -> NDArray[np.float64]:
        """By how much a value must be wrong for its fault to count."""
        t = self.tolerance
        if family in {Fault.DRIFT, Fault.LIE}:
            return np.full(true.shape, t.drift_c) if unit == "℃" else t.drift_share * true
        if family in {Fault.OUT_OF_RANGE, Fault.SENTINEL, Fault.COUNTER_RESET, Fault.CHANNEL_DEAD}:
            return np.zeros(true.shape)
        if family == Fault.STUCK:
            return np.full(true.shape, 0.3) if unit == "℃" else 0.01 * true
        fixed = {"℃": t.least_c, "MPa": t.least_mpa}.get(unit)
        return np.maximum(t.least_share * true, 1e-6) if fixed is None else np.full(true.shape, fixed)

    def _labelled(self, kind: str, t: int) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
        """Fault of every value ``[S, N]`` at an instant (0: none), and since when."""
        numbers, n_signals = self.archive[kind].numbers, len(KINDS[kind].signals)
        out, since = (
            np.zeros((n_signals, numbers.shape[0]), np.int16),
            np.zeros((n_signals, numbers.shape[0]), np.int64),
        )
        later = np.where(self.labels["fault"] == Fault.COUNTER_RESET, self.tolerance.reset_min * MINUTE_S, 0)
        there = (self.labels["start"] <= t) & (self.labels["end"] + later > t)
        mine = self.labels[(self.labels["kind"] == kind) & there]
        for label in mine[np.isin(mine["fault"], VALUES)].tolist():
            _, number, fault, start, end, _, column = label
            row = int(np.searchsorted(numbers, number))
            columns: Any = slice(None) if column < 0 else column
            out[columns, row], since[columns, row] = fault, start
            if end <= t:
                out[columns, row] = SETTLING
            if fault == Fault.SWAPPED:
                other = PAIRS[kind][column]
                out[other, row], since[other, row] = fault, start
        return out, since

    def _named(self, frame: Frame, judged: Judged) -> dict[str, dict[int, NDArray[np.bool_]]]:
        """Rule code → column → which rows of the frame it hit (rules that leave a verdict)."""
        found: dict[str, dict[int, NDArray[np.bool_]]] = {}
        for hits in judged.hits:
            if hits.kind != frame.kind:
                continue
            rows = np.searchsorted(frame.ids, hits.ids)
            for number in np.unique(hits.rules).tolist():
                if number not in self.marking:
                    continue
                places = found.setdefault(self.rules[number].code, {})
                mine = hits.rules == number
                for i in np.unique(hits.signals[mine]).tolist():
                    mask = np.zeros(len(frame), bool)
                    mask[rows[mine & (hits.signals == i)]] = True
                    places[i] = mask
        return found

    # --- rows, batches, gateways --------------------------------------------------------------------------------------

    def _active(self, fault: Fault, t: int) -> Labels:
        found: Labels = self.labels[
            (self.labels["fault"] == fault) & (self.labels["start"] <= t) & (self.labels["end"] > t)
        ]
        return found

    def _rows(self, frame: Frame, judged: Judged, now: int) -> None:
        """Late rows and wrong clocks: hits on whole rows."""
        sender = self.archive[frame.kind].links["sender"][frame.ids]
        sent = now - 5 - MINUTE_S
        clocks = self._active(Fault.WRONG_CLOCK, sent)
        known_since = np.maximum(clocks["start"], self.start)  # what went wrong before anyone listened begins with it
        settled = clocks[sent - known_since >= self.tolerance.settled_min * MINUTE_S]
        off = np.isin(sender, clocks["number"][np.abs(clocks["amount"]) > self.tolerance.clock_min])
        is_recent = np.isin(sender, self._recent_clocks(sent)) | np.isin(sender, clocks["number"])
        is_late = (sent - frame.minute) / MINUTE_S > self.tolerance.late_min
        is_nearly = (sent - frame.minute) / MINUTE_S > self.tolerance.late_min - 1
        for code, wrong, sound in (
            ("wrong_clock", off & np.isin(sender, settled["number"]), ~is_recent),
            ("late", is_late & ~is_recent, ~is_recent & (not is_nearly)),
        ):
            hit = self._whole_rows(frame, judged, code)
            score = self.result.scores[code]
            score.wrong += int(np.count_nonzero(wrong))
            score.found += int(np.count_nonzero(wrong & hit))
            score.sound += int(np.count_nonzero(sound))
            score.false += int(np.count_nonzero(sound & hit))
            for who in np.unique(sender[wrong & ~hit]).tolist():
                n, lag = int(np.count_nonzero(wrong & ~hit & (sender == who))), (sent - frame.minute) // MINUTE_S
                self.result.missed[code, frame.kind, f"sender {who}, {lag} min behind"] += n

    def _recent_clocks(self, t: int) -> NDArray[np.int32]:
        """Senders whose clock was wrong within the last hour: until it has settled nothing is said of them."""
        clocks = self.labels[self.labels["fault"] == Fault.WRONG_CLOCK]
        return np.asarray(clocks["number"][(clocks["start"] <= t) & (clocks["end"] + 3600 > t)])

    def _whole_rows(self, frame: Frame, judged: Judged, part: str) -> NDArray[np.bool_]:
        hit = np.zeros(len(frame), bool)
        wanted = [n for n, r in self.rules.items() if r.code.startswith(part) and r.kind == frame.kind]
        for hits in judged.hits:
            if hits.kind == frame.kind:
                mine = np.isin(hits.rules, wanted) & (hits.signals == WHOLE_ROW)
                hit[np.searchsorted(frame.ids, hits.ids[mine])] = True
        return hit

    def _repeats(self, minute: int, blocks: list[Block], judged: Judged, sent: int) -> None:
        """Batches that came a second time: rows the rule on repetitions counts against their sender."""
        score = self.result.scores["duplicated"]
        twice = self._active(Fault.DUPLICATED, minute)["number"]
        counted = self._repeated_rows(judged)
        again = [(b, (b.sender, b.kind, b.minute, b.sequence) in self._came) for b in blocks]
        doubled = {(b.sender, b.kind) for b, came_before in again if came_before}
        for block, came_before in again:
            self._came.add((block.sender, block.kind, block.minute, block.sequence))
            n = int(block.ids.size)
            repeated = min(counted[block.kind, block.sender], n)
            if came_before and block.sender in twice:
                score.wrong += n
                score.found += repeated
            elif (block.sender, block.kind) not in doubled and block.sender not in self._recent_clocks(sent):
                score.sound += n
                score.false += repeated

    def _repeated_rows(self, judged: Judged) -> Counter[tuple[str, int]]:
        """Violations of the rules on repetitions, by kind and sender."""
        counted: Counter[tuple[str, int]] = Counter()
        for counts in judged.counts:
            for rule, sender, n in zip(
                counts.rules.tolist(), counts.senders.tolist(), counts.violations.tolist(), strict=True
            ):
                if n and self.rules[rule].code.startswith("repeated"):
                    counted[counts.kind, sender] += n
        return counted

    def _missing_rows(self, t: int) -> None:
        """Rows that never came, as supervision counts them: expected by the archive, not received when all is in."""
        score = self.result.scores["row_missing"]
        for kind in (k for k in KINDS if (k, t) in self.truth):
            table = self.archive[kind]
            spoke = np.logical_or.reduce(
                [c != s.missing for c, s in zip(self.truth[kind, t], KINDS[kind].signals, strict=True)]
            )
            came = np.zeros(table.numbers.shape[0], bool)
            came[np.searchsorted(table.numbers, self.stored.ids(kind, t))] = True
            lost, unclear = self._lost(kind, t)
            lost, sound = lost & spoke & ~unclear, spoke & ~lost & ~unclear
            score.wrong += int(np.count_nonzero(lost))
            score.found += int(np.count_nonzero(lost & ~came))
            score.sound += int(np.count_nonzero(sound))
            score.false += int(np.count_nonzero(sound & ~came))

    def _lost(self, kind: str, t: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Objects whose row of an instant was lost, and those whose sender's clock was wrong about then."""
        table = self.archive[kind]
        sender = table.links["sender"][table.numbers]
        rows = self._active(Fault.ROW_MISSING, t)
        lost = np.isin(table.numbers, rows["number"][rows["kind"] == kind])
        for fault, kinds in GATEWAY_KINDS.items():
            if kind in kinds:
                whose = table.links["substation"][table.numbers] if fault == Fault.SUBSTATION_GATEWAY else sender
                lost |= np.isin(whose, self._active(fault, t)["number"])
        return lost, np.isin(sender, np.concatenate([self._recent_clocks(t), self._recent_clocks(t + LATEST_S)]))

    @property
    def _came(self) -> set[tuple[int, str, int, int]]:
        if not hasattr(self, "_came_set"):
            self._came_set: set[tuple[int, str, int, int]] = set()
        return self._came_set

    def _gateways(self, t: int) -> None:
        """Lost gateways: findings of silence for sites and senders, minute by minute."""
        found = {(f.kind, f.number) for f in self.silence.judge(self.latest, t)}
        score = self.result.scores["gateway_lost"]
        wait = (self.tolerance.late_min + 2) * MINUTE_S
        excused: set[tuple[str, int]] = set()
        for fault, kind in GATEWAYS.items():
            near = self.labels[self.labels["fault"] == fault]
            near = near[(near["start"] <= t) & (near["end"] + 10 * MINUTE_S > t)]
            for label in near:
                place = (kind, int(label["number"]))
                excused.add(place)
                lasts = t - max(int(label["start"]), self.start) >= wait and label["end"] > t
                if self._sender_of(place)[1] in self._recent_clocks(t):
                    continue  # a clock that runs ahead hides a silence for as long: not comparable, as with values
                if (lasts and label["fault"] != Fault.PLATFORM_GATEWAY) or (lasts and kind == "sender"):
                    is_found = place in found or self._sender_of(place) in found
                    score.wrong += 1
                    score.found += is_found
                    self.result.missed["gateway_lost", kind, str(place[1])] += not is_found
        for place in found:
            if place not in excused and not self._is_excused(place, t):
                score.false += 1
        score.sound += self._places

    @property
    def _places(self) -> int:
        units = self.archive["unit"]
        return int(np.unique(units.links["substation"][units.numbers]).shape[0])

    def _sender_of(self, place: tuple[str, int]) -> tuple[str, int]:
        kind, number = place
        if kind != "substation":
            return place
        units = self.archive["unit"]
        mine = units.numbers[units.links["substation"][units.numbers] == number]
        return "sender", int(units.links["sender"][mine[0]])

    def _is_excused(self, place: tuple[str, int], t: int) -> bool:
        """Silent for another labelled reason: clock, rows that are missing, a controller that says only zeros."""
        kind, number = place
        near = self.labels[(self.labels["start"] <= t) & (self.labels["end"] + 10 * MINUTE_S > t)]
        sender = self._sender_of(place)[1] if kind in {"substation", "sender"} else -1
        senders = near[np.isin(near["fault"], [Fault.WRONG_CLOCK, Fault.COMPANY_GATEWAY, Fault.BATCH_LOST, Fault.LATE])]
        if sender in senders["number"]:
            return True
        rows = near[np.isin(near["fault"], [Fault.ROW_MISSING, Fault.SENTINEL])]
        if kind == "substation":
            units = rows[rows["kind"] == "unit"]["number"]
            return number in self.archive["unit"].links["substation"][units]
        return bool(((rows["kind"] == kind) & (rows["number"] == number)).any())


def _frames(blocks: Iterable[Block]) -> dict[str, Frame]:
    by_kind: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        by_kind[block.kind].append(block)
    return {kind: assemble(group) for kind, group in by_kind.items()}


def _dense(frame: Frame, archive: Archive) -> list[NDArray[Any]]:
    """Columns by position, the missing mark where an object is not in the frame."""
    table = archive[frame.kind]
    at = np.searchsorted(table.numbers, frame.ids)
    out = []
    for signal, column in zip(frame.spec.signals, frame.columns, strict=True):
        dense = np.full(table.count, signal.missing, np.float64)
        dense[at] = column
        out.append(dense)
    return out
