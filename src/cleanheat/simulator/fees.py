"""Who pays for heat, and when?  Fees of the last seasons from the seed: most pay early, some late, a few not at all.

A household has a habit of paying; corner and top flats, which are colder, put it off a little more often.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.time import local, season_of
from cleanheat.simulator import chance

YUAN_M2: Final = 27.0
"""A believable residential price; the real one is the city's to enter."""
SEASONS: Final = 2
DUE: Final = (9, 20)
"""Payment ends about a month before the season."""
LATE_SHARE, PART_SHARE, NONE_SHARE = 0.09, 0.015, 0.025
_POSITION_MORE: Final = np.array([1.0, 1.1, 1.4, 1.7, 1.2])
_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def draw_fees(archive: Archive, seed: int, until: int) -> dict[str, Any]:
    """Columns as ``assets.load_fees`` takes them: every heat user, the season of ``until`` and the one before."""
    users = archive["heat_user"]
    numbers = users.numbers.astype(np.int64)
    year = season_of(until).year
    parts = [_season(users.values, numbers, seed, y, until) for y in range(year - SEASONS + 1, year + 1)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _season(
    values: Mapping[str, NDArray[np.float64]], numbers: NDArray[np.int64], seed: int, year: int, until: int
) -> dict[str, NDArray[Any]]:
    position = np.clip(np.nan_to_num(values["position"][numbers]), 0, 4).astype(np.int64)
    habit = chance.uniform(seed, "fee/habit", numbers) / _POSITION_MORE[position]
    mood = chance.uniform(seed, "fee/mood", numbers, year)
    due_yuan = np.round(values["area_m2"][numbers] * YUAN_M2, 2)
    never = (habit < NONE_SHARE) & (mood < 0.8)
    part = ~never & (habit < NONE_SHARE + PART_SHARE)
    late = ~never & ~part & ((habit < NONE_SHARE + PART_SHARE + LATE_SHARE) | (mood > 0.985))
    days = np.where(late, 5 + 90 * mood, -75 + 74 * chance.uniform(seed, "fee/day", numbers, year)).astype(np.int64)
    due_on = date(year, *DUE)
    today = local(until).date()
    is_paid = ~never & ~part & (days <= (today - due_on).days)
    paid = np.where(is_paid, due_yuan, np.where(part, np.round(due_yuan * (0.2 + 0.6 * mood), 2), 0.0))
    on = [(due_on + timedelta(days=int(d))).isoformat() if p else None for d, p in zip(days, is_paid, strict=True)]
    name = (chance.uniform(seed, "fee/name", numbers) * len(_FAMILY)).astype(np.int64)
    phone = (chance.uniform(seed, "fee/phone", numbers) * 10_000).astype(np.int64)
    return {
        "number": np.array([f"{year}-{n:08d}" for n in numbers.tolist()], object),
        "heat_user_id": numbers,
        "season_year": np.full(numbers.shape, year),
        "due_yuan": due_yuan,
        "paid_yuan": paid,
        "due_on": np.full(numbers.shape, due_on.isoformat(), object),
        "paid_on": np.array(on, object),
        "payer_name": np.array([f"{_FAMILY[i]}某" for i in name.tolist()], object),
        "payer_phone": np.array([f"1990001{p:04d}" for p in phone.tolist()], object),
    }
