"""Can this reading be trusted?  All published rules over all kinds of one minute, in phases, block by block.

    boards ─▶ 0 timeliness ─▶ 1 completeness ─▶ 2 bounds, norms ─▶ 3 jumps ─▶ 4 correlation ─▶ what looks elsewhere
              verdicts, hits and counts; what a phase finds bad is a missing operand of the next

Rules that look at parents, children or peers come last, when every kind has passed the other phases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from cleanheat.assets.archive import Archive
from cleanheat.calc.expressions.blocks import BLOCK_ROWS
from cleanheat.calc.expressions.tree import FieldLeaf
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S, floor_minute
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.engine.alarms import Alarms
from cleanheat.quality.engine.asking import ask, ask_whole
from cleanheat.quality.engine.board import Board, Places
from cleanheat.quality.engine.cleaning import Cleaning
from cleanheat.quality.engine.compiled import CompiledRule, RuleSet
from cleanheat.quality.engine.history import History
from cleanheat.quality.engine.kinship import Kinship
from cleanheat.quality.engine.readings import OUTDOOR, REPEATS, Floats, Look, Patch
from cleanheat.quality.engine.scope import holds_at
from cleanheat.quality.engine.senders import SenderClocks, lag_min, only_repeated, repeats
from cleanheat.quality.engine.tally import Counting, SenderCounts, Tally, counts_of, hits_of
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.traces import Arrivals, Cleaned, Counts, Hits

OUTDOOR_KEPT_MIN = 60
"""How long the city's outdoor temperature stands in for weather that has not come."""


@dataclass
class Judged:
    """What one minute's judging says beside the verdicts in its frames.

    ``frames`` are the frames as models and screens get them, corrected values in place; ``by_rule`` counts violations
    by the rule's code, ``untraced`` those of them that were too many to keep a hit of each.
    """

    hits: list[Hits] = field(default_factory=list)
    cleaned: list[Cleaned] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    by_rule: dict[str, int] = field(default_factory=dict)
    untraced: dict[str, int] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)


@dataclass
class _Kind:
    """One kind while its minute is being judged."""

    board: Board
    whole: Patch
    patches: list[Patch]
    cleaning: Cleaning
    tallies: dict[int, Tally]


