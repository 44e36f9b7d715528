"""How an open map stays live: the WebSocket at ``/ws/live``.

From the browser, JSON: ``{"type": "subscribe", "theme": "operation"}``, ``{"type": "unsubscribe"}`` (no states, events
go on) and ``{"type": "resync"}``.  To the browser:
binary state messages (:mod:`cleanheat.twin.live_frames`) and JSON events with a ``type`` (``hello``, ``minute``,
``gap``, ``problem``, and what other rooms send through ``infra.live``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import orjson
from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from cleanheat.infra import live
from cleanheat.infra.maplayers import themes
from cleanheat.infra.scope import Scope, scope_of
from cleanheat.infra.secrecy.clients import seen_as
from cleanheat.kernel.errors import Problem, invalid
from cleanheat.twin import public

SIGNED_OUT: Final = 4401
SCOPE_CHANGED: Final = 4403
_MAX_REQUEST_BYTES: Final = 1_000
_REQUESTS: Final = ("subscribe", "unsubscribe", "resync")
_RECHECK_S: Final = 60.0
"""How often an open socket asks whether its user is still who he was."""


class LiveSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One browser tab."""

    mailbox: live.Mailbox | None = None
    theme: str = ""
    tasks: tuple[asyncio.Task[None], ...] = ()

    async def connect(self) -> None:
        user = await database_sync_to_async(self._marked)(self.scope.get("user"))
        await self.accept()  # a code reaches the browser only on an accepted socket
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        scope = await database_sync_to_async(scope_of)(user)
        self.mailbox = live.open_mailbox(scope)
        self._watch("")
        await self._send_json({"type": "hello", "themes": [theme.key for theme in themes]})
        proof = _session_proof(user)
        self.tasks = (asyncio.create_task(self._forward()), asyncio.create_task(self._recheck(user.pk, scope, proof)))

    def _marked(self, user: Any) -> Any:
        """The user with the class of client that this socket's browser is."""
        return seen_as(user, _meta(self.scope), self.scope.get("session"))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002  # channels' signature
        if self.mailbox is not None:
            live.close_mailbox(self.mailbox)
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.mailbox is None:
            return
        try:
            request = _parse(text_data, bytes_data)
            if request["type"] != "resync":
                self._watch(_theme(request) if request["type"] == "subscribe" else "")
            self.mailbox.want_full_state()
        except Problem as problem:
            await self._send_json({**problem.document(), "type": "problem", "code": problem.code})

    def _watch(self, theme: str) -> None:
        """Change what the mailbox collects; an empty theme means events alone."""
        assert self.mailbox is not None  # noqa: S101  # callers have one
        self.theme = theme
        topics = {public.minute_topic(self.mailbox.scope)}
        if theme:
            topics.add(public.state_topic(theme, self.mailbox.scope))
        self.mailbox.topics = frozenset(topics)

    async def _forward(self) -> None:
        """Empty the mailbox into the socket for ever; a slow socket only ever delays itself."""
        mailbox = self.mailbox
        assert mailbox is not None  # noqa: S101  # set by connect before this task starts
        while True:
            batch = await mailbox.take()
            for message in batch.messages:
                await self._send(message)
            if batch.gap and self.theme:
                await self._send_full(mailbox.scope)

    async def _send_full(self, scope: Scope) -> None:
        theme = self.theme
        event, frames = await database_sync_to_async(_full_state)(theme, scope)
        await self._send_json({"type": "gap", "theme": theme})
        for frame in frames:
            await self._send(frame)
        await self._send_json(event)

    async def _recheck(self, user_id: int, scope: Scope, proof: str) -> None:
        """Close when the user was disabled or moved (his mailbox would go on carrying the old scope), has signed out or
        has another password now.
        """
        session = self.scope.get("session")
        while True:
            await asyncio.sleep(_RECHECK_S)
            if session is not None and not await database_sync_to_async(session.exists)(session.session_key):
                await self.close(SIGNED_OUT)
                return
            now = await database_sync_to_async(_scope_now)(user_id, proof, self._marked)
            if now != scope:
                await self.close(SIGNED_OUT if now is None else SCOPE_CHANGED)
                return

    async def _send(self, message: bytes | str) -> None:
        if isinstance(message, bytes):
            await self.send(bytes_data=message)
        else:
            await self.send(text_data=message)

    async def _send_json(self, document: dict[str, Any]) -> None:
        await self.send(text_data=orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY).decode())


def _parse(text_data: str | None, bytes_data: bytes | None) -> dict[str, Any]:
    if bytes_data is not None or text_data is None or len(text_data) > _MAX_REQUEST_BYTES:
        raise invalid("type", "请求应为简短的JSON文本")
    try:
        request = orjson.loads(text_data)
    except orjson.JSONDecodeError:
        raise invalid("type", "请求不是JSON") from None
    if not isinstance(request, dict) or request.get("type") not in _REQUESTS:
        raise invalid("type", "未知的请求类型")
    return request


def _theme(request: dict[str, Any]) -> str:
    theme = request.get("theme")
    if not isinstance(theme, str) or theme not in themes:
        raise invalid("theme", "没有这个主题", str(theme)[:40])
    return theme


def _full_state(theme: str, scope: Scope) -> tuple[dict[str, Any], list[bytes]]:
    return public.minute_event(scope), public.live_state().fulls(theme, scope)


def _session_proof(user: Any) -> str:
    """What ties a session to a password: another password, another proof."""
    return str(user.get_session_auth_hash()) if hasattr(user, "get_session_auth_hash") else ""


def _meta(asgi_scope: Mapping[str, Any]) -> dict[str, str]:
    """The socket's address and headers as ``request.META`` has them; a header sent twice counts twice."""
    meta = {"REMOTE_ADDR": str((asgi_scope.get("client") or ("", 0))[0])}
    for name, value in asgi_scope.get("headers", ()):
        key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        meta[key] = f"{meta[key]},{text}" if key in meta else text
    return meta


def _scope_now(user_id: int, proof: str, marked: Callable[[Any], Any]) -> Scope | None:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    return None if user is None or _session_proof(user) != proof else scope_of(marked(user))


def websocket_application() -> Any:
    """The ASGI application of all sockets: origin checked against the allowed hosts, session required."""
    return AllowedHostsOriginValidator(
        AuthMiddlewareStack(URLRouter([path("ws/live", LiveSocket.as_asgi(), name="live")]))
    )
