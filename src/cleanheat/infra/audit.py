"""Who did what, provably: an append-only chain of rows, each sealed over the one before it (SM3).

Called by actions inside their own transaction: no change without its row, no row without its change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from django.db import transaction

from cleanheat.infra import clock
from cleanheat.infra.models import AuditEntry, AuditHead


def record(actor: Any, verb: str, object_kind: str, object_id: object, detail: Mapping[str, Any] | None = None) -> None:
    """Append one row.  ``actor``: a user or None for the platform itself; ``detail``: JSON, no secrets."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record belongs inside the action's transaction")
    head, _ = AuditHead.objects.select_for_update().get_or_create(id=1)
    entry = AuditEntry(
        at=clock.now_utc(),
        actor_id=getattr(actor, "pk", None),
        verb=verb,
        object_kind=object_kind,
        object_id=str(object_id),
        detail=orjson.loads(orjson.dumps(detail or {}, default=str)),
        previous=head.digest,
    )
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    head.digest, head.entries = entry.digest, head.entries + 1
    head.save(update_fields=["digest", "entries"])


def digest(entry: AuditEntry) -> str:
    """SM3 over the row before and everything this row says."""
    fields = [
        entry.previous,
        int(entry.at.timestamp() * 1_000_000),
        entry.actor_id,
        entry.verb,
        entry.object_kind,
        entry.object_id,
        entry.detail,
    ]
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS))
    return sm3.finalize().hex()


def first_broken() -> int | None:
    """Id of the first row that was changed, inserted or follows a removed one; 0 if the tail is cut; None: intact."""
    previous, entries = "", 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2_000):
        if entry.previous != previous or entry.digest != digest(entry):
            return int(entry.pk)
        previous, entries = entry.digest, entries + 1
    head = AuditHead.objects.filter(id=1).first()
    return None if (entries, previous) == ((head.entries, head.digest) if head else (0, "")) else 0
