"""How minutes become hours, and how long minutes are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import statements
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.telemetry.store.opened import Opened, kind_of

_ROLLUP_GROUPS: Final = 150_000
"""Object-hours that one roll-up statement holds in memory."""


class RollingUp(Opened):
    def roll_up(self, hour_start: int, kinds: Iterable[str] = KINDS) -> None:
        """The hour's roll-up for all objects; again for the same hour (late data) replaces what was there."""
        if hour_start % HOUR_S:
            raise ValueError(f"{hour_start} is not the start of an hour")
        for code in kinds:
            spec = kind_of(code)
            with self._rolling:
                # The hour is logged first: whatever a crash leaves behind is replaced by the next run.
                self._log_new(spec, np.array([hour_start], np.int64))
                statements.roll_up_hour(self._engine, spec, hour_start)

    def roll_up_objects(self, kind: str, start: int, end: int, ids: NDArray[Any]) -> None:
        """Recompute the hours of some objects in ``[start, end)`` where they have minutes: after an import."""
        if not ids.shape[0]:
            return
        step = max(DAY_S, _ROLLUP_GROUPS // ids.shape[0] // 24 * DAY_S)  # object-hours a statement holds in memory
        first = start - start % HOUR_S
        with self._rolling:
            for at in range(first, end, step):
                until = min(at + step, end + -end % HOUR_S)
                statements.roll_up_objects(self._engine, kind_of(kind), at, until, ids)

    def hours_to_roll_up(self, start: int, end: int, kinds: Iterable[str] = KINDS) -> list[int]:
        """Whole hours in ``[start, end)`` not rolled up yet for some kind: what to catch up after a stop.

        Hours outside every part's times hold no minutes, and there is nothing to make of them.
        """
        wanted = np.arange(start + -start % HOUR_S, end - end % HOUR_S, HOUR_S)
        if not wanted.shape[0]:
            return []
        missing: set[int] = set()
        for code in kinds:
            done = statements.rolled_hours(self._engine, kind_of(code), start, end)
            open_hours = np.setdiff1d(wanted, done)
            spans = statements.part_spans(self._engine, kind_of(code))
            begun = spans[:, 0][None, :] < open_hours[:, None] + HOUR_S
            missing.update(open_hours[(begun & (spans[:, 1][None, :] >= open_hours[:, None])).any(axis=1)].tolist())
        return sorted(missing)
