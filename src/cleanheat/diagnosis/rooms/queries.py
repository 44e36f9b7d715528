"""What may people see of the rooms?  States and figures within a scope, a room's day, its own way and next hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.rooms import horizons, usual
from cleanheat.calc.rooms.horizons import HORIZONS_H, RoomInputs
from cleanheat.calc.rooms.series import memory
from cleanheat.calc.rooms.states import Reach
from cleanheat.diagnosis.forecast.outlook import outlook
from cleanheat.diagnosis.rooms import kept
from cleanheat.diagnosis.rooms.learning import hours_of, room_grid, supply_grid
from cleanheat.diagnosis.rooms.now import RoomsNow, running
from cleanheat.diagnosis.rooms.places import places
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.public import store

PAST_H: Final = 9 * 24
"""Hours a forecast looks back: the same hour a week ago and the day before it."""
EDGES_C: Final = (16.0, 18.0, 20.0, 22.0, 24.0)
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class RoomRow:
    """One room as lists show it; None where nothing can be said."""

    number: int
    name: str
    building: int
    company_id: int
    state: str
    state_zh: str
    since: int | None
    reach: int
    reach_zh: str
    mean_c: float | None
    departure_k: float | None
    short_kh: float | None
    spell_h: int
    seen_h: int
    confidence: float | None


@dataclass(frozen=True)
class Wanted:
    """Which rooms: all that are given must hold."""

    state: str = ""
    reach: int | None = None
    company: int | None = None
    district: int | None = None
    community: int | None = None
    building: int | None = None


def model() -> RoomsNow:
    """The model of this process; where no minute is judged, one that knows nothing yet."""
    found = running()
    return found if found is not None and found.matches(assets.archive()) else RoomsNow(assets.archive())


def seen(scope: Scope, found: RoomsNow) -> Bools:
    return assets.visible("room", scope)[found.places.numbers]


def chosen(scope: Scope, wanted: Wanted, found: RoomsNow) -> Bools:
    """Rows of the model that the scope may see and somebody asked for."""
    rows = seen(scope, found)
    links = assets.archive()["room"].links
    own = {"company": wanted.company, "district": wanted.district, "building": wanted.building}
    for link, number in own.items():
        if number is not None:
            rows = rows & (links[link][found.places.numbers] == number)
    if wanted.community is not None:
        rows = rows & (found.places.community == wanted.community)
    if wanted.reach is not None:
        rows = rows & (found.reach == wanted.reach)
    return rows & (found.state == State(wanted.state).code) if wanted.state else rows


def listed(scope: Scope, wanted: Wanted, limit: int, offset: int) -> tuple[int, list[RoomRow]]:
    """How many, and one page of them: the coldest day first, rooms without one last."""
    found = model()
    rows = np.flatnonzero(chosen(scope, wanted, found))
    page = rows[np.argsort(found.mean_c[rows], kind="stable")][offset : offset + limit]
    return int(rows.size), rows_of(found, page)


def rows_of(found: RoomsNow, page: NDArray[np.int64]) -> list[RoomRow]:
    numbers = found.places.numbers[page].tolist()
    names = assets.names("building", found.places.building[page].tolist())
    return [_row(found, int(i), n, name) for i, n, name in zip(page, numbers, names, strict=True)]


def _row(found: RoomsNow, i: int, number: int, name: str) -> RoomRow:
    state, reach = BY_CODE[int(found.state[i])], Reach(int(found.reach[i]))
    return RoomRow(
        number, name, int(found.places.building[i]), int(found.places.company[i]), state.value, state.zh,
        int(found.since[i]) or None, int(reach), reach.zh, told(found.mean_c[i], 1), told(found.departure_k[i], 1),
        told(found.short_kh[i], 1), int(found.spell_h[i]), int(found.seen_h[i]), told(found.confidence[i], 2),
    )  # fmt: skip


def told(value: Any, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None


def counts(scope: Scope, wanted: Wanted) -> dict[str, Any]:
    """Rooms by state, whose departures they are, how warm they are, and how many can be judged at all."""
    found = model()
    rows = chosen(scope, wanted, found)
    state, reach, mean = found.state[rows], found.reach[rows], found.mean_c[rows]
    known = mean[np.isfinite(mean)]
    judged = ~np.isin(state, [State.UNKNOWN.code, State.UNDIAGNOSABLE.code])
    return {
        "minute": found.minute or None,
        "rooms": int(rows.sum()),
        "judged": int(judged.sum()),
        "coverage": round(float(judged.mean()), 4) if rows.any() else None,
        "states": [
            {"state": s.value, "zh": s.zh, "colour": s.colour, "count": int((state == s.code).sum())}
            for s in sorted({BY_CODE[int(c)] for c in np.unique(state)}, key=lambda s: s.code)
        ],
        "reach": [{"reach": int(r), "zh": r.zh, "count": int((reach == r).sum())} for r in Reach if r],
        "bands": [{"zh": zh, "count": int(n)} for zh, n in zip(band_names(), bands_of(known), strict=True)],
        "mean_c": told(known.mean(), 1) if known.size else None,
    }


def bands_of(mean_c: NDArray[Any]) -> NDArray[np.int64]:
    """How many of the known means lie in each band."""
    return np.bincount(np.searchsorted(EDGES_C, mean_c, "right"), minlength=len(EDGES_C) + 1)


def band_names() -> list[str]:
    inner = [f"{a:g}–{b:g} ℃" for a, b in pairwise(EDGES_C)]
    return [f"<{EDGES_C[0]:g} ℃", *inner, f"≥{EDGES_C[-1]:g} ℃"]


@dataclass(frozen=True)
class Ahead:
    """What a room will be ``hours`` from now; ``basis``: its own models, or "as now" where none has earned trust;
    ``weather``: a forecast (fresh or stale), the days before gone on with, or none."""

    hours: int
    room_c: float | None
    usual_error_k: float | None
    persistence_error_k: float | None
    basis: str
    weather: str


def room_hours(number: int, hours: int) -> dict[str, Sequence[Any]]:
    """The last hours of a room beside its own way, its supply and the cold; None where nothing was read."""
    at, room, supply, local_hour = _past(number, max(hours, PAST_H))
    models = kept.current(Path(settings.DATA_DIR), assets.archive()["room"].size)
    x = usual.features(memory(at.outdoor_c, 24.0), memory(supply, 24.0), local_hour)
    own = np.einsum("stk,k->st", x, models.theta[number].astype(np.float64))
    last = slice(-hours, None)
    columns = {"room_c": room[0], "usual_c": own[0], "supply_c": supply[0], "outdoor_c": at.outdoor_c}
    made = {name: [told(v, 2) for v in values[last]] for name, values in columns.items()}
    return {"times": list(range(at.end - hours * HOUR_S, at.end, HOUR_S)), **made}


def ahead(number: int) -> list[Ahead]:
    """The next hours in the weather that guidance reckons with; supply is taken to go on as in the last day."""
    models = kept.current(Path(settings.DATA_DIR), assets.archive()["room"].size)
    at, room, supply, local_hour = _past(number, PAST_H)
    known = np.flatnonzero(np.isfinite(room[0]))
    now = float(room[0, -1]) if known.size and np.isfinite(room[0, -1]) else None
    own = models.horizons(number)
    sky = outlook(at.end, float(at.outdoor_c[-1]) if np.isfinite(at.outdoor_c[-1]) else None)
    changed = [now] * len(HORIZONS_H)
    if own is not None and now is not None:
        extra = max(HORIZONS_H)
        longer = [np.concatenate([v, np.full((1, extra), np.nan)], axis=1) for v in (room, supply)]
        outdoor = np.concatenate([at.outdoor_c, sky.outdoor_c[:extra] if sky.is_known else _again(at.outdoor_c, extra)])
        longer[1][:, -extra:] = _again(supply[0], extra)
        clock_h = np.concatenate([local_hour, (local_hour[-1] + 1 + np.arange(extra)) % 24])
        found = horizons.forecast(own, RoomInputs(longer[0], longer[1], outdoor, clock_h))
        changed = [told(v, 1) for v in found[0, :, room.shape[1] - 1]]
    return [
        Ahead(
            h, c, told(models.error_k[number, i], 2), told(models.persistence_k[number, i], 2), _basis(own, i),
            sky.basis,
        )
        for i, (h, c) in enumerate(zip(HORIZONS_H, changed, strict=True))
    ]  # fmt: skip


def _basis(own: horizons.Horizons | None, i: int) -> str:
    return "own" if own is not None and own.trust[0, i] > 0 else "as_now"


def _again(values: NDArray[np.float64], hours: int) -> NDArray[np.float64]:
    """The last day once more, for as long as asked."""
    return np.resize(values[-24:], hours)


def _past(number: int, hours: int) -> tuple[Any, NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    archive, now = assets.archive(), int(clock.now())
    end = now - now % HOUR_S
    start = end - hours * HOUR_S
    at = hours_of(store(), archive, start, end)
    where = places(archive)
    row = int(np.searchsorted(where.numbers, number))
    numbers = np.array([number], np.int32)
    room = room_grid(store(), numbers, start, end)
    return at, room, supply_grid(store(), archive, where.unit_row[row : row + 1], start, end), at.local_hour


def one(number: int) -> RoomRow:
    """One room's row; the caller has checked that it may be seen."""
    found = model()
    return rows_of(found, np.searchsorted(found.places.numbers, [number]))[0]
