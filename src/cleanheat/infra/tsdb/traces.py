"""Questions about what judging added (hits, cleaned values, counts, arrivals) and about what was delivered an hour.

As in :mod:`statements` every question has a window ``[start, end)`` and binds whatever a caller gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema
from cleanheat.infra.tsdb.engine import Engine
from cleanheat.infra.tsdb.statements import Columns, window
from cleanheat.kernel.quantities import Kind
from cleanheat.kernel.time import MINUTE_S

Key = Literal["hour", "day", "sender", "kind", "rule", "version"]

_TIME: Final = "ts >= toDateTime({start:UInt32}) AND ts < toDateTime({end:UInt32})"
_HOUR: Final = "h >= toDateTime({start:UInt32}) AND h < toDateTime({end:UInt32})"
_KIND: Final = "kind = {kind:UInt32}"
_KEYS: Final[dict[str, str]] = {
    "hour": "toUInt32(h)",
    "day": "toUInt32(toStartOfDay(h))",
    "sender": "sender",
    "kind": "kind",
    "rule": "rule",
    "version": "version",
}


def values(
    engine: Engine,
    kind: Kind,
    start: int,
    end: int,
    ids: Sequence[int] | NDArray[Any] | None,
    rules: Sequence[int] | None,
    limit: int,
    *,
    is_cleaned: bool,
) -> Columns:
    """Hits or cleaned values by object and time; ``limit`` rows at most (0: all)."""
    where, bound = [_KIND, _TIME, f"method {'>' if is_cleaned else '='} 0"], window(start, end, ids)
    bound["kind"] = schema.kind_key(kind.code)
    if ids is not None:
        where.append("id IN {ids:Array(UInt32)}")
    if rules is not None:
        where.append("rule IN {rules:Array(UInt32)}")
        bound["rules"] = [int(r) for r in rules]
    sql = (
        "SELECT id, toUInt32(ts) AS at, signal, rule, version, raw, method, value, verdict "
        f"FROM {schema.VALUES.name} WHERE {' AND '.join(where)} ORDER BY kind, id, ts, signal, rule"
    )
    return engine.select(f"{sql} LIMIT {limit:d}" if limit else sql, bound)


def drop_cleaned(engine: Engine, kind: Kind, start: int, end: int, number: int, method: int, rule: int) -> None:
    """Takes back what one person or rule put in the place of an object's values."""
    bound = window(start, end, number=number, kind=schema.kind_key(kind.code), method=method, rule=rule)
    engine.command(
        f"DELETE FROM {schema.VALUES.name} WHERE {_KIND} AND {_TIME} AND id = {{number:UInt32}} "
        "AND method = {method:UInt8} AND rule = {rule:UInt32}",
        bound,
    )


def object_hits(
    engine: Engine, kind: Kind, start: int, end: int, rules: Sequence[int] | None, ids: NDArray[Any] | None, limit: int
) -> Columns:
    """The objects with most hits: ``id``, ``n`` hits, ``rules_n`` different rules, ``last`` time."""
    where, bound = [_KIND, _TIME, "method = 0"], window(start, end, ids, kind=schema.kind_key(kind.code), limit=limit)
    if rules is not None:
        where.append("rule IN {rules:Array(UInt32)}")
        bound["rules"] = [int(r) for r in rules]
    if ids is not None:
        where.append("id IN {ids:Array(UInt32)}")
    sql = (
        f"SELECT id, count() AS n, uniqExact(rule) AS rules_n, toUInt32(max(ts)) AS last FROM {schema.VALUES.name} "
        f"WHERE {' AND '.join(where)} GROUP BY id ORDER BY n DESC, id LIMIT {{limit:UInt32}}"
    )
    return engine.select(sql, bound)


def count_sums(
    engine: Engine, start: int, end: int, by: Sequence[Key], senders: Sequence[int] | None, rules: Sequence[int] | None
) -> Columns:
    """Sums of the counts of whole hours, one row a combination of ``by`` (columns named as the keys)."""
    keys = [f"{_KEYS[key]} AS {key}_" for key in by]
    where, bound = [_HOUR], window(start, end)
    for name, chosen in (("sender", senders), ("rule", rules)):
        if chosen is not None:
            where.append(f"{name} IN {{{name}s:Array(UInt32)}}")
            bound[f"{name}s"] = [int(c) for c in chosen]
    sums = [f"sum({c}) AS {c}_" for c in ("checks", "violations", "skipped")]
    order = ", ".join(f"{key}_" for key in by)
    return engine.select(
        f"SELECT {', '.join(keys + sums)} FROM {schema.COUNTS.name} WHERE {' AND '.join(where)} "
        f"GROUP BY {order} ORDER BY {order}",
        bound,
    )


def arrivals(engine: Engine, start: int, end: int, senders: Sequence[int] | None, kind: Kind | None) -> Columns:
    """Batches of minutes in the window as they came."""
    where, bound = _of_senders(start, end, senders)
    if kind is not None:
        where.append(_KIND)
        bound["kind"] = schema.kind_key(kind.code)
    return engine.select(
        "SELECT kind, sender, toUInt32(ts) AS at, sequence, toUInt32(received_at) AS received, rows, repeated "
        f"FROM {schema.ARRIVALS.name} WHERE {' AND '.join(where)} ORDER BY sender, ts, kind, received",
        bound,
    )


