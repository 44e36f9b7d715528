"""The door's addresses: batches, rows, keys and the sender's own list of objects.

A sender is known by its seal, signature or token, never by a session cookie.  Views are plain functions: ASGI runs them
in threads, so that waiting for the disk holds up nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import msgspec
import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Router

from cleanheat.infra import clock
from cleanheat.kernel.errors import Problem
from cleanheat.telemetry import enrolment, refetching
from cleanheat.telemetry.envelope import MAGIC, PATHS, Content
from cleanheat.telemetry.gateway import Gateway, Receipt, gateway
from cleanheat.telemetry.queries import objects_of
from cleanheat.telemetry.refusals import Flooded, refuse

ingest_router = Router(tags=["ingest"], auth=None)

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})

View = Callable[[HttpRequest], Any]


class EnrolmentRequest(msgspec.Struct):
    sender: int
    code: str
    public_key: str
    signature: str


class KeyRequest(msgspec.Struct):
    sender: int
    algorithm: str
    challenge: str
    encrypted_key: str
    signature: str


def _answered(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """JSON of what the view returns, a problem document of what it refuses."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return HttpResponse(orjson.dumps(view(request)), content_type="application/json")
        except Problem as problem:
            body = orjson.dumps(problem.document())
            response = HttpResponse(body, status=problem.status, content_type="application/problem+json")
            if isinstance(problem, Flooded):
                response["Retry-After"] = str(problem.retry_after_s)
            return response

    return answer


@ingest_router.post("/batches", operation_id="ingest_batch", summary="One sealed batch of columns")
@_answered
def post_batch(request: HttpRequest) -> dict[str, Any]:
    return _receipt(gateway().receive(_body(request), PATHS[Content.COLUMNS], _remote(request)))


@ingest_router.post("/rows", operation_id="ingest_rows", summary="JSON rows, sealed or with a token over TLS")
@_answered
def post_rows(request: HttpRequest) -> dict[str, Any]:
    body = _body(request)
    if body.startswith(MAGIC):
        return _receipt(gateway().receive(body, PATHS[Content.ROWS], _remote(request)))
    return _receipt(gateway().receive_rows(body, _token(request), _remote(request)))


@ingest_router.get("/keys", operation_id="ingest_challenge", summary="Platform key, clock and a challenge")
@_answered
def get_challenge(request: HttpRequest) -> dict[str, Any]:
    sender = _sender_number(request)
    door = gateway()
    door.senders.admitted(sender)
    return {
        "sender": sender,
        "platform_public_key": door.senders.identity.public.text,
        "challenge": door.senders.new_challenge(sender),
        "now": int(clock.now()),
    }


@ingest_router.post("/keys", operation_id="ingest_exchange_key", summary="Exchange a session key")
@_answered
def post_key(request: HttpRequest) -> dict[str, Any]:
    asked = _parse(request, KeyRequest)
    door = gateway()
    with _Counted(door, asked.sender):
        door.admit_key_request(asked.sender, _remote(request))
        issued = enrolment.exchange_key(
            door.senders,
            asked.sender,
            asked.algorithm,
            asked.challenge,
            asked.encrypted_key,
            _hex(asked.signature, "signature"),
            door.limits.key_lifetime_s,
        )
    return {
        "sender": issued.sender,
        "key_id": issued.key_id,
        "algorithm": issued.algorithm.code,
        "valid_until": issued.valid_until,
        "next_sequence": door.next_sequence(issued.sender),
        "now": int(clock.now()),
        "signature": issued.signature,
    }


@ingest_router.post("/keys/enrol", operation_id="ingest_enrol", summary="Enrol a sender's public key")
@_answered
def post_enrolment(request: HttpRequest) -> dict[str, Any]:
    asked = _parse(request, EnrolmentRequest)
    door = gateway()
    with _Counted(door, asked.sender):
        door.admit_key_request(asked.sender, _remote(request))
        signature = _hex(asked.signature, "signature")
        enrolment.enrol(door.senders, asked.sender, asked.code, asked.public_key, signature)
    return {"sender": asked.sender, "platform_public_key": door.senders.identity.public.text}


@ingest_router.get("/objects", operation_id="ingest_objects", summary="The sender's own objects")
@_answered
def get_objects(request: HttpRequest) -> dict[str, Any]:
    """By token, or by a challenge signed with the sender's key: headers X-Challenge and X-Signature."""
    sender = _proven_sender(request)
    return {"sender": sender, "kinds": objects_of(sender)}


@ingest_router.get("/refetch", operation_id="ingest_refetch", summary="Readings the sender is asked to send again")
@_answered
def get_refetch(request: HttpRequest) -> dict[str, Any]:
    """Identified like ``/objects``; the answer to a request is the rows themselves, sent like any others."""
    sender = _proven_sender(request)
    return {"sender": sender, "requests": refetching.told(sender)}


def _proven_sender(request: HttpRequest) -> int:
    """Who asks: by token, or by a signed challenge."""
    door = gateway()
    if "X-Challenge" not in request.headers:
        return door.senders.sender_of_token(_token(request)).id
    sender, challenge = _sender_number(request), request.headers["X-Challenge"]
    signature = _hex(request.headers.get("X-Signature", ""), "X-Signature")
    with _Counted(door, sender):
        door.admit_key_request(sender, _remote(request))
        enrolment.prove(door.senders, sender, challenge, signature)
    return sender


class _Counted:
    """Counts a refusal under the sender it concerns, if we know that sender."""

    def __init__(self, door: Gateway, sender: int) -> None:
        self._door, self._sender = door, sender

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, Problem):
            self._door.count_refusal(self._sender, error)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "status": "already-stored" if receipt.is_repeat else "stored",
        "sender": receipt.sender,
        "sequence": receipt.sequence,
        "rows": receipt.rows,
        "refused": receipt.refused,
        **({"faults": receipt.faults} if receipt.faults else {}),
    }


def _body(request: HttpRequest) -> bytes:
    limit = gateway().limits.wire.body_bytes
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise refuse("body-too-large", f"limit {limit} bytes", "body")
    try:
        return request.body
    except RequestDataTooBig:
        raise refuse("body-too-large", f"limit {limit} bytes", "body") from None


def _parse(request: HttpRequest, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(_body(request), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refuse("malformed-batch", str(error), "body") from None


def _hex(text: str, field: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise refuse("malformed-batch", "not hexadecimal", field) from None


def _sender_number(request: HttpRequest) -> int:
    text = request.GET.get("sender", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refuse("unknown-sender", "?sender= is a number", "sender")
    return int(text)


def _token(request: HttpRequest) -> str:
    """A token in clear is taken over TLS, or from this very machine."""
    if not request.is_secure() and _remote(request) not in _LOOPBACK:
        raise refuse("tls-required", "", "url")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refuse("bad-token", "Authorization: Bearer …", "authorization")
    return token.strip()


def _remote(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
