"""Where do batches wait: append-only segment files, on disk before anyone is told "stored".

One segment is what arrived between two cuts (a minute).  Its life is in its file name: ``N.open`` being written,
``N.seg`` closed and waiting for the pipeline, ``N.done`` stored and kept for the audit until retention removes it.
Numbers never repeat, so ``str(segment)`` serves as a deduplication token in the store.

File: 16-byte head, then records ``length 4 | crc32 4 | received 8 | sender 4 | sequence 6 | digest 8 | body``
(little-endian).  A crash leaves at most a torn last record in the open segment, which was never acknowledged; it is
cut off at the next start.  A closed segment is never changed: a damaged record in it is left out, logged and counted,
and what follows is still read as long as the lengths lead to it.
"""

from __future__ import annotations

import errno
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from cleanheat.kernel.errors import Problem
from cleanheat.telemetry.refusals import refuse
from cleanheat.telemetry.replay import Entry

_HEAD = struct.Struct("<4sIQ")  # magic, version, made at (platform epoch seconds)
_RECORD = struct.Struct("<IIQI6s8s")  # body length, crc32 of the rest, received at, sender, sequence, digest
_UNCHECKED: Final = 8  # length and crc themselves
_MAGIC: Final = b"CHSP"
_VERSION: Final = 1
_MAX_BODY: Final = 64 << 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """One batch as it came: ``received`` in platform epoch seconds, ``entry`` as the replay window knows it."""

    received: int
    entry: Entry
    body: bytes


@dataclass
class Segment:
    """One file of batches.  ``notes`` are what the gateway already made of them; None after a restart."""

    number: int
    path: Path
    made: int
    size: int = 0
    entries: list[Entry] = field(default_factory=list)
    notes: list[Any] | None = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.number:010d}"

    def records(self) -> Iterator[Record]:
        """The whole records of the file, in order of arrival; what is damaged, torn or refused is left out."""
        for record, end in _scan(self.path):
            if end > self.size:
                return
            if record is not None:
                yield record


@dataclass
class Ticket:
    """What a writer waits for."""

    settled: bool = False
    failure: OSError | None = None


def _scan(path: Path) -> Iterator[tuple[Record | None, int]]:
    """Records with the offset behind each; ``None`` for one whose content is damaged but whose length leads on."""
    with path.open("rb") as file:
        if len(file.read(_HEAD.size)) < _HEAD.size:
            return
        end = _HEAD.size
        while len(head := file.read(_RECORD.size)) == _RECORD.size:
            length, crc, received, sender, sequence, digest = _RECORD.unpack(head)
            if length > _MAX_BODY:
                return
            body = file.read(length)
            if len(body) < length:
                return
            end += _RECORD.size + length
            if zlib.crc32(body, zlib.crc32(head[_UNCHECKED:])) == crc:
                yield Record(received, (sender, int.from_bytes(sequence, "little"), digest), body), end
            else:
                yield None, end


