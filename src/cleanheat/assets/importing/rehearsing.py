"""What would a file do to the archive?  Every row read, converted, checked as it would be stored; nothing changed.

The outcome is kept beside the file: the records that would be written, and every refused row with its reasons, so that
confirming writes exactly what was rehearsed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from cleanheat.assets import drawn_shapes
from cleanheat.assets.importing.converting import Converted, Converter, Fault
from cleanheat.assets.importing.identifying import identify
from cleanheat.assets.importing.mapping import ColumnMap, checked
from cleanheat.assets.importing.sources import Chunk, Layer, chunks_of
from cleanheat.assets.record_fields import IDENTITY, field_of
from cleanheat.assets.records import Draft, Record, chosen, draft
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid

MOST_RECORDS: Final = 300_000
"""One file changes the archive in one transaction: more than that is a new archive, loaded as a whole."""
PREVIEWED: Final = 50
_QUOTED: Final = re.compile("“[^”]*”")
Progress = Callable[[int, int, str], object]


@dataclass
class ImportRehearsal:
    """Counts of a dry run; ``reasons``: how often each field was refused and why, by ``zh: reason``."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass
class _Read:
    """Everything a file says."""

    lines: list[int] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    faults: list[list[Fault]] = field(default_factory=list)
    drawn: list[bytes] = field(default_factory=list)


def preview(
    path: Path, layer: Layer, mapping: ColumnMap, scope: Scope | None = None
) -> tuple[list[tuple[str | None, ...]], Converted]:
    """The first rows, as they are in the file and as they would be read."""
    chunk = next(chunks_of(path, layer), None)
    if chunk is None:
        return [], Converted([], [], [])
    some = _first(chunk, PREVIEWED)
    return _cells(some), Converter(mapping, layer, scope).convert(some)


def rehearse(
    path: Path, layer: Layer, mapping: ColumnMap, scope: Scope | None, progress: Progress, kept: Path
) -> ImportRehearsal:
    """Go through the whole file and keep the outcome under ``kept``; what was kept before is replaced.

    Raises:
        Problem: the file as a whole cannot be imported.
    """
    read = _read(path, layer, checked(mapping, layer), scope, progress)
    identify(mapping.kind, read.records, read.faults)
    good = [i for i, faults in enumerate(read.faults) if not faults]
    progress(len(read.records), len(read.records), "核对档案")
    planned = draft(mapping.kind, [read.records[i] for i in good], scope)
    for fault in planned.refusals:
        read.faults[good[fault.row]].append((fault.field, fault.reason))
    refused = {line: faults for line, faults in zip(read.lines, read.faults, strict=True) if faults}
    rows = [good[i] for i in planned.rows]
    redrawn = _only_redrawn(mapping.kind, read, set(rows))
    kept_rows = [*(read.records[i] for i in rows), *({"number": n} for n in redrawn.values())]
    shapes = [read.drawn[i] for i in (*rows, *redrawn)]
    _keep(kept, kept_rows, shapes if any(shapes) else [], _refused(path, layer, refused))
    return _counted(mapping.kind, read, planned, len(redrawn))


def _only_redrawn(kind: str, read: _Read, written: set[int]) -> dict[int, int]:
    """Rows whose record says nothing new but whose shape does, with the object's number."""
    rows = [i for i, drawn in enumerate(read.drawn) if drawn and not read.faults[i] and i not in written]
    if not rows:
        return {}
    codes = [read.records[i].get(IDENTITY) for i in rows if read.records[i].get("number") is None]
    by_code = dict(chosen(kind, "code", codes).values_list("code", "pk")) if codes else {}
    known = {i: read.records[i].get("number") or by_code.get(read.records[i].get(IDENTITY), 0) for i in rows}
    before = drawn_shapes.newest(kind)
    return {i: number for i, number in known.items() if number and before.get(number) != read.drawn[i]}


