"""Which hits last long enough to be a finding?  Of single objects by minutes in a row, of senders by share in an hour.

Only hits are gone through: an object's run is its first and last minute of being hit, and a minute without a hit shows
by the last one being old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.findings import Evidence, Finding
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S
from cleanheat.quality.engine.board import Board, Places
from cleanheat.quality.engine.history import NEVER
from cleanheat.quality.engine.tally import SenderCounts, Tally
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import AlarmAt
from cleanheat.telemetry.traces import WHOLE_ROW

WINDOW_MIN = 60


@dataclass
class _Runs:
    """One rule's runs of hits, by position: first and last minute (numbers), and the value last hit."""

    begun: NDArray[np.int32]
    last: NDArray[np.int32]
    signal: NDArray[np.uint8]
    raw: NDArray[np.int32]
    standing: set[int] = field(default_factory=set)

    @classmethod
    def empty(cls, count: int) -> _Runs:
        never = np.full(count, NEVER, np.int32)
        return cls(never, never.copy(), np.zeros(count, np.uint8), np.zeros(count, np.int32))


@dataclass
class _Shares:
    """One rule's checks and violations of the last hour, ``int64[minutes, senders]``."""

    checks: NDArray[np.int64]
    violations: NDArray[np.int64]
    minute_no: int = NEVER

    def add(self, minute_no: int, counts: SenderCounts) -> None:
        for passed in range(max(self.minute_no + 1, minute_no - WINDOW_MIN + 1), minute_no + 1):
            self.checks[passed % WINDOW_MIN] = self.violations[passed % WINDOW_MIN] = 0
        self.minute_no = max(self.minute_no, minute_no)
        if minute_no > self.minute_no - WINDOW_MIN:
            self.checks[minute_no % WINDOW_MIN] += counts.checks
            self.violations[minute_no % WINDOW_MIN] += counts.violations

    def take_back(self, minute_no: int, counts: SenderCounts) -> None:
        """Undo the last ``add``; the minute has just been there, or was too old to be added."""
        if minute_no > self.minute_no - WINDOW_MIN:
            self.checks[minute_no % WINDOW_MIN] -= counts.checks
            self.violations[minute_no % WINDOW_MIN] -= counts.violations


class Alarms:
    """What stands of every rule that reports; kept by rule number, so that a new version goes on where the old was."""

    def __init__(self, archive: Archive, senders: int) -> None:
        self._archive = archive
        self._senders = senders
        self._runs: dict[int, _Runs] = {}
        self._shares: dict[int, _Shares] = {}
        self._added: list[tuple[_Shares, int, SenderCounts]] = []

    def begin(self) -> None:
        """A minute is being judged: from here on can be taken back."""
        self._added.clear()

    def take_back(self) -> None:
        """What the last judged minute added to the senders' shares: it was not stored and will be judged again."""
        for shares, minute_no, counts in self._added:
            shares.take_back(minute_no, counts)
        self._added.clear()

    def note_senders(self, spec: RuleSpec, counts: SenderCounts, minute_no: int) -> None:
        """One rule's counts by sender."""
        if spec.alarm.at is AlarmAt.SENDER:
            shares = self._shares.setdefault(spec.number, self._no_shares())
            shares.add(minute_no, counts)
            self._added.append((shares, minute_no, counts))

    def note(self, tally: Tally, counts: SenderCounts, board: Board, in_order: bool) -> None:
        """One rule's answers in one minute; what comes late says nothing of how long a condition has lasted."""
        spec, minute_no = tally.rule.spec, board.minute // MINUTE_S
        self.note_senders(spec, counts, minute_no)
        if spec.alarm.at is AlarmAt.OBJECT and in_order:
            runs = self._runs.setdefault(spec.number, _Runs.empty(board.count))
            for i, places in tally.hits:
                _note_hits(runs, i, places, board, minute_no, spec.alarm.clear_min)
            _stand(runs, tally.violations, spec.alarm.after_min)

    def _no_shares(self) -> _Shares:
        shape = WINDOW_MIN, self._senders
        return _Shares(np.zeros(shape, np.int64), np.zeros(shape, np.int64))

    def keep(self, rules: Mapping[int, RuleSpec]) -> None:
        """Forget rules that are no longer in force or report differently."""
        self._runs = {n: r for n, r in self._runs.items() if n in rules and rules[n].alarm.at is AlarmAt.OBJECT}
        self._shares = {n: s for n, s in self._shares.items() if n in rules and rules[n].alarm.at is AlarmAt.SENDER}

    def findings(self, rules: Mapping[int, RuleSpec], minute: int) -> list[Finding]:
        """Everything that holds in this minute."""
        minute_no = minute // MINUTE_S
        found = [f for n, runs in self._runs.items() for f in self._of_objects(rules[n], runs, minute_no)]
        return found + [f for n, shares in self._shares.items() for f in _of_senders(rules[n], shares, minute_no)]

    def _of_objects(self, spec: RuleSpec, runs: _Runs, minute_no: int) -> list[Finding]:
        runs.standing -= {p for p in runs.standing if minute_no - int(runs.last[p]) > spec.alarm.clear_min}
        numbers = self._archive[spec.kind].numbers
        return [
            _finding(spec, int(numbers[place]), runs, place)
            for place in sorted(runs.standing)
            if int(runs.last[place]) == minute_no
        ]


