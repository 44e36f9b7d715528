"""How complete, trustworthy and timely is what each sender sends?  Counts of the last hour, by sender and kind."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.telemetry.frames import Frame

WINDOW_MIN = 60
_CODES = len(Verdict)


@dataclass(frozen=True)
class Tally:
    """Counts of one sender and kind over the window; rates are 0–1, ``None`` where nothing was expected or received."""

    expected_rows: int
    received_rows: int
    on_time_rows: int
    values: int
    suspicious: int
    bad: int
    missing: int
    mean_lag_s: float | None

    @property
    def completeness_ratio(self) -> float | None:
        return min(self.received_rows / self.expected_rows, 1.0) if self.expected_rows else None

    @property
    def timeliness_ratio(self) -> float | None:
        return self.on_time_rows / self.received_rows if self.received_rows else None

    @property
    def valid_ratio(self) -> float | None:
        """Share of values that are neither missing nor bad nor suspicious."""
        return 1 - (self.suspicious + self.bad + self.missing) / self.values if self.values else None

    def document(self) -> dict[str, int | float | None]:
        counts: dict[str, int | float | None] = {f.name: getattr(self, f.name) for f in fields(self)}
        rates = ("completeness_ratio", "timeliness_ratio", "valid_ratio")
        return counts | {name: None if (rate := getattr(self, name)) is None else round(rate, 5) for name in rates}


class Monitor:
    """Tallies judged frames by arrival into a ring of one-minute counters, indexed [minute, kind, sender]."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._kinds = tuple(KINDS)
        self._senders = 1 + max(int(archive[k].links["sender"].max(initial=0)) for k in self._kinds)
        self._late_s = parameters_of("timeliness")["late_min"].value * MINUTE_S
        shape = (WINDOW_MIN, len(self._kinds), self._senders)
        self._minutes = np.zeros(WINDOW_MIN, dtype=np.int64)
        self._received, self._on_time = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._lag_s = np.zeros(shape)
        self._values = np.zeros(shape, np.int64)
        self._verdicts = np.zeros((*shape, _CODES), np.int64)
        self._expected = np.stack([self._count(k) for k in self._kinds])
        self._lock = threading.Lock()

    def follow(self, archive: Archive) -> None:
        """Expect what a newer archive expects; what was counted stays."""
        with self._lock:
            self._archive = archive
            senders = 1 + max(int(archive[k].links["sender"].max(initial=0)) for k in self._kinds)
            more = max(senders - self._senders, 0)
            self._senders += more
            for name in ("_received", "_on_time", "_lag_s", "_values"):
                setattr(self, name, np.pad(getattr(self, name), ((0, 0), (0, 0), (0, more))))
            self._verdicts = np.pad(self._verdicts, ((0, 0), (0, 0), (0, more), (0, 0)))
            self._expected = np.stack([self._count(k) for k in self._kinds])

    def _count(self, kind: str) -> NDArray[np.int64]:
        table = self._archive[kind]
        return np.bincount(table.links["sender"][table.numbers], minlength=self._senders).astype(np.int64)

    def begin(self, minute: int) -> None:
        """A platform minute begins: from here its expected rows count, whether anything arrives or not."""
        with self._lock:
            self._slot(minute)

    def _slot(self, minute: int) -> int:
        slot = minute // MINUTE_S % WINDOW_MIN
        if self._minutes[slot] < minute:
            self._minutes[slot] = minute
            for counts in (self._received, self._on_time, self._lag_s, self._values, self._verdicts):
                counts[slot] = 0
        return slot

    def add(self, frame: Frame, now: float) -> None:
        """Count one judged frame, arrived by ``now`` (platform time).  Rows older than the window are not counted."""
        k = self._kinds.index(frame.kind)
        sender = self._archive[frame.kind].links["sender"][frame.ids]
        rows = np.bincount(sender, minlength=self._senders)
        lag_s = max(now - frame.minute, 0.0)
        doubtful = self._doubtful(frame, sender)
        with self._lock:
            slot = self._slot(frame.minute)
            if self._minutes[slot] != frame.minute:
                return
            self._received[slot, k] += rows
            self._on_time[slot, k] += rows if lag_s <= self._late_s + MINUTE_S else 0
            self._lag_s[slot, k] += rows * lag_s
            self._verdicts[slot, k] += doubtful
            self._values[slot, k] += rows * len(frame.columns)

    def _doubtful(self, frame: Frame, sender: NDArray[np.int32]) -> NDArray[np.int64]:
        """Values by sender and verdict code, the good ones left out: most values of most minutes."""
        flat = np.flatnonzero(frame.verdicts)
        cell = sender[flat % len(frame)] * _CODES + frame.verdicts.reshape(-1)[flat] if flat.size else sender[:0]
        return np.bincount(cell, minlength=self._senders * _CODES).reshape(self._senders, _CODES)

    def tally(self, sender: int, kind: str, until: int) -> Tally:
        """Counts of one sender and kind over the window ending with the minute ``until`` (inclusive)."""
        return self._tally([self._kinds.index(kind)], [sender], until)

    def summary(self, senders: Iterable[int] | None, until: int) -> Tally:
        """Counts over these senders (all if ``None``) and every kind."""
        chosen = range(self._senders) if senders is None else [s for s in senders if 0 <= s < self._senders]
        return self._tally(range(len(self._kinds)), chosen, until)

    def by_sender(self, senders: Iterable[int] | None, until: int) -> dict[int, Tally]:
        """A summary of each sender that has anything to send."""
        sends = np.flatnonzero(self._expected.sum(axis=0)[1:]) + 1
        chosen = sends.tolist() if senders is None else sorted(set(senders) & set(sends.tolist()))
        return {s: self.summary([s], until) for s in chosen}

    def by_kind(self, senders: Iterable[int] | None, until: int) -> dict[str, Tally]:
        chosen = range(self._senders) if senders is None else [s for s in senders if 0 <= s < self._senders]
        return {kind: self._tally([k], chosen, until) for k, kind in enumerate(self._kinds)}

    def _tally(self, kinds: Iterable[int], senders: Iterable[int], until: int) -> Tally:
        with self._lock:
            live = np.flatnonzero((self._minutes > until - WINDOW_MIN * MINUTE_S) & (self._minutes <= until))
            at = np.ix_(live, np.fromiter(kinds, int), np.fromiter(senders, int))
            received, verdicts = int(self._received[at].sum()), self._verdicts[at].sum(axis=(0, 1, 2))
            return Tally(
                expected_rows=int(self._expected[at[1][0], at[2][0]].sum()) * live.size,
                received_rows=received,
                on_time_rows=int(self._on_time[at].sum()),
                values=int(self._values[at].sum()),
                suspicious=int(verdicts[Verdict.SUSPICIOUS]),
                bad=int(verdicts[Verdict.BAD]),
                missing=int(verdicts[Verdict.MISSING]),
                mean_lag_s=round(float(self._lag_s[at].sum()) / received, 1) if received else None,
            )
