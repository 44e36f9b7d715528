"""What is in an uploaded file?  Its layers, and its rows as texts in chunks: CSV, XLSX, GeoJSON, Shapefile, GeoPackage.

CSV is read here, line by line; everything else by :mod:`opened_vectors` in a process of its own.  Memory is bounded by
the chunk, not by the file.
"""

from __future__ import annotations

import codecs
import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, Self, cast

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from cleanheat.assets.importing import opened_vectors
from cleanheat.assets.importing.opened_vectors import BATCH, GEOMETRY, MOST_COLUMNS
from cleanheat.kernel.errors import Problem, invalid

MAX_BYTES: Final = 200 * 1024 * 1024
MOST_ROWS: Final = 2_000_000
ENDINGS: Final = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".zip")
_DELIMITERS: Final = ",\t;|"


@dataclass(frozen=True)
class Layer:
    """One table of a file; ``rows`` −1 where that is not known before it is read.

    ``geometry``: GDAL's name of the type, empty without; ``crs``: as the file says, empty where it does not.
    """

    name: str
    columns: tuple[str, ...]
    rows: int
    geometry: str
    crs: str


@dataclass(frozen=True)
class Chunk:
    """Some rows, column by column.  ``first``: the first row's line (header = 1) or feature number.

    ``geometry``: shapely objects, None where there is none or it cannot be built; ``broken`` marks the latter.
    """

    first: int
    columns: tuple[Sequence[str | None], ...]
    geometry: NDArray[np.object_] | None
    broken: NDArray[np.bool_] | None

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else len(self.geometry) if self.geometry is not None else 0


def ending_of(name: str) -> str:
    """The file's type by its name; Problem if none of ours."""
    ending = Path(name.lower()).suffix
    if ending not in ENDINGS:
        raise Problem(415, "file-type", "不支持的文件类型", f"可用: {'、'.join(ENDINGS)}", "file")
    return ".geojson" if ending == ".json" else ending