def _read(path: Path, layer: Layer, mapping: ColumnMap, scope: Scope | None, progress: Progress) -> _Read:
    convert, read = Converter(mapping, layer, scope), _Read()
    for chunk in chunks_of(path, layer):
        found = convert.convert(chunk)
        read.lines += found.lines
        read.records += found.records
        read.faults += found.faults
        read.drawn += found.drawn
        if len(read.records) > MOST_RECORDS:
            raise invalid("file", "行数过多", f"一次最多导入 {MOST_RECORDS} 行")
        progress(len(read.records), max(layer.rows, 0), "读取与转换")
    if not read.records:
        raise invalid("file", "文件里没有数据行")
    return read


def _counted(kind: str, read: _Read, planned: Draft, redrawn: int) -> ImportRehearsal:
    reasons = Counter(
        f"{_word(kind, key)}: {_QUOTED.sub('', reason)}" for faults in read.faults for key, reason in faults
    )
    return ImportRehearsal(
        rows=len(read.records),
        created=planned.created,
        changed=len(planned.rows) - planned.created + redrawn,
        unchanged=planned.unchanged - redrawn,
        refused=sum(1 for faults in read.faults if faults),
        reasons=dict(reasons.most_common(50)),
    )


def _word(kind: str, key: str) -> str:
    if key == "geometry":
        return "几何"
    found = field_of(kind, key)
    return found.zh if found else "记录"


def _cells(chunk: Chunk) -> list[tuple[str | None, ...]]:
    return list(zip(*chunk.columns, strict=True)) if chunk.columns else [()] * chunk.rows


def _first(chunk: Chunk, n: int) -> Chunk:
    shapes, broken = chunk.geometry, chunk.broken
    return Chunk(
        chunk.first,
        tuple(column[:n] for column in chunk.columns),
        None if shapes is None else shapes[:n],
        None if broken is None else broken[:n],
    )


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────────────


class RefusedRow(msgspec.Struct, array_like=True):
    """One refused row as it stood in the file."""

    line: int
    faults: list[tuple[str, str]]
    cells: list[str | None]


def _refused(path: Path, layer: Layer, faults: Mapping[int, list[Fault]]) -> Iterator[RefusedRow]:
    """The refused rows with their cells, read once more: keeping every row's cells would keep the whole file."""
    if not faults:
        return
    for chunk in chunks_of(path, layer):
        for line, cells in enumerate(_cells(chunk), chunk.first):
            if line in faults:
                yield RefusedRow(line, faults[line], list(cells))


def _keep(kept: Path, records: Iterable[Record], shapes: Iterable[bytes], refused: Iterable[RefusedRow]) -> None:
    """Lines of JSON: the records to be written, and beside them their shapes and the refused rows."""
    encoder = msgspec.json.Encoder()
    places = (_records_path(kept), records), (_shapes_path(kept), shapes), (_refused_path(kept), refused)
    for place, things in places:
        part = place.with_suffix(".part")
        with part.open("wb") as out:
            out.writelines(encoder.encode(thing) + b"\n" for thing in things)
        part.replace(place)


def _records_path(kept: Path) -> Path:
    return kept.with_suffix(".records")


def _refused_path(kept: Path) -> Path:
    return kept.with_suffix(".refused")


def _shapes_path(kept: Path) -> Path:
    return kept.with_suffix(".shapes")


def kept_shapes(kept: Path) -> list[bytes]:
    """Shapes (WKB, or empty) of the records to be written, in their order; none where the file draws nothing."""
    if not _shapes_path(kept).exists():
        return []
    decoder = msgspec.json.Decoder(bytes)
    with _shapes_path(kept).open("rb") as lines:
        return [decoder.decode(line) for line in lines]


def forget_kept(kept: Path) -> None:
    for place in (_records_path(kept), _shapes_path(kept), _refused_path(kept)):
        place.unlink(missing_ok=True)


def kept_records(kept: Path) -> list[dict[str, Any]]:
    with _records_path(kept).open("rb") as lines:
        return [msgspec.json.decode(line) for line in lines]


def refused_rows(kept: Path) -> Iterator[RefusedRow]:
    decoder = msgspec.json.Decoder(RefusedRow)
    if _refused_path(kept).exists():
        with _refused_path(kept).open("rb") as lines:
            yield from map(decoder.decode, lines)