def _note_hits(runs: _Runs, i: int, places: Places, board: Board, minute_no: int, clear_min: int) -> None:
    """A standing run outlives gaps that are too short to clear it; any other begins anew after a minute without."""
    gap = minute_no - runs.last[places]
    allowed = np.ones(places.size, np.int64)
    if runs.standing:
        allowed[np.isin(places, list(runs.standing))] = clear_min
    fresh = places[gap > allowed]
    runs.begun[fresh] = minute_no
    first = places[gap > 0]  # of several values of one object the first one is told of
    runs.last[first] = minute_no
    runs.signal[first] = i
    if i != WHOLE_ROW:
        runs.raw[first] = board.raw[i][first]


def _stand(runs: _Runs, violations: list[Places], after_min: int) -> None:
    for places in violations:
        lasting = places[runs.last[places] - runs.begun[places] + 1 >= after_min]
        runs.standing.update(lasting.tolist())


def _of_senders(spec: RuleSpec, shares: _Shares, minute_no: int) -> list[Finding]:
    """Senders whose share of broken checks in the last hour is too high, once there are enough minutes to say so."""
    if minute_no - shares.minute_no >= WINDOW_MIN:
        return []
    checks, violations = shares.checks.sum(axis=0), shares.violations.sum(axis=0)
    enough = np.count_nonzero(shares.checks, axis=0) >= min(spec.alarm.after_min, WINDOW_MIN)
    share = np.divide(violations, checks, out=np.zeros(checks.size), where=checks > 0)
    return [
        Finding(
            source=spec.source,
            kind="sender",
            number=sender,
            level=spec.level,
            since=minute_no * MINUTE_S,
            text=f"{spec.zh}：近一小时 {violations[sender]} 项不合格，占 {share[sender]:.1%}",
            evidence=(Evidence("share", round(float(share[sender]), 4), spec.alarm.share, ""),),
        )
        for sender in np.flatnonzero(enough & (share >= spec.alarm.share) & (violations > 0)).tolist()
    ]


def _finding(spec: RuleSpec, number: int, runs: _Runs, place: int) -> Finding:
    """The rule's name and the value that was hit last; of a whole row only the name."""
    since, i = int(runs.begun[place]) * MINUTE_S, int(runs.signal[place])
    first = next(iter(spec.parameters.values()), None)
    if i == WHOLE_ROW:
        known = () if first is None else (Evidence(spec.code, None, first.value, first.unit),)
        return Finding(spec.source, spec.kind, number, spec.level, since, spec.zh, known)
    signal, raw = KINDS[spec.kind].signals[i], int(runs.raw[place])
    value = None if raw == signal.missing else round(raw / signal.scale, signal.decimals)
    bound = signal.low if value is not None and value < signal.low else signal.high
    evidence = Evidence(signal.code, value, bound if first is None else first.value, signal.unit)
    shown = "无数据" if value is None else f"{value:g} {signal.unit}".rstrip()
    return Finding(spec.source, spec.kind, number, spec.level, since, f"{spec.zh}：{signal.zh} {shown}", (evidence,))
