"""Writes of access keys: issue one (its secret is told once), revoke it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from cleanheat.accounts.key_queries import HEAD, LIMITS, KeyCard, digest_of, key_rows, keys_of
from cleanheat.accounts.models import AccessKey
from cleanheat.accounts.queries import may
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.kernel.time import DAY_S

PURPOSES: Final = ("twin.gis",)
"""What a key may be for: keys open machine interfaces, never the pages people work in."""


@dataclass(frozen=True)
class IssuedKey:
    """A new key; ``secret`` is the whole of what a program shows and cannot be read again."""

    card: KeyCard
    secret: str


def issue_key(user: Any, name: str, permission: str, days: int) -> IssuedKey:
    """A key for one's own programs."""
    if permission not in PURPOSES:
        raise invalid("permission", "不能为此用途签发访问密钥")
    require(user, permission)
    if not name.strip():
        raise invalid("name", "请填写密钥名称")
    if not 1 <= days <= LIMITS["most_days"]:
        raise invalid("days", f"有效期应为 1 至 {LIMITS['most_days']:.0f} 天")
    now, secret, prefix = clock.machine_now(), secrets.token_urlsafe(32), secrets.token_hex(5)
    with transaction.atomic():
        mine = AccessKey.objects.filter(user_id=user.pk, revoked_s=0, expires_s__gt=now)
        if mine.count() >= LIMITS["most_a_user"]:
            raise Problem(409, "too-many-keys", "有效密钥已达上限", "请先停用不再使用的密钥")
        row = AccessKey.objects.create(
            user_id=user.pk,
            name=name.strip(),
            permission=permission,
            prefix=prefix,
            digest=digest_of(secret),
            created_s=now,
            expires_s=now + days * DAY_S,
        )
        audit.record(user, "accounts.issue_key", "access_key", row.pk, {"prefix": prefix, "permission": permission})
    return IssuedKey(next(card for card in keys_of(user) if card.id == row.pk), f"{HEAD}_{prefix}_{secret}")


def revoke_key(user: Any, key_id: int) -> None:
    """One's own key, or one of a user one may maintain; revoking twice is revoking once."""
    with transaction.atomic():
        seen = key_rows(user, everyone=may(user, "accounts.edit"))
        row = AccessKey.objects.select_for_update(of=("self",)).filter(seen, pk=key_id).first()
        if row is None:
            raise not_found("没有这个访问密钥")
        if not row.revoked_s:
            row.revoked_s = clock.machine_now()
            row.save(update_fields=["revoked_s"])
            audit.record(user, "accounts.revoke_key", "access_key", row.pk, {"prefix": row.prefix})
