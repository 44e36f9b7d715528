"""What did one circuit read hour by hour, and what was expected of it?  Lines with bands, for findings and cards."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.live.expected_past import expected_past
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry import public as telemetry

UNITS_OF: Final = {"supply": "℃", "return": "℃", "flow": "t/h", "heat": "kW"}
BAND_SIGMAS: Final = 2.0


def past_series(kind: str, number: int, start: int, end: int) -> dict[str, Any] | None:
    """Whole hours of ``[start, end)``; of a substation its largest unit's; ``None`` where nothing is measured."""
    of = measured(kind, number)
    if of is None:
        return None
    kind, number = of
    start, end = start - start % HOUR_S, max(end + -end % HOUR_S, start + HOUR_S)
    store, archive = telemetry.store(), assets.archive()
    past = expected_past(archive, store, kind, number, start, end)
    channels = {q: CIRCUITS[kind].channel_of(q) for q in UNITS_OF}
    grid = store.hour_grid(kind, [c.signal for c in channels.values()], start, end, np.array([number]))[:, 0]
    lines = [
        _line(quantity, channel.signal, grid[i] * np.float32(channel.factor), past.expected.get(quantity))
        for i, (quantity, channel) in enumerate(channels.items())
    ]
    return {
        "of_kind": kind,
        "of_number": number,
        "times": past.hours.tolist(),
        "outdoor_c": _numbers(past.outdoor_c),
        "by_design": past.by_design,
        "lines": lines,
    }


def measured(kind: str, number: int) -> tuple[str, int] | None:
    """The circuit whose readings stand for an object: a substation's is its unit of the greatest heated area."""
    if kind in {"plant", "branch", "boiler", "unit"}:
        return kind, number
    if kind != "substation":
        return None
    units = assets.archive()["unit"]
    own = [int(n) for n in units.numbers if units.links["substation"][n] == number]
    area = np.nan_to_num(units.values["heated_area_m2"])
    return ("unit", max(own, key=lambda n: float(area[n]))) if own else None


def _line(quantity: str, signal: str, read: np.ndarray, expected: tuple[np.ndarray, float] | None) -> dict[str, Any]:
    none = np.full(read.shape, np.nan)
    middle, sigma = expected if expected is not None else (none, np.nan)
    reach = BAND_SIGMAS * sigma
    return {
        "quantity": quantity, "signal": signal, "unit": UNITS_OF[quantity], "read": _numbers(read),
        "expected": _numbers(middle), "low": _numbers(middle - reach), "high": _numbers(middle + reach),
    }  # fmt: skip


def _numbers(values: np.ndarray) -> list[float | None]:
    return [round(float(v), 2) if np.isfinite(v) else None for v in values]