def check_begins(ending: str, body: BinaryIO) -> None:
    """The first bytes must be what the ending says: nothing reaches a reader it was not meant for."""
    body.seek(0)
    head = body.read(4_096)
    body.seek(0)
    if not head:
        raise invalid("file", "文件是空的")
    begins = {
        ".csv": b"\0" not in head,
        ".xlsx": head[:4] == b"PK\x03\x04",
        ".zip": head[:4] == b"PK\x03\x04",
        ".gpkg": head[:16] == b"SQLite format 3\0",
        ".geojson": head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{",
    }
    if not begins[ending]:
        raise Problem(415, "file-type", "文件内容与扩展名不符", ending, "file")


def layers_of(path: Path) -> list[Layer]:
    """The tables of a file.

    Raises:
        Problem: it cannot be read, or not within the limits.
    """
    if path.suffix == ".csv":
        with _csv(path) as rows:
            head = next(rows, [])
        return [Layer("csv", _titles(head), -1, "", "")]
    told = json.loads(b"".join(_child(path, "describe")))
    found = [Layer(t["name"], _titles(t["columns"]), t["rows"], t["geometry"], t["crs"]) for t in told]
    if any(layer.rows > MOST_ROWS for layer in found):
        raise invalid("file", "行数过多", f"最多 {MOST_ROWS} 行")
    return found


def types_of(path: Path, layer: Layer) -> dict[str, str]:
    """Types of a layer's columns as the file has them (``int64``, ``float64``, ``object`` …); empty for a table."""
    if path.suffix in {".csv", ".xlsx"}:
        return {}
    told = json.loads(b"".join(_child(path, "types")))
    return dict(told.get(layer.name, {}))


def chunks_of(path: Path, layer: Layer) -> Iterator[Chunk]:
    """The rows of a layer in file order."""
    read = 0
    for chunk in _csv_chunks(path, len(layer.columns)) if path.suffix == ".csv" else _arrow_chunks(path, layer):
        read += chunk.rows
        if read > MOST_ROWS:
            raise invalid("file", "行数过多", f"最多 {MOST_ROWS} 行")
        yield chunk


def _titles(cells: Sequence[Any]) -> tuple[str, ...]:
    """Column titles, told apart where they are the same or missing."""
    if len(cells) > MOST_COLUMNS:
        raise invalid("file", "列过多", f"最多 {MOST_COLUMNS} 列")
    titles: list[str] = []
    for at, cell in enumerate(cells, 1):
        title = str(cell or "").strip()[:80] or f"第{at}列"
        titles.append(title if title not in titles else f"{title}（第{at}列）")
    return tuple(titles)


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def encoding_of(path: Path) -> str:
    """UTF-8 where every byte is, else GB18030 where every byte is; the whole file is looked through."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as body:
                while block := body.read(1 << 20):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise invalid("file", "无法识别文件编码", "UTF-8 或 GB18030")


class _csv:  # noqa: N801 - used like a function: with _csv(path) as rows
    """The lines of a CSV file as lists of texts."""

    def __init__(self, path: Path) -> None:
        self._text = path.open(encoding=encoding_of(path), newline="")

    def __enter__(self) -> Iterator[list[str]]:
        head = self._text.readline()
        self._text.seek(0)
        delimiter = max(_DELIMITERS, key=head.count)
        return _lines(csv.reader(self._text, delimiter=delimiter))

    def __exit__(self, *_: object) -> None:
        self._text.close()


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise invalid("file", "不是可读的 CSV 文件", str(error)) from error


def _csv_chunks(path: Path, width: int) -> Iterator[Chunk]:
    with _csv(path) as rows:
        next(rows, None)
        first = 2
        while lines := list(islice(rows, BATCH)):
            even = [(line + [""] * width)[:width] for line in lines]
            yield Chunk(first, tuple(zip(*even, strict=True)), None, None)
            first += len(lines)


# ── everything else ──────────────────────────────────────────────────────────────────────────────────────────────────


def _arrow_chunks(path: Path, layer: Layer) -> Iterator[Chunk]:
    first = 2 if path.suffix == ".xlsx" else 1
    for batch in _batches(path, layer.name):
        texts = tuple(
            column.to_pylist()
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if name != GEOMETRY
        )
        geometry = broken = None
        if GEOMETRY in batch.schema.names:
            wkb = np.array(batch.column(batch.schema.get_field_index(GEOMETRY)).to_pylist(), dtype=object)
            geometry = shapely.from_wkb(wkb, on_invalid="ignore")
            broken = np.array([w is not None for w in wkb]) & shapely.is_missing(geometry)
        yield Chunk(first, texts, geometry, broken)
        first += batch.num_rows


def _batches(path: Path, layer: str) -> Iterator[pa.RecordBatch]:
    with _Child(path, "rows", layer) as child:
        try:
            if child.out.peek(1):
                with pa.ipc.open_stream(child.out) as stream:
                    yield from stream
        except pa.ArrowInvalid:
            child.ended_early = True  # it says why at its end


def _child(path: Path, command: str) -> Iterator[bytes]:
    with _Child(path, command) as child:
        yield child.out.read()


class _Child:
    """The reading process; a Problem at its end if it refused the file or a limit ended it."""

    def __init__(self, path: Path, *command: str) -> None:
        words = [sys.executable, "-I", opened_vectors.__file__, command[0], str(path), str(path.parent), *command[1:]]
        self._said = TemporaryFile()  # noqa: SIM115 - a file, for GDAL's warnings would fill a pipe; closed below
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self._said)  # noqa: S603 - our own file
        self.out = cast("BufferedReader", self._process.stdout)
        self.ended_early = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._said as said, self.out:
            if kind is not None:
                self._process.kill()
            is_well = self._process.wait() == 0 and not self.ended_early
            said.seek(0)
            last = said.read().rsplit(b"\n", 1)[-1]
        if kind is None and not is_well:
            raise _refusal(last, self._process.returncode)


def _refusal(said: bytes, status: int) -> Problem:
    try:
        told = json.loads(said)
    except ValueError:  # killed by a limit before it could speak
        told = {"reason": "文件过大或已损坏", "detail": f"exit {status}"}
    return invalid("file", told["reason"] or "不是可读的文件", told["detail"])
