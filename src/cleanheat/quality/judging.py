"""Which rules judge now?  The engine with the rules in force, exchanged when the library changes, without a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import structlog

from cleanheat.assets.archive import Archive
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S, floor_minute
from cleanheat.quality import queries
from cleanheat.quality.engine.compiled import RuleSet
from cleanheat.quality.engine.judging import Judge, Judged
from cleanheat.quality.engine.regularities import Regularities
from cleanheat.quality.specs import RuleSpec
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Store
from cleanheat.telemetry.traces import Arrivals

log = structlog.get_logger(__name__)


class Library(Protocol):
    """Where rules come from: a version that changes with them, and what is in force."""

    def version(self) -> int: ...
    def specs(self) -> tuple[RuleSpec, ...]: ...


class RuleLibrary:
    """The published rules of the database."""

    def version(self) -> int:
        return queries.rules_version()

    def specs(self) -> tuple[RuleSpec, ...]:
        return queries.active_specs()


class MinuteJudge:
    """The line's judge.  ``refresh`` at the beginning of a minute; what objects said before outlives a change."""

    def __init__(
        self, archive: Archive, library: Library | None = None, regularities: Regularities | None = None
    ) -> None:
        self._archive = archive
        self._library = library or RuleLibrary()
        self._regularities = regularities
        self._version = self._library.version()
        self._judge = Judge(archive, self._compiled())

    def _compiled(self) -> RuleSet:
        return RuleSet.compile(self._library.specs(), self._archive, self._regularities)

    def refresh(self) -> None:
        """Take over a changed library."""
        version = self._library.version()
        if version != self._version:
            self._judge.reload(self._compiled())
            self._version = version
            log.info("rules reloaded", version=version)

    def recover(self, store: Store, now: float) -> None:
        """Fill the history with the last stored hour; without it rules that look back begin as not applicable."""
        until = floor_minute(now)
        for kind in KINDS:
            kept = sorted(self._judge.history[kind].kept)
            if kept:
                self._judge.remember(store.stream(kind, until - HOUR_S, until, signals=kept))

    def judge(self, frames: Mapping[str, Frame], now: float, arrivals: Arrivals | None = None) -> Judged:
        """All kinds of one minute; see :meth:`Judge.judge`."""
        return self._judge.judge(frames, now, arrivals)

    def take_back(self) -> None:
        """What was judged last could not be stored and will come again."""
        self._judge.take_back()

    def findings(self, minute: int) -> list[Finding]:
        return self._judge.findings(minute)

    def able(self, minute: int, started: int) -> set[str]:
        """Sources of the rules that have watched long enough for "nothing found" to mean that nothing is there."""
        return {
            rule.spec.source for rule in self._judge.rules if minute - started >= rule.spec.alarm.after_min * MINUTE_S
        }