def arrival_sums(engine: Engine, start: int, end: int, senders: Sequence[int] | None, late_s: int) -> Columns:
    """A row a sender, kind and day: batches, rows, repeated rows, rows that came more than ``late_s`` after their
    minute's end, and the seconds all rows were under way (``lag``, and the longest)."""
    where, bound = _of_senders(start, end, senders)
    bound["late"] = late_s
    lag = f"greatest(toInt64(received_at) - toInt64(ts) - {MINUTE_S}, 0)"
    return engine.select(
        "SELECT sender AS sender_, kind AS kind_, toUInt32(toStartOfDay(ts)) AS day_, count() AS batches, "
        "sum(rows) AS n, sum(repeated) AS again, "
        f"sumIf(rows, {lag} > {{late:UInt32}}) AS late_n, toInt64(sum(rows * {lag})) AS lag_sum, "
        f"toInt64(max({lag})) AS lag_max "
        f"FROM {schema.ARRIVALS.name} WHERE {' AND '.join(where)} "
        "GROUP BY sender_, kind_, day_ ORDER BY sender_, kind_, day_",
        bound,
    )


def arrival_gaps(engine: Engine, start: int, end: int, senders: Sequence[int] | None, longest_s: int) -> Columns:
    """A row a sender and kind: stretches of more than ``longest_s`` seconds between minutes that came, the longest of
    them, and the first and last minute that came at all."""
    where, bound = _of_senders(start, end, senders)
    bound["gap"] = longest_s
    return engine.select(
        "SELECT sender_, kind_, toUInt32(length(arrayFilter(x -> x > {gap:UInt32}, steps))) AS gaps, "
        "toUInt32(arrayMax(steps)) AS longest, minutes[1] AS first, minutes[-1] AS last FROM ("
        "SELECT sender AS sender_, kind AS kind_, arraySort(groupUniqArray(toUInt32(ts))) AS minutes, "
        f"arrayDifference(minutes) AS steps FROM {schema.ARRIVALS.name} WHERE {' AND '.join(where)} "
        "GROUP BY sender_, kind_) ORDER BY sender_, kind_",
        bound,
    )


def _of_senders(start: int, end: int, senders: Sequence[int] | None) -> tuple[list[str], dict[str, Any]]:
    where, bound = [_TIME], window(start, end)
    if senders is not None:
        where.append("sender IN {senders:Array(UInt32)}")
        bound["senders"] = [int(s) for s in senders]
    return where, bound


def delivered(engine: Engine, kind: Kind, start: int, end: int, owners: NDArray[Any], *, by_day: bool) -> Columns:
    """From the hours, a row a day (or hour) and owner: ``n`` rows, and of the mean signals' values ``ok`` and ``bad``.

    ``owners[number]`` says whose an object is; 0 and numbers beyond it are nobody's.
    """
    bucket = "toUInt32(toStartOfDay(h))" if by_day else "toUInt32(h)"
    bound = window(start, end)
    bound["owners"] = [0, *np.asarray(owners)[1:].tolist(), 0]
    bound["size"] = int(np.asarray(owners).shape[0])
    return engine.select(
        f"SELECT {bucket} AS bucket, {{owners:Array(UInt32)}}[least(id, {{size:UInt32}}) + 1] AS owner, "
        f"sum(n) AS rows_n, {_value_sums(kind)} FROM {kind.table}_h WHERE {_HOUR} "
        "GROUP BY bucket, owner HAVING owner > 0 ORDER BY bucket, owner",
        bound,
    )


def delivered_by_object(
    engine: Engine, kind: Kind, start: int, end: int, ids: Sequence[int] | NDArray[Any] | None
) -> Columns:
    """From the hours, a row an object: ``n`` rows, usable and bad values, hours with rows, first and last of them."""
    where, bound = _HOUR, window(start, end, ids)
    if ids is not None:
        where += " AND id IN {ids:Array(UInt32)}"
    return engine.select(
        f"SELECT id, sum(n) AS rows_n, {_value_sums(kind)}, count() AS hours_n, toUInt32(min(h)) AS first, "
        f"toUInt32(max(h)) AS last FROM {kind.table}_h WHERE {where} GROUP BY id ORDER BY id",
        bound,
    )


def _value_sums(kind: Kind) -> str:
    means = [s.code for s in kind.signals if not s.is_counter]
    ok, bad = (" + ".join(f"toUInt64(`{c}_{end}`)" for c in means) or "0" for end in ("n", "b"))
    return f"toUInt64(sum({ok})) AS ok_n, toUInt64(sum({bad})) AS bad_n"


def drop_days_before(engine: Engine, table: schema.Table, day: date) -> int:
    """Removes a table's days before ``day``; returns how many."""
    rows = engine.texts(
        "SELECT DISTINCT partition FROM system.parts WHERE database = {db:String} AND table = {table:String} "
        "AND active AND partition < {day:String}",
        {"db": engine.database, "table": table.name, "day": f"{day:%Y%m%d}"},
    )
    for (partition,) in rows:
        engine.command(f"ALTER TABLE {table.name} DROP PARTITION {int(partition):d}")
    return len(rows)
