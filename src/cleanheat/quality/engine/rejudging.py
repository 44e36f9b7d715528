"""What would these rules have said of a stored past?  The live engine over streamed minutes; nothing is written.

Serves previews of rules not yet published, the verification of governance orders and studies of a season.  A span is
judged as the line would have judged it: the hour before it is judged too, for the history, and left out of the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.expressions.tree import Leaf, ReadingLeaf
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.quality.engine.compiled import RuleSet
from cleanheat.quality.engine.judging import Judge, Judged
from cleanheat.quality.engine.readings import CLOCK_OFFSET, LAG, OUTDOOR, REPEATS
from cleanheat.quality.engine.regularities import Regularities
from cleanheat.quality.specs import RuleSpec
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.traces import WHOLE_ROW, Arrivals, Counts, Hits

WARM_UP_MIN: Final = 60
EXAMPLES: Final = 20
"""Hits of each rule that are kept to be looked at."""

Ids = Mapping[str, NDArray[np.uint32]]
Tell = Callable[[int, int], object]


class Past(Protocol):
    """The store, as far as judging afresh needs it."""

    def stream(self, kind: str, start: int, end: int, ids: NDArray[np.uint32] | None = None) -> Iterator[Frame]: ...
    def arrivals(self, start: int, end: int) -> Arrivals: ...


@dataclass(frozen=True)
class Example:
    """One value that broke a rule; ``signal`` is empty for a whole row, ``value`` in the signal's unit."""

    rule: int
    kind: str
    number: int
    minute: int
    signal: str
    value: float | None


@dataclass
class Rejudged:
    """The answer: counts by sender, rule and kind over the whole span, violations by rule number, some examples."""

    minutes: int = 0
    rows: int = 0
    corrected: int = 0
    violations: Counter[int] = field(default_factory=Counter)
    checks: Counter[int] = field(default_factory=Counter)
    skipped: Counter[int] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    _counts: dict[tuple[str, int, int, int], NDArray[np.int64]] = field(default_factory=dict)
    _kept: Counter[int] = field(default_factory=Counter)

    def counts(self) -> list[Counts]:
        """One row a rule, version and sender of the whole span, by kind."""
        return [self._counts_of(kind) for kind in sorted({key[0] for key in self._counts})]

    def _counts_of(self, kind: str) -> Counts:
        rows = sorted((key, sums) for key, sums in self._counts.items() if key[0] == kind)
        keys = np.array([key[1:] for key, _ in rows], np.int64).T
        sums = np.array([sums for _, sums in rows], np.uint64).T
        return Counts(
            kind, keys[0].astype(np.uint32), keys[1].astype(np.uint16), keys[2].astype(np.uint32), *sums.copy()
        )

    def add(self, judged: Judged, frames: Mapping[str, Frame], reported: frozenset[int]) -> None:
        """One minute's answers, as far as they are about the rules asked for."""
        self.minutes += 1
        self.rows += sum(len(f) for f in frames.values())
        self.corrected += sum(int(np.isin(c.rules, list(reported)).sum()) for c in judged.cleaned)
        for counts in judged.counts:
            self._add_counts(counts, reported)
        for hits in judged.hits:
            self._add_examples(hits, reported)

    def _add_counts(self, counts: Counts, reported: frozenset[int]) -> None:
        of = np.flatnonzero(np.isin(counts.rules, list(reported)))
        sums = np.stack([counts.checks[of], counts.violations[of], counts.skipped[of]], axis=1).astype(np.int64)
        keys = zip(counts.rules[of].tolist(), counts.versions[of].tolist(), counts.senders[of].tolist(), strict=True)
        for (rule, version, sender), row in zip(keys, sums, strict=True):
            key = counts.kind, rule, version, sender
            self._counts[key] = self._counts.get(key, np.zeros(3, np.int64)) + row
        for rule in np.unique(counts.rules[of]).tolist():
            checks, violations, skipped = sums[counts.rules[of] == rule].sum(axis=0).tolist()
            self.checks[rule] += checks
            self.violations[rule] += violations
            self.skipped[rule] += skipped

    def _add_examples(self, hits: Hits, reported: frozenset[int]) -> None:
        for rule in set(np.unique(hits.rules).tolist()) & reported:
            room = EXAMPLES - self._kept[rule]
            for i in np.flatnonzero(hits.rules == rule)[: max(room, 0)].tolist():
                self._kept[rule] += 1
                self.examples.append(_example(hits, i))


