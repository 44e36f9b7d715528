"""The thread that runs the minute: what the gateway keeps goes through the pipeline, each platform minute.

A segment is marked done when everything in it is stored; a crash before that runs it again, which changes nothing.
What cannot be stored stays queued and is tried again the next minute; one segment that never can be does not hold up
the line for ever.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import orjson
import structlog
from django.db import close_old_connections

from cleanheat.assets.archive import Archive
from cleanheat.infra import clock
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, floor_minute, local
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.pipeline.report import MinuteReport
from cleanheat.pipeline.stages import Stopwatch
from cleanheat.pipeline.status import Status
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.public import Store

log = structlog.get_logger(__name__)

GRACE_S = 8.0
ROLL_UP_DELAY_S = 2 * MINUTE_S
CATCH_UP_S = 2 * DAY_S
"""How far back a start looks for hours that were never rolled up."""


PATIENCE = 3
"""Minutes in which a failing segment holds up those behind it: a full disk is no fault of the segment's."""


class Source(Protocol):
    """The gateway, as far as the runner needs it."""

    def cut(self) -> list[Any]: ...
    def open_segment(self, segment: Any) -> list[Block]: ...
    def mark_done(self, segment: Any) -> None: ...
    def settle_minute(self, now: float) -> None: ...
    def follow(self, archive: Archive) -> None: ...


@dataclass
class Upkeep:
    """Roll-ups at two minutes past the hour, retention once a day; remembered on disk so that nothing is forgotten.

    ``late_hours`` are (hour, kind) still to be rolled up: hours that ended, and those that got rows after their end.
    They are on disk before the work begins, so a crash in the middle of it only means doing it again.
    """

    store: Store
    path: Path
    retention_days: int
    trace_days: int = 90
    late_hours: set[tuple[int, str]] = field(default_factory=set)
    rolled_until: int = 0
    day: str = ""
    _due: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        try:
            saved = orjson.loads(self.path.read_bytes())
            self.late_hours, self.day = {(hour, kind) for hour, kind in saved["late_hours"]}, saved["day"]
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError):  # cut off by a power failure: what is missing is found from the store
            log.exception("upkeep file unreadable, begun anew", path=str(self.path))

    def note(self, late_hours: set[tuple[int, str]]) -> None:
        """Remember hours to be rolled up, durably; emptied here."""
        if late_hours - self.late_hours:
            self.late_hours |= late_hours
            self._save()
        late_hours.clear()

    def run(self, now: float, late_hours: set[tuple[int, str]]) -> None:
        """What is due; ``late_hours`` are hours that got rows after their end (emptied here)."""
        due_until = int(now - ROLL_UP_DELAY_S) // HOUR_S * HOUR_S
        self.note(late_hours)
        if due_until > self.rolled_until:
            self.note(self._missing(due_until))
            self._due = {hour for hour, _ in self.late_hours if hour < due_until}
            self.rolled_until = due_until
        # One hour a minute: catching up after a long stop must not hold up what arrives meanwhile.
        if self._due:
            self._roll_up(max(self._due))
        self._retain(now)

    def _missing(self, until: int) -> set[tuple[int, str]]:
        since = until - CATCH_UP_S
        return {(hour, kind) for kind in KINDS for hour in self.store.hours_to_roll_up(since, until, [kind])}

    def _roll_up(self, hour: int) -> None:
        """Only the kinds that need it: others may have no minutes any more from which to make the hour again."""
        kinds = [kind for kind in KINDS if (hour, kind) in self.late_hours]
        self.store.roll_up(hour, kinds)
        self._due.remove(hour)
        self.late_hours -= {(hour, kind) for kind in kinds}
        self._save()

    def _retain(self, now: float) -> None:
        """``retention_days`` 0 keeps everything: an imported history is years old and must not vanish overnight.

        Traces are of judging, never of an import: they always go after ``trace_days``.
        """
        today = local(now).date()
        if self.day != today.isoformat():
            if self.retention_days:
                for kind in KINDS:
                    self.store.drop_before(kind, today - timedelta(days=self.retention_days))
            if self.trace_days:
                self.store.drop_traces_before(today - timedelta(days=self.trace_days))
            self.day = today.isoformat()
            self._save()

    def _save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(orjson.dumps({"late_hours": sorted(self.late_hours), "day": self.day}))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)


