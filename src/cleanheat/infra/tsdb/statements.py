"""Every question and order the engine is given, as bound statements over a mandatory time window ``[start, end)``.

Signal names come from the catalogue, never from a caller's text; everything else is a bound parameter.  A value is
*usable* when it is there and its verdict is one of :data:`cleanheat.kernel.verdicts.USABLE`: neither bad nor missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import schema
from cleanheat.infra.tsdb.engine import Engine
from cleanheat.infra.tsdb.native import column_or_empty
from cleanheat.kernel.quantities import VERDICT_BITS, Kind, Signal
from cleanheat.kernel.time import HOUR_S
from cleanheat.kernel.verdicts import Verdict

Columns = dict[str, NDArray[Any]]

_MINUTES = "ts >= toDateTime({start:UInt32}) AND ts < toDateTime({end:UInt32})"
_HOURS = "h >= toDateTime({start:UInt32}) AND h < toDateTime({end:UInt32})"
_IDS = " AND id IN {ids:Array(UInt32)}"


_UPPER: Final = 6
_UNUSABLE: Final = int(Verdict.BAD) & _UPPER


def usable(kind: Kind, signal: Signal) -> str:
    """Bad and missing are the two verdicts whose upper bits read 01: one mask tells them from :data:`USABLE`."""
    shift = VERDICT_BITS * kind.index[signal.code]
    return f"(bitAnd(q, {_UPPER << shift}) != {_UNUSABLE << shift} AND `{signal.code}` != {signal.missing})"


def bad(kind: Kind, signal: Signal) -> str:
    shift = VERDICT_BITS * kind.index[signal.code]
    return f"(bitAnd(q, {7 << shift}) = {Verdict.BAD << shift})"


def window(start: int, end: int, ids: Sequence[int] | NDArray[Any] | None = None, **more: Any) -> dict[str, Any]:
    if not 0 <= start < end:
        raise ValueError(f"time window [{start}, {end}) is empty or lies before 1970")
    bound: dict[str, Any] = {"start": int(start), "end": int(end), **more}
    if ids is not None:
        bound["ids"] = np.asarray(ids).tolist()
    return bound


# --- roll-ups ---------------------------------------------------------------------------------------------------------


def _rollup_select(kind: Kind, hour: str, where: str) -> str:
    parts = ["id", f"{hour} AS hour", "toUInt16(least(count(), 65535))"]
    for s in kind.signals:
        ok, c = usable(kind, s), f"`{s.code}`"
        if s.is_counter:
            parts.append(f"if(countIf({ok}) = 0, {s.missing}, argMaxIf({c}, ts, {ok}))")
        else:
            parts += [
                f"sumIf({c}, {ok})",
                f"countIf({ok})",
                f"countIf({bad(kind, s)})",
                f"minIf({c}, {ok})",
                f"maxIf({c}, {ok})",
            ]
    return f"SELECT {', '.join(parts)} FROM {kind.table} WHERE {where} GROUP BY id, hour"


def _rollup_insert(engine: Engine, kind: Kind, select: str, bound: dict[str, Any], in_order: bool = False) -> None:
    """``in_order``: aggregate along the sort key; a third cheaper on settled history, dearer over many fresh parts."""
    names = ", ".join(f"`{n}`" for n in schema.hours(kind).names)
    # A repeated roll-up may write exactly what was deleted a moment ago: that must not count as a duplicate.
    engine.command(
        f"INSERT INTO {kind.table}_h ({names}) SETTINGS insert_deduplicate = 0, deduplicate_insert = 'disable', "
        f"deduplicate_insert_select = 'disable', optimize_aggregation_in_order = {int(in_order)} {select}",
        bound,
    )


def roll_up_hour(engine: Engine, kind: Kind, hour: int) -> None:
    """All objects of a kind for one hour; what an earlier run, or an import of some objects, wrote is replaced."""
    bound = window(hour, hour + HOUR_S)
    if engine.select(f"SELECT id FROM {kind.table}_h WHERE {_HOURS} LIMIT 1", bound):
        engine.command(f"DELETE FROM {kind.table}_h WHERE {_HOURS}", bound)
    _rollup_insert(engine, kind, _rollup_select(kind, "toDateTime({start:UInt32})", _MINUTES), bound)


def roll_up_objects(engine: Engine, kind: Kind, start: int, end: int, ids: NDArray[Any]) -> None:
    """The hours of some objects for which there are minutes in the window; other hours stay as they are."""
    bound = window(start, end, ids)
    touched = f"SELECT id, toStartOfHour(ts) FROM {engine.database}.{kind.table} WHERE {_MINUTES}{_IDS}"
    present = engine.select(f"SELECT count() AS n FROM {kind.table}_h WHERE {_HOURS}{_IDS}", bound)
    if present["n"][0]:
        engine.command(f"DELETE FROM {kind.table}_h WHERE {_HOURS}{_IDS} AND (id, h) IN ({touched})", bound)
    _rollup_insert(engine, kind, _rollup_select(kind, "toStartOfHour(ts)", _MINUTES + _IDS), bound, in_order=True)


def rolled_hours(engine: Engine, kind: Kind, start: int, end: int) -> NDArray[np.int64]:
    found = engine.select(
        f"SELECT DISTINCT toUInt32(h) AS hour FROM {schema.LOG_TABLE} "
        f"WHERE kind = {{kind:UInt32}} AND {_HOURS} ORDER BY hour",
        window(start, end, kind=schema.kind_key(kind.code)),
    )
    return column_or_empty(found, "hour", np.int64)


def log_rolled(engine: Engine, kind: Kind, hours: NDArray[np.int64]) -> None:
    keys = np.full(hours.shape[0], schema.kind_key(kind.code), np.uint32)
    engine.insert(schema.LOG_TABLE, ["kind", "h"], schema.ROLLUP_LOG.types, [keys, hours.astype(np.uint32)], token="")


# --- questions --------------------------------------------------------------------------------------------------------


def series_from_minutes(
    engine: Engine, kind: Kind, number: int, signals: Sequence[Signal], start: int, end: int, width: int
) -> Columns:
    """Buckets of ``width`` s: ``b``, ``seen``; per signal ``s`` (sum), ``t`` (usable), ``x`` (bad), ``lo``, ``hi``."""
    parts = [f"toUInt32(intDiv(toUInt32(ts) - {{start:UInt32}}, {width:d})) AS b", "count() AS seen"]
    for i, s in enumerate(signals):
        ok, c = usable(kind, s), f"`{s.code}`"
        total = f"argMaxIf({c}, ts, {ok})" if s.is_counter else f"sumIf({c}, {ok})"
        parts += [
            f"toInt64({total}) AS s{i}",
            f"countIf({ok}) AS t{i}",
            f"countIf({bad(kind, s)}) AS x{i}",
            f"minIf({c}, {ok}) AS lo{i}",
            f"maxIf({c}, {ok}) AS hi{i}",
        ]
    sql = f"SELECT {', '.join(parts)} FROM {kind.table} WHERE id = {{id:UInt32}} AND {_MINUTES} GROUP BY b ORDER BY b"
    return engine.select(sql, window(start, end, id=number))


def series_from_hours(
    engine: Engine, kind: Kind, number: int, signals: Sequence[Signal], start: int, end: int, width: int
) -> Columns:
    """The same buckets from the roll-ups; of a counter only the last value is known."""
    parts = [f"toUInt32(intDiv(toUInt32(h) - {{start:UInt32}}, {width:d})) AS b", "sum(n) AS seen"]
    for i, s in enumerate(signals):
        c = s.code
        if s.is_counter:
            ok = f"`{c}_last` != {s.missing}"
            parts += [
                f"toInt64(argMaxIf(`{c}_last`, h, {ok})) AS s{i}",
                f"sumIf(n, {ok}) AS t{i}",
                f"toUInt64(0) AS x{i}",
            ]
            parts += [f"minIf(`{c}_last`, {ok}) AS lo{i}", f"maxIf(`{c}_last`, {ok}) AS hi{i}"]
        else:
            ok = f"`{c}_n` > 0"
            parts += [f"sum(`{c}_s`) AS s{i}", f"sum(`{c}_n`) AS t{i}", f"sum(`{c}_b`) AS x{i}"]
            parts += [f"minIf(`{c}_lo`, {ok}) AS lo{i}", f"maxIf(`{c}_hi`, {ok}) AS hi{i}"]
    sql = f"SELECT {', '.join(parts)} FROM {kind.table}_h WHERE id = {{id:UInt32}} AND {_HOURS} GROUP BY b ORDER BY b"
    return engine.select(sql, window(start, end, id=number))


def hourly_sums_from_minutes(
    engine: Engine, kind: Kind, signals: Sequence[Signal], start: int, end: int, ids: NDArray[Any] | None
) -> Columns:
    """City-wide sums and usable counts an hour (``b`` hours after ``start``)."""
    parts = [f"toUInt16(intDiv(toUInt32(ts) - {{start:UInt32}}, {HOUR_S})) AS b"]
    for i, s in enumerate(signals):
        ok = usable(kind, s)
        parts += [f"toInt64(sumIf(`{s.code}`, {ok})) AS s{i}", f"countIf({ok}) AS t{i}"]
    where = _MINUTES + (_IDS if ids is not None else "")
    sql = f"SELECT {', '.join(parts)} FROM {kind.table} WHERE {where} GROUP BY b ORDER BY b"
    return engine.select(sql, window(start, end, ids))


def hourly_sums_from_hours(
    engine: Engine, kind: Kind, signals: Sequence[Signal], start: int, end: int, ids: NDArray[Any] | None
) -> Columns:
    parts = [f"toUInt16(intDiv(toUInt32(h) - {{start:UInt32}}, {HOUR_S})) AS b"]
    for i, s in enumerate(signals):
        parts += [f"toInt64(sum(`{s.code}_s`)) AS s{i}", f"toUInt64(sum(`{s.code}_n`)) AS t{i}"]
    where = _HOURS + (_IDS if ids is not None else "")
    sql = f"SELECT {', '.join(parts)} FROM {kind.table}_h WHERE {where} GROUP BY b ORDER BY b"
    return engine.select(sql, window(start, end, ids))


def object_hours(
    engine: Engine, kind: Kind, signal: Signal, start: int, end: int, ids: NDArray[Any], from_hours: bool
) -> Columns:
    """Per object and hour (``b`` hours after ``start``) the sum ``s`` and the number ``t`` of usable values."""
    c, at = signal.code, "h" if from_hours else "ts"
    if from_hours:
        total, count, table, where = f"sum(`{c}_s`)", f"sum(`{c}_n`)", f"{kind.table}_h", _HOURS
    else:
        ok = usable(kind, signal)
        total, count, table, where = f"sumIf(`{c}`, {ok})", f"countIf({ok})", kind.table, _MINUTES
    sql = (
        f"SELECT id, toUInt16(intDiv(toUInt32({at}) - {{start:UInt32}}, {HOUR_S})) AS b, toInt64({total}) AS s, "
        f"toUInt64({count}) AS t FROM {table} WHERE {where}{_IDS} GROUP BY id, b HAVING t > 0 ORDER BY id, b"
    )
    return engine.select(sql, window(start, end, ids))


def grid_of_hours(
    engine: Engine, kind: Kind, signals: Sequence[Signal], start: int, end: int, ids: NDArray[Any]
) -> Columns:
    """Rows of the roll-ups as they lie: ``id``, ``b`` (hours after ``start``), per signal sum ``s`` and count ``t``."""
    parts = [f"toUInt16(intDiv(toUInt32(h) - {{start:UInt32}}, {HOUR_S})) AS b"]
    for i, s in enumerate(signals):
        parts += [f"`{s.code}_s` AS s{i}", f"`{s.code}_n` AS t{i}"]
    sql = f"SELECT id, {', '.join(parts)} FROM {kind.table}_h WHERE {_HOURS}{_IDS}"
    return engine.select(sql, window(start, end, ids))


def grid_of_minutes(
    engine: Engine, kind: Kind, signals: Sequence[Signal], start: int, end: int, ids: NDArray[Any]
) -> Columns:
    """The same hours from the minutes."""
    parts = [f"toUInt16(intDiv(toUInt32(ts) - {{start:UInt32}}, {HOUR_S})) AS b"]
    for i, s in enumerate(signals):
        ok = usable(kind, s)
        parts += [f"toInt64(sumIf(`{s.code}`, {ok})) AS s{i}", f"countIf({ok}) AS t{i}"]
    sql = f"SELECT id, {', '.join(parts)} FROM {kind.table} WHERE {_MINUTES}{_IDS} GROUP BY id, b"
    return engine.select(sql, window(start, end, ids))


def worst(
    engine: Engine, kind: Kind, signal: Signal, start: int, end: int, n: int, descending: bool, from_hours: bool
) -> Columns:
    """The ``n`` objects with the lowest (or highest) mean: ``id``, ``s`` (sum) and ``t`` (usable values)."""
    c = signal.code
    if from_hours:
        total, count, table, where = f"sum(`{c}_s`)", f"sum(`{c}_n`)", f"{kind.table}_h", _HOURS
    else:
        ok = usable(kind, signal)
        total, count, table, where = f"sumIf(`{c}`, {ok})", f"countIf({ok})", kind.table, _MINUTES
    sql = (
        f"SELECT id, toInt64({total}) AS s, toUInt64({count}) AS t FROM {table} WHERE {where} "
        f"GROUP BY id HAVING t > 0 ORDER BY s / t {'DESC' if descending else 'ASC'}, id LIMIT {{n:UInt32}}"
    )
    return engine.select(sql, window(start, end, n=n))


def latest(engine: Engine, kind: Kind, start: int, end: int) -> Columns:
    """The newest row of every object in the window: ``id``, ``ts``, ``q`` and one ``c<i>`` a signal."""
    parts = ["id", "toUInt32(max(ts)) AS last", "argMax(q, ts) AS word"]
    parts += [f"argMax(`{s.code}`, ts) AS c{i}" for i, s in enumerate(kind.signals)]
    sql = f"SELECT {', '.join(parts)} FROM {kind.table} WHERE {_MINUTES} GROUP BY id ORDER BY id"
    return engine.select(sql, window(start, end))


def keys(engine: Engine, kind: Kind, start: int, end: int, low: int, high: int) -> Columns:
    """Which (``id``, ``at``) are stored, for ids in ``[low, high]``."""
    sql = (
        f"SELECT id, toUInt32(ts) AS at FROM {kind.table} "
        f"WHERE {_MINUTES} AND id BETWEEN {{low:UInt32}} AND {{high:UInt32}}"
    )
    return engine.select(sql, window(start, end, low=low, high=high))


def rows(engine: Engine, kind: Kind, start: int, end: int, low: int, high: int) -> Columns:
    """Stored rows as they are, ordered by id and time: ``id``, ``at``, ``q`` and one ``c<i>`` a signal."""
    parts = ["id", "toUInt32(ts) AS at", "q AS word", *(f"`{s.code}` AS c{i}" for i, s in enumerate(kind.signals))]
    sql = (
        f"SELECT {', '.join(parts)} FROM {kind.table} "
        f"WHERE {_MINUTES} AND id BETWEEN {{low:UInt32}} AND {{high:UInt32}} ORDER BY id, ts"
    )
    return engine.select(sql, window(start, end, low=low, high=high))


def ids(engine: Engine, kind: Kind, start: int, end: int) -> NDArray[np.uint32]:
    """Numbers of the objects with rows in the window, ascending."""
    found = engine.select(f"SELECT DISTINCT id FROM {kind.table} WHERE {_MINUTES} ORDER BY id", window(start, end))
    return column_or_empty(found, "id", np.uint32)


def word_dtype(kind: Kind) -> np.dtype[Any]:
    """The narrowest integer that holds a row's verdicts."""
    return np.dtype(next(f"<u{n}" for n in (1, 2, 4, 8) if 8 * n >= VERDICT_BITS * len(kind.signals)))


