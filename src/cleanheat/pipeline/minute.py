"""The minute: from opened blocks to stored, judged, diagnosed, alerted and visible.

    blocks ──▶ admission ──▶ quality.judge ──▶ store.append ──▶ diagnosis ──▶ alerts.reconcile ──▶ twin.publish
    (opened)   a Frame a kind  verdicts, traces   + latest         findings      open/merge/close     states, totals

All kinds of a minute are judged in one call: rules compare substations with their units and everything with the
weather.  What was received is stored as it came, with its verdicts; what judging adds lies beside it, and only the
latest state, which models and screens see, holds corrected values.

Nothing here loops over objects.  Everything is safe to repeat: rows are first-wins, appends carry a token, traces are
written before the rows that tell a repetition from a first time, a minute once judged is not judged again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import structlog

from cleanheat.alerts import public as alerts
from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive, same
from cleanheat.diagnosis import public as diagnosis
from cleanheat.diagnosis.public import LiveDiagnosis
from cleanheat.infra.scope import Scope
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, floor_minute
from cleanheat.pipeline.admission import Admission
from cleanheat.pipeline.live_state import LiveMap
from cleanheat.pipeline.report import MinuteReport
from cleanheat.pipeline.stages import Stopwatch
from cleanheat.pipeline.themes import Themes
from cleanheat.pipeline.totals import Totals
from cleanheat.quality.public import (
    GATEWAY_LOST,
    KIND_INTERRUPTED,
    MISMATCH,
    Judged,
    Library,
    MinuteJudge,
    Monitor,
    Regularities,
    SilenceWatch,
    UploadWatch,
    refetched,
)
from cleanheat.telemetry.frames import Block, Frame
from cleanheat.telemetry.public import Latest, Store
from cleanheat.telemetry.traces import Arrivals, arrivals_of
from cleanheat.twin import public as twin

log = structlog.get_logger(__name__)
AHEAD_S = 2 * DAY_S
"""How far in the future a start looks for stored rows: early ones, and those of a clock that has been set back."""


class Map(Protocol):
    """Where states and totals are shown: ``twin.public``."""

    def set_states(self, theme: str, layer: str, states: Any) -> None: ...
    def publish(self, minute: int, totals: Callable[[Scope], dict[str, Any]]) -> object: ...


class MinutePipeline:
    """One city's line with its memory: latest readings, silence, models, monitoring."""

    def __init__(
        self,
        archive: Archive,
        store: Store,
        latest: Latest,
        now: float,
        shown_on: Map = twin,
        library: Library | None = None,
        regularities: Regularities | None = None,
        data_dir: Path | None = None,
    ) -> None:
        self._started = started = floor_minute(now)
        self.latest = latest
        self.monitor = Monitor(archive)
        self.totals = Totals(archive)
        self.late_hours: set[tuple[int, str]] = set()
        self._archive = archive
        self._store = store
        self._map = shown_on
        self._tried = archive.version
        self._library, self._regularities, self._data_dir = library, regularities, data_dir
        self._judge = MinuteJudge(archive, library, regularities)
        self._judge.recover(store, now)
        self._silence = SilenceWatch(archive, watched_since=started)
        self._uploads = UploadWatch(archive, watched_since=started)
        self.diagnosis = LiveDiagnosis(archive, data_dir)
        self.diagnosis.recover(store, now)
        self._live = LiveMap(archive)
        self._themes = Themes()
        # Nobody able to judge yet: changes nothing, and the first picture already shows what stands from before.
        self._standing = dict(alerts.reconcile([], started, set()).live)
        self._admission = Admission(store, known_until=max(latest.minute, started - MINUTE_S, _newest(store, started)))
        self._judged = max(self.diagnosis.judged_until, started - HOUR_S)

    def follow(self, now: float) -> Archive | None:
        """Take over a newer archive between two minutes; None where nothing that the line works with has changed.

        All of the new is made before any of it is used: a failure leaves the line as it was, and is not tried again
        before the next archive.  Readings, counts and what has been silent since when stay; rules and models begin as
        after a restart, from what is stored.
        """
        archive = assets.archive()
        if archive.version == self._tried:
            return None
        self._tried = archive.version
        if same(archive, self._archive):
            return None
        started = floor_minute(now)
        usual = self._regularities
        if usual is not None and self._data_dir is not None:
            usual = Regularities.load(archive, self._data_dir)
        judge = MinuteJudge(archive, self._library, usual)
        judge.recover(self._store, now)
        models = LiveDiagnosis(archive, self._data_dir)
        models.recover(self._store, now)
        live, silence = LiveMap(archive), self._silence.follow(archive, started)
        self._uploads = self._uploads.follow(archive, started)
        self._judge, self.diagnosis, self._live, self._silence = judge, models, live, silence
        self._archive, self._regularities, self._started = archive, usual, started
        self.monitor.follow(archive)
        self.totals.follow(archive)
        self.latest.follow(archive)
        diagnosis.install_live(models)
        log.info("newer archive taken over", version=archive.version)
        return archive

    def run(
        self, blocks: Sequence[Block], now: float, token_prefix: str, *, closes_minute: bool = True
    ) -> MinuteReport:
        """Take in blocks of any minutes; unless more are waiting, judge the minute that just ended and show it.

        ``token_prefix`` names where the blocks come from: the same blocks under the same prefix are stored once.
        """
        watch, tick = Stopwatch(), floor_minute(now) - MINUTE_S
        report = MinuteReport(tick, blocks=len(blocks), senders=len({b.sender for b in blocks}), costs=watch.costs)
        rows, hits, untraced = Counter[str](), Counter[str](), Counter[str]()
        self.monitor.begin(tick)
        self._judge.refresh()
        by_minute = {m: list(part) for m, part in groupby(sorted(blocks, key=_place), key=lambda b: b.minute)}
        for minute in sorted({*by_minute, *([tick] if closes_minute else [])}):
            if came := by_minute.get(minute):
                self._take_in(came, now, f"{token_prefix}-{minute}", watch, rows, hits, untraced)
            if self._judged < minute <= tick:
                self._judge_minute(minute, watch, report)
            elif minute < tick:
                report.late_rows += sum(int(b.ids.size) for b in by_minute[minute])
        report.rows, report.hits, report.untraced_hits = dict(rows), dict(hits), dict(untraced)
        report.repeated_rows = sum(self._admission.repeated.values())
        self._admission.repeated.clear()
        report.dropped_blocks, self._admission.dropped_blocks = self._admission.dropped_blocks, 0
        if closes_minute:
            self._admission.forget(tick)
            with watch.stage("live"):
                self._show(tick)
        return report

    def _take_in(
        self,
        blocks: list[Block],
        now: float,
        token: str,
        watch: Stopwatch,
        rows: Counter[str],
        hits: Counter[str],
        untraced: Counter[str],
    ) -> None:
        """All kinds of one minute: blocks → frames → verdicts → store and latest state."""
        groups = list(_by_kind(blocks))
        for group in groups:
            self._note_late(group[0], now)  # first: a crash after storing must not forget the hour
        with watch.stage("assemble"):
            made = {group[0].kind: self._admission.frame(group) for group in groups}
            frames = {kind: frame for kind, frame in made.items() if frame is not None}
            arrivals = arrivals_of(blocks, now, self._admission.repeated)
        with watch.stage("judge"):
            judged = self._judge.judge(frames, now, arrivals)
            hits.update(judged.by_rule)
            untraced.update(judged.untraced)
            for frame in frames.values():
                self.monitor.add(frame, now)
        with watch.stage("store"):
            try:
                self._keep(groups, frames, judged, arrivals, token)
            except Exception:
                self._judge.take_back()  # the same blocks come again with the next minute
                raise
        rows.update({kind: len(frame) for kind, frame in frames.items()})

    def _keep(
        self, groups: list[list[Block]], frames: dict[str, Frame], judged: Judged, arrivals: Arrivals, token: str
    ) -> None:
        """Traces first: a crash between them and the rows only writes them again, under the same token."""
        minute = groups[0][0].minute
        again = refetched([b for group in groups for b in group], self._store) if minute <= self._judged else []
        self._store.append_judged(judged.hits, [*judged.cleaned, *again], f"{token}-judged")
        self._store.append_counts(judged.counts, minute, f"{token}-counts")
        self._store.append_arrivals(arrivals, f"{token}-arrivals")
        for group in groups:
            kind = group[0].kind
            if kind in frames:
                self._store.append(frames[kind], token=f"{token}-{kind}")
                self._admission.stored(group)
                self.latest.update(judged.frames[kind])

    def _note_late(self, block: Block, now: float) -> None:
        """Hours (and kinds) that may have been rolled up before these rows came."""
        if block.minute // HOUR_S < int(now) // HOUR_S:
            self.late_hours.add((block.minute - block.minute % HOUR_S, block.kind))

    def _judge_minute(self, minute: int, watch: Stopwatch, report: MinuteReport) -> None:
        with watch.stage("diagnose"):
            planned = assets.planned_outages(self._archive, minute)
            findings = [
                *self.diagnosis.judge(self.latest, minute, planned),
                *self._silence.judge(self.latest, minute),
                *self._uploads.judge(self.latest, minute),
                *self._judge.findings(minute),
            ]
        with watch.stage("alerts"):
            done = alerts.reconcile(findings, minute, self._able(minute))
        self._judged, self._standing = minute, dict(done.live)
        report.findings, report.alerts_live = len(findings), len(done.live)
        report.alerts_opened += done.opened
        report.alerts_closed += done.closed

    def _able(self, minute: int) -> set[str]:
        """Who could find what holds: right after a start nothing found means nothing known, and closes no alert."""
        able = {
            GATEWAY_LOST: self._silence.has_listened_enough(minute),
            KIND_INTERRUPTED: self._uploads.has_listened_enough(minute),
            MISMATCH: True,
        }
        known = {source for source, is_able in able.items() if is_able}
        return known | self.diagnosis.able(minute) | self._judge.able(minute, self._started)

    def _show(self, minute: int) -> None:
        shown = self._live.states(self.latest, self._standing, minute) | self._live.diagnosed(self.diagnosis.states())
        shown |= self._themes.due(minute, self._archive.version)
        for (theme, layer), states in shown.items():
            self._map.set_states(theme, layer, states)
        self.totals.update(self._live.picture)
        self._map.publish(minute, self.totals.of)


def _newest(store: Store, started: int) -> int:
    """The newest stored minute that lies ahead, 0 if none: up to it rows may repeat what a former process stored."""
    ahead = [store.latest_rows(kind, started + MINUTE_S, started + AHEAD_S).minutes for kind in KINDS]
    return max(int(minutes.max(initial=0)) for minutes in ahead)


_ORDER = {kind: i for i, kind in enumerate(KINDS)}


def _place(block: Block) -> tuple[int, int]:
    return block.minute, _ORDER[block.kind]


def _by_kind(blocks: Iterable[Block]) -> Iterable[list[Block]]:
    return (list(part) for _, part in groupby(blocks, key=lambda b: b.kind))
