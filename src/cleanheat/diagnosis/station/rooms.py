"""How warm will the station's rooms be in 1, 6, 24 and 48 hours, and how well is that known?

Rolling origin within the record: every three days by what the days before have taught (:mod:`calc.rooms.horizons`),
beside persistence and a plain ARX ridge fitted in the same way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.ridge import Normals, accumulate, predict, solve
from cleanheat.calc.rooms.horizons import BLOCK_H, HORIZONS_H, LEAST_HOURS, RoomInputs, fit
from cleanheat.calc.rooms.series import mean_ahead, shifted

Floats = NDArray[np.float64]
NAMES = tuple(str(h) for h in HORIZONS_H)
LEAST_HOURS_A_ROOM = 14 * 24


def judge(
    rooms: Floats, names: tuple[str, ...], supply: Floats | None, outdoor: Floats, hour: NDArray[np.int64]
) -> dict[str, Any]:
    """``room_mae_k`` and baselines by horizon (median of the rooms), each room's own, and what cannot be said."""
    alive = np.isfinite(rooms).sum(axis=1) >= LEAST_HOURS_A_ROOM
    if not alive.any():
        why = "没有室温" if not rooms.size else "没有一间房有两周以上的室温"
        return {"cannot": why}
    known = rooms[alive]
    water = np.full(outdoor.shape, np.nan) if supply is None else supply
    at = RoomInputs(known, np.broadcast_to(water, known.shape), outdoor, hour)
    found = fit(at)
    plain = np.stack([_arx(at, hours) for hours in HORIZONS_H], axis=1)
    worse = found.error_k > found.persistence_k + 1e-9
    labels = [name for name, is_alive in zip(names, alive.tolist(), strict=True) if is_alive]
    return {
        "room_mae_k": _median(found.error_k),
        "room_mae_k_persistence": _median(found.persistence_k),
        "room_mae_k_ridge": _median(plain),
        "rooms_worse_than_persistence": int(worse.any(axis=1).sum()),
        "rooms": {
            name: dict(zip(NAMES, row, strict=True)) for name, row in zip(labels, found.error_k.tolist(), strict=True)
        },
        "rooms_persistence": {
            name: dict(zip(NAMES, row, strict=True))
            for name, row in zip(labels, found.persistence_k.tolist(), strict=True)
        },
        "not_judged": [name for name, is_alive in zip(names, alive.tolist(), strict=True) if not is_alive],
    }


def _median(errors: Floats) -> dict[str, float | None]:
    """Over the rooms, by horizon."""
    out: dict[str, float | None] = {}
    for name, column in zip(NAMES, errors.T, strict=True):
        some = column[np.isfinite(column)]
        out[name] = float(np.median(some)) if some.size else None
    return out


def _arx(at: RoomInputs, hours: int) -> Floats:
    """MAE ``[S]`` of the plain linear forecast, fitted anew every week."""
    room, outdoor = at.room_c, np.broadcast_to(at.outdoor_c, at.room_c.shape)
    angle = np.broadcast_to(2 * np.pi * (at.local_hour + hours) / 24, room.shape)
    parts = [np.ones_like(room), room, shifted(room, 1), shifted(room, -hours % 24 or 24), outdoor]
    parts += [mean_ahead(outdoor, hours), mean_ahead(at.supply_c, hours), at.supply_c, np.sin(angle), np.cos(angle)]
    x = np.stack([parts[0], *(np.nan_to_num(p) for p in parts[1:])], axis=-1)
    y = shifted(room, -hours)
    known = np.isfinite(y) & np.isfinite(room)
    seen, error, n = Normals.empty(room.shape[0], x.shape[-1]), np.zeros(room.shape[0]), np.zeros(room.shape[0])
    prior = np.array([1e-3, *[0.1] * (x.shape[-1] - 1)])
    for start in range(0, room.shape[1], BLOCK_H):
        block = slice(start, start + BLOCK_H)
        ready = (seen.n.sum(axis=1) >= LEAST_HOURS)[:, None] & known[:, block]
        off = np.abs(y[:, block] - predict(solve(seen, prior), x[:, block]))
        error, n = error + np.where(ready, off, 0.0).sum(axis=1), n + ready.sum(axis=1)
        learn = slice(start, max(start + BLOCK_H - hours, start))  # what is not over yet teaches nothing
        seen = seen + accumulate(x[:, learn], y[:, learn], known[:, learn])
    return np.where(n > 0, error / np.maximum(n, 1), np.nan)
