"""What is in a workbook or a file of geometry that a stranger sent?  A process apart: a path in, Arrow batches out.

Such files can declare thousands of millions of cells, unpack to terabytes or end the reader for want of memory; so they
are read apart, under limits of memory, time and unpacked size.  Every column leaves as text, geometry as WKB in the
column named below.  ``describe`` prints JSON instead; refusals are JSON too, with exit status 3.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

GEOMETRY: Final = "__geometry"
MEMORY_BYTES: Final = 6 << 30
CPU_S: Final = 600
MOST_UNPACKED_BYTES: Final = 1 << 30
MOST_RATIO: Final = 200
MOST_MEMBERS: Final = 200
MOST_CELLS: Final = 20_000_000
MOST_COLUMNS: Final = 300
BATCH: Final = 5_000
_PARTS: Final = ("shp", "shx", "dbf", "prj", "cpg")


class RefusedError(Exception):
    """The file is none that can be read; the message is for people."""


def _members(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Shapefiles of an archive: layer → part → member.  Sizes are those declared; unpacking counts the real ones."""
    infos = archive.infolist()
    declared = sum(i.file_size for i in infos)
    packed = sum(i.compress_size for i in infos)
    if len(infos) > MOST_MEMBERS or declared > MOST_UNPACKED_BYTES or declared > MOST_RATIO * max(packed, 4_096):
        raise RefusedError("压缩包解压后过大或文件过多")
    layers: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for info in infos:
        stem, _, ending = _readable(info).rpartition("/")[2].rpartition(".")
        if stem and ending.lower() in _PARTS:
            layers.setdefault(stem, {})[ending.lower()] = info
    whole = {name: parts for name, parts in layers.items() if {"shp", "shx", "dbf"} <= parts.keys()}
    if not whole:
        raise RefusedError("压缩包里没有完整的 Shapefile（.shp、.shx、.dbf）")
    return whole


def _readable(info: zipfile.ZipInfo) -> str:
    """A member's name; archives made here name their members in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _unpack(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], folder: Path) -> Path:
    left = MOST_UNPACKED_BYTES
    for ending, info in parts.items():
        with archive.open(info) as packed, (folder / f"layer.{ending}").open("wb") as plain:
            while chunk := packed.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise RefusedError("压缩包解压后过大")
                plain.write(chunk)
    return folder / "layer.shp"


def _encoding(shape: Path) -> str:
    """Of the attributes: what the ``.cpg`` says, else UTF-8 if the bytes are, else GB18030."""
    page = shape.with_suffix(".cpg")
    said = page.read_text("ascii", errors="ignore").strip().lower() if page.exists() else ""
    if said in {"utf-8", "utf8", "65001"}:
        return "UTF-8"
    if said:
        return "GB18030"
    sample = shape.with_suffix(".dbf").read_bytes()[: 1 << 20]
    for cut in range(4):
        try:
            sample[32 : len(sample) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return "UTF-8"
    return "GB18030"


class _Vectors:
    """One file that GDAL reads."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.shapes: dict[str, Path] = {}
        self.path = path
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for at, (name, parts) in enumerate(_members(archive).items()):
                    place = folder / str(at)
                    place.mkdir()
                    self.shapes[name] = _unpack(archive, parts, place)

    def layers(self) -> list[dict[str, Any]]:
        import pyogrio

        if self.shapes:
            return [self._told(name, str(shape), None) for name, shape in self.shapes.items()]
        return [self._told(str(name), str(self.path), str(name)) for name, _ in pyogrio.list_layers(self.path)]

    def types(self) -> dict[str, dict[str, str]]:
        """Layer → column → type as the file has it."""
        import pyogrio

        places: dict[str, tuple[str, str | None]] = {name: (str(shape), None) for name, shape in self.shapes.items()}
        if not places:
            places = {str(name): (str(self.path), str(name)) for name, _ in pyogrio.list_layers(self.path)}
        infos = {name: pyogrio.read_info(path, layer=at, **self._options(path)) for name, (path, at) in places.items()}
        return {
            name: dict(zip(map(str, info["fields"]), map(str, info["dtypes"]), strict=True))
            for name, info in infos.items()
        }

    def _told(self, name: str, path: str, layer: str | None) -> dict[str, Any]:
        import pyogrio

        info = pyogrio.read_info(path, layer=layer, **self._options(path))
        return {
            "name": name,
            "columns": [str(c) for c in info["fields"]],
            "rows": int(info["features"]),
            "geometry": str(info["geometry_type"] or ""),
            "crs": str(info["crs"] or ""),
        }

    def _options(self, path: str) -> dict[str, str]:
        return {"encoding": _encoding(Path(path))} if path.endswith(".shp") else {}

    def batches(self, layer: str) -> Iterator[pa.RecordBatch]:
        from pyogrio.raw import open_arrow

        path, named = (self.shapes[layer], None) if self.shapes else (self.path, layer)
        with open_arrow(path, layer=named, batch_size=BATCH, use_pyarrow=True, **self._options(str(path))) as (
            meta,
            reader,
        ):
            geometry = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                yield _texts(batch, geometry)


