"""How an administrator changes what clients are shown: as a version with a reason, in force at once for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.secrecy import classes
from cleanheat.infra.secrecy.models import SecrecyVersion
from cleanheat.kernel.errors import forbidden, invalid

CONFIGURE: Final = "secrecy.configure"
SHORTEST_REASON: Final = 4
RE_READ_S: Final = 10.0
"""How late a version that another process put in force is noticed."""
_read_at: list[float] = [float("-inf")]


def allowed(user: Any) -> None:
    """The city's administrators, at a client from which nothing is withheld."""
    require(user, CONFIGURE)
    scope = scope_of(user)
    if not scope.sees_all or scope.view:
        raise forbidden("仅市级管理员可在内网终端设置密级")


def refresh() -> None:
    """Put the newest version in force if it is another than the one known; asked with every request, read rarely."""
    now = clock.machine_now()
    if not _read_at[0] <= now < _read_at[0] + RE_READ_S:
        _read_at[0] = now
        _follow()


def forget() -> None:
    """Read again at the next request."""
    _read_at[0] = float("-inf")


def _follow() -> None:
    newest = SecrecyVersion.objects.first()
    number = newest.pk if newest else 0
    if number != classes.current().number:
        classes.put_in_force(classes.policy_of(number, newest.changes if newest else {}))


@transaction.atomic
def change(user: Any, changes: Mapping[str, Any], seen: int, reason: str) -> classes.Policy:
    """A new version of all that differs from what is shipped.

    Args:
        changes: ``levels``, ``grids``, ``networks`` as in ``classes.policy_of``.
        seen: the version the user looked at; another one in force is a conflict.

    Raises:
        Problem: an entry is unknown or wrong, no reason, or the user's own address would no longer be inside.
    """
    allowed(user)
    if len(reason.strip()) < SHORTEST_REASON or len(reason) > 200:
        raise invalid("reason", "请填写变更理由", f"{SHORTEST_REASON}–200 字")
    newest = SecrecyVersion.objects.select_for_update().first()
    if (newest.pk if newest else 0) != seen:
        raise invalid("seen", "设置已被他人修改", "请刷新后重试")
    wanted = {part: dict(changes.get(part, {})) for part in ("levels", "grids", "networks")}
    classes.policy_of(0, wanted)
    row = SecrecyVersion.objects.create(changes=wanted, reason=reason.strip(), by=user, at=clock.now_utc())
    before = newest.changes if newest else {}
    audit.record(user, "secrecy.change", "secrecy", row.pk, {"before": before, "after": wanted, "reason": row.reason})
    policy = classes.policy_of(row.pk, wanted)
    transaction.on_commit(lambda: classes.put_in_force(policy))
    return policy
