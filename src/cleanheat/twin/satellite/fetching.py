"""How is a source asked without trusting it?  One host, no redirects, limits of time and size, images only."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import httpx
import numpy as np
import structlog
from PIL import Image, UnidentifiedImageError

from cleanheat.infra import clock
from cleanheat.kernel.errors import Problem
from cleanheat.twin.satellite.reprojection import Pixels
from cleanheat.twin.satellite.sources import Source

MAX_BYTES: Final = 4 * 1024 * 1024
AT_ONCE: Final = 8
"""Requests to all sources at a time: a slow source must not hold every thread of the server."""
PAUSE_AFTER_FAILURE_S: Final = 5.0
TYPES: Final[Mapping[str, str]] = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_EMPTY: Final = frozenset((204, 404))

log = structlog.get_logger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # its line a request holds the address, which holds the key
_gate = threading.BoundedSemaphore(AT_ONCE)
_failed_at: dict[str, float] = {}


def fetch(source: Source, z: int, x: int, y: int) -> bytes | None:
    """The image as the source sent it, ``None`` where it has none; a 502 problem when it cannot be had."""
    if clock.machine_now() - _failed_at.get(source.key, float("-inf")) < PAUSE_AFTER_FAILURE_S:
        raise _unreachable(source)
    if not _gate.acquire(timeout=source.timeout_s):
        raise _unreachable(source)
    try:
        body = _read(source, source.address(z, x, y))
    except (httpx.HTTPError, _RefusedError) as error:
        _failed_at[source.key] = clock.machine_now()
        log.warning("satellite.failed", source=source.key, z=z, x=x, y=y, fault=_without_address(error))
        raise _unreachable(source) from None
    finally:
        _gate.release()
    if body is not None:
        decode(body, source)
    return body


def decode(body: bytes, source: Source) -> Pixels:
    """The image as pixels; a 502 problem if it is not one tile of the declared size."""
    try:
        with Image.open(io.BytesIO(body), formats=list(TYPES)) as image:
            if image.size != (source.tile_size, source.tile_size):
                raise Problem(502, "satellite-size", "卫星影像瓦片尺寸与配置不符", f"{image.size[0]}×{image.size[1]}")
            return np.asarray(image.convert("RGBA"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Problem(502, "satellite-image", "卫星影像源返回的不是图片", source.zh) from None


def type_of(body: bytes) -> str:
    """Media type of an image that :func:`decode` has read."""
    with Image.open(io.BytesIO(body), formats=list(TYPES)) as image:
        return TYPES[str(image.format)]


def encode(pixels: Pixels) -> bytes:
    """JPEG, or PNG where something is transparent."""
    out = io.BytesIO()
    if bool((pixels[..., 3] == 255).all()):
        Image.fromarray(np.ascontiguousarray(pixels[..., :3])).save(out, "JPEG", quality=90)
    else:
        Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


class _RefusedError(Exception):
    """The source answered something that is no tile."""


def _read(source: Source, address: str) -> bytes | None:
    client = _client(source.proxy, source.timeout_s)
    with client.stream("GET", address) as answer:
        if answer.status_code in _EMPTY:
            return None
        if answer.status_code != httpx.codes.OK:
            raise _RefusedError(f"status {answer.status_code}")
        if not answer.headers.get("content-type", "").lower().startswith("image/"):
            raise _RefusedError("not an image")
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise _RefusedError("too large")
    return bytes(body)


@lru_cache(maxsize=8)
def _client(proxy: str, timeout_s: float) -> httpx.Client:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    timeout = httpx.Timeout(timeout_s)
    headers = {"User-Agent": "CleanHeat", "Accept": "image/*"}
    return httpx.Client(
        proxy=proxy or None, timeout=timeout, limits=limits, headers=headers, follow_redirects=False, trust_env=False
    )


def _without_address(error: Exception) -> str:
    """What went wrong; httpx puts the address into some of its messages, so only refusals of ours are quoted."""
    return str(error) if isinstance(error, _RefusedError) else type(error).__name__


def _unreachable(source: Source) -> Problem:
    return Problem(502, "satellite-unreachable", "卫星影像源没有响应", source.zh)
