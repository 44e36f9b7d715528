"""What every part of the store stands on: the open engine, and the names a question may use."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.tsdb import statements
from cleanheat.infra.tsdb.engine import Engine
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS, Kind, Signal
from cleanheat.kernel.time import HOUR_S


class Opened:
    """One open engine.  Safe for many threads: each thread has its own connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rolling = threading.Lock()

    def _log_new(self, kind: Kind, hours: NDArray[np.int64]) -> None:
        """Logs hours as rolled up, each once."""
        known = statements.rolled_hours(self._engine, kind, int(hours.min()), int(hours.max()) + HOUR_S)
        new = np.setdiff1d(hours, known)
        if new.shape[0]:
            statements.log_rolled(self._engine, kind, new)

    def _rolled(self, kind: str, start: int, end: int) -> NDArray[np.int64]:
        """Hours of the window that were rolled up."""
        return statements.rolled_hours(self._engine, kind_of(kind), start, end)


def kind_of(code: str) -> Kind:
    if code not in KINDS:
        raise invalid("kind", "没有这一类监测对象", code)
    return KINDS[code]


def signals_of(kind: str, codes: Sequence[str]) -> list[Signal]:
    spec = kind_of(kind)
    unknown = [c for c in codes if c not in spec.index]
    if unknown or not codes:
        raise invalid("signals", "没有这一监测量", ", ".join(unknown) or "give at least one")
    return [spec[c] for c in codes]


def check_window(start: int, end: int) -> None:
    if not 0 <= start < end:
        raise invalid("end", "时间范围须为正", f"[{start}, {end})")
