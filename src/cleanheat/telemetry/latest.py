"""What is the newest reading of every object?  Dense arrays in memory, so that nobody asks the store.

One slot per object number.  A minute that is not newer than what a slot holds leaves the slot alone: late minutes go to
the store but never turn the present back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS, Kind
from cleanheat.kernel.time import HOUR_S, MINUTE_S, floor_minute
from cleanheat.kernel.verdicts import TRUSTED, Verdict, unpack
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.store import Store

LOOK_BACK_S = HOUR_S


@dataclass
class LatestKind:
    """One kind's newest readings.

    ``values[i]`` are scaled integers ``[size]`` of the i-th signal, ``verdicts`` ``uint8[S, size]``; ``minute`` is the
    newest row of each object and ``heard`` the newest row with any value, right or wrong (epoch seconds, 0 = none).
    """

    spec: Kind
    values: list[NDArray[Any]]
    verdicts: NDArray[np.uint8]
    minute: NDArray[np.int64]
    heard: NDArray[np.int64]

    @classmethod
    def empty(cls, spec: Kind, size: int) -> LatestKind:
        return cls(
            spec,
            [np.full(size, s.missing, s.dtype) for s in spec.signals],
            np.full((len(spec.signals), size), Verdict.MISSING, dtype=np.uint8),
            np.zeros(size, dtype=np.int64),
            np.zeros(size, dtype=np.int64),
        )

    def grown(self, size: int) -> LatestKind:
        """The same with empty slots behind, up to ``size``."""
        wider = LatestKind.empty(self.spec, size)
        for new, held in zip(wider.values, self.values, strict=True):
            new[: self.size] = held
        wider.verdicts[:, : self.size] = self.verdicts
        wider.minute[: self.size], wider.heard[: self.size] = self.minute, self.heard
        return wider

    @property
    def size(self) -> int:
        return int(self.minute.shape[0])

    def trusted(self, signal: str, since: int) -> NDArray[np.float64]:
        """Physical values of all slots, NaN where not trusted or older than ``since``."""
        i = self.spec.index[signal]
        good = TRUSTED[self.verdicts[i]] & (self.minute >= since)
        return np.where(good, self.values[i] / self.spec.signals[i].scale, np.nan)

    def copy(self) -> LatestKind:
        return LatestKind(
            self.spec, [v.copy() for v in self.values], self.verdicts.copy(), self.minute.copy(), self.heard.copy()
        )


class Latest:
    """The newest readings of all kinds.  The pipeline writes, and people's decisions; readers take a ``snapshot`` or
    single slots."""

    def __init__(self, archive: Archive) -> None:
        self._kinds = {k: LatestKind.empty(spec, archive[k].size) for k, spec in KINDS.items()}
        self._lock = threading.Lock()

    def __getitem__(self, kind: str) -> LatestKind:
        return self._kinds[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    @property
    def minute(self) -> int:
        """Newest minute of anything, 0 if there is nothing."""
        return max((int(k.minute.max(initial=0)) for k in self._kinds.values()), default=0)

    def update(self, frame: Frame) -> None:
        """Take over a judged frame's rows that are newer than what is held."""
        state, ids = self._kinds[frame.kind], frame.ids.astype(np.intp)
        columns, verdicts = list(frame.columns), frame.verdicts
        newer = state.minute[ids] < frame.minute
        if not newer.all():
            ids, columns, verdicts = ids[newer], [c[newer] for c in columns], verdicts[:, newer]
        self._place(state, ids, columns, verdicts, np.full(ids.shape, frame.minute, dtype=np.int64))

    def _place(
        self,
        state: LatestKind,
        ids: NDArray[np.intp],
        columns: list[NDArray[Any]],
        verdicts: NDArray[np.uint8],
        minutes: NDArray[np.int64],
    ) -> None:
        spoke = verdicts.min(axis=0, initial=255) < Verdict.MISSING
        at: Any = ids
        if ids.size and int(ids[-1] - ids[0]) + 1 == ids.size:  # ascending and gapless: a plain copy
            at = slice(int(ids[0]), int(ids[-1]) + 1)
        with self._lock:
            state.minute[at] = minutes
            for held, column in zip(state.values, columns, strict=True):
                held[at] = column
            for held, verdict in zip(state.verdicts, verdicts, strict=True):
                held[at] = verdict
            state.heard[ids[spoke]] = minutes[spoke]

    def follow(self, archive: Archive) -> None:
        """Room for the objects of a newer archive; what is known stays in its slot, for numbers are kept for ever."""
        with self._lock:
            for kind, state in self._kinds.items():
                if archive[kind].size > state.size:
                    self._kinds[kind] = state.grown(archive[kind].size)

    def decide(self, kind: str, number: int, minute: int, place: int, value: int, verdict: int) -> None:
        """One value of the minute as a person left it; nothing if a newer minute has come."""
        with self._lock:
            state = self._kinds[kind]
            if state.minute[number] == minute:
                state.values[place][number], state.verdicts[place, number] = value, verdict

    def copy_of(self, kind: str) -> LatestKind:
        """A consistent copy of one kind: values, verdicts and minutes of the same rows."""
        with self._lock:
            return self._kinds[kind].copy()

    def snapshot(self) -> dict[str, LatestKind]:
        """A consistent copy of everything."""
        with self._lock:
            return {kind: state.copy() for kind, state in self._kinds.items()}

    def rebuild(self, store: Store, now: float) -> None:
        """Fill from the store's last hour: what a restart begins with."""
        until = floor_minute(now) + MINUTE_S
        for kind, state in self._kinds.items():
            rows = store.latest_rows(kind, until - LOOK_BACK_S, until)
            known = slice(0, int(np.searchsorted(rows.ids, state.size)))  # a shrunken archive drops the rest
            ids, columns = rows.ids[known].astype(np.intp), [c[known] for c in rows.columns]
            self._place(state, ids, columns, unpack(rows.words[known], len(state.spec.signals)), rows.minutes[known])


_installed: list[Latest] = []


def install_latest(latest: Latest) -> None:
    _installed[:] = [latest]


def latest() -> Latest:
    """The process's own latest state; an error before start-up has built it."""
    if not _installed:
        raise RuntimeError("no latest state: the platform has not started")
    return _installed[0]
