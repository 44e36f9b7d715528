"""Who broke what in one minute?  Sparse positions while rules are asked; hits and counts by sender at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanheat.quality.engine.board import Board, Places
from cleanheat.quality.engine.compiled import CompiledRule
from cleanheat.telemetry.traces import WHOLE_ROW, Counts, Hits

Numbers = NDArray[np.int64]


@dataclass
class Tally:
    """One rule in one minute: positions, once for every value that is meant."""

    rule: CompiledRule
    violations: list[Places] = field(default_factory=list)
    skipped: list[Places] = field(default_factory=list)
    unasked: list[Places] = field(default_factory=list)
    unasked_rows: list[Numbers] = field(default_factory=list)
    """Rows by sender of patches in which hardly anybody was asked, and the positions that were asked after all."""
    asked_after_all: list[Places] = field(default_factory=list)
    skipped_rows: list[Numbers] = field(default_factory=list)
    """Rows by sender of whole patches, or of whole senders, to which the rule did not apply."""
    hits: list[tuple[int, Places]] = field(default_factory=list)
    """Column number and positions."""

    def note(self, *, skipped: Places, unasked: Places | None = None) -> None:
        """Positions to which the rule did not apply, because something was missing or by its own condition."""
        if skipped.size:
            self.skipped.append(skipped)
        if unasked is not None and unasked.size:
            self.unasked.append(unasked)

    @property
    def count(self) -> int:
        return sum(p.size for p in self.violations)


@dataclass(frozen=True)
class SenderCounts:
    """Rules' checks, violations and skipped values, ``int64[rules, senders]``."""

    checks: Numbers
    violations: Numbers
    skipped: Numbers

    def of(self, rule: int) -> SenderCounts:
        """One rule's, by sender id."""
        return SenderCounts(self.checks[rule], self.violations[rule], self.skipped[rule])


class Counting:
    """Counts of one kind's minute, by rule and sender: all rules' positions are counted in one go."""

    def __init__(self, board: Board, senders: int) -> None:
        self._board = board
        self._sender = board.sender
        self._senders = senders

    def _by_sender(self, of_rules: Sequence[Sequence[Places]]) -> Numbers:
        """Positions of each rule → ``int64[rules, senders]``."""
        parts = [(rule, places) for rule, of in enumerate(of_rules) for places in of]
        size = len(of_rules) * self._senders
        if not parts:
            return np.zeros((len(of_rules), self._senders), np.int64)
        first = np.repeat([rule * self._senders for rule, _ in parts], [places.size for _, places in parts])
        at = first + self._sender[np.concatenate([places for _, places in parts])]
        return np.bincount(at, minlength=size).reshape(len(of_rules), self._senders)

    def of(self, tallies: Sequence[Tally]) -> SenderCounts:
        skipped = self._by_sender([t.skipped for t in tallies])
        for rule, tally in enumerate(tallies):
            for rows in tally.skipped_rows:
                skipped[rule] += rows
        checks = self._asked(tallies) - skipped - self._by_sender([t.unasked for t in tallies])
        checks += self._by_sender([t.asked_after_all for t in tallies])
        for rule, tally in enumerate(tallies):
            for rows in tally.unasked_rows:
                checks[rule] -= rows
        return SenderCounts(checks, self._by_sender([t.violations for t in tallies]), skipped)

    def _asked(self, tallies: Sequence[Tally]) -> Numbers:
        """Everybody whom a rule is for, once for every value it looks at."""
        everybody = self._by_sender([[self._board.places]])
        times = np.array([max(len(t.rule.each), 1) for t in tallies], np.int64)
        rows = np.repeat(everybody, len(tallies), axis=0)
        for rule, tally in enumerate(tallies):
            if tally.rule.mask is not None:
                rows[rule] = self._by_sender([[np.flatnonzero(self._board.present & tally.rule.mask)]])[0]
        return rows * times[:, None]


def counts_of(kind: str, tallies: Sequence[Tally], counted: SenderCounts) -> Counts:
    """One row a rule and sender that was asked or skipped."""
    of_rule, sender = at = (counted.checks + counted.skipped).nonzero()
    return Counts(
        kind,
        np.array([t.rule.spec.number for t in tallies], np.uint32)[of_rule],
        np.array([t.rule.spec.version for t in tallies], np.uint16)[of_rule],
        sender.astype(np.uint32),
        counted.checks[at].astype(np.uint64),
        counted.violations[at].astype(np.uint64),
        counted.skipped[at].astype(np.uint64),
    )


def hits_of(
    kind: str, board: Board, numbers: NDArray[np.int32], tallies: Sequence[Tally], most: int
) -> tuple[Hits, dict[str, int]]:
    """Traced hits of a kind in the order of rules, of each rule the first ``most``; how many were left out by code.

    A storm costs what a bad minute costs: a sender whose every value breaks a rule is told by the counts.
    """
    parts: list[tuple[CompiledRule, int, Places]] = []
    left_out: dict[str, int] = {}
    for tally in tallies:
        room = most if tally.rule.leaves_hits else 0
        for i, places in tally.hits if room else ():
            kept = places[:room]
            room -= kept.size
            if kept.size:
                parts.append((tally.rule, i, kept))
            if kept.size < places.size:
                code = tally.rule.spec.code
                left_out[code] = left_out.get(code, 0) + places.size - kept.size
    return _hits(kind, board, numbers, parts), left_out


def _hits(
    kind: str, board: Board, numbers: NDArray[np.int32], parts: Sequence[tuple[CompiledRule, int, Places]]
) -> Hits:
    sizes = [places.size for _, _, places in parts]
    places = np.concatenate([p for _, _, p in parts]) if parts else np.zeros(0, np.intp)
    raw = [np.zeros(p.size, np.int32) if i == WHOLE_ROW else board.raw[i][p].astype(np.int32) for _, i, p in parts]
    return Hits(
        kind=kind,
        ids=numbers[places].astype(np.uint32),
        minutes=np.full(places.size, board.minute, np.int64),
        signals=np.repeat(np.array([i for _, i, _ in parts], np.uint8), sizes),
        rules=np.repeat(np.array([r.spec.number for r, _, _ in parts], np.uint32), sizes),
        versions=np.repeat(np.array([r.spec.version for r, _, _ in parts], np.uint16), sizes),
        raw=np.concatenate(raw) if raw else np.zeros(0, np.int32),
    )
