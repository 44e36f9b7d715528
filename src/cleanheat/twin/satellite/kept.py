"""Which fetched images are still at hand?  A folder of tiles that never outgrows its bound; the oldest go first."""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cleanheat.infra import clock
from cleanheat.kernel.time import DAY_S

_FILLED_AGAIN: Final = 0.8
"""Share of the bound left after making room, so that room is not made at every tile."""


@dataclass
class Kept:
    """Tiles on disk under ``root``; an empty file says that the source has no such tile."""

    root: Path
    bound_bytes: int
    _bytes: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, source: str, zxy: tuple[int, int, int], days: float) -> bytes | None:
        """The image, ``b""`` for "there is none", ``None`` if not kept or older than ``days``."""
        path = self._path(source, zxy)
        try:
            if clock.machine_now() - path.stat().st_mtime > days * DAY_S:
                return None
            return path.read_bytes()
        except OSError:
            return None

    def write(self, source: str, zxy: tuple[int, int, int], body: bytes) -> None:
        """Keep an image; a full or read-only disk costs the cache, not the answer."""
        path = self._path(source, zxy)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=path.parent, prefix="draft-")
            with os.fdopen(handle, "wb") as out:
                out.write(body)
            now = clock.machine_now()
            os.utime(draft, (now, now))
            Path(draft).replace(path)
            self._grown(len(body))

    def _path(self, source: str, zxy: tuple[int, int, int]) -> Path:
        z, x, y = zxy
        return self.root / source / str(z) / str(x) / str(y)

    def _grown(self, by: int) -> None:
        with self._lock:
            if self._bytes < 0:
                self._bytes = sum(size for _, size, _ in self._files())
            else:
                self._bytes += by
            if self._bytes > self.bound_bytes:
                self._make_room()

    def _make_room(self) -> None:
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        for _, size, path in files:
            if left <= self.bound_bytes * _FILLED_AGAIN:
                break
            with suppress(OSError):
                path.unlink()
                left -= size
        self._bytes = left

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self.root.glob("*/*/*/*"):
            with suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        return found
