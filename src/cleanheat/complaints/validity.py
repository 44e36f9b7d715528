"""Does a complaint hold?  The verdict that follows from readings, archive and season (pure decisions).

Valid when the room or its neighbours were below the limit or the unit stood still; doubtful when the flat is not on the
grid, was warm, or nothing is known; invalid out of season, when plainly refuted, or when said before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cleanheat.assets.vocabulary import UserState
from cleanheat.complaints.vocabulary import JUDGED_BY_READINGS, Category, Reason, Validity

Verdict = tuple[Validity, list[Reason]]


@dataclass(frozen=True)
class Limits:
    """Numbers of ``parameters.toml``."""

    room_low_c: float
    room_warm_c: float
    supply_stopped_c: float
    window_h: float
    repeat_h: float


@dataclass(frozen=True)
class Evidence:
    """What is known of a complaint; NaN where there was no trusted reading."""

    category: str
    in_season: bool
    has_address: bool
    user_state: str = ""
    is_repeated: bool = False
    measured_c: float = math.nan
    room_c: float = math.nan
    neighbours_c: float = math.nan
    supply_c: float = math.nan


def judge(e: Evidence, limits: Limits) -> Verdict:
    by_readings = e.category in JUDGED_BY_READINGS
    if by_readings and not e.in_season:
        return Validity.INVALID, [Reason.OUT_OF_SEASON]
    if e.is_repeated:
        return Validity.INVALID, [Reason.REPEATED]
    if not e.has_address:
        return Validity.DOUBTFUL, [Reason.NO_ADDRESS]
    if e.user_state not in {"", UserState.ON_GRID}:
        return Validity.DOUBTFUL, [Reason.NOT_ON_GRID]
    return _by_readings(e, limits) if by_readings else (Validity.VALID, [Reason.ARCHIVE_MATCH])


def _by_readings(e: Evidence, limits: Limits) -> Verdict:
    """The thermometer somebody brought outweighs the fixed one; NaN compares as false everywhere."""
    own = e.room_c if math.isnan(e.measured_c) else e.measured_c
    cold = {
        Reason.ROOM_COLD: own < limits.room_low_c,
        Reason.NEIGHBOURS_COLD: e.neighbours_c < limits.room_low_c,
        Reason.SUPPLY_LOW: e.supply_c < limits.supply_stopped_c,
    }
    if any(cold.values()):
        return Validity.VALID, [reason for reason, holds in cold.items() if holds]
    if math.isnan(own) and math.isnan(e.neighbours_c) and math.isnan(e.supply_c):
        return Validity.DOUBTFUL, [Reason.NO_READINGS]
    warm = own >= limits.room_warm_c or (math.isnan(own) and e.neighbours_c >= limits.room_warm_c)
    is_refuted = e.category != Category.COLD_ROOM and warm and e.supply_c >= limits.supply_stopped_c
    if is_refuted:
        return Validity.INVALID, [Reason.ROOM_WARM]
    return Validity.DOUBTFUL, [Reason.ROOM_WARM if warm else Reason.ROOM_FINE]
