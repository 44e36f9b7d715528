"""Where do the bytes of attachments lie?  Under their own SHA-256, in the storage that settings name (a folder, S3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.hazmat.primitives import hashes
from django.core.files import File
from django.core.files.storage import storages

CHUNK = 1 << 18


@dataclass(frozen=True)
class Digests:
    sha256: str
    sm3: str
    size: int


def digests(body: BinaryIO) -> Digests:
    """Both fingerprints in one pass."""
    sha256, sm3, size = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    body.seek(0)
    while chunk := body.read(CHUNK):
        sha256.update(chunk)
        sm3.update(chunk)
        size += len(chunk)
    return Digests(sha256.hexdigest(), sm3.finalize().hex(), size)


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _storage() -> Any:
    return storages["attachments"]


def keep(body: BinaryIO, sha256: str) -> None:
    """Put the bytes in place, unless they are there already."""
    if not exists(sha256):
        body.seek(0)
        _storage().save(_path(sha256), File(body))


def exists(sha256: str) -> bool:
    return bool(_storage().exists(_path(sha256)))


def remove(sha256: str) -> None:
    _storage().delete(_path(sha256))


def read(sha256: str, start: int, length: int) -> Iterator[bytes]:
    """``length`` bytes from ``start``, in chunks."""
    with _storage().open(_path(sha256), "rb") as body:
        body.seek(start)
        while length > 0 and (chunk := body.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
