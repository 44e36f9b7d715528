"""How a history file gets into the store: checked value by value, resumable, with a report of what was refused and why.

Rows are refused (unknown object, unreadable time, there already), values are judged (bad, missing): a bad value never
costs its row.  ``rows_in`` always equals ``stored`` plus everything in ``refused``.

Exactly once: a chunk's deduplication token follows from the file's and the mapping's content, the checkpoint moves on
after the chunk is stored, and which rows were left out as "already stored" is written down before the chunk goes in.  A
killed import therefore continues with the same rows in the same blocks.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid, not_found
from cleanheat.kernel.ids import parse_archive_code
from cleanheat.kernel.quantities import VERDICT_BITS, Kind
from cleanheat.kernel.time import HOUR_S, utc
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.histories import UNREADABLE, Chunk, History
from cleanheat.telemetry.mapping import HistoryMap, SignalColumn
from cleanheat.telemetry.store import Store

EXAMPLES: Final = 5
STEPS: Final = 1_000
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000 and 2100: outside, the time format is wrong


class Objects(Protocol):
    """Which object a text (a number or an archive code) means."""

    def __call__(self, kind: str, keys: Sequence[str], /) -> NDArray[np.uint32]:
        """Numbers of ``keys``, 0 where the archive has no such object of the kind."""
        ...


Progress = Callable[[int, int, str], object]
"""``progress(done, total, note)``, as a background job reports."""


class Tally(msgspec.Struct):
    """How often something happened, and where first: (data row number counted from 1, what stood there)."""

    count: int = 0
    examples: list[tuple[int, str]] = []

    def add(self, rows: NDArray[np.int64], texts: Iterable[str], count: int | None = None) -> None:
        self.count += int(rows.shape[0]) if count is None else count
        room = EXAMPLES - len(self.examples)
        self.examples += [(int(r), t) for r, t in zip(rows[:room], texts, strict=False)]


class Report(msgspec.Struct):
    """What became of a file.  ``values`` counts, per signal, how its stored values were judged and why."""

    file: str
    kind: str
    rows_in: int = 0
    stored: int = 0
    lost_rows: int = 0
    objects: int = 0
    first: int = 0
    last: int = 0
    refused: dict[str, Tally] = {}
    values: dict[str, dict[str, Tally]] = {}
    ignored_columns: list[str] = []

    @property
    def refused_rows(self) -> int:
        return sum(t.count for t in self.refused.values())


class _Checkpoint(msgspec.Struct):
    """How far an import is; written after every stored chunk."""

    report: Report
    next_chunk: int = 0
    ids: list[int] = []
    done: bool = False


@dataclass(frozen=True)
class _Rows:
    """A chunk's rows that are to be stored."""

    ids: NDArray[np.uint32]
    times: NDArray[np.int64]
    columns: list[NDArray[Any]]
    words: NDArray[np.uint64]


