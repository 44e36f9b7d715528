"""How readings get in: judged frames, rows of any times, hours that never were minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema, statements
from cleanheat.kernel.quantities import VERDICT_BITS, Kind, Signal
from cleanheat.kernel.verdicts import Verdict, pack
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.store.opened import Opened, kind_of


class Writing(Opened):
    def append(self, frame: Frame, token: str) -> None:
        """One judged frame; the same token again changes nothing."""
        if len(frame):
            times = np.full(len(frame), frame.minute, np.uint32)
            self._insert(frame.spec, frame.ids, times, frame.columns, pack(frame.verdicts), token)

    def append_rows(
        self,
        kind: str,
        ids: NDArray[Any],
        times: NDArray[Any],
        columns: Sequence[NDArray[Any]],
        verdict_words: NDArray[np.uint64] | None,
        token: str,
    ) -> None:
        """Rows of any times: ``columns[i]`` is the scaled-integer column of the kind's i-th signal.

        Rows in (id, time) order cost least, 100,000 to 1,000,000 a call.  Without ``verdict_words`` values are good,
        or missing where the integer says so.  The same token with the same rows again changes nothing.
        """
        if ids.shape[0]:
            spec = kind_of(kind)
            words = missing_words(spec, columns) if verdict_words is None else verdict_words
            self._insert(spec, ids, times, columns, words, token)

    def _insert(
        self,
        kind: Kind,
        ids: NDArray[Any],
        times: NDArray[Any],
        columns: Sequence[NDArray[Any]],
        words: NDArray[np.uint64],
        token: str,
    ) -> None:
        table = schema.minutes(kind)
        self._engine.insert(table.name, table.names, table.types, [ids, times, words, *columns], token)

    def append_hourly(
        self,
        kind: str,
        ids: NDArray[Any],
        hours: NDArray[Any],
        counts: NDArray[Any] | Sequence[NDArray[Any] | None],
        means: Sequence[NDArray[Any] | None],
        lows: Sequence[NDArray[Any] | None],
        highs: Sequence[NDArray[Any] | None],
        lasts: Sequence[NDArray[Any] | None],
        token: str,
    ) -> None:
        """Hours that never were minutes (a past that arrives already averaged), one row an object and hour.

        All lists follow the kind's signals, ``None`` where there is nothing.  Floats are physical values (NaN none);
        integers are already scaled (the type's own missing mark none).  ``means``/``lows``/``highs`` concern mean
        signals (lows and highs default to the mean), ``lasts`` the counters (float64 or integers: float32 cannot hold
        them).  ``counts`` is how many usable values stand behind each mean: one array for all signals (also the rows
        seen), or one a signal.  Rows in (id, hour) order cost least.

        A later ``roll_up`` of such an hour replaces it, but only where that hour has minutes does it find anything:
        never roll up an hour that was given only here.
        """
        if not ids.shape[0]:
            return
        spec = kind_of(kind)
        table = schema.hours(spec)
        each = [counts] * len(spec.signals) if isinstance(counts, np.ndarray) else list(counts)
        rows = counts if isinstance(counts, np.ndarray) else np.max([c for c in each if c is not None], axis=0)
        stored: dict[str, NDArray[Any]] = {"id": ids, "h": hours, "n": rows}
        for i, s in enumerate(spec.signals):
            if s.is_counter:
                last = lasts[i]
                if last is not None:
                    stored[f"{s.code}_last"] = _scaled(s, last)
                continue
            mean = means[i]
            if mean is None:
                continue
            count = each[i]
            total, usable = _sums(s, mean, rows if count is None else count)
            low, high = lows[i], highs[i]
            stored[f"{s.code}_s"], stored[f"{s.code}_n"] = total, usable
            stored[f"{s.code}_lo"] = _scaled(s, mean if low is None else low)
            stored[f"{s.code}_hi"] = _scaled(s, mean if high is None else high)
        types = {c.name: c.type for c in table.columns}
        self._engine.insert(table.name, list(stored), [types[n] for n in stored], list(stored.values()), token)
        self._log_new(spec, np.unique(np.asarray(hours, np.int64)))

    @contextmanager
    def merges_postponed(self, *kinds: str, hours: bool = False) -> Iterator[None]:
        """For bulk writing: merging what is still growing is work done twice.  Ends with the process at the latest.

        With ``hours`` also for the roll-ups; nothing may then be rolled up again meanwhile, since deleting waits for
        merges.
        """
        tables = [table for k in kinds for table in (kind_of(k).table, f"{kind_of(k).table}_h")[: 1 + hours]]
        for table in tables:
            statements.stop_merges(self._engine, table)
        try:
            yield
        finally:
            for table in tables:
                statements.start_merges(self._engine, table)


def missing_words(kind: Kind, columns: Sequence[NDArray[Any]]) -> NDArray[np.uint64]:
    """Verdict words that only say which values are missing."""
    words = np.zeros(columns[0].shape[0], np.uint64)
    for i, (s, column) in enumerate(zip(kind.signals, columns, strict=True)):
        gone = column == s.missing
        if gone.any():
            words |= gone.astype(np.uint64) * np.uint64(Verdict.MISSING << (VERDICT_BITS * i))
    return words


def _scaled(signal: Signal, values: NDArray[Any]) -> NDArray[Any]:
    return values if values.dtype.kind in "iu" else signal.encode(values)


def _sums(signal: Signal, mean: NDArray[Any], count: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scaled sum and usable count behind a mean; no value, no count."""
    if mean.dtype.kind in "iu":
        there = mean != signal.missing
        usable = np.where(there, count, 0) if not there.all() else count
        wide = np.dtype(np.int32 if signal.bits <= 16 else np.int64)
        return np.multiply(mean, usable, dtype=wide, casting="unsafe"), usable
    usable = np.where(np.isfinite(mean), count, 0)
    total = np.rint(np.nan_to_num(mean, copy=True).astype(np.float64) * (usable * float(signal.scale)))
    return total, usable
