"""What leaves of a row: personal data masked, unless somebody who may gives a reason; then the look is recorded.

What is above the clearance of the reader's client (``infra.secrecy``) leaves as null, whatever the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from cleanheat.infra import audit
from cleanheat.infra.masking import UNMASK, looks_masked, masked
from cleanheat.infra.resources.declare import Resource
from cleanheat.infra.scope import EVERYTHING, Scope, require, scope_of
from cleanheat.infra.secrecy.classes import Level, client_of, withheld
from cleanheat.kernel.errors import forbidden, invalid

Row = dict[str, Any]
SHORTEST_REASON = 4


def sensitive(resource: Resource) -> dict[str, str]:
    """Columns that hold personal data, with their class."""
    return {col.path: col.sensitivity for col in resource.columns if col.sensitivity}


def secret(resource: Resource, scope: Scope) -> frozenset[str]:
    """Columns that the client of a scope is not shown."""
    return frozenset(col.path for col in resource.columns if withheld(col.path, scope))


def cover(
    resource: Resource, scope: Scope = EVERYTHING, *, in_list: bool = False, shared: bool = False
) -> Callable[[Row], Row]:
    """A function that masks one row in place."""
    classes, kept_back = sensitive(resource), secret(resource, scope)

    def covered(row: Row) -> Row:
        for path in kept_back & row.keys():
            row[path] = None
        for path, sensitivity in classes.items():
            if path in row:
                row[path] = masked(sensitivity, row[path], in_list=in_list, shared=shared)
        return row

    return covered


def sight(
    resource: Resource, user: Any, reason: str, what: Mapping[str, Any], *, in_list: bool
) -> Callable[[Row], Row]:
    """How the user sees rows: masked; with a reason whole, if he may, which is written down with ``what`` he asked."""
    scope = scope_of(user)
    if not reason:
        return cover(resource, scope, in_list=in_list)
    require(user, UNMASK)
    if client_of(scope).clearance == Level.PUBLIC:
        raise forbidden("个人信息仅限内网终端查看")
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid("unmask_reason", "请说明查看未脱敏信息的理由", f"至少 {SHORTEST_REASON} 个字")
    with transaction.atomic():
        detail = {"reason": reason.strip()[:200], "fields": sorted(sensitive(resource)), **what}
        audit.record(user, UNMASK, resource.key, what.get("pk", "*"), detail)
    kept_back = secret(resource, scope)
    return lambda row: {path: None if path in kept_back else value for path, value in row.items()}


def without_masks(resource: Resource, values: Mapping[str, Any], row: Any) -> Row:
    """Values to save: a masked text that came back unchanged is no change, any other masked text is refused."""
    kept, classes = dict(values), sensitive(resource)
    for name in values.keys() & classes.keys():
        value = values[name]
        if not looks_masked(classes[name], value):
            continue
        if row is None or masked(classes[name], getattr(row, name)) != value:
            raise invalid(name, "脱敏后的内容不能保存", "请填写完整内容")
        del kept[name]
    return kept