def _made(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return 0
    magic, version, made = _HEAD.unpack(head)
    if magic != _MAGIC or version != _VERSION:
        raise ValueError(f"{path} is no spool segment of version {_VERSION}")
    return int(made)


def _read(number: int, path: Path) -> tuple[Segment, int]:
    """The segment up to its last whole record, and how many damaged records lie before that."""
    segment, damaged, passed = Segment(number, path, _made(path), _HEAD.size, notes=None), 0, 0
    for record, end in _scan(path):
        if record is None:
            passed += 1
            continue
        segment.size = end
        segment.entries.append(record.entry)
        damaged, passed = damaged + passed, 0
    return segment, damaged


class Spool:
    """The segments of one directory.  Thread-safe; one process owns the directory.

    Lock order: ``_sync`` before ``_write``.  Writers hold ``_write`` for the copy into the page cache only; the first
    of them to get ``_sync`` brings everybody's records to disk with one fdatasync, the others find that done.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        segment_bytes: int = 64 << 20,
        notes_bytes: int = 64 << 20,
        reserve_bytes: int = 64 << 20,
    ) -> None:
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._segment_bytes, self._notes_bytes, self._reserve_bytes = segment_bytes, notes_bytes, reserve_bytes
        self._sync, self._write = threading.Lock(), threading.Lock()
        self._file: int = -1
        self._open: Segment | None = None
        self._synced = 0  # bytes of the open segment known to be on disk
        self._torn = False  # bytes of a failed write still stand behind the last whole record
        self._pending: list[Ticket] = []  # written to the open segment, not yet on disk
        self._waiting: dict[int, Segment] = {}
        self.damaged = 0  # records (or unreadable rests) of closed segments that were found damaged at the start
        self.before_done: Callable[[Segment], None] = lambda _segment: None
        self._next = self._recover()

    # -- opening ----------------------------------------------------------------------------------------------------

    def _recover(self) -> int:
        """Close what a crash left open, cut off torn tails, find what waits; returns the next free number."""
        numbers = [0]
        for path in sorted(self.directory.iterdir()):
            if path.suffix not in {".open", ".seg", ".done"}:
                continue
            number = int(path.stem)
            numbers.append(number)
            if path.suffix == ".done":
                continue
            segment = self._closed(number, path) if path.suffix == ".seg" else self._left_open(number, path)
            if segment is not None:
                self._waiting[number] = segment
        self._sync_directory()
        return max(numbers) + 1

    def _left_open(self, number: int, path: Path) -> Segment | None:
        """What a crash left: nothing behind the last whole record was acknowledged."""
        segment, damaged = _read(number, path)
        if not segment.entries:
            path.unlink()
            return None
        if segment.size < path.stat().st_size:
            os.truncate(path, segment.size)
        self._report(path, damaged)
        segment.path = path.with_suffix(".seg")
        path.rename(segment.path)
        return segment

    def _closed(self, number: int, path: Path) -> Segment | None:
        """All of it was acknowledged, so nothing is cut off or removed, readable or not."""
        try:
            segment, damaged = _read(number, path)
        except ValueError:  # its head is gone: an operator may still save what is in it
            segment, damaged = Segment(number, path, 0), 0
        unread = path.stat().st_size > segment.size
        self._report(path, damaged + unread)
        return segment if segment.entries else None

    def _report(self, path: Path, damaged: int) -> None:
        if damaged:
            self.damaged += damaged
            log.error("spool segment damaged, the rest of it is used", path=str(path), damaged_records=damaged)

    # -- appending --------------------------------------------------------------------------------------------------

    def append(self, body: bytes, entry: Entry, received: int, note: object = None) -> None:
        """Keep one batch; returns when it is on disk, refuses (507) when it cannot be kept.

        ``note`` is handed back with the segment by :meth:`cut`, so that the pipeline need not open the batch again.
        """
        self.wait(self.write(body, entry, received, note))

    def write(self, body: bytes, entry: Entry, received: int, note: object = None) -> Ticket:
        """The first half of :meth:`append`: nothing counts before :meth:`wait` has returned for the ticket."""
        try:
            with self._write:
                segment = self._writable(received)
                self._write_record(segment, body, entry, received)
                self._take_note(segment, note)
                ticket = Ticket()
                self._pending.append(ticket)
                return ticket
        except OSError as error:
            raise _full(error) from error

    def wait(self, ticket: Ticket) -> None:
        """Return when the ticket's record, and all others written so far, are on disk."""
        with self._sync:
            if not ticket.settled:
                self._commit()
        if ticket.failure is not None:
            raise _full(ticket.failure) from ticket.failure

    def _writable(self, received: int) -> Segment:
        """The open segment, a new one where there is none or the last is full."""
        disk = os.statvfs(self.directory)
        if disk.f_bavail * disk.f_frsize < self._reserve_bytes:
            raise OSError(errno.ENOSPC, "less free space than the reserve")
        segment = self._open
        if segment is not None and segment.size >= self._segment_bytes and self._synced >= segment.size:
            self._close(segment)
            segment = None
        if segment is None:
            return self._begin(received)
        if self._torn:
            os.ftruncate(self._file, segment.size)
            self._torn = False
        return segment

    def _begin(self, received: int) -> Segment:
        path = self.directory / f"{self._next:010d}.open"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        try:
            _write_all(handle, _HEAD.pack(_MAGIC, _VERSION, received))
            self._sync_directory()
        except OSError:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise
        self._file, self._synced, self._torn = handle, _HEAD.size, False
        self._open = Segment(self._next, path, received, _HEAD.size)
        self._next += 1
        return self._open

    def _write_record(self, segment: Segment, body: bytes, entry: Entry, received: int) -> None:
        sender, sequence, digest = entry
        fields = (received, sender, sequence.to_bytes(6, "little"), digest)
        crc = zlib.crc32(body, zlib.crc32(_RECORD.pack(0, 0, *fields)[_UNCHECKED:]))
        try:
            _write_all(self._file, _RECORD.pack(len(body), crc, *fields) + body)
        except OSError:
            self._cut_back(segment)
            raise
        segment.size += _RECORD.size + len(body)
        segment.entries.append(entry)

    def _take_note(self, segment: Segment, note: object) -> None:
        if segment.notes is None:
            return
        segment.notes.append(note)
        if segment.size > self._notes_bytes:
            segment.notes = None  # the pipeline is far behind: spare the memory, it will read the file

    def _commit(self) -> None:
        """Bring all records written so far to disk and settle their writers; called with ``_sync`` held."""
        with self._write:
            tickets, self._pending = self._pending, []
            segment, handle = self._open, self._file
            target = segment.size if segment is not None else 0
        try:
            os.fdatasync(handle)
        except OSError as error:
            with self._write:
                self._pending = tickets + self._pending
                if segment is not None:
                    self._drop_unsynced(segment, error)
            return
        self._synced = target
        for ticket in tickets:
            ticket.settled = True

    def _drop_unsynced(self, segment: Segment, failure: OSError) -> None:
        """After a failed sync nothing beyond the last good one counts: all those writers are refused."""
        n_kept = len(segment.entries) - len(self._pending)
        self._fail_pending(failure)
        segment.size = self._synced
        del segment.entries[n_kept:]
        if segment.notes is not None:
            del segment.notes[n_kept:]
        self._cut_back(segment)

    def _cut_back(self, segment: Segment) -> None:
        """Remove what lies behind the last whole record; where even that fails, nothing is appended until it works."""
        try:
            os.ftruncate(self._file, segment.size)
        except OSError:
            self._torn = True

    def _fail_pending(self, failure: OSError) -> None:
        for ticket in self._pending:
            ticket.settled, ticket.failure = True, failure
        self._pending = []

    # -- handing over -----------------------------------------------------------------------------------------------

    def cut(self) -> list[Segment]:
        """Close the open segment and return all that are not yet done, oldest first."""
        with self._sync:
            self._settle_and_close()
            return self.backlog()

    def close(self) -> None:
        with self._sync:
            self._settle_and_close()
            with self._write:
                if self._open is not None:  # nothing was ever kept in it
                    os.close(self._file)
                    self._open.path.unlink()
                    self._file, self._open = -1, None

    def _settle_and_close(self) -> None:
        with self._write:
            if self._open is None:
                return
        while True:
            self._commit()
            with self._write:
                if self._pending:  # written while the disk was busy: take it along
                    continue
                if self._open is not None and self._open.entries:
                    self._close(self._open)
                return

    def _close(self, segment: Segment) -> None:
        os.close(self._file)
        self._file, self._open = -1, None
        closed = segment.path.with_suffix(".seg")
        segment.path.rename(closed)
        segment.path = closed
        self._waiting[segment.number] = segment

    def mark_done(self, segment: Segment) -> None:
        """The store has it: never hand this segment out again."""
        self.before_done(segment)
        with self._write:
            done = segment.path.with_suffix(".done")
            segment.path.rename(done)  # first: where this fails, the segment goes on waiting
            self._waiting.pop(segment.number)
            segment.path, segment.notes = done, None
        self._sync_directory()

    def prune(self, before_epoch_s: float) -> int:
        """Remove done segments made before the instant, never the newest (its number must not come again)."""
        done = sorted(self.directory.glob("*.done"))[:-1]
        old = [path for path in done if _made(path) < before_epoch_s]
        for path in old:
            path.unlink()
        return len(old)

    @property
    def waiting(self) -> int:
        """Closed segments the pipeline has not finished."""
        return len(self._waiting)

    @property
    def waiting_bytes(self) -> int:
        with self._write:
            return sum(s.size for s in self._waiting.values()) + (self._open.size if self._open else 0)

    def backlog(self) -> list[Segment]:
        """The closed segments the pipeline has not finished, oldest first."""
        with self._write:
            return [self._waiting[number] for number in sorted(self._waiting)]

    def _sync_directory(self) -> None:
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _full(error: OSError) -> Problem:
    return refuse("storage-full", error.strerror or str(error), "body")


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
