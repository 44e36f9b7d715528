"""How news reaches open browsers: one mailbox a socket, filled from any thread, emptied by the socket's own event loop.

Two sorts of news: JSON events (``send_event``) and binary state messages of a topic (``deliver``).  Nothing here waits
for a socket: a mailbox that is not emptied in time loses its state messages and is marked ``gap``; its owner then asks
for a fresh full state.

Seam to several processes: everything enters through ``send_event`` and ``deliver``, both of which take plain data.
With a Redis channel layer, the publishing process would ``group_send`` those arguments and each web process would call
the same two functions on receipt; sockets and mailboxes stay as they are.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from cleanheat.infra.scope import Scope

MAX_WAITING = 32
"""Messages a socket may lie behind (four minutes of eight layers) before its state is sent afresh."""


class Visibility(Protocol):
    """Answers whether a scope sees an object; ``twin`` registers it, as ``infra`` knows no objects."""

    def __call__(self, scope: Scope, kind: str, number: int) -> bool: ...


@dataclass(frozen=True)
class Batch:
    """What the owner of a mailbox must send now, in this order.  ``gap``: state was lost, send a full one after it."""

    messages: Sequence[bytes | str]
    gap: bool


class Mailbox:
    """News waiting for one socket.  ``put`` from any thread; ``take`` only in the event loop it was made in."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.topics: frozenset[str] = frozenset()
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes | str] = deque()
        self._ready = asyncio.Event()
        self._gap = False
        self._lock = threading.Lock()

    def put(self, messages: Iterable[bytes | str]) -> None:
        with self._lock:
            self._waiting.extend(messages)
            if len(self._waiting) > MAX_WAITING:
                events = [m for m in self._waiting if isinstance(m, str)]
                self._waiting = deque(events[-MAX_WAITING:])
                self._gap = True
        self._wake()

    def want_full_state(self) -> None:
        """Forget waiting state messages: a full state follows."""
        with self._lock:
            self._waiting = deque(m for m in self._waiting if isinstance(m, str))
            self._gap = True
        self._wake()

    async def take(self) -> Batch:
        """All that waits; pauses while nothing does."""
        await self._ready.wait()
        with self._lock:
            self._ready.clear()
            batch = Batch(tuple(self._waiting), self._gap)
            self._waiting.clear()
            self._gap = False
            return batch

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ready.set)
        except RuntimeError:  # the loop has closed: the socket is gone and will be removed by its owner
            return


@dataclass
class _Hub:
    mailboxes: set[Mailbox] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    sees: Visibility = field(default=lambda _scope, _kind, _number: False)

    def all(self) -> list[Mailbox]:
        with self.lock:
            return list(self.mailboxes)


_hub = _Hub()


def register_visibility(sees: Visibility) -> None:
    _hub.sees = sees


def open_mailbox(scope: Scope) -> Mailbox:
    """Call in the socket's event loop; ``close_mailbox`` when it ends."""
    mailbox = Mailbox(scope)
    with _hub.lock:
        _hub.mailboxes.add(mailbox)
    return mailbox


def close_mailbox(mailbox: Mailbox) -> None:
    with _hub.lock:
        _hub.mailboxes.discard(mailbox)


def listeners() -> list[Mailbox]:
    """The mailboxes open now."""
    return _hub.all()


def deliver(topic: str, messages: Sequence[bytes | str]) -> None:
    """Hand encoded messages to every socket on the topic."""
    for mailbox in _hub.all():
        if topic in mailbox.topics:
            mailbox.put(messages)


def send_event(
    event: dict[str, Any], organisation_ids: Collection[int] | None, about: tuple[str, int] | None = None
) -> None:
    """Send one JSON event (``{"type": …}``) to the sockets that may know of it; from any thread.

    Args:
        organisation_ids: organisations whose people may see it, each one listed (company *and* office *and* district);
            ``None`` for everybody.  Users who see the whole city get every event.
        about: kind and number of an object: everybody within whose scope it lies gets the event too.
    """
    text = orjson.dumps(event, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for mailbox in _hub.all():
        if may_receive(mailbox.scope, organisation_ids, about):
            mailbox.put((text,))


def may_receive(scope: Scope, organisation_ids: Collection[int] | None, about: tuple[str, int] | None) -> bool:
    """The rule of :func:`send_event`."""
    if organisation_ids is None or scope.sees_all or scope.organisation_id in organisation_ids:
        return True
    return about is not None and _hub.sees(scope, *about)
