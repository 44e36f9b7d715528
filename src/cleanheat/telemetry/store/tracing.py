"""What judging adds to readings: rules broken, values put in the place of others, counts, and what arrived when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.store.opened import Opened
from cleanheat.telemetry.traces import Arrivals, Cleaned, Counts, Hits


class Tracing(Opened):
    # --- writing: one call a minute, all kinds together; the same token again changes nothing -------------------------

    def append_hits(self, hits: Sequence[Hits], token: str) -> None:
        self._trace(
            schema.HITS,
            [(h.kind, len(h), (h.ids, h.minutes, h.signals, h.rules, h.versions, h.raw)) for h in hits],
            token,
        )

    def append_cleaned(self, cleaned: Sequence[Cleaned], token: str) -> None:
        parts = [
            (
                c.kind,
                len(c),
                (c.ids, c.minutes, c.signals, c.raw, c.values, c.verdicts, c.methods, c.rules, c.versions),
            )
            for c in cleaned
        ]
        self._trace(schema.CLEANED, parts, token)

    def append_counts(self, counts: Sequence[Counts], minute: int, token: str) -> None:
        """Added to the hour of ``minute``: counts of many minutes become one row a rule, version and sender."""
        rows = sum(len(c) for c in counts)
        if not rows:
            return
        columns: list[NDArray[Any]] = [
            np.full(rows, minute - minute % HOUR_S, np.uint32),
            _kinds([(c.kind, len(c)) for c in counts]),
            *(
                np.concatenate([getattr(c, name) for c in counts])
                for name in ("rules", "versions", "senders", "checks", "violations", "skipped")
            ),
        ]
        self._insert_trace(schema.COUNTS, columns, token)

    def append_arrivals(self, arrivals: Arrivals, token: str) -> None:
        if len(arrivals):
            a = arrivals
            keys = {code: schema.kind_key(code) for code in set(a.kinds)}
            kinds = np.array([keys[code] for code in a.kinds], np.uint32)
            columns: list[NDArray[Any]] = [kinds, a.senders, a.minutes, a.sequences, a.received_at, a.rows, a.repeated]
            self._insert_trace(schema.ARRIVALS, columns, token)

    def _trace(
        self, table: schema.Table, parts: Sequence[tuple[str, int, tuple[NDArray[Any], ...]]], token: str
    ) -> None:
        parts = [part for part in parts if part[1]]
        if parts:
            kinds = _kinds([(kind, n) for kind, n, _ in parts])
            columns = [np.concatenate(same) for same in zip(*(columns for _, _, columns in parts), strict=True)]
            self._insert_trace(table, [kinds, *columns], token)

    def _insert_trace(self, table: schema.Table, columns: Sequence[NDArray[Any]], token: str) -> None:
        self._engine.insert(table.name, table.names, table.types, columns, token)


def _kinds(parts: Sequence[tuple[str, int]]) -> NDArray[np.uint32]:
    return np.repeat(np.array([schema.kind_key(kind) for kind, _ in parts], np.uint32), [n for _, n in parts])