def _example(hits: Hits, i: int) -> Example:
    place, raw = int(hits.signals[i]), int(hits.raw[i])
    signal = None if place == WHOLE_ROW else KINDS[hits.kind].signals[place]
    value = None if signal is None or raw == signal.missing else round(raw / signal.scale, signal.decimals)
    code = "" if signal is None else signal.code
    return Example(int(hits.rules[i]), hits.kind, int(hits.ids[i]), int(hits.minutes[i]), code, value)


def rejudge(
    specs: Iterable[RuleSpec],
    store: Past,
    archive: Archive,
    start: int,
    end: int,
    *,
    ids: Ids | None = None,
    background: Iterable[RuleSpec] = (),
    regularities: Regularities | None = None,
    progress: Tell | None = None,
) -> Rejudged:
    """Ask ``specs`` of the stored minutes ``[start, end)``.

    Args:
        ids: only these objects of a kind; kinds that are not named are read as a whole.
        background: rules that are asked before (those in force): what they find bad is missing for ``specs``.
        progress: told of minutes done and minutes in all; may raise to stop.
    """
    asked = tuple(specs)
    reported = frozenset(s.number for s in asked)
    rules = RuleSet.compile([*asked, *_useful(background, asked)], archive, regularities)
    judge, answer = Judge(archive, rules), Rejudged()
    first, minutes = start - WARM_UP_MIN * MINUTE_S, (end - start) // MINUTE_S
    arrivals = _Arrivals(store, end) if _asks_arrivals(rules) else None
    for minute, frames in _minutes(store, _kinds(rules), first, end, ids or {}):
        judged = judge.judge(frames, minute + MINUTE_S, arrivals.of(minute) if arrivals else None)
        if minute >= start:
            answer.add(judged, frames, reported)
            if progress is not None:
                progress((minute - start) // MINUTE_S + 1, minutes)
    return answer


def _useful(background: Iterable[RuleSpec], asked: tuple[RuleSpec, ...]) -> Iterator[RuleSpec]:
    """Rules on the kinds asked for, without those that are being asked in another version."""
    kinds, numbers, codes = {s.kind for s in asked}, {s.number for s in asked}, {s.code for s in asked}
    return (s for s in background if s.kind in kinds and s.number not in numbers and s.code not in codes)


def _minutes(
    store: Past, kinds: Iterable[str], start: int, end: int, ids: Ids
) -> Iterator[tuple[int, dict[str, Frame]]]:
    """All kinds' frames of each minute together, in time order."""
    streams = {kind: store.stream(kind, start, end, ids=ids.get(kind)) for kind in kinds}
    waiting = {kind: frame for kind, stream in streams.items() if (frame := next(stream, None)) is not None}
    while waiting:
        minute = min(f.minute for f in waiting.values())
        now = {kind: frame for kind, frame in waiting.items() if frame.minute == minute}
        yield minute, now
        for kind in now:
            frame = next(streams[kind], None)
            if frame is None:
                del waiting[kind]
            else:
                waiting[kind] = frame


def _kinds(rules: RuleSet) -> list[str]:
    """Kinds with rules, those that rules look at, and the weather where somebody asks for the cold outside."""
    wanted = {kind for kind, own in rules.rules.items() if own}
    for rule in rules:
        for leaf in rule.leaves:
            if isinstance(leaf, ReadingLeaf) and leaf.function in ("parent", "sum_children"):
                wanted.add(str(leaf.args[0]))
            if _code(leaf) == OUTDOOR or (isinstance(leaf, ReadingLeaf) and leaf.function.startswith("usual")):
                wanted.add("weather")
    return [kind for kind in KINDS if kind in wanted]


def _code(leaf: Leaf) -> str:
    return "" if isinstance(leaf, ReadingLeaf) else leaf.code


def _asks_arrivals(rules: RuleSet) -> bool:
    return any(_code(leaf) in (LAG, REPEATS, CLOCK_OFFSET) for r in rules for leaf in r.leaves)


class _Arrivals:
    """Batches of each minute, read from the store an hour at a time."""

    def __init__(self, store: Past, end: int) -> None:
        self._store, self._end = store, end
        self._hour = (0, 0)
        self._held: Arrivals | None = None

    def of(self, minute: int) -> Arrivals:
        if self._held is None or not self._hour[0] <= minute < self._hour[1]:
            self._hour = minute, min(minute + HOUR_S, self._end)
            self._held = self._store.arrivals(*self._hour)
        a, now = self._held, self._held.minutes == minute
        kinds = [kind for kind, is_now in zip(a.kinds, now.tolist(), strict=True) if is_now]
        return Arrivals(
            kinds, a.senders[now], a.sequences[now], a.minutes[now], a.received_at[now], a.rows[now], a.repeated[now]
        )