def _texts(batch: pa.RecordBatch, geometry: str) -> pa.RecordBatch:
    names, columns = [], []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        is_shape = name == geometry
        names.append(GEOMETRY if is_shape else name)
        columns.append(column.cast(pa.binary()) if is_shape else _text(column))
    return pa.RecordBatch.from_arrays(columns, names=names)


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_binary(column.type) or pa.types.is_nested(column.type):
        return pa.array([None if v is None else str(v)[:200] for v in column.to_pylist()], pa.string())
    return pc.cast(column, pa.string())


class _Workbook:
    """One XLSX file; the first line of a sheet names its columns."""

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineWorkbook

        self.book = CalamineWorkbook.from_path(str(path))

    def layers(self) -> list[dict[str, Any]]:
        return [self._told(name) for name in self.book.sheet_names]

    def _told(self, name: str) -> dict[str, Any]:
        rows = self._sheet(name).to_python(skip_empty_area=False, nrows=1)
        head = [_cell(c) or "" for c in rows[0]] if rows else []
        end = self.book.get_sheet_by_name(name).end
        last = end[0] if end else 0  # counted from 0: the header is row 0
        return {"name": name, "columns": head, "rows": last, "geometry": "", "crs": ""}

    def _sheet(self, name: str) -> Any:
        sheet = self.book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > MOST_CELLS or sheet.total_width > MOST_COLUMNS:
            raise RefusedError("工作表过大")
        return sheet

    def batches(self, layer: str) -> Iterator[pa.RecordBatch]:
        rows = iter(self._sheet(layer).to_python(skip_empty_area=False))
        head: list[Any] = next(rows, [])
        names = [str(i) for i in range(len(head))]
        kept: list[list[str | None]] = []
        for row in rows:
            kept.append([_cell(c) for c in row])
            if len(kept) == BATCH:
                yield _batch(kept, names)
                kept = []
        if kept:
            yield _batch(kept, names)


def _batch(rows: list[list[str | None]], names: list[str]) -> pa.RecordBatch:
    columns = [pa.array(list(c), pa.string()) for c in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=names)


def _cell(value: Any) -> str | None:
    if value in ("", None):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _send(reader: _Vectors | _Workbook, layer: str) -> None:
    writer: Any = None
    for batch in reader.batches(layer):
        if batch.num_columns > MOST_COLUMNS:
            raise RefusedError("列过多")
        if writer is None:
            writer = pa.ipc.new_stream(sys.stdout.buffer, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()


def main() -> None:
    command, path, folder, *layer = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(dir=folder) as unpacked:
        try:
            is_book = path.endswith(".xlsx")
            reader = _Workbook(Path(path)) if is_book else _Vectors(Path(path), Path(unpacked))
            if command == "types" and isinstance(reader, _Vectors):
                sys.stdout.write(json.dumps(reader.types()))
            elif command == "describe":
                sys.stdout.write(json.dumps(reader.layers()))
            else:
                _send(reader, layer[0])
        except Exception as error:  # whatever a hostile file raises is a refusal
            reason = str(error) if isinstance(error, RefusedError) else ""
            sys.stderr.write("\n" + json.dumps({"reason": reason, "detail": f"{type(error).__name__}: {error}"[:300]}))
            sys.exit(3)


if __name__ == "__main__":
    main()
