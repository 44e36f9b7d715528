"""Who may read an attachment?  Whoever may see what it belongs to; a loose one is its uploader's alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.scope import scope_of
from cleanheat.kernel.errors import not_found

Sees = Callable[[Any, int], bool]
_holders: dict[str, Sees] = {}


def register_holder(kind: str, sees: Sees) -> None:
    """``sees(user, id)``: may this user see that thing?  Called by the room the thing belongs to."""
    _holders[kind] = sees


def find(user: Any, file_id: int) -> StoredFile:
    """A file this user may read; any other does not exist."""
    found = StoredFile.objects.filter(pk=file_id).first()
    if found is None or not _may_read(user, found):
        raise not_found("没有这个附件")
    return found


def of_holder(kind: str, holder_id: int) -> Sequence[StoredFile]:
    return list(StoredFile.objects.filter(holder_kind=kind, holder_id=holder_id))


def _may_read(user: Any, file: StoredFile) -> bool:
    if not file.holder_kind:
        return bool(file.uploaded_by_id == user.pk)
    sees = _holders.get(file.holder_kind)
    return sees is not None and sees(user, file.holder_id)


def sees_item(user: Any, item_id: int) -> bool:
    """Files of flow items follow the item."""
    from cleanheat.infra.flow.queries import visible_items
    from cleanheat.infra.flow.versions import FLOWS
    from cleanheat.infra.scope import may

    flow = visible_items(scope_of(user)).filter(pk=item_id).values_list("flow", flat=True).first()
    return flow is not None and flow in FLOWS and may(user, FLOWS[flow].view_permission)
