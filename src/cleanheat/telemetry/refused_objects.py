"""Which codes does whom send that are not his? Gathered in memory, added to the database once a minute.

Invented keys are a cheap way to fill a database: of one sender only so many different ones are kept.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models import F

from cleanheat.infra import clock
from cleanheat.telemetry.models import RefusedObject

MOST_OF_A_SENDER: Final = 2_000
_MOST_WAITING: Final = 20_000

Key = tuple[str, str, str]
"""Kind, number or text, and the reason."""


class RefusedObjects:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fresh: Counter[tuple[int, Key]] = Counter()

    def add(self, sender: int, refused: Mapping[Key, int]) -> None:
        if not refused:
            return
        with self._lock:
            for key, rows in refused.items():
                if (sender, key) in self._fresh or len(self._fresh) < _MOST_WAITING:
                    self._fresh[sender, key] += rows

    def flush(self) -> None:
        """Add what came since the last time to the database; kept for the next time if that fails."""
        with self._lock:
            fresh, self._fresh = self._fresh, Counter()
        try:
            for sender in sorted({s for s, _ in fresh}):
                self._save(sender, {key: rows for (s, key), rows in fresh.items() if s == sender})
        except BaseException:
            with self._lock:
                self._fresh.update(fresh)
            raise

    @transaction.atomic
    def _save(self, sender: int, refused: Mapping[Key, int]) -> None:
        known = {
            (kind, key, reason): pk
            for pk, kind, key, reason in RefusedObject.objects.filter(sender_id=sender).values_list(
                "pk", "kind", "key", "reason"
            )
        }
        room, now = MOST_OF_A_SENDER - len(known), clock.now_utc()
        new = [key for key in refused if key not in known]
        for key in refused.keys() & known.keys():
            RefusedObject.objects.filter(pk=known[key]).update(rows=F("rows") + refused[key], last_at=now)
        RefusedObject.objects.bulk_create(
            RefusedObject(
                sender_id=sender, kind=kind, key=text, reason=reason, first_at=now, last_at=now,
                rows=refused[kind, text, reason],
            )
            for kind, text, reason in new[: max(room, 0)]
        )  # fmt: skip
