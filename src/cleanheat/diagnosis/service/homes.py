"""What is known of every home?  Features of its room, its calls and its fees, and how its own class of flats stands.

A home is compared with flats of its position (middle, edge, top, corner, overhanging) in buildings of its energy class:
corner flats with corner flats.  Arrays by row, one a heat user with a sensor (``Homes.user`` ascending).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.calc.rooms import states, usual
from cleanheat.calc.rooms.classes import group_quantile
from cleanheat.complaints import public as complaints
from cleanheat.diagnosis.rooms.kept import RoomModels
from cleanheat.diagnosis.rooms.now import RoomsNow
from cleanheat.diagnosis.service.numbers import number
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.time import season_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEATURES: Final = {
    "mean_c": ("日均室温", "℃", 1),
    "class_k": ("与同类户之差", "K", 1),
    "outdoor_k_per_k": ("随室外温度变化", "K/K", 3),
    "supply_k_per_k": ("随供水温度变化", "K/K", 3),
    "night_day_k": ("昼夜差", "K", 2),
    "openings": ("每周开窗次数", "次", 1),
    "calls": ("本季投诉", "次", 0),
    "late_days": ("缴费晚于期限", "d", 0),
}
"""Zh, unit and decimals of what sorts of homes are told apart by."""
POSITIONS: Final = 5
UNPAID_DAYS: Final = 180.0
"""What an unpaid fee counts as in lateness."""


@dataclass(frozen=True)
class Homes:
    """``values[feature] [N]`` NaN where unknown; ``state`` codes; ``owes`` yuan still due this season (NaN: no fee);
    ``leaky_from``: K a room loses for each K outdoors from which a home stands out of its class."""

    user: Ints
    room: Ints
    building: Ints
    position: Ints
    klass: Ints
    values: dict[str, Floats]
    state: NDArray[np.uint8]
    short_kh: Floats
    owes: Floats
    leaky_from: Floats

    def matrix(self) -> Floats:
        return np.stack([self.values[name] for name in FEATURES], axis=1)

    def row_of(self, user: int) -> int | None:
        at = int(np.searchsorted(self.user, user))
        return at if at < self.user.size and self.user[at] == user else None


def homes(archive: Archive, models: RoomModels, running: RoomsNow | None, now: int) -> Homes:
    """Of all homes with a sensor; a user with two is known by the first."""
    rooms, users = archive["room"], archive["heat_user"]
    numbers = rooms.numbers.astype(np.int64)
    user, first = np.unique(rooms.links["user"][numbers].astype(np.int64), return_index=True)
    numbers, kept = numbers[first], user > 0
    user, numbers = user[kept], numbers[kept]
    building = users.links["building"][user].astype(np.int64)
    position = np.clip(np.nan_to_num(users.values["position"][user]), 0, POSITIONS - 1).astype(np.int64)
    energy = np.clip(np.nan_to_num(archive["building"].values["energy_class"][building]), 0, 4).astype(np.int64)
    klass = energy * POSITIONS + position + 1
    held = _live(running, numbers)
    calls, owes, late = _calls(user, now), *_fees(user, now)
    theta = models.theta[numbers].astype(np.float64)
    own = usual.Usual(theta, models.spread[numbers].astype(np.float64), models.hours[numbers])
    middle, _ = states.group_median(held["mean_c"], klass, int(klass.max(initial=0)) + 1)
    values = {
        "mean_c": held["mean_c"], "class_k": held["mean_c"] - middle[klass],
        "outdoor_k_per_k": theta[:, usual.OUTDOOR], "supply_k_per_k": theta[:, usual.SUPPLY],
        "night_day_k": own.night_day_k(), "openings": held["openings"], "calls": calls, "late_days": late,
    }  # fmt: skip
    state = held["state"].astype(np.uint8)
    leaky_from = _leaky_from(values["outdoor_k_per_k"], klass)
    return Homes(user, numbers, building, position, klass, values, state, held["short_kh"], owes, leaky_from)


def _leaky_from(outdoor_k_per_k: Floats, klass: Ints) -> Floats:
    """Beyond what all but the worst of the class answer, and clearly beyond its middle."""
    groups, least = int(klass.max(initial=0)) + 1, int(number("tags", "outdoor_class_homes"))
    worst, middle = (
        group_quantile(outdoor_k_per_k, klass, groups, s, least)[klass] for s in (number("tags", "outdoor_share"), 0.5)
    )
    return np.maximum(worst, middle + number("tags", "outdoor_beyond_k_per_k"))


def _live(running: RoomsNow | None, numbers: Ints) -> dict[str, Floats]:
    """What the minute knows of each room; nothing where no minute is judged in this process."""
    out = {name: np.full(numbers.size, np.nan) for name in ("mean_c", "short_kh", "openings")}
    out["state"] = np.full(numbers.size, float(State.UNKNOWN.code))
    if running is None:
        return out
    at = np.minimum(np.searchsorted(running.places.numbers, numbers), max(running.places.count - 1, 0))
    here = running.places.numbers[at] == numbers if running.places.count else np.zeros(numbers.size, bool)
    held: dict[str, NDArray[Any]] = {
        "mean_c": running.mean_c, "short_kh": running.short_kh, "openings": running.windows.openings,
        "state": running.state,
    }  # fmt: skip
    for name, values in held.items():
        out[name][here] = values[at[here]]
    return out


def _calls(user: Ints, now: int) -> Floats:
    """Complaints of each user this season."""
    found = complaints.ticket_columns(start=season_of(now).start, end=now, fields=("heat_user_id",))
    who = np.nan_to_num(found.numbers["heat_user_id"]).astype(np.int64)
    size = int(max(who.max(initial=0), user.max(initial=0))) + 1
    return np.bincount(who, minlength=size)[user].astype(np.float64)


def _fees(user: Ints, now: int) -> tuple[Floats, Floats]:
    """What is still owed this season, and how late it was paid (what is unpaid counts as very late)."""
    found = assets.fee_columns(season_year=season_of(now).year)
    size = int(max(found.heat_user.max(initial=0), user.max(initial=0))) + 1
    owes, late = np.full(size, np.nan), np.full(size, np.nan)
    owes[found.heat_user] = np.maximum(found.due_yuan - found.paid_yuan, 0.0)
    late[found.heat_user] = np.where(np.isnan(found.late_days), UNPAID_DAYS, np.maximum(found.late_days, 0.0))
    return owes[user], late[user]
