"""What a whole kind shows right now, as arrays over object numbers: newest values, their trust, the state of operation.

Substations report through their units: temperatures are means over the units, flows and heat are sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import MINUTE_S
from cleanheat.kernel.verdicts import TRUSTED, Verdict
from cleanheat.quality.public import parameters_of
from cleanheat.telemetry.latest import latest
from cleanheat.twin import public as twin

SHOWN_KINDS: Final = ("plant", "branch", "boiler", "substation", "unit", "device", "room", "weather")
LAYERS: Final = {
    "plant": "plants",
    "branch": "branches",
    "boiler": "boilers",
    "substation": "substations",
    "device": "devices",
    "weather": "weather",
}
SUBSTATION_SIGNALS: Final = (
    "primary_supply_temp_c",
    "primary_return_temp_c",
    "secondary_supply_temp_c",
    "secondary_return_temp_c",
    "primary_flow_t_h",
    "secondary_flow_t_h",
    "makeup_flow_t_h",
    "heat_power_gj_h",
)
SUMMED: Final = frozenset({"primary_flow_t_h", "secondary_flow_t_h", "makeup_flow_t_h", "heat_power_gj_h"})
UNKNOWN, NORMAL, STALE = 0, 1, 6

Floats = NDArray[np.float64]


def fresh_for_s() -> int:
    """How long after its minute a reading still counts as the present one, on the map and here alike."""
    return int(parameters_of("stale")["gap_periods"].value) * MINUTE_S


@dataclass(frozen=True)
class LiveKind:
    """One kind now.  Arrays are indexed by object number; NaN and verdict MISSING where nothing is known.

    ``states`` are the codes of the map's theme "operation".
    """

    kind: str
    signals: tuple[Signal, ...]
    values: Mapping[str, Floats]
    verdicts: Mapping[str, NDArray[np.uint8]]
    minute: NDArray[np.int64]
    states: NDArray[np.uint8]


def signals_of(kind: str) -> tuple[Signal, ...]:
    if kind == "substation":
        return tuple(KINDS["unit"][code] for code in SUBSTATION_SIGNALS)
    return KINDS[kind].signals if kind in KINDS else ()


def stamp() -> tuple[int, int, str]:
    """Changes whenever what is shown may have changed."""
    return latest().minute, twin.live_state().stamp.seq, assets.archive().version


_kept: dict[str, tuple[tuple[int, int, str], LiveKind]] = {}
_lock = Lock()


def live(kind: str) -> LiveKind:
    """One kind now; computed once a minute for all who ask."""
    at = stamp()
    with _lock:
        made, known = _kept.get(kind, (None, None))
        if known is None or made != at:
            known = _substations() if kind == "substation" else _measured(kind)
            _kept[kind] = (at, known)
    return known


def _measured(kind: str) -> LiveKind:
    now = latest().copy_of(kind)
    values = {s.code: s.decode(now.values[i]) for i, s in enumerate(now.spec.signals)}
    verdicts = {s.code: now.verdicts[i] for i, s in enumerate(now.spec.signals)}
    return LiveKind(kind, now.spec.signals, values, verdicts, now.minute, _states(kind, now.minute))


def _substations() -> LiveKind:
    units, table = live_units(), assets.archive()["unit"]
    station, size = table.links["substation"][table.numbers], assets.archive()["substation"].size
    values, verdicts = {}, {}
    for code in SUBSTATION_SIGNALS:
        trusted = TRUSTED[units.verdicts[code]]
        reading = np.where(trusted, units.values[code], np.nan)[table.numbers]
        known = ~np.isnan(reading)
        count = np.bincount(station[known], minlength=size)
        total = np.bincount(station[known], reading[known], minlength=size)
        divisor = 1 if code in SUMMED else np.maximum(count, 1)
        values[code] = np.where(count > 0, total / divisor, np.nan)
        verdicts[code] = np.where(count > 0, Verdict.GOOD, Verdict.MISSING).astype(np.uint8)
    minute = np.zeros(size, dtype=np.int64)
    np.maximum.at(minute, station, units.minute[table.numbers])
    return LiveKind("substation", signals_of("substation"), values, verdicts, minute, _states("substation", minute))


def live_units() -> LiveKind:
    """The units as they are now; unlike ``live``, callable while its lock is held."""
    return _measured("unit")


def _states(kind: str, minute: NDArray[np.int64]) -> NDArray[np.uint8]:
    """As the map shows them; kinds the map does not show are fresh, stale or unknown.  A unit is as its substation."""
    state = twin.live_state()
    if kind == "unit":
        shown = state.states("operation", LAYERS["substation"], EVERYTHING)
        station = assets.archive()["unit"].links["substation"]
        known = station < shown.shape[0]
        return np.where(known, shown[np.where(known, station, 0)], UNKNOWN) if shown.size else _by_age(minute)
    shown = state.states("operation", LAYERS[kind], EVERYTHING) if kind in LAYERS else np.zeros(0, np.uint8)
    return shown if shown.shape == minute.shape else _by_age(minute)


def _by_age(minute: NDArray[Any]) -> NDArray[np.uint8]:
    fresh = np.where(minute > clock.now() - MINUTE_S - fresh_for_s(), NORMAL, STALE)
    return np.where(minute == 0, UNKNOWN, fresh).astype(np.uint8)
