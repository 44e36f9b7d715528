"""What is its fingerprint: SM3 (GB/T 32905) and its HMAC."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC


def sm3(message: bytes) -> bytes:
    """The 32-byte SM3 digest.

    >>> sm3(b"abc").hex()[:16]
    '66c7f0f462eeedd9'
    """
    digest = hashes.Hash(hashes.SM3())
    digest.update(message)
    return digest.finalize()


def sm3_hmac(key: bytes, message: bytes) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def same(one: bytes, other: bytes) -> bool:
    """Equality in constant time, for secrets."""
    return hmac.compare_digest(one, other)
