"""What judging adds to readings is written here: rules broken, values cleaned, how often, and what arrived when.

An insert costs milliseconds by the statement, hardly by the row.  Hits and cleaned values therefore share one insert a
minute, and counts and arrivals are gathered for ten (``gathering.py``): whoever asks gets them all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema
from cleanheat.infra.tsdb.engine import Engine
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.store.gathering import Columns, Gathered
from cleanheat.telemetry.store.opened import Opened
from cleanheat.telemetry.traces import Arrivals, Cleaned, Counts, Hits


class Tracing(Opened):
    """One call a minute, all kinds together; the same token again changes nothing."""

    def __init__(self, engine: Engine, waiting: Path | None = None) -> None:
        """``waiting``: the folder in which what is gathered outlives a killed process."""
        super().__init__(engine)
        self._counts = self._gathered(schema.COUNTS, waiting)
        self._arrivals = self._gathered(schema.ARRIVALS, waiting)

    def _gathered(self, table: schema.Table, waiting: Path | None) -> Gathered:
        return Gathered(table, self._insert_trace, waiting / f"{table.name}.npy" if waiting else None)

    def append_judged(self, hits: Sequence[Hits], cleaned: Sequence[Cleaned], token: str) -> None:
        """Rules broken and values cleaned in one minute, or in a span judged afresh."""
        parts = [_hit_columns(h) for h in hits if len(h)] + [_cleaned_columns(c) for c in cleaned if len(c)]
        if parts:
            self._insert_trace(schema.VALUES, [np.concatenate(same) for same in zip(*parts, strict=True)], token)

    def append_hits(self, hits: Sequence[Hits], token: str) -> None:
        self.append_judged(hits, (), token)

    def append_cleaned(self, cleaned: Sequence[Cleaned], token: str) -> None:
        self.append_judged((), cleaned, token)

    def append_counts(self, counts: Sequence[Counts], minute: int, token: str) -> None:
        """Added to the hour of ``minute``: counts of many minutes become one row a rule, version and sender."""
        rows = sum(len(c) for c in counts)
        if not rows:
            return
        kinds = np.repeat([np.uint32(schema.kind_key(c.kind)) for c in counts], [len(c) for c in counts])
        names = ("rules", "versions", "senders", "checks", "violations", "skipped")
        columns: Columns = [np.full(rows, minute - minute % HOUR_S, np.uint32), kinds]
        columns += [np.concatenate([getattr(c, name) for c in counts]) for name in names]
        self._counts.add(columns, minute, token)

    def append_arrivals(self, arrivals: Arrivals, token: str) -> None:
        if len(arrivals):
            a = arrivals
            keys = {code: schema.kind_key(code) for code in set(a.kinds)}
            kinds = np.array([keys[code] for code in a.kinds], np.uint32)
            columns: Columns = [kinds, a.senders, a.minutes, a.sequences, a.received_at, a.rows, a.repeated]
            self._arrivals.add(columns, int(a.minutes.max()), token)

    def flush_traces(self) -> None:
        """Writes what was gathered: before the store is closed, and before counts or arrivals are asked for."""
        self._counts.flush()
        self._arrivals.flush()

    def _insert_trace(self, table: schema.Table, columns: Columns, token: str) -> None:
        self._engine.insert(table.name, table.names, table.types, columns, token)


def _hit_columns(h: Hits) -> Columns:
    nothing: NDArray[Any] = np.zeros(len(h), np.int32)
    return [_kind(h.kind, len(h)), h.ids, h.minutes, h.signals, h.rules, h.versions, h.raw, nothing, nothing, nothing]


def _cleaned_columns(c: Cleaned) -> Columns:
    n = len(c)
    return [_kind(c.kind, n), c.ids, c.minutes, c.signals, c.rules, c.versions, c.raw, c.methods, c.values, c.verdicts]


def _kind(kind: str, rows: int) -> NDArray[np.uint32]:
    return np.full(rows, schema.kind_key(kind), np.uint32)
