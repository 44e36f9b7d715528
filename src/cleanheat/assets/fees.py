"""Who has paid for heat?  Fees by user and season as columns, and the way in for whole columns of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from cleanheat.assets.actions import insert_columns
from cleanheat.assets.models import HeatFee, HeatUser
from cleanheat.infra import audit


@dataclass(frozen=True)
class FeeColumns:
    """One row a user and season: money in yuan, ``late_days`` between due and paid (NaN: not paid in full)."""

    heat_user: NDArray[np.int64]
    season_year: NDArray[np.int64]
    due_yuan: NDArray[np.float64]
    paid_yuan: NDArray[np.float64]
    late_days: NDArray[np.float64]


def fee_columns(users: Sequence[int] | None = None, season_year: int | None = None) -> FeeColumns:
    """Fees of all heat users (or of some), of all seasons (or one), by user and season."""
    rows = HeatFee.objects.order_by("heat_user_id", "season_year")
    if users is not None:
        rows = rows.filter(heat_user_id__in=list(users))
    if season_year is not None:
        rows = rows.filter(season_year=season_year)
    found = rows.values_list("heat_user_id", "season_year", "due_yuan", "paid_yuan", "due_on", "paid_on")
    columns: list[Sequence[Any]] = list(zip(*found.iterator(chunk_size=20_000), strict=True)) or [()] * 6
    late = [np.nan if paid is None else (paid - due).days for due, paid in zip(*columns[4:], strict=True)]
    user, year = (np.array(c, np.int64) for c in columns[:2])
    due, paid = (np.array(c, np.float64) for c in columns[2:4])
    return FeeColumns(user, year, due, paid, np.array(late, np.float64))


def user_state(number: int) -> str:
    """What a heat user really is by the archive (on the grid, suspended, removed), for people; empty if unknown."""
    row = HeatUser.objects.filter(pk=number).only("state").first()
    return "" if row is None else str(row.get_state_display())


def load_fees(columns: Mapping[str, Any]) -> int:
    """Store fees that arrive as whole columns; those of a user and season known already are left as they are."""
    with transaction.atomic():
        years = {int(y) for y in np.unique(columns["season_year"])}
        known = set(HeatFee.objects.filter(season_year__in=years).values_list("heat_user_id", "season_year"))
        pairs = zip(columns["heat_user_id"], columns["season_year"], strict=True)
        new = np.array([(int(u), int(y)) not in known for u, y in pairs], bool)
        insert_columns(HeatFee, {name: np.asarray(column)[new] for name, column in columns.items()})
        audit.record(None, "assets.load_fees", "assets.heat_fee", "*", {"rows": int(new.sum())})
    return int(new.sum())
