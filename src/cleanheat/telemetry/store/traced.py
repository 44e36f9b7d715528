"""What is known of single values, batches and deliveries: hits, cleaned values, sums of counts, who sent how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema, traces
from cleanheat.infra.tsdb.native import column_or_empty
from cleanheat.infra.tsdb.statements import Columns
from cleanheat.infra.tsdb.traces import Key
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.telemetry.store.opened import check_window, kind_of
from cleanheat.telemetry.store.tracing import Tracing
from cleanheat.telemetry.traces import (
    ArrivalGaps,
    Arrivals,
    ArrivalSums,
    Cleaned,
    CountSums,
    Delivered,
    DeliveredByObject,
    Hits,
    Method,
    ObjectHits,
)

_KIND_OF: Final = {schema.kind_key(code): code for code in KINDS}
_COUNT_KEYS: Final = ("hour", "day", "sender", "kind", "rule", "version")


class Traced(Tracing):
    # --- single values ------------------------------------------------------------------------------------------------

    def hits(
        self,
        kind: str,
        number: int | Sequence[int] | NDArray[Any] | None,
        start: int,
        end: int,
        rules: Sequence[int] | None = None,
        limit: int = 0,
    ) -> Hits:
        """Broken rules of one object, of some or of all, by object and time; ``limit`` 0 gives all."""
        found = self._values(kind, number, start, end, rules, limit, is_cleaned=False)
        return Hits(kind, *_columns(found, _HIT_COLUMNS))

    def cleaned(
        self,
        kind: str,
        number: int | Sequence[int] | NDArray[Any] | None,
        start: int,
        end: int,
        limit: int = 0,
    ) -> Cleaned:
        """Values put in the place of received ones, by object and time; a person's decision last of a moment."""
        found = self._values(kind, number, start, end, None, limit, is_cleaned=True)
        if found:
            keys = (found["method"] == Method.MANUAL, found["signal"], found["at"], found["id"])
            order = np.lexsort(keys)
            found = {name: column[order] for name, column in found.items()}
        return Cleaned(kind, *_columns(found, _CLEANED_COLUMNS))

    def drop_cleaned(self, kind: str, number: int, start: int, end: int, method: int, rule: int) -> None:
        """Takes back what one person or rule put in the place of an object's values."""
        check_window(start, end)
        traces.drop_cleaned(self._engine, kind_of(kind), start, end, number, method, rule)

    def object_hits(
        self,
        kind: str,
        start: int,
        end: int,
        rules: Sequence[int] | None = None,
        ids: NDArray[Any] | None = None,
        limit: int = 50,
    ) -> ObjectHits:
        """The objects (all, or of ``ids``) with most hits, worst first."""
        check_window(start, end)
        found = traces.object_hits(self._engine, kind_of(kind), start, end, rules, ids, limit)
        wide = [column_or_empty(found, name, np.int64) for name in ("n", "rules_n", "last")]
        return ObjectHits(kind, column_or_empty(found, "id", np.uint32), *wide)

    # --- counts and batches -------------------------------------------------------------------------------------------

    def count_sums(
        self,
        start: int,
        end: int,
        by: Sequence[Key] = ("day", "sender", "kind", "rule"),
        senders: Sequence[int] | None = None,
        rules: Sequence[int] | None = None,
    ) -> CountSums:
        """Counts of the whole hours that begin in ``[start, end)``, a row a combination of ``by``."""
        check_window(start, end)
        unknown = [key for key in by if key not in _COUNT_KEYS]
        if unknown or not by:
            raise invalid("by", "没有这一分组", ", ".join(unknown) or "give at least one")
        self._counts.flush()
        found = traces.count_sums(self._engine, start, end, by, senders, rules)
        keys: dict[str, NDArray[np.int64]] = {
            str(key): column_or_empty(found, f"{key}_", np.int64) for key in by if key != "kind"
        }
        sums = [column_or_empty(found, f"{name}_", np.int64) for name in ("checks", "violations", "skipped")]
        return CountSums(keys, _kinds(found, "kind_") if "kind" in by else [], *sums)

    def arrivals(self, start: int, end: int, senders: Sequence[int] | None = None, kind: str | None = None) -> Arrivals:
        """Batches whose minutes lie in the window, by sender and minute."""
        check_window(start, end)
        self._arrivals.flush()
        found = traces.arrivals(self._engine, start, end, senders, kind_of(kind) if kind else None)
        return Arrivals(
            _kinds(found, "kind"),
            column_or_empty(found, "sender", np.uint32),
            column_or_empty(found, "sequence", np.uint64),
            column_or_empty(found, "at", np.int64),
            column_or_empty(found, "received", np.int64),
            column_or_empty(found, "rows", np.uint32),
            column_or_empty(found, "repeated", np.uint32),
        )

    def arrival_sums(
        self, start: int, end: int, senders: Sequence[int] | None = None, late_s: int = 5 * MINUTE_S
    ) -> ArrivalSums:
        """Batches added up by sender, kind and day."""
        check_window(start, end)
        self._arrivals.flush()
        found = traces.arrival_sums(self._engine, start, end, senders, late_s)
        rows, lag = column_or_empty(found, "n", np.int64), column_or_empty(found, "lag_sum", np.float64)
        return ArrivalSums(
            column_or_empty(found, "sender_", np.int64),
            _kinds(found, "kind_"),
            column_or_empty(found, "day_", np.int64),
            column_or_empty(found, "batches", np.int64),
            rows,
            column_or_empty(found, "again", np.int64),
            column_or_empty(found, "late_n", np.int64),
            lag / np.maximum(rows, 1),
            column_or_empty(found, "lag_max", np.int64),
        )

    def arrival_gaps(self, start: int, end: int, senders: Sequence[int] | None, longest_s: int) -> ArrivalGaps:
        """Pauses of more than ``longest_s`` between minutes that came, by sender and kind."""
        check_window(start, end)
        self._arrivals.flush()
        found = traces.arrival_gaps(self._engine, start, end, senders, longest_s)
        wide = [column_or_empty(found, name, np.int64) for name in ("gaps", "longest", "first", "last")]
        return ArrivalGaps(column_or_empty(found, "sender_", np.int64), _kinds(found, "kind_"), *wide)

    # --- deliveries, from the hours -----------------------------------------------------------------------------------

    def delivered(self, kind: str, start: int, end: int, owners: NDArray[Any], *, by_day: bool = True) -> Delivered:
        """Rows and sound values of the hours that begin in ``[start, end)`` by day (or hour) and owner.

        ``owners[number]`` is the organisation an object belongs to, 0 nobody.
        """
        check_window(start, end)
        found = traces.delivered(self._engine, kind_of(kind), start, end, owners, by_day=by_day)
        names = ("bucket", "owner", "rows_n", "ok_n", "bad_n")
        return Delivered(kind, *(column_or_empty(found, name, np.int64) for name in names))

    def delivered_by_object(
        self, kind: str, start: int, end: int, ids: Sequence[int] | NDArray[Any] | None = None
    ) -> DeliveredByObject:
        """Rows and sound values of every object that has any in the hours of ``[start, end)``."""
        check_window(start, end)
        found = traces.delivered_by_object(self._engine, kind_of(kind), start, end, ids)
        names = ("id", "rows_n", "ok_n", "bad_n", "hours_n", "first", "last")
        return DeliveredByObject(kind, *(column_or_empty(found, name, np.int64) for name in names))

    def rolled_until(self, kind: str, end: int) -> int:
        """End of the last hour before ``end`` that was rolled up, as far as a day back; 0 if none was."""
        done = self._rolled(kind, end - 24 * HOUR_S, end)
        return int(done[-1]) + HOUR_S if done.shape[0] else 0

    # --- upkeep -------------------------------------------------------------------------------------------------------

    def drop_traces_before(self, day: date) -> int:
        """Removes hits, cleaned values and arrivals of the days before ``day``; counts stay.  Returns the days."""
        return sum(traces.drop_days_before(self._engine, t, day) for t in (schema.VALUES, schema.ARRIVALS))

    def _values(
        self,
        kind: str,
        number: int | Sequence[int] | NDArray[Any] | None,
        start: int,
        end: int,
        rules: Sequence[int] | None,
        limit: int,
        *,
        is_cleaned: bool,
    ) -> Columns:
        check_window(start, end)
        ids = [number] if isinstance(number, int) else number
        return traces.values(self._engine, kind_of(kind), start, end, ids, rules, limit, is_cleaned=is_cleaned)


_HIT_COLUMNS: Final = (
    ("id", np.uint32),
    ("at", np.int64),
    ("signal", np.uint8),
    ("rule", np.uint32),
    ("version", np.uint16),
    ("raw", np.int32),
)
_CLEANED_COLUMNS: Final = (
    ("id", np.uint32),
    ("at", np.int64),
    ("signal", np.uint8),
    ("raw", np.int32),
    ("value", np.int32),
    ("verdict", np.uint8),
    ("method", np.uint8),
    ("rule", np.uint32),
    ("version", np.uint16),
)


def _columns(found: Columns, wanted: Sequence[tuple[str, Any]]) -> list[NDArray[Any]]:
    return [column_or_empty(found, name, dtype) for name, dtype in wanted]


def _kinds(found: Columns, name: str) -> list[str]:
    """Codes of the kinds; of a kind that the catalogue no longer has, nothing but its absence is known."""
    return [_KIND_OF.get(key, "") for key in column_or_empty(found, name, np.int64).tolist()]
