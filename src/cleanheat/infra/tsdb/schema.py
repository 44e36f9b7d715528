"""Which tables hold which kind: derived from ``kernel.quantities``, and grown with it when the store is opened.

``tele_<kind>`` holds the readings, one row an object and minute, scaled integers exactly as on the wire, partitioned by
the calendar day of Asia/Shanghai so that a question about one day reads one partition.  ``tele_<kind>_h`` holds the
hours, partitioned by month.  ``rollup_log`` says which hours have been rolled up.

``trace_*`` hold what judging adds to readings, all kinds together, a kind by its :func:`kind_key`: ``values`` one row a
rule broken or value cleaned, ``arrivals`` one a batch and kind.  ``trace_counts`` adds up by itself: rows of the same
hour, kind, rule, version and sender become one while parts are merged.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache

from cleanheat.infra.tsdb.engine import Engine
from cleanheat.kernel.quantities import KINDS, VERDICT_BITS, Kind, Signal

ZONE = "Asia/Shanghai"
DEDUPLICATION_WINDOW = 10_000
LOG_TABLE = "rollup_log"


@dataclass(frozen=True)
class Column:
    """One stored column; ``default`` is what rows written before the column existed read as."""

    name: str
    type: str
    codec: str
    default: int | None = None
    comment: str = ""

    @property
    def ddl(self) -> str:
        default = "" if self.default is None else f" DEFAULT {self.default}"
        comment = f" COMMENT '{self.comment}'" if self.comment else ""
        return f"`{self.name}` {self.type}{default}{comment} CODEC({self.codec})"


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    partition: str
    order: str
    engine: str = "MergeTree"

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    @property
    def types(self) -> list[str]:
        return [c.type for c in self.columns]

    @property
    def ddl(self) -> str:
        body = ",\n  ".join(c.ddl for c in self.columns)
        return (
            f"CREATE TABLE IF NOT EXISTS {self.name} (\n  {body}\n) ENGINE = {self.engine} "
            f"PARTITION BY {self.partition} ORDER BY {self.order} "
            f"SETTINGS non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}"
        )


@cache
def minutes(kind: Kind) -> Table:
    """Readings: ``id``, ``ts``, the verdict word ``q`` and one scaled integer a signal."""
    columns = (
        Column("id", "UInt32", "Delta, ZSTD(1)"),
        Column(
            "ts", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"
        ),  # reads four times as fast as DoubleDelta, the same bytes
        Column("q", "UInt64", "ZSTD(1)"),
        *(Column(s.code, f"Int{s.bits}", "Delta, ZSTD(1)", s.missing, stored_as(kind, s)) for s in kind.signals),
    )
    return Table(kind.table, columns, "toYYYYMMDD(ts)", "(id, ts)")


@cache
def hours(kind: Kind) -> Table:
    """Hours: rows seen (``n``); per mean signal the sum, the number of trusted and of bad values, the extremes;
    per counter the last trusted value."""
    columns = [
        Column("id", "UInt32", "Delta, ZSTD(1)"),
        Column("h", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"),
        Column("n", "UInt16", "T64, ZSTD(1)"),
    ]
    for s in kind.signals:
        comment = stored_as(kind, s)
        if s.is_counter:
            columns.append(Column(f"{s.code}_last", f"Int{s.bits}", "Delta, ZSTD(3)", s.missing, comment))
            continue
        columns += [
            Column(f"{s.code}_s", sum_type(s), "Delta, ZSTD(3)", 0, comment),
            Column(f"{s.code}_n", "UInt16", "T64, ZSTD(1)", 0),
            Column(f"{s.code}_b", "UInt16", "T64, ZSTD(1)", 0),
            Column(f"{s.code}_lo", f"Int{s.bits}", "Delta, ZSTD(3)", s.missing),
            Column(f"{s.code}_hi", f"Int{s.bits}", "Delta, ZSTD(3)", s.missing),
        ]
    return Table(f"{kind.table}_h", tuple(columns), "toYYYYMM(h)", "(id, h)")


ROLLUP_LOG = Table(
    LOG_TABLE,
    (
        Column("kind", "UInt32", "ZSTD(1)"),
        Column("h", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"),
    ),
    "toYYYYMM(h)",
    "(kind, h)",
)

_KIND = Column("kind", "UInt32", "ZSTD(1)")
_RULE = (Column("rule", "UInt32", "ZSTD(1)"), Column("version", "UInt16", "ZSTD(1)"))

VALUES = Table(
    "trace_values",
    (
        _KIND,
        Column("id", "UInt32", "Delta, ZSTD(1)"),
        Column("ts", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"),
        Column("signal", "UInt8", "ZSTD(1)"),
        *_RULE,
        Column("raw", "Int32", "ZSTD(1)"),
        Column("method", "UInt8", "ZSTD(1)"),
        Column("value", "Int32", "ZSTD(1)"),
        Column("verdict", "UInt8", "ZSTD(1)"),
    ),
    "toYYYYMMDD(ts)",
    "(kind, id, ts)",
)
"""Hits (``method`` 0) and cleaned values in one table: an insert costs by the statement, and both come each minute."""

COUNTS = Table(
    "trace_counts",
    (
        Column("h", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"),
        _KIND,
        *_RULE,
        Column("sender", "UInt32", "ZSTD(1)"),
        Column("checks", "UInt64", "T64, ZSTD(1)"),
        Column("violations", "UInt64", "T64, ZSTD(1)"),
        Column("skipped", "UInt64", "T64, ZSTD(1)"),
    ),
    "toYYYYMM(h)",
    "(h, kind, rule, version, sender)",
    "SummingMergeTree",
)

ARRIVALS = Table(
    "trace_arrivals",
    (
        _KIND,
        Column("sender", "UInt32", "ZSTD(1)"),
        Column("ts", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"),
        Column("sequence", "UInt64", "Delta, ZSTD(1)"),
        Column("received_at", f"DateTime('{ZONE}')", "Delta, ZSTD(1)"),
        Column("rows", "UInt32", "ZSTD(1)"),
        Column("repeated", "UInt32", "ZSTD(1)"),
    ),
    "toYYYYMMDD(ts)",
    "(sender, ts, kind)",
)

TRACES = (VALUES, COUNTS, ARRIVALS)


def kind_key(code: str) -> int:
    """A kind in the log: a checksum of its code, so that a new kind renumbers nothing."""
    return zlib.crc32(code.encode())


def sum_type(signal: Signal) -> str:
    """Wide enough for an hour of one reading a second."""
    return "Int32" if signal.bits <= 16 else "Int64"


def stored_as(kind: Kind, signal: Signal) -> str:
    """What an integer in the column means; kept as the column's comment and compared whenever the store is opened."""
    return f"{signal.unit} x{signal.scale} bit {VERDICT_BITS * kind.index[signal.code]}"


def bring_up_to_date(engine: Engine) -> None:
    """Creates what is missing and adds the columns of signals new in the catalogue.

    A column whose width, scale or verdict place differs from the catalogue would silently change the meaning of stored
    values: that is refused.
    """
    known: dict[str, dict[str, tuple[str, str]]] = {}
    for table, name, ch_type, comment in engine.texts(
        "SELECT table, name, type, comment FROM system.columns WHERE database = {db:String} ORDER BY table, position",
        {"db": engine.database},
    ):
        known.setdefault(table, {})[name] = (ch_type, comment)
    for wanted in [ROLLUP_LOG, *TRACES, *(t for kind in KINDS.values() for t in (minutes(kind), hours(kind)))]:
        present = known.get(wanted.name)
        if present is None:
            engine.command(wanted.ddl)
            continue
        for column in wanted.columns:
            if column.name not in present:
                engine.command(f"ALTER TABLE {wanted.name} ADD COLUMN {column.ddl}")
            elif present[column.name] != (column.type, column.comment):
                raise RuntimeError(
                    f"{wanted.name}.{column.name} is stored as {present[column.name]}, the catalogue now says "
                    f"{(column.type, column.comment)}: stored values must be converted first"
                )
