"""How are the states of past minutes kept?  One file a theme and hour, live messages one after the other.

A record is a length (u32, little-endian) and a message of :mod:`cleanheat.twin.live_frames`.  Each hour begins with a
full message a layer, so an hour's file stands for itself.  A record torn by a crash is cut off at the next start.
"""

from __future__ import annotations

import shutil
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from cleanheat.kernel.time import HOUR_S
from cleanheat.twin.live_frames import HEADER

_LENGTH: Final = struct.Struct("<I")
_SUFFIX: Final = ".frames"
_MINUTE: Final = 5
"""Place of the minute among the fields of a message's header."""


def hour_of(minute: int) -> int:
    return minute // HOUR_S * HOUR_S


def split(body: bytes) -> Iterator[bytes]:
    """The messages of an hour's file; a torn last one is left out."""
    at = 0
    while at + _LENGTH.size <= len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        if at + length > len(body):
            return
        yield body[at : at + length]
        at += length


def joined(messages: Sequence[bytes]) -> bytes:
    """Messages as an hour's file holds them."""
    return b"".join(part for message in messages for part in (_LENGTH.pack(len(message)), message))


class ReplayStore:
    """The files below one folder, and which minutes they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._minutes: dict[str, list[int]] = {}

    def minutes(self, theme: str) -> list[int]:
        """Minutes that are kept of a theme, ascending."""
        with self._lock:
            if theme not in self._minutes:
                self._minutes[theme] = self._scan(theme)
            return self._minutes[theme]

    def hours(self, theme: str) -> list[int]:
        return sorted({hour_of(minute) for minute in self.minutes(theme)})

    def append(self, theme: str, minute: int, messages: Sequence[bytes]) -> None:
        """Keep a minute's messages; it must be later than all that are kept."""
        with self._lock:
            held = self.minutes(theme)
            if held and minute <= held[-1]:
                raise ValueError(f"replay: minute {minute} of {theme} is not later than {held[-1]}")
            path = self._path(theme, hour_of(minute))
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(joined(messages))
            held.append(minute)

    def read(self, theme: str, hour: int) -> bytes:
        """An hour as it is kept; empty if there is none."""
        with self._lock:
            path = self._path(theme, hour)
            return path.read_bytes() if hour in self.hours(theme) and path.exists() else b""

    def drop(self, theme: str, since: int, until: int) -> None:
        """Forget whole hours within ``[since, until)``."""
        with self._lock:
            for hour in self.hours(theme):
                if since <= hour < until:
                    self._path(theme, hour).unlink(missing_ok=True)
            self._minutes[theme] = [m for m in self.minutes(theme) if not since <= hour_of(m) < until]

    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob(f"*/*{_SUFFIX}"))

    def shrink(self, most_bytes: int) -> None:
        """Drop the oldest hours of all themes until the files hold no more than this."""
        with self._lock:
            while self.size_bytes() > most_bytes:
                found = {theme.name: self.hours(theme.name) for theme in self.folder.iterdir()}
                oldest = min(hours[0] for hours in found.values() if hours)
                for theme in found:
                    self.drop(theme, oldest, oldest + HOUR_S)

    def clear(self) -> None:
        with self._lock:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._minutes.clear()

    def _path(self, theme: str, hour: int) -> Path:
        return self.folder / theme / f"{hour}{_SUFFIX}"

    def _scan(self, theme: str) -> list[int]:
        found: set[int] = set()
        for path in sorted((self.folder / theme).glob(f"*{_SUFFIX}")):
            body = path.read_bytes()
            messages = list(split(body))
            whole = sum(_LENGTH.size + len(message) for message in messages)
            if whole < len(body):
                with path.open("r+b") as file:
                    file.truncate(whole)
            found |= {int(HEADER.unpack_from(message)[_MINUTE]) for message in messages}
        return sorted(found)
