"""Which services are to be set right?  Open demands of regulators, said anew each minute so that they stand as alerts.

Alerts are what orders are raised from: by hand, or by a policy for this source.  Closing the demand lets the alert end.
"""

from __future__ import annotations

from collections.abc import Sequence

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.model import Arrays, Moment
from cleanheat.diagnosis.service.models import QualityRequest
from cleanheat.diagnosis.service.source import SERVICE_QUALITY
from cleanheat.kernel.findings import Finding, Level
from cleanheat.kernel.time import MINUTE_S, utc
from cleanheat.telemetry.public import Store


class DemandsNow:
    """No memory: what stands is in the table."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @property
    def sources(self) -> Sequence[str]:
        return (SERVICE_QUALITY,)

    def able(self, minute: int) -> bool:
        return minute > 0

    def judge(self, moment: Moment) -> Sequence[Finding]:
        rows = QualityRequest.objects.filter(closed_at=None, opened_at__lt=utc(moment.minute + MINUTE_S))
        return [_finding(row) for row in rows if row.object_number < self._archive[row.object_kind].size]

    def snapshot(self) -> Arrays:
        return {}

    def restore(self, kept: Arrays) -> None:
        """Nothing is kept."""

    def recover(self, store: Store, now: float) -> None:
        """Nothing to rebuild."""


def _finding(row: QualityRequest) -> Finding:
    since = int(row.opened_at.timestamp())
    return Finding(
        SERVICE_QUALITY, row.object_kind, row.object_number, Level(row.level), since, f"供热质量督导：{row.reason}"
    )