def some_rows(
    engine: Engine, kind: Kind, places: Sequence[int], start: int, end: int, wanted: NDArray[Any], is_range: bool
) -> Columns:
    """Rows of some objects in no particular order: ``id``, ``at``, ``word`` and ``c<i>`` of the signals at ``places``.

    ``word`` is as narrow as the kind's verdicts allow.  ``is_range``: of all numbers from the first of ``wanted`` to
    its last.
    """
    parts = ["id", "toUInt32(ts) AS at", f"toUInt{8 * word_dtype(kind).itemsize}(q) AS word"]
    parts += [f"`{kind.signals[i].code}` AS c{i}" for i in places]
    sql = f"SELECT {', '.join(parts)} FROM {kind.table} WHERE {_MINUTES}"
    if is_range:
        bound = window(start, end, low=int(wanted[0]), high=int(wanted[-1]))
        return engine.select(f"{sql} AND id BETWEEN {{low:UInt32}} AND {{high:UInt32}}", bound)
    return engine.select(sql + _IDS, window(start, end, wanted))


# --- upkeep -----------------------------------------------------------------------------------------------------------


def oldest_minute(engine: Engine, kind: Kind) -> int:
    """Epoch seconds of the first reading kept, 0 when there is none; read from the parts' own bounds."""
    found = engine.select(f"SELECT toUInt32(min(ts)) AS t FROM {kind.table}")
    return int(found["t"][0]) if found else 0