class Runner:
    """Start and stop it with the process; ``step`` runs one minute by hand (tests, benchmarks)."""

    def __init__(self, source: Source, pipeline: MinutePipeline, upkeep: Upkeep, status: Status) -> None:
        self._source = source
        self._pipeline = pipeline
        self._upkeep = upkeep
        self._status = status
        self._failures: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes the minute it is in."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=60)

    def step(self) -> MinuteReport:
        """Everything that waits, oldest first, then the minute that just ended."""
        self._follow_archive()
        now = clock.now()
        segments = self._source.cut()
        report = MinuteReport(floor_minute(now) - MINUTE_S, queue_segments=len(segments))
        failed, closed = 0, False
        for i, segment in enumerate(segments):
            is_last = i == len(segments) - 1
            try:
                report, closed = self._segment(segment, now, is_last=is_last), is_last
            except Exception:
                log.exception("segment not stored, kept for the next minute", segment=str(segment))
                failed += 1
                if failed > 1 or not self._is_hopeless(segment):
                    break
                continue
            self._failures.pop(str(segment), None)
            report.queue_segments = len(segments) - i - 1 + failed
            if not is_last:
                self._status.add(report)
            if self._stopping.is_set():
                break
        if not segments or (failed and not closed):
            report = self._empty(now, report)
        report.failed_segments = failed
        self._settle(now, report)
        report.lag_s = clock.now() - report.minute - MINUTE_S
        self._status.add(report)
        return report

    def _follow_archive(self) -> None:
        """First the line, then the door: nothing is let in for which there is no room."""
        try:
            archive = self._pipeline.follow(clock.now())
        except Exception:
            log.exception("newer archive not taken over, the line goes on with the former")
            return
        if archive is not None:
            self._source.follow(archive)

    def _is_hopeless(self, segment: Any) -> bool:
        """Whether this segment alone has failed so often that the ones behind it should not wait for it any longer."""
        self._failures[str(segment)] += 1
        return self._failures[str(segment)] > PATIENCE

    def _segment(self, segment: Any, now: float, *, is_last: bool) -> MinuteReport:
        watch = Stopwatch()
        with watch.stage("open"):
            blocks = self._source.open_segment(segment)
        report = self._pipeline.run(blocks, now, str(segment), closes_minute=is_last)
        with watch.stage("upkeep"):
            self._upkeep.note(self._pipeline.late_hours)  # before the segment is gone: nothing tells of them again
        with watch.stage("open"):
            self._source.mark_done(segment)
        report.costs = {name: cost + watch.costs[name] for name, cost in report.costs.items()}
        return report

    def _empty(self, now: float, before: MinuteReport) -> MinuteReport:
        """A minute in which nothing came is judged all the same: silence is a finding."""
        report = self._pipeline.run([], now, "none")
        report.queue_segments = before.queue_segments
        return report

    def _settle(self, now: float, report: MinuteReport) -> None:
        watch = Stopwatch()
        with watch.stage("upkeep"):
            _attempt(lambda: self._source.settle_minute(now))
            _attempt(lambda: self._upkeep.run(now, self._pipeline.late_hours))
        report.costs = {name: cost + watch.costs[name] for name, cost in report.costs.items()}

    def _run(self) -> None:
        while not self._stopping.wait(self._until_next()):
            try:
                self.step()
            except Exception:
                log.exception("minute failed")
            close_old_connections()

    def _until_next(self) -> float:
        """Machine seconds until the present platform minute has ended and its batches have had time to arrive."""
        platform = clock.current()
        now = platform.now()
        grace_s = min(max(GRACE_S, 0.5 * platform.speed), MINUTE_S / 2)
        due = floor_minute(now - grace_s) + MINUTE_S + grace_s
        return max(due - now, 0.0) / platform.speed


def _attempt(work: Callable[[], object]) -> None:
    """Upkeep that fails must not cost the next minute; it is still due then."""
    try:
        work()
    except Exception:
        log.exception("upkeep failed")
