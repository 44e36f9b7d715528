"""Where readings are kept and how they are asked for: minutes, hours, the newest rows, the worst objects.

Everything that leaves or enters is an array of scaled integers or physical values; the SQL is ``infra.tsdb``'s.
"""

from __future__ import annotations

from pathlib import Path

from cleanheat.infra.tsdb import schema
from cleanheat.infra.tsdb.engine import DEFAULT_MEMORY_MIB, Engine
from cleanheat.telemetry.store.answers import HourlyMeans, LatestRows, ObjectHours, Ranked, Series, SignalSeries, Source
from cleanheat.telemetry.store.asking import MINUTES_UP_TO_S, Asking
from cleanheat.telemetry.store.rolling import RollingUp
from cleanheat.telemetry.store.streaming import Streaming
from cleanheat.telemetry.store.traced import Traced
from cleanheat.telemetry.store.upkeep import Upkeep
from cleanheat.telemetry.store.writing import Writing, missing_words


class Store(Writing, RollingUp, Asking, Streaming, Traced, Upkeep):
    """One open store.  Safe for many threads: each thread has its own connection to the engine."""

    @classmethod
    def open(
        cls,
        target: str | Path,
        database: str = "cleanheat",
        memory_mib: int = DEFAULT_MEMORY_MIB,
        waiting: Path | None = None,
    ) -> Store:
        """A directory (embedded engine) or a DSN (``clickhouse://user:password@host:8123``).

        ``waiting``: the folder in which gathered counts outlive a killed process; one process's own.

        Raises:
            StoreLocked: another process owns the directory.
        """
        engine = Engine(target, database, memory_mib)
        schema.bring_up_to_date(engine)
        return cls(engine, waiting)

    def close(self) -> None:
        self.flush_traces()
        self._engine.close()


_installed: list[Store] = []


def install_store(opened: Store) -> None:
    """Makes one open store the process's own."""
    _installed[:] = [opened]


def store() -> Store:
    if not _installed:
        raise RuntimeError("no telemetry store is installed: call install_store at start-up")
    return _installed[0]


__all__ = [
    "MINUTES_UP_TO_S",
    "HourlyMeans",
    "LatestRows",
    "ObjectHours",
    "Ranked",
    "Series",
    "SignalSeries",
    "Source",
    "Store",
    "install_store",
    "missing_words",
    "store",
]