class Judge:
    """Holds the compiled rules and everything they remember; one caller at a time."""

    def __init__(self, archive: Archive, rules: RuleSet, history: History | None = None) -> None:
        self.history = history or History(archive)
        self._archive = archive
        self._kinship = Kinship(archive)
        self._most_hits = int(parameters_of("judging")["most_hits"].value)
        self._senders = 1 + max(int(archive[k].links["sender"].max(initial=0)) for k in KINDS)
        self._clocks = SenderClocks(self._senders)
        self._alarms = Alarms(archive, self._senders)
        self._attributes: dict[tuple[str, str], Floats] = {}
        self._outdoor: tuple[int, float] = (0, float("nan"))
        self.reload(rules)

    def reload(self, rules: RuleSet) -> None:
        """Other rules from now on; what is remembered stays."""
        self.rules = rules
        self._specs = {rule.spec.number: rule.spec for rule in rules}
        self.history.need(rules.needs)
        self._alarms.keep(self._specs)

    def judge(self, frames: Mapping[str, Frame], now: float, arrivals: Arrivals | None = None) -> Judged:
        """Judge all kinds of one minute, write their verdicts and remember them.

        ``arrivals`` are the batches they came in; without, rules on delay, repetition and clocks do not apply.
        """
        self._alarms.begin()
        if arrivals is not None:  # also of a clock set back, whose minutes are known already
            self._clocks.note(arrivals)
        if not frames:
            judged = Judged()
            self._count_repeats(arrivals, judged)
            return judged
        with np.errstate(all="ignore"):  # missing operands are NaN, and x/0 is not applicable
            return self._judge(frames, now, arrivals)

    def _judge(self, frames: Mapping[str, Frame], now: float, arrivals: Arrivals | None) -> Judged:
        look = self._look(frames, now, arrivals)
        kinds = {kind: self._begin(kind, look) for kind in sorted(frames, key=lambda k: k != "weather")}
        for kind, one in kinds.items():
            self._ask(one, [r for r in self.rules.rules[kind] if not r.looks_elsewhere], look.minute)
            if kind == "weather":
                look.outdoor_temp_c = self._outdoors(one.board, look.minute)
        for kind, one in kinds.items():
            self._ask(one, [r for r in self.rules.rules[kind] if r.looks_elsewhere], look.minute)
        judged = Judged()
        for kind, one in kinds.items():
            self._finish(kind, one, look, judged)
        self._count_repeats(arrivals, judged)
        if self.rules.regularities is not None and look.in_order:
            self.rules.regularities.update({kind: frames[kind] for kind in look.in_order}, look.minute)
        return judged

    def take_back(self) -> None:
        """The last minute was not stored and will come again: it must not count twice in the senders' shares."""
        self._alarms.take_back()

    def _count_repeats(self, arrivals: Arrivals | None, judged: Judged) -> None:
        """Batches of which nothing was new leave no row to judge; a rule on repetitions counts them all the same."""
        for kind, repeated in only_repeated(arrivals, self._senders).items() if arrivals is not None else ():
            minute = int(arrivals.minutes[0]) if arrivals is not None else 0
            tallies = [Tally(r) for r in self.rules.rules[kind] if _asks_repeats(r) and holds_at(r.spec.scope, minute)]
            if not tallies:
                continue
            every = np.repeat(repeated[None], len(tallies), axis=0)
            counted = SenderCounts(every, every, np.zeros_like(every))
            judged.counts.append(counts_of(kind, tallies, counted))
            for i, tally in enumerate(tallies):
                spec = tally.rule.spec
                self._alarms.note_senders(spec, counted.of(i), minute // MINUTE_S)
                judged.by_rule[spec.code] = judged.by_rule.get(spec.code, 0) + int(repeated.sum())

    def findings(self, minute: int) -> list[Finding]:
        """What holds in this minute for long enough to be reported."""
        return self._alarms.findings(self._specs, minute)

    def _look(self, frames: Mapping[str, Frame], now: float, arrivals: Arrivals | None) -> Look:
        minute = next(iter(frames.values())).minute
        in_order = frozenset(k for k in frames if minute <= floor_minute(now) and self.history[k].begin(minute))
        look = Look(
            minute=minute,
            boards={k: self._board(f) for k, f in frames.items()},
            history=self.history,
            archive=self._archive,
            kinship=self._kinship,
            attributes=self._attributes,
            in_order=in_order,
            senders=self._senders,
            outdoor_temp_c=self._outdoors(None, minute),
            regularities=self.rules.regularities,
        )
        if arrivals is not None:
            look.repeats = {kind: repeats(arrivals, kind, self._senders) for kind in frames}
            look.lag_min = {kind: lag_min(arrivals, kind, self._senders) for kind in frames}
            look.clock_offset_min = self._clocks.offset_min()
        return look

    def _board(self, frame: Frame) -> Board:
        kinship = self._kinship
        return Board(frame, self._archive[frame.kind], kinship.place_of[frame.kind], kinship.sender[frame.kind])

    def _outdoors(self, board: Board | None, minute: int) -> float:
        """The city's median of what can be trusted now, or was not long ago."""
        if board is not None:
            values = board.values(board.spec.index[OUTDOOR])
            values = values[~np.isnan(values)]
            if values.size and minute >= self._outdoor[0]:
                self._outdoor = minute, float(np.median(values))
        known, value = self._outdoor
        return value if abs(minute - known) <= OUTDOOR_KEPT_MIN * MINUTE_S else float("nan")

    def _begin(self, kind: str, look: Look) -> _Kind:
        board = look.boards[kind]
        blocks = [slice(a, min(a + BLOCK_ROWS, board.count)) for a in range(0, board.count, BLOCK_ROWS)]
        patches = [Patch(look, kind, block) for block in blocks if board.present[block].any()]
        return _Kind(board, Patch(look, kind, slice(0, board.count)), patches, Cleaning(board), {})

    def _ask(self, one: _Kind, rules: Sequence[CompiledRule], minute: int) -> None:
        asked = [r for r in rules if holds_at(r.spec.scope, minute)]
        one.tallies |= {id(r): Tally(r) for r in asked}
        for _, phase in groupby(asked, key=lambda r: r.phase):
            _ask_phase(one, list(phase))

    def _finish(self, kind: str, one: _Kind, look: Look, judged: Judged) -> None:
        """Verdicts into the frame, history, counts, hits and corrected values of one kind."""
        board, table = one.board, self._archive[kind]
        board.write_back()
        self._remember(kind, board, look.minute, in_order=kind in look.in_order)
        tallies = list(one.tallies.values())
        if tallies:
            counted = Counting(board, self._senders).of(tallies)
            judged.counts.append(counts_of(kind, tallies, counted))
            for i, tally in enumerate(tallies):
                self._alarms.note(tally, counted.of(i), board, kind in look.in_order)
                if tally.count:
                    judged.by_rule[tally.rule.spec.code] = tally.count
        hits, left_out = hits_of(kind, board, table.numbers, tallies, self._most_hits)
        judged.hits.append(hits)
        judged.untraced |= left_out
        judged.cleaned.append(one.cleaning.traces(table.numbers))
        judged.frames[kind] = one.cleaning.frame()

    def _remember(self, kind: str, board: Board, minute: int, *, in_order: bool) -> None:
        history = self.history[kind]
        if in_order or minute <= history.minute_no * MINUTE_S:
            kept = history.kept
            raw = {code: board.raw[board.spec.index[code]] for code in kept}
            history.take(raw, board.distrusted(kept), minute)

    def remember(self, frames: Iterable[Frame]) -> None:
        """Fill the history with minutes that were judged before: what a restart begins with."""
        for frame in frames:
            in_order, board = self.history[frame.kind].begin(frame.minute), self._board(frame)
            board.take_verdicts()
            self._remember(frame.kind, board, frame.minute, in_order=in_order)


def _asks_repeats(rule: CompiledRule) -> bool:
    return rule.asks_sender and rule.mask is None and FieldLeaf(REPEATS) in rule.leaves


def _ask_phase(one: _Kind, rules: Sequence[CompiledRule]) -> None:
    """Rules of one phase do not see each other's verdicts; later phases see them all."""
    found = {id(r): ask_whole(r, one.whole, one.tallies[id(r)]) for r in rules if r.asks_whole}
    others = [r for r in rules if not r.asks_whole]
    for patch in one.patches:
        for rule in others:
            if broken := ask(rule, patch, one.tallies[id(rule)]):
                found.setdefault(id(rule), []).extend(broken)
    bad: list[tuple[int, Places]] = []
    for rule in rules:
        broken = found.get(id(rule), [])
        if not broken or rule.verdict is None or not rule.targets:
            continue
        broken = _joined(broken)
        for i, places in broken:
            one.board.mark(i, places, rule.verdict)
        if rule.verdict >= Verdict.BAD:
            bad += broken
        one.cleaning.correct(rule, one.whole, broken)
    _forget(one, bad)


def _joined(found: Sequence[tuple[int, Places]]) -> list[tuple[int, Places]]:
    """One array a signal."""
    by_signal: dict[int, list[Places]] = {}
    for i, places in found:
        by_signal.setdefault(i, []).append(places)
    return [(i, parts[0] if len(parts) == 1 else np.concatenate(parts)) for i, parts in by_signal.items()]


def _forget(one: _Kind, bad: Sequence[tuple[int, Places]]) -> None:
    """What was found bad is no operand any more."""
    for i, places in bad:
        one.board.distrust(i, places)
    signals = {one.board.spec.signals[i].code for i, _ in bad}
    for patch in (one.whole, *one.patches) if signals else ():
        patch.forget(signals)
