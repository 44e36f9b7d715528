"""Which answers need not be rendered again?  Encoded bytes, bounded, the least recently used dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Tag = TypeVar("Tag")


class Kept(Generic[Tag]):
    """Bodies by key, each with a tag (when it was made, its ETag).  Bounded in bytes, since answers differ in size by
    a thousand: a bound on their number would be no bound on memory.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._bodies: OrderedDict[Hashable, tuple[Tag, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> tuple[Tag, bytes] | None:
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
            return found

    def put(self, key: Hashable, tag: Tag, body: bytes) -> None:
        with self._lock:
            self._drop(key)
            self._bodies[key] = (tag, body)
            self._bytes += len(body)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._bodies)))

    def clear(self) -> None:
        with self._lock:
            self._bodies.clear()
            self._bytes = 0

    @property
    def held_bytes(self) -> int:
        with self._lock:
            return self._bytes

    def _drop(self, key: Hashable) -> None:
        _, body = self._bodies.pop(key, (None, b""))
        self._bytes -= len(body)
