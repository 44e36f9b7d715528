"""The web process: static files, sockets and Django behind one ASGI application.

Django runs synchronously, one thread a request.  Its own ASGI handler would hop between threads at every middleware and
view (measured at three to seven times the instructions); here a request crosses into a thread once and stays there.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - everything below needs the apps
from django.conf import settings  # noqa: E402
from django.core import signals  # noqa: E402
from django.core.handlers.asgi import ASGIRequest  # noqa: E402
from django.core.handlers.base import BaseHandler  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402
from django.urls import set_script_prefix  # noqa: E402
from servestatic import ServeStaticASGI  # noqa: E402

from cleanheat.config.frontend import DIST, HEADERS  # noqa: E402
from cleanheat.twin.sockets import websocket_application  # noqa: E402

THREADS = 8
KEPT_IN_MEMORY = 8 << 20
UPLOADS_PATHS = frozenset({"/api/v1/files", "/api/v1/archive/imports"})
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class TooLarge(Exception):  # noqa: N818 - answered with 413
    """The body is longer than any address accepts."""


class ClientGone(Exception):  # noqa: N818 - nobody to answer
    """The client went away while sending."""


class ThreadedDjango(BaseHandler):
    """Django's synchronous handler, asked from ASGI."""

    def __init__(self, threads: int = THREADS) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._pool = ThreadPoolExecutor(threads, "django")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            body = await _read(receive, _most_bytes(scope))
        except ClientGone:
            return
        except TooLarge:
            await _send_whole(send, 413, [(b"content-type", b"text/plain")], b"body too large")
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._pool, self._respond, scope, body)
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
        headers += [(b"Set-Cookie", c.output(header="").strip().encode("ascii")) for c in response.cookies.values()]
        try:
            await self._send(response, headers, send)
        finally:
            await loop.run_in_executor(self._pool, response.close)
            body.close()

    def _respond(self, scope: Message, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(scope.get("root_path", "") or "/")
        signals.request_started.send(sender=type(self), scope=scope)
        return self.get_response(ASGIRequest(scope, body))

    async def _send(self, response: Any, headers: list[tuple[bytes, bytes]], send: Send) -> None:
        if not response.streaming:
            await _send_whole(send, response.status_code, headers, response.content)
            return
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        parts = iter(response)
        while (part := await asyncio.to_thread(next, parts, None)) is not None:
            await send({"type": "http.response.body", "body": bytes(part), "more_body": True})
        await send({"type": "http.response.body"})


def _most_bytes(scope: Message) -> int:
    """Attachments and archives may be larger than any other body, for whoever sends a session's cookie."""
    has_session = any(name == b"cookie" and b"sessionid=" in value for name, value in scope["headers"])
    is_upload = scope["method"] == "POST" and scope["path"] in UPLOADS_PATHS
    return settings.UPLOAD_MAX_BYTES if is_upload and has_session else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


async def _read(receive: Receive, most_bytes: int) -> IO[bytes]:
    """The body; a large one lies on disk rather than in memory."""
    body = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - closed with its request
    try:
        await _fill(body, receive, most_bytes)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


async def _fill(body: IO[bytes], receive: Receive, most_bytes: int) -> None:
    is_last = False
    while not is_last:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body.write(message.get("body", b""))
        if body.tell() > most_bytes:
            raise TooLarge
        is_last = not message.get("more_body", False)


async def _send_whole(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def _with_static_files(application: Any) -> Any:
    """Built files before Django; those with a hash in their name never change and are never asked for twice."""
    if not DIST.is_dir():
        return application
    return ServeStaticASGI(
        application,
        root=DIST,
        prefix="/",
        max_age=60,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: re.match(r"^/assets/.+-[\w-]{8}\.\w+$", url) is not None,
        add_headers_function=lambda headers, _path, _url: [headers.__setitem__(*header) for header in HEADERS.items()],
    )


application = ProtocolTypeRouter({"http": _with_static_files(ThreadedDjango()), "websocket": websocket_application()})
