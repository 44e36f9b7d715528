"""Whose uploads fail for a whole kind, or keep naming objects that are not theirs?  One finding a sender and question.

A sender from which nothing comes at all, and a site whose gateway is lost, are ``silence``'s; shares of bad values are
the rules'.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.checks.silence import newest, silent_minutes
from cleanheat.kernel.findings import Evidence, Finding, Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S, utc
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.telemetry.public import Latest, list_mismatches

KIND_INTERRUPTED: Final = "quality.kind_interrupted"
MISMATCH: Final = "quality.mismatch"
_LATELY_MIN: Final = 10
"""A code that came within this time is still being sent."""


class UploadWatch:
    """Judges uploads each minute; holds nothing but who sends which kind, and since when somebody listens."""

    def __init__(self, archive: Archive, watched_since: int) -> None:
        self._archive = archive
        self._watched_since = watched_since
        numbers = parameters_of("uploads")
        self._limit_min = numbers["kind_silent_min"].value
        self._lasting_min = numbers["mismatch_min"].value
        self._senders = 1 + max(int(archive[k].links["sender"].max(initial=0)) for k in KINDS)

        self._since = {kind: np.full(self._senders, watched_since, np.int64) for kind in KINDS}

    def follow(self, archive: Archive, now: int) -> UploadWatch:
        """The same over a newer archive; who sends a kind for the first time is listened to from now on."""
        newer = UploadWatch(archive, self._watched_since)
        for kind, since in newer._since.items():
            table = self._archive[kind]
            known = np.unique(table.links["sender"][table.numbers])
            known = known[known < newer._senders]
            since[:] = now
            since[known] = self._since[kind][known]
        return newer

    def has_listened_enough(self, minute: int) -> bool:
        return minute - self._watched_since > self._limit_min * MINUTE_S

    def judge(self, latest: Latest, minute: int) -> list[Finding]:
        """All that hold in this minute."""
        return [*self._interrupted(latest, minute), *self._mismatched(minute)]

    def _interrupted(self, latest: Latest, minute: int) -> list[Finding]:
        """Senders that are heard, but of one of their kinds not at all."""
        silent: dict[str, NDArray[np.float64]] = {}
        for kind in KINDS:
            table = self._archive[kind]
            of = table.links["sender"][table.numbers]
            heard = newest(latest[kind].heard[table.numbers], of, self._senders)
            quiet = silent_minutes(heard, minute, self._since[kind])
            silent[kind] = np.where(np.bincount(of, minlength=self._senders) > 0, quiet, np.nan)
        minutes = np.stack(list(silent.values()))
        lost = minutes > self._limit_min
        alive = (minutes <= self._limit_min).any(axis=0)
        senders = (int(s) for s in np.flatnonzero(lost.any(axis=0) & alive))
        return [self._kinds_lost(s, minutes[:, s], lost[:, s], minute) for s in senders if s]

    def _kinds_lost(self, sender: int, minutes: NDArray[np.float64], lost: NDArray[np.bool_], minute: int) -> Finding:
        longest = float(minutes[lost].max())
        named = "、".join(kind.zh for kind, is_lost in zip(KINDS.values(), lost, strict=True) if is_lost)
        return Finding(
            source=KIND_INTERRUPTED,
            kind="sender",
            number=sender,
            level=Level.IV,
            since=minute - int(longest * MINUTE_S),
            text=f"整类数据中断：{named}",
            evidence=(Evidence("silent_min", round(longest, 1), self._limit_min, "min"),),
        )

    def _mismatched(self, minute: int) -> list[Finding]:
        """Senders that have been naming unknown or foreign objects for long and still do."""
        lately = utc(minute) - timedelta(minutes=_LATELY_MIN)
        lasting = [m for m in list_mismatches(lately) if m.sender and minute - m.first >= self._lasting_min * MINUTE_S]
        since = {s: min(m.first for m in lasting if m.sender == s) for s in {m.sender for m in lasting}}
        codes = Counter(m.sender for m in lasting)
        return [
            Finding(
                source=MISMATCH,
                kind="sender",
                number=sender,
                level=Level.IV,
                since=since[sender],
                text=f"上传与档案不匹配：{count} 个编码",
                evidence=(Evidence("unknown_codes", float(count), 0.0, "个"),),
            )
            for sender, count in sorted(codes.items())
        ]
