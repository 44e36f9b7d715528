"""How often was whom refused for what: counted in memory, added to the database once a minute."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import F

from cleanheat.infra import clock
from cleanheat.kernel.time import local
from cleanheat.telemetry.models import RefusalCount

STRANGERS = 0


class RefusalCounts:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fresh: Counter[tuple[int, date, str]] = Counter()
        self._total: Counter[str] = Counter()

    def add(self, sender: int, reasons: Mapping[str, int]) -> None:
        today = local(clock.now()).date()
        with self._lock:
            for reason, count in reasons.items():
                self._fresh[sender, today, reason] += count
                self._total[reason] += count

    def total(self) -> dict[str, int]:
        """Per reason since the process started, for the status page and metrics."""
        with self._lock:
            return dict(self._total)

    def unsaved(self) -> dict[tuple[int, date, str], int]:
        with self._lock:
            return dict(self._fresh)

    def flush(self) -> None:
        """Add what was counted since the last time to the database; kept for the next time if that fails."""
        with self._lock:
            fresh, self._fresh = self._fresh, Counter()
        try:
            with transaction.atomic():
                for (sender, day, reason), count in fresh.items():
                    row, _ = RefusalCount.objects.get_or_create(sender_id=sender, day=day, reason=reason)
                    RefusalCount.objects.filter(pk=row.pk).update(count=F("count") + count)
        except BaseException:
            with self._lock:
                self._fresh.update(fresh)
            raise
