"""Who is behind a session: Django's model backend with the user row kept for a few seconds.

Every request asks for its user; without this, every request would read the database once before doing its work.
A change made in this process is seen at once, one made in another process after ``KEEP_S``.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction

from cleanheat.accounts.models import User
from cleanheat.accounts.queries import find_user
from cleanheat.infra import clock

KEEP_S = 10.0
_kept: dict[int, tuple[float, User]] = {}


class KeepingBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        at = clock.machine_now()
        until, user = _kept.get(user_id, (0.0, None))
        if user is None or not at < until <= at + KEEP_S:  # the second bound: the machine's clock was set back
            user = find_user(user_id)
            if user is not None:
                _kept[user_id] = (at + KEEP_S, user)
        return user


def forget_user(*, instance: User, **_signal: Any) -> None:
    """Receiver of ``post_save`` and ``post_delete`` of users: at once, and again on commit, since another thread may
    have read the old row in between.
    """
    user_id = instance.pk  # a deleted instance loses it
    _kept.pop(user_id, None)
    transaction.on_commit(lambda: _kept.pop(user_id, None))


def forget_users() -> None:
    _kept.clear()