def import_file(
    path: Path, mapping: HistoryMap, store: Store, objects: Objects, workdir: Path, progress: Progress
) -> Report:
    """Imports a file or continues where an earlier run was cut off; a file imported before changes nothing.

    Args:
        objects: says which objects exist.
        workdir: where checkpoints and reports are kept (``<file hash>-<mapping hash>.*``).
    """
    history = History(path, mapping)
    workdir.mkdir(parents=True, exist_ok=True)
    place = _place(path, mapping, workdir)
    state = _load(place) or _Checkpoint(Report(str(path), mapping.kind.code, ignored_columns=history.ignored_columns))
    report = state.report
    if not state.done:
        try:
            with store.merges_postponed(mapping.kind.code):
                _store_chunks(history, state, place, store, objects, progress)
        except (EOFError, zlib.error, pa.ArrowInvalid) as error:
            raise invalid("file", "文件损坏", f"after {report.rows_in} rows: {error}") from error
        progress(STEPS, STEPS, "roll-ups")
        if report.stored:
            store.roll_up_objects(mapping.kind.code, report.first, report.last + 1, np.array(state.ids, np.uint32))
        state.done = True
        _save(place, state)
    place.with_suffix(".report.txt").write_text(as_text(report), "utf-8")
    place.with_suffix(".report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    return report


def report_of(path: Path, mapping: HistoryMap, workdir: Path) -> Report:
    """The report of a file that was imported before, here or by another process."""
    state = _load(_place(path, mapping, workdir))
    if state is None:
        raise not_found("这个文件还没有导入过", str(path))
    return state.report


def _place(path: Path, mapping: HistoryMap, workdir: Path) -> Path:
    return workdir / f"{_digest(path)}-{mapping.digest}.json"


def _store_chunks(
    history: History, state: _Checkpoint, place: Path, store: Store, objects: Objects, progress: Progress
) -> None:
    mapping, report = history.mapping, state.report
    known = set(state.ids)
    intent = place.with_suffix(".intent")
    for chunk in history.chunks(state.next_chunk, report.rows_in):
        rows, numbers = _judged(chunk, mapping, objects, report)
        keep = _read_intent(intent, chunk.index)
        if keep is None:
            keep = ~_stored_before(store, mapping.kind, rows)
            _write_intent(intent, chunk.index, keep)
        if not keep.all():
            left = ~keep
            _refuse(report, "already stored", numbers[left], (f"object {i}" for i in rows.ids[left]))
            rows = _taken(rows, keep)
        report.rows_in += chunk.rows
        if rows.ids.shape[0]:
            token = f"import-{place.stem}-{chunk.index}"
            store.append_rows(mapping.kind.code, rows.ids, rows.times, rows.columns, rows.words, token)
            report.stored += int(rows.ids.shape[0])
            first, last = int(rows.times.min()), int(rows.times.max())
            report.first = min(report.first or first, first)
            report.last = max(report.last, last)
            known.update(np.unique(rows.ids).tolist())
        state.next_chunk, state.ids, report.objects = chunk.index + 1, sorted(known), len(known)
        _save(place, state)
        progress(min(STEPS - 1, int(chunk.share_read * STEPS)), STEPS, f"{report.rows_in} rows")
    intent.unlink(missing_ok=True)


def _judged(chunk: Chunk, mapping: HistoryMap, objects: Objects, report: Report) -> tuple[_Rows, NDArray[np.int64]]:
    """The chunk's acceptable rows in stored form, and their row numbers; refusals go into the report."""
    if chunk.malformed:
        at = np.array([n for n, _ in chunk.malformed], np.int64)
        _refuse(report, "malformed line", at, (t for _, t in chunk.malformed))
    times = _to_utc(chunk.times, chunk.is_utc, mapping)
    ids = _numbers_of(chunk, mapping, objects)
    ok = (times >= _EARLIEST) & (times < _LATEST)
    if not ok.all():
        _refuse(report, "unreadable time", chunk.numbers[~ok], (f"column {mapping.time.column}" for _ in chunk.numbers))
    unknown = ok & (ids == 0)
    if unknown.any():
        texts = _key_texts(chunk, mapping, unknown)
        _refuse(report, "unknown object", chunk.numbers[unknown], texts)
        ok &= ~unknown
    first = _first_of_each(ids, times, ok)
    if not first.all():
        again = ok & ~first
        _refuse(report, "twice in the file", chunk.numbers[again], (f"object {i}" for i in ids[again]))
        ok &= first
    every = bool(ok.all())
    columns, words = _converted(chunk, mapping, ok, report)
    rows = _Rows(ids, times, columns, words)
    return (rows, chunk.numbers) if every else (_taken(rows, ok), chunk.numbers[ok])


def _converted(
    chunk: Chunk, mapping: HistoryMap, ok: NDArray[np.bool_], report: Report
) -> tuple[list[NDArray[Any]], NDArray[np.uint64]]:
    """Scaled integers and verdict words of all rows; judgements of the acceptable ones are counted."""
    kind, n = mapping.kind, chunk.times.shape[0]
    lost = _lost_rows(chunk, mapping)
    report.lost_rows += int(np.count_nonzero(lost & ok)) if lost is not None else 0
    mapped = {s.place: s for s in mapping.signals}
    absent = sum(Verdict.MISSING << (VERDICT_BITS * i) for i in range(len(kind.signals)) if i not in mapped)
    words = np.full(n, absent, np.uint64)
    columns: list[NDArray[Any]] = []
    for i, signal in enumerate(kind.signals):
        if i not in mapped:
            columns.append(np.full(n, signal.missing, signal.dtype))
            continue
        stored, verdicts = _column(chunk, mapped[i], lost, ok, report.values.setdefault(signal.code, {}))
        columns.append(stored)
        if verdicts is not None:
            words |= verdicts.astype(np.uint64) << np.uint64(VERDICT_BITS * i)
    return columns, words


def _column(
    chunk: Chunk, source: SignalColumn, lost: NDArray[np.bool_] | None, ok: NDArray[np.bool_], tallies: dict[str, Tally]
) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """One signal's scaled integers; verdicts only where some value is not good."""
    signal, raw = source.signal, chunk.values[source.column]
    scaled = raw * (source.factor * signal.scale)
    if source.offset:
        scaled += source.offset * signal.scale
    np.rint(scaled, out=scaled)
    low, high = signal.low_scaled, signal.high_scaled
    plain = lost is None and not source.sentinels
    if plain and scaled.shape[0] and scaled.min() >= low and scaled.max() <= high:  # NaN fails both: not this way
        return scaled.astype(signal.dtype), None
    verdicts = np.zeros(raw.shape[0], np.uint8)
    open_ = np.ones(raw.shape[0], bool)

    def judge(reason: str, hit: NDArray[np.bool_], verdict: Verdict, texts: dict[int, str] | None = None) -> None:
        nonlocal open_
        hit = hit & open_
        if not hit.any():
            return
        verdicts[hit] = verdict
        open_ &= ~hit
        at = np.flatnonzero(hit & ok)
        shown = ((texts or {}).get(int(i), f"{raw[i]:g}") for i in at)
        if at.shape[0]:
            tallies.setdefault(reason, Tally()).add(chunk.numbers[at[:EXAMPLES]], shown, at.shape[0])

    if lost is not None:
        judge("communication lost", lost, Verdict.MISSING)
    junk = dict(chunk.junk.get(source.column, ()))
    if junk:
        hit = np.zeros(raw.shape[0], bool)
        hit[list(junk)] = True
        judge("not a number", hit, Verdict.MISSING, junk)
    judge("empty", np.isnan(raw), Verdict.MISSING)
    for sentinel in source.sentinels:
        judge(f"sentinel {sentinel:g}", np.abs(raw - sentinel) <= 1e-9 * max(1.0, abs(sentinel)), Verdict.MISSING)
    judge("out of range", (scaled < low) | (scaled > high), Verdict.BAD)
    holds = (np.abs(scaled) < -float(signal.missing)) & (verdicts != Verdict.MISSING)
    return np.where(holds, scaled, signal.missing).astype(signal.dtype), verdicts


def _lost_rows(chunk: Chunk, mapping: HistoryMap) -> NDArray[np.bool_] | None:
    """Rows that a loss rule calls lost; None when there is none."""
    lost = np.zeros(chunk.times.shape[0], bool)
    for rule in mapping.losses:
        hit = np.ones(lost.shape[0], bool)
        for column in rule.columns:
            hit &= np.isin(chunk.values[column], rule.values)
        lost |= hit
    return lost if lost.any() else None


def _to_utc(times: NDArray[np.int64], is_utc: bool, mapping: HistoryMap) -> NDArray[np.int64]:
    """Wall-clock seconds of the mapping's zone as UTC, looked up once an hour of wall clock.

    Of an hour that the clock shows twice in autumn the first is taken: the second run's rows are then refused as
    standing twice in the file, visibly.
    """
    readable = times != UNREADABLE
    if is_utc or not readable.any():
        return times
    hours = np.where(readable, times // HOUR_S, times[readable][0] // HOUR_S)
    low, high = int(hours.min()), int(hours.max())
    if not _EARLIEST - HOUR_S * 24 <= low * HOUR_S <= high * HOUR_S < _LATEST:
        sane = readable & (times >= _EARLIEST) & (times < _LATEST)
        clean = np.where(sane, times, UNREADABLE)
        return _to_utc(clean, is_utc, mapping) if sane.any() else np.full_like(times, UNREADABLE)
    zone = mapping.time.zone
    offsets = np.array([_offset_s(h * HOUR_S, zone) for h in range(low, high + 1)], np.int64)
    return np.where(readable, times - offsets[hours - low], UNREADABLE)


def _offset_s(wall_s: int, zone: Any) -> int:
    offset = utc(wall_s).replace(tzinfo=zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _numbers_of(chunk: Chunk, mapping: HistoryMap, objects: Objects) -> NDArray[np.uint32]:
    if chunk.keys is None:
        number = int(objects(mapping.kind.code, [mapping.object_key])[0])
        if number == 0:
            raise invalid("object", "档案里没有这个对象", f"{mapping.kind.code} {mapping.object_key}")
        return np.full(chunk.times.shape[0], number, np.uint32)
    encoded = chunk.keys.dictionary_encode()
    uniques = [str(k) for k in encoded.dictionary.to_pylist()]
    numbers = np.append(objects(mapping.kind.code, uniques), 0).astype(np.uint32)  # the last stands for null
    places: NDArray[np.int64] = encoded.indices.fill_null(len(uniques)).to_numpy(zero_copy_only=False)
    return numbers[places].astype(np.uint32)


def _key_texts(chunk: Chunk, mapping: HistoryMap, rows: NDArray[np.bool_]) -> Iterable[str]:
    return (
        str(chunk.keys[int(i)].as_py()) if chunk.keys is not None else mapping.object_key for i in np.flatnonzero(rows)
    )


def _first_of_each(ids: NDArray[np.uint32], times: NDArray[np.int64], ok: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Marks the first row of every (object, time); rows that are not ``ok`` count as marked."""
    key = (ids.astype(np.int64) << 32) | np.where(ok, times, 0)
    step = np.diff(key)
    if bool((step > 0).all()) or bool((step < 0).all()):
        return np.ones(ids.shape[0], bool)
    order = np.argsort(key, kind="stable")
    again = np.zeros(ids.shape[0], bool)
    again[order[1:]] = np.diff(key[order]) == 0
    return ~(again & ok)


def _stored_before(store: Store, kind: Kind, rows: _Rows) -> NDArray[np.bool_]:
    """Rows whose (object, time) the store already has: the first report of a moment stays."""
    if not rows.ids.shape[0]:
        return np.zeros(0, bool)
    low, high = int(rows.ids.min()), int(rows.ids.max())
    ids, times = store.stored_keys(kind.code, int(rows.times.min()), int(rows.times.max()) + 1, low, high)
    if not ids.shape[0]:
        return np.zeros(rows.ids.shape[0], bool)
    there = (ids.astype(np.int64) << 32) | times
    return np.isin((rows.ids.astype(np.int64) << 32) | rows.times, there)


def _taken(rows: _Rows, keep: NDArray[np.bool_]) -> _Rows:
    return _Rows(rows.ids[keep], rows.times[keep], [c[keep] for c in rows.columns], rows.words[keep])


def _refuse(report: Report, reason: str, rows: NDArray[np.int64], texts: Iterable[str]) -> None:
    report.refused.setdefault(reason, Tally()).add(rows, texts)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()


def _load(place: Path) -> _Checkpoint | None:
    return msgspec.json.decode(place.read_bytes(), type=_Checkpoint) if place.exists() else None


def _save(place: Path, state: _Checkpoint) -> None:
    _replace(place, msgspec.json.encode(state))


def _replace(place: Path, content: bytes) -> None:
    """Written beside, synced, then renamed: a reader sees the old or the new file, never half of one."""
    beside = place.with_name(place.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)


def _write_intent(place: Path, chunk: int, keep: NDArray[np.bool_]) -> None:
    head = np.array([chunk, keep.shape[0]], "<i8").tobytes()
    _replace(place, head + (b"" if keep.all() else np.packbits(keep).tobytes()))


def _read_intent(place: Path, chunk: int) -> NDArray[np.bool_] | None:
    """Which rows of the chunk an earlier run meant to store; None when it did not get that far."""
    if not place.exists():
        return None
    content = place.read_bytes()
    number, n = np.frombuffer(content[:16], "<i8").tolist()
    if number != chunk:
        return None
    bits = np.frombuffer(content[16:], np.uint8)
    return np.unpackbits(bits, count=n).astype(bool) if bits.shape[0] else np.ones(n, bool)


def as_text(report: Report) -> str:
    """The report for people."""
    span = f"{utc(report.first):%Y-%m-%d %H:%M} … {utc(report.last):%Y-%m-%d %H:%M} UTC" if report.stored else "–"
    lines = [
        f"{report.file}: {report.rows_in} rows read, {report.stored} stored, {report.refused_rows} refused",
        f"kind {report.kind}, {report.objects} object(s), {span}",
        f"rows without communication (stored, all values missing): {report.lost_rows}",
    ]
    for reason, tally in report.refused.items():
        lines.append(f"refused, {reason}: {tally.count} rows{_shown(tally)}")
    for code, tallies in report.values.items():
        lines += [f"{code}, {reason}: {tally.count} values{_shown(tally)}" for reason, tally in tallies.items()]
    if report.ignored_columns:
        lines.append(f"columns not mapped: {', '.join(report.ignored_columns)}")
    return "\n".join(lines) + "\n"


def _shown(tally: Tally) -> str:
    return "; first: " + ", ".join(f"row {row} ({text})" for row, text in tally.examples)


def archive_objects(kind: str, keys: Sequence[str]) -> NDArray[np.uint32]:
    """:class:`Objects` of the city's archive."""
    from cleanheat.assets.public import archive

    exists = archive()[kind].exists()
    numbers = np.array([_number_of(kind, key.strip()) for key in keys], np.int64)
    inside = (numbers > 0) & (numbers < exists.shape[0])
    found = inside & exists[np.where(inside, numbers, 0)]
    return np.where(found, numbers, 0).astype(np.uint32)


def _number_of(kind: str, key: str) -> int:
    if key.isascii() and key.isdigit():
        return int(key) if len(key) < 10 else 0
    try:
        _, object_class, number = parse_archive_code(key)
    except ValueError:
        return 0
    return number if object_class == kind else 0
