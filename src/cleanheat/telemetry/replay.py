"""Did this batch come before: a sliding window of sequence numbers a sender, surviving restarts.

The window keeps the last 4,096 numbers of each sender with an 8-byte digest of what they carried.  It is rebuilt at
start from its log (segments done) and from the spool (segments not yet done), so a restart never stores twice.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

WIDTH: Final = 4_096
DIGEST_BYTES: Final = 8
_ENTRY = struct.Struct("<I6s8s")
_CHECKED = struct.Struct("<18sI")
_COMPACT_BYTES: Final = 32 << 20

Entry = tuple[int, int, bytes]
"""Sender, sequence, digest."""


def digest(content: bytes) -> bytes:
    """What tells two contents of one number apart; of the opened content, so that a resealed retry is the same."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()


class Seen(Enum):
    NEW = "new"
    SAME = "same"
    OTHER = "other"
    TOO_OLD = "too-old"


@dataclass
class _Window:
    highest: int = -1
    digests: dict[int, bytes] = field(default_factory=dict)


class ReplayWindow:
    """Numbers seen, by sender.  A number is claimed before it is written and settled when it is on disk."""

    def __init__(self, log: Path) -> None:
        self._path = log
        self._changed = threading.Condition()
        self._windows: dict[int, _Window] = defaultdict(_Window)
        self._claimed: dict[tuple[int, int], bytes] = {}
        log.parent.mkdir(parents=True, exist_ok=True)
        self.restore(self._read())
        self._compact()

    def claim(self, sender: int, sequence: int, content: bytes) -> Seen:
        """NEW: the caller must :meth:`settle` it.  While another thread writes the same number, waits for its end."""
        with self._changed:
            while (claimed := self._claimed.get((sender, sequence))) is not None:
                if claimed != content:
                    return Seen.OTHER
                self._changed.wait()
            seen = self._look(sender, sequence, content)
            if seen is Seen.NEW:
                self._claimed[sender, sequence] = content
            return seen

    def settle(self, sender: int, sequence: int, *, stored: bool) -> None:
        with self._changed:
            content = self._claimed.pop((sender, sequence))
            if stored:
                self._add(sender, sequence, content)
            self._changed.notify_all()

    def look(self, sender: int, sequence: int, content: bytes) -> Seen:
        """What :meth:`claim` would find, claiming nothing."""
        with self._changed:
            return self._look(sender, sequence, content)

    def next_sequence(self, sender: int) -> int:
        with self._changed:
            claimed = [s for who, s in self._claimed if who == sender]
            return max([self._windows[sender].highest, *claimed]) + 1

    def restore(self, entries: Iterable[Entry]) -> None:
        with self._changed:
            for sender, sequence, content in entries:
                self._add(sender, sequence, content)

    def _look(self, sender: int, sequence: int, content: bytes) -> Seen:
        window = self._windows[sender]
        known = window.digests.get(sequence)
        if known is not None:
            return Seen.SAME if known == content else Seen.OTHER
        return Seen.TOO_OLD if sequence <= window.highest - WIDTH else Seen.NEW

    def _add(self, sender: int, sequence: int, content: bytes) -> None:
        window = self._windows[sender]
        window.digests[sequence] = content
        window.highest = max(window.highest, sequence)
        if len(window.digests) > 2 * WIDTH:
            oldest = window.highest - WIDTH
            window.digests = {s: d for s, d in window.digests.items() if s > oldest}

    # -- the log ----------------------------------------------------------------------------------------------------

    def remember(self, entries: Iterable[Entry]) -> None:
        """Write entries of a segment to the log, durably, before the segment is marked done."""
        with self._path.open("ab") as file:
            file.write(b"".join(map(_pack, entries)))
            file.flush()
            os.fdatasync(file.fileno())
            size = file.tell()
        if size > _COMPACT_BYTES:
            self._compact()

    def _read(self) -> list[Entry]:
        """Entries up to the first torn one."""
        content = self._path.read_bytes() if self._path.exists() else b""
        entries = []
        for start in range(0, len(content) - _CHECKED.size + 1, _CHECKED.size):
            packed, crc = _CHECKED.unpack_from(content, start)
            if zlib.crc32(packed) != crc:
                break
            sender, sequence, seen = _ENTRY.unpack(packed)
            entries.append((sender, int.from_bytes(sequence, "little"), seen))
        return entries

    def _compact(self) -> None:
        """Rewrite the log with what the windows still hold."""
        with self._changed:
            entries = [
                (sender, sequence, seen)
                for sender, window in self._windows.items()
                for sequence, seen in window.digests.items()
                if sequence > window.highest - WIDTH
            ]
        draft = self._path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(b"".join(map(_pack, entries)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _pack(entry: Entry) -> bytes:
    sender, sequence, seen = entry
    packed = _ENTRY.pack(sender, sequence.to_bytes(6, "little"), seen)
    return _CHECKED.pack(packed, zlib.crc32(packed))
