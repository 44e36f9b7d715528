"""How a history file becomes chunks of arrays: CSV, CSV.gz and Parquet, the same chunks on every run.

A chunk is read the fast way; where one odd value or a broken line stops that, the chunk is read again as text and only
what is odd is left out, with its row number.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cleanheat.kernel import unify
from cleanheat.kernel.errors import invalid
from cleanheat.telemetry.mapping import HistoryMap, TextFormat, TimeColumn

CHUNK_BYTES: Final = 48 << 20
CHUNK_ROWS: Final = 400_000
UNREADABLE: Final = np.iinfo(np.int64).min
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_S_PER: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


@dataclass
class Chunk:
    """Some consecutive rows of the file.  ``numbers`` counts data rows from 1, malformed ones included.

    ``times`` are epoch seconds: UTC if ``is_utc``, else of the file's wall clock; ``UNREADABLE`` where they were not.
    ``junk`` holds what stood where a number was expected, as (place in the chunk, text).
    """

    index: int
    rows: int
    numbers: NDArray[np.int64]
    times: NDArray[np.int64]
    is_utc: bool
    keys: pa.Array | None
    values: dict[str, NDArray[np.float64]]
    junk: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    malformed: list[tuple[int, str]] = field(default_factory=list)
    share_read: float = 0.0


class History:
    """One file and the mapping to read it with."""

    def __init__(self, path: Path, mapping: HistoryMap) -> None:
        if not path.is_file():
            raise invalid("file", "文件不存在", str(path))
        self.path, self.mapping = path, mapping
        self.is_parquet = path.suffix.lower() in {".parquet", ".pq"}
        self.columns = _parquet_columns(path) if self.is_parquet else _csv_columns(path, mapping.text)
        self._require_columns()

    @property
    def ignored_columns(self) -> list[str]:
        used = {self.mapping.time.column, self.mapping.object_column, *self.mapping.numeric_columns}
        return [c for c in self.columns if c not in used]

    def chunks(self, skip: int = 0, rows_before: int = 0) -> Iterator[Chunk]:
        """Chunks from number ``skip`` on; ``rows_before`` data rows precede them."""
        return self._parquet(skip) if self.is_parquet else self._csv(skip, rows_before)

    def _require_columns(self) -> None:
        wanted = {f"signals.{s.signal.code}.column": s.column for s in self.mapping.signals}
        wanted["time.column"] = self.mapping.time.column
        if self.mapping.object_column:
            wanted["object.column"] = self.mapping.object_column
        for i, rule in enumerate(self.mapping.losses):
            wanted |= {f"lost[{i}].columns": c for c in rule.columns if c not in self.columns}
        for where, column in wanted.items():
            if column not in self.columns:
                raise invalid(where, "文件里没有这一列", f"{column!r}; the file has {', '.join(self.columns)}")

    def _parquet(self, skip: int) -> Iterator[Chunk]:
        m = self.mapping
        columns = [c for c in (m.time.column, m.object_column, *m.numeric_columns) if c]
        file = pq.ParquetFile(self.path)
        total, index, row = max(1, file.metadata.num_rows), 0, 0
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            pieces = -(-size // CHUNK_ROWS)
            if index + pieces <= skip:
                index, row = index + pieces, row + size
                continue
            for batch in file.iter_batches(CHUNK_ROWS, row_groups=[group], columns=list(dict.fromkeys(columns))):
                if index >= skip:
                    numbers = np.arange(row + 1, row + 1 + batch.num_rows)
                    chunk = _chunk(index, numbers, pa.table(batch), m)
                    chunk.share_read = (row + batch.num_rows) / total
                    yield chunk
                index, row = index + 1, row + batch.num_rows

    def _csv(self, skip: int, rows_before: int) -> Iterator[Chunk]:
        size = max(1, self.path.stat().st_size)
        with self.path.open("rb") as raw, _unpacked(raw, self.path) as stream:
            for _ in range(self.mapping.text.skip_lines + 1):
                stream.readline()
            for index, block in enumerate(_blocks(stream)):
                if index < skip:
                    continue
                chunk = self._parse(index, _utf8(block, self.mapping.text), rows_before)
                rows_before += chunk.rows
                chunk.share_read = raw.tell() / size
                yield chunk

    def _parse(self, index: int, block: bytes, rows_before: int) -> Chunk:
        try:
            table = self._read(block, as_text=False, malformed=None)
            return _chunk(index, np.arange(rows_before + 1, rows_before + 1 + table.num_rows), table, self.mapping)
        except pa.ArrowInvalid:
            malformed: list[tuple[int, str]] = []
            table = self._read(block, as_text=True, malformed=malformed)
        rows = table.num_rows + len(malformed)
        numbers = np.delete(np.arange(rows_before + 1, rows_before + 1 + rows), [n - 1 for n, _ in malformed])
        chunk = _chunk(index, numbers, table, self.mapping)
        chunk.rows, chunk.malformed = rows, [(rows_before + n, text) for n, text in malformed]
        return chunk

    def _read(self, block: bytes, *, as_text: bool, malformed: list[tuple[int, str]] | None) -> pa.Table:
        m = self.mapping

        def broken(row: pacsv.InvalidRow) -> str:
            if malformed is None:
                return "error"
            malformed.append((row.number, row.text[:80]))
            return "skip"

        types = {c: pa.string() if as_text else pa.float64() for c in m.numeric_columns}
        if m.object_column:
            types[m.object_column] = pa.string()
        types[m.time.column] = pa.string() if as_text else _time_type(m.time)
        return pacsv.read_csv(
            io.BytesIO(block),
            read_options=pacsv.ReadOptions(column_names=self.columns, use_threads=not as_text, block_size=4 << 20),
            parse_options=pacsv.ParseOptions(delimiter=m.text.delimiter, invalid_row_handler=broken),
            convert_options=pacsv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=list(m.text.nulls),
                strings_can_be_null=True,
                decimal_point=m.text.decimal,
                timestamp_parsers=[pacsv.ISO8601 if m.time.format == "iso" else m.time.format],
            ),
        )


def _chunk(index: int, numbers: NDArray[np.int64], table: pa.Table, m: HistoryMap) -> Chunk:
    times, is_utc = _times(table.column(m.time.column), m.time)
    keys = table.column(m.object_column).cast(pa.string()).combine_chunks() if m.object_column else None
    chunk = Chunk(index, table.num_rows, numbers, times, is_utc, keys, {})
    units = {s.column: s.unit for s in m.signals}
    for name in m.numeric_columns:
        column = table.column(name)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = _numbers(column, m.text, chunk.junk.setdefault(name, []), units.get(name, ""))
        chunk.values[name] = column.cast(pa.float64(), safe=False).to_numpy()
    return chunk


def _numbers(column: pa.ChunkedArray, text: TextFormat, junk: list[tuple[int, str]], unit: str = "") -> pa.ChunkedArray:
    """Numbers of a text column; what is neither a number nor a null mark in any spelling is collected, and is null."""
    trimmed = pc.utf8_trim_whitespace(column)
    plain = pc.replace_substring(trimmed, text.decimal, ".") if text.decimal != "." else trimmed
    is_number = pc.fill_null(pc.match_substring_regex(plain, _NUMBER), False)
    is_null = pc.or_(pc.is_null(trimmed), pc.is_in(trimmed, value_set=pa.array(text.nulls)))
    odd = pc.invert(pc.or_(is_number, is_null))
    places = np.flatnonzero(np.asarray(odd))
    found = pc.if_else(is_number, plain, pa.scalar(None, plain.type)).cast(pa.float64())
    if not places.shape[0]:
        return found
    values: NDArray[np.float64] = np.array(found.to_numpy(), np.float64)
    known: dict[str, float | None] = {}
    for at in places.tolist():
        written = str(column[at].as_py())
        if written not in known:
            known[written] = _spelled(written, text, unit)
        value = known[written]
        if value is None:
            junk.append((at, written))
        else:
            values[at] = value
    return pa.chunked_array([pa.array(values)])


def _spelled(written: str, text: TextFormat, unit: str) -> float | None:
    """A number written otherwise (full width, separators, with its unit); None if it is none, NaN if it says "none"."""
    try:
        return unify.number(written, unit) if text.decimal == "." else None
    except ValueError:
        return None


def _time_type(time: TimeColumn) -> pa.DataType:
    if time.format == "any":
        return pa.string()
    return pa.float64() if time.format.startswith("epoch") else pa.timestamp("s")


def _times(column: pa.ChunkedArray, time: TimeColumn) -> tuple[NDArray[np.int64], bool]:
    """Epoch seconds, and whether they are UTC already."""
    if pa.types.is_timestamp(column.type):
        per_s = _S_PER[column.type.unit]
        raw = pc.fill_null(column.cast(pa.int64()), UNREADABLE).to_numpy()
        seconds = raw if per_s == 1 else np.where(raw == UNREADABLE, raw, raw // per_s)
        return seconds, column.type.tz is not None
    if time.format.startswith("epoch"):
        is_text = pa.types.is_string(column.type)
        numeric = (
            _numbers(column, TextFormat(",", ".", "", ("",), 0), [])
            if is_text
            else column.cast(pa.float64(), safe=False)
        )
        raw_s = numeric.to_numpy() / (1_000 if time.format == "epoch_ms" else 1)
        return np.where(np.isfinite(raw_s), np.nan_to_num(raw_s), UNREADABLE).astype(np.int64), True
    if time.format == "any":
        return np.array([_instant(t, time) for t in column.to_pylist()], np.int64), True
    return np.array([_moment(t, time.format) for t in column.to_pylist()], np.int64), False


def _instant(written: str | float | None, time: TimeColumn) -> int:
    try:
        return UNREADABLE if written is None else unify.instant(written, time.zone)
    except ValueError:
        return UNREADABLE


def _moment(text: str | None, pattern: str) -> int:
    """Epoch seconds of a wall-clock text, as if it were UTC."""
    try:
        found = datetime.fromisoformat(text or "") if pattern == "iso" else datetime.strptime(text or "", pattern)  # noqa: DTZ007
    except ValueError:
        return UNREADABLE
    return int(found.replace(tzinfo=UTC).timestamp()) if found.tzinfo is None else UNREADABLE


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that end with a line."""
    rest = b""
    while piece := stream.read(CHUNK_BYTES):
        piece = rest + piece
        cut = piece.rfind(b"\n") + 1
        rest = piece[cut:]
        if cut:
            yield piece[:cut]
    if rest.strip():
        yield rest


def _unpacked(raw: IO[bytes], path: Path) -> IO[bytes]:
    return gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw  # type: ignore[return-value]


def _utf8(block: bytes, text: TextFormat) -> bytes:
    if text.encoding.lower().replace("-", "") in {"utf8", "ascii", "utf8sig"}:
        return block
    return block.decode(text.encoding, errors="replace").encode()


def _csv_columns(path: Path, text: TextFormat) -> list[str]:
    try:
        with path.open("rb") as raw, _unpacked(raw, path) as stream:
            for _ in range(text.skip_lines):
                stream.readline()
            header = stream.readline().decode(text.encoding)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise invalid("file", "读不出文件", str(error)) from error
    names: list[str] = next(csv.reader([header.lstrip("\ufeff").strip()], delimiter=text.delimiter), [])
    if not names:
        raise invalid("file", "文件没有表头")
    return [n.strip() for n in names]


def _parquet_columns(path: Path) -> list[str]:
    try:
        return [str(n) for n in pq.read_schema(path).names]
    except (pa.ArrowInvalid, OSError) as error:
        raise invalid("file", "不是可读的 Parquet 文件", str(error)) from error
