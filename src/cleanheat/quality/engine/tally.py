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
    """One rule's checks, violations and skipped values by sender id."""

    checks: Numbers
    violations: Numbers
    skipped: Numbers


class Counting:
    """Counts of one kind's minute, by sender."""

    def __init__(self, board: Board, senders: int) -> None:
        self._board = board
        self._sender = board.sender
        self._senders = senders
        self._nobody = np.zeros(senders, np.int64)
        self._everybody = self._by_sender([board.places])

    def _by_sender(self, places: Sequence[Places]) -> Numbers:
        if not places:
            return self._nobody
        at = places[0] if len(places) == 1 else np.concatenate(places)
        return np.bincount(self._sender[at], minlength=self._senders)

    def of(self, tally: Tally) -> SenderCounts:
        mask = tally.rule.mask
        rows = self._everybody if mask is None else self._by_sender([np.flatnonzero(self._board.present & mask)])
        skipped, unasked = self._by_sender(tally.skipped), self._by_sender(tally.unasked)
        checks = rows * max(len(tally.rule.each), 1) - skipped - unasked
        return SenderCounts(checks, self._by_sender(tally.violations), skipped)


def counts_of(kind: str, counted: Sequence[tuple[CompiledRule, SenderCounts]]) -> Counts:
    """One row a rule and sender that was asked or skipped."""
    checks, violations, skipped = (
        np.array([getattr(counts, name) for _, counts in counted]) for name in ("checks", "violations", "skipped")
    )
    of_rule, sender = (checks + skipped).nonzero()
    at = of_rule, sender
    return Counts(
        kind,
        np.array([rule.spec.number for rule, _ in counted], np.uint32)[of_rule],
        np.array([rule.spec.version for rule, _ in counted], np.uint16)[of_rule],
        sender.astype(np.uint32),
        checks[at].astype(np.uint64),
        violations[at].astype(np.uint64),
        skipped[at].astype(np.uint64),
    )


def hits_of(kind: str, board: Board, numbers: NDArray[np.int32], tallies: Sequence[Tally]) -> Hits:
    """All traced hits of a kind, in the order of rules."""
    parts = [(t.rule, i, places) for t in tallies if t.rule.leaves_hits for i, places in t.hits if places.size]
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
