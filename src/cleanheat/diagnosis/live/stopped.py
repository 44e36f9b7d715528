"""Supply stopped, as one of the models that are asked every minute."""

from __future__ import annotations

from collections.abc import Sequence

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.model import Arrays, Moment
from cleanheat.diagnosis.supply_stopped import SUPPLY_STOPPED, SupplyStopped
from cleanheat.kernel.findings import Finding
from cleanheat.telemetry.public import Store


class StoppedNow:
    """The model keeps half an hour, which the store gives back at a start: nothing of its own is written."""

    sources: Sequence[str] = (SUPPLY_STOPPED,)

    def __init__(self, archive: Archive) -> None:
        self._model = SupplyStopped(archive)

    def judge(self, moment: Moment) -> Sequence[Finding]:
        return self._model.judge(moment.latest, moment.minute, moment.planned)

    def able(self, _minute: int) -> bool:
        return self._model.has_seen_enough

    def snapshot(self) -> Arrays:
        return {}

    def restore(self, _kept: Arrays) -> None:
        return

    def recover(self, store: Store, now: float) -> None:
        self._model.recover(store, now)

    @property
    def judged_until(self) -> int:
        """The last minute judged, from before the start too."""
        return self._model.minute
