"""What lies there, how much of it, and what may go."""

from __future__ import annotations

from datetime import date

from cleanheat.infra.tsdb import statements
from cleanheat.telemetry.store.opened import Opened, kind_of


class Upkeep(Opened):
    def days(self, kind: str) -> list[date]:
        """Days (Asia/Shanghai) with minutes, oldest first."""
        return [date.fromisoformat(d) for d in statements.day_partitions(self._engine, kind_of(kind))]

    def sizes(self) -> dict[str, tuple[int, int, int]]:
        """Rows, bytes on disk and parts of every table."""
        return statements.sizes(self._engine)

    def merge_fully(self, kind: str) -> None:
        """Merges the kind's parts to one a day: after a large import, or to measure sizes."""
        spec = kind_of(kind)
        statements.merge_fully(self._engine, spec.table)
        statements.merge_fully(self._engine, f"{spec.table}_h")

    def drop_before(self, kind: str, day: date) -> int:
        """Removes the minutes of all days (Asia/Shanghai) before ``day``; hours stay.  Returns the days removed."""
        spec = kind_of(kind)
        old = [d for d in self.days(kind) if d < day]
        for d in old:
            statements.drop_day(self._engine, spec, d)
        return len(old)
