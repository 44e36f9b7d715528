"""Whose access key is this, and which keys are there?"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from django.db.models import Q

from cleanheat.accounts.models import AccessKey, User
from cleanheat.accounts.queries import find_user, may, scope_of, user_rows
from cleanheat.infra import clock
from cleanheat.infra.buckets import Buckets
from cleanheat.kernel import parameters
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import MINUTE_S

LIMITS: Final = parameters.values(parameters.read("cleanheat.accounts", "parameters.toml")["keys"])
HEAD: Final = "chk"
_REFUSED: Final = Problem(401, "key-refused", "访问密钥无效、已过期或已停用")
_asked = Buckets(LIMITS["requests_per_s"], int(LIMITS["requests_burst"]), now=clock.machine_now)
_failed = Buckets(LIMITS["failures_per_s"], int(LIMITS["failures_burst"]), now=clock.machine_now)


@dataclass(frozen=True)
class KeyCard:
    """A key as its owner sees it; times are epoch seconds, 0: never."""

    id: int
    username: str
    name: str
    permission: str
    prefix: str
    created_s: float
    expires_s: float
    used_s: float
    revoked_s: float
    is_valid: bool


def digest_of(secret: str) -> str:
    """SM3 is enough for 256 random bits: there is nothing to guess that a slow hash would have to protect."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(secret.encode())
    return sm3.finalize().hex()


def key_rows(user: Any, *, everyone: bool = False) -> Q:
    """One's own keys, or those of all users one may look after."""
    if everyone and may(user, "accounts.view"):
        return Q(user__in=User.objects.filter(user_rows(scope_of(user))))
    return Q(user_id=user.pk)


def keys_of(user: Any, *, everyone: bool = False) -> list[KeyCard]:
    """Keys, newest first."""
    now = clock.machine_now()
    rows = AccessKey.objects.filter(key_rows(user, everyone=everyone)).select_related("user")
    plain = ("id", "name", "permission", "prefix", "created_s", "expires_s", "used_s", "revoked_s")
    return [
        KeyCard(
            username=row.user.username,
            is_valid=not row.revoked_s and row.expires_s > now,
            **{name: getattr(row, name) for name in plain},
        )
        for row in rows
    ]


def user_of_key(key: str, permission: str, username: str, address: str) -> Any:
    """The user behind a key, who may do what the key is for; ``username`` must be his where one is given.

    Raises:
        Problem: 401 for a key that is none (any more), 403 for another purpose, 429 for too many requests.
    """
    row = _valid(key)
    user = find_user(row.user_id) if row else None
    if row is None or user is None or username not in ("", user.username):
        _failed.check(address)  # strangers alone are slowed down: a whole office may share one address
        _failed.take(address)
        raise _REFUSED
    _asked.check(row.pk)
    _asked.take(row.pk)
    if row.permission != permission or not may(user, permission):
        raise Problem(403, "forbidden", "该访问密钥没有此项权限", permission)
    _touch(row)
    return user


def _valid(key: str) -> AccessKey | None:
    head, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    if head != HEAD or not prefix or not secret or len(key) > 200:
        return None
    row = AccessKey.objects.filter(prefix=prefix, revoked_s=0, expires_s__gt=clock.machine_now()).first()
    return row if row and hmac.compare_digest(row.digest, digest_of(secret)) else None


def _touch(row: AccessKey) -> None:
    """When it was last used, to the minute: not a write a tile."""
    now = clock.machine_now()
    if now - row.used_s >= MINUTE_S:
        AccessKey.objects.filter(pk=row.pk).update(used_s=now)