def day_partitions(engine: Engine, kind: Kind) -> list[str]:
    """``YYYYMMDD`` of every day with readings, oldest first."""
    sql = (
        "SELECT DISTINCT partition FROM system.parts "
        "WHERE database = {db:String} AND table = {table:String} AND active ORDER BY partition"
    )
    return [row[0] for row in engine.texts(sql, {"db": engine.database, "table": kind.table})]


def part_spans(engine: Engine, kind: Kind) -> NDArray[np.int64]:
    """``[parts, 2]``: first and last time of every part of the minute table, known without reading a row."""
    sql = (
        "SELECT toUInt32(min_time), toUInt32(max_time) FROM system.parts "
        "WHERE database = {db:String} AND table = {table:String} AND active"
    )
    rows = engine.texts(sql, {"db": engine.database, "table": kind.table})
    return np.array([[int(first), int(last)] for first, last in rows], np.int64).reshape(-1, 2)


def drop_day(engine: Engine, kind: Kind, day: date) -> None:
    engine.command(f"ALTER TABLE {kind.table} DROP PARTITION {day:%Y%m%d}")


def merge_fully(engine: Engine, table: str) -> None:
    engine.command(f"OPTIMIZE TABLE {table} FINAL")


def stop_merges(engine: Engine, table: str) -> None:
    engine.command(f"SYSTEM STOP MERGES {table}")


def start_merges(engine: Engine, table: str) -> None:
    engine.command(f"SYSTEM START MERGES {table}")


def sizes(engine: Engine) -> dict[str, tuple[int, int, int]]:
    """Rows, bytes on disk and parts of every table."""
    sql = (
        "SELECT table, sum(rows), sum(bytes_on_disk), count() FROM system.parts "
        "WHERE database = {db:String} AND active GROUP BY table ORDER BY table"
    )
    found = engine.texts(sql, {"db": engine.database})
    return {table: (int(n), int(size), int(parts)) for table, n, size, parts in found}
