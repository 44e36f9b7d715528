"""How does one object stand in the eyes of the models: state, expected beside read, curve, parameters, its units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.diagnosis.fleet import current
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.installed import running
from cleanheat.diagnosis.live.view import DAY_H, MAIN
from cleanheat.diagnosis.parameters import Reason, Source
from cleanheat.diagnosis.past_series import BAND_SIGMAS, UNITS_OF
from cleanheat.diagnosis.vocabulary import BY_CODE, State

SYSTEMS = {1: "单系统", 2: "双系统"}
Card = dict[str, Any]


def card(kind: str, number: int) -> Card:
    """A substation's card is its units', its own values weighted by their heated areas."""
    archive = assets.archive()
    if kind != "substation":
        return _circuit(kind, number)
    of = archive["unit"].links["substation"]
    units = [int(n) for n in archive["unit"].numbers if of[n] == number]
    cards = [_circuit("unit", n) for n in units]
    areas = np.nan_to_num(archive["unit"].values["heated_area_m2"])[units]
    worst = max((c["state"] for c in cards), key=_gravity, default=State.UNKNOWN.value)
    ratio = _weighted([c["heat_ratio_24h"] for c in cards], areas)
    system = SYSTEMS.get(len(units), "多系统") if units else ""
    return _blank(kind, number) | {"state": worst, "state_name": State(worst).zh, "system": system} | {
        "heat_ratio_24h": ratio, "units": cards,
    }  # fmt: skip


def _blank(kind: str, number: int) -> Card:
    """What is said of an object nobody judges yet: nothing, and never a NaN."""
    return {
        "kind": kind, "number": number, "name": assets.names(kind, [number])[0], "minute": 0,
        "state": State.UNKNOWN.value, "state_name": State.UNKNOWN.zh, "system": "", "heat_ratio_24h": None,
        "mean_gap_6h_k": None, "running": None, "quantities": [], "rooms": None, "parameters": None, "units": [],
        "hours": None,
    }  # fmt: skip


def _circuit(kind: str, number: int) -> Card:
    out = _blank(kind, number) | {"parameters": _parameters(kind, number)}
    live = running()
    model = live.circuits(kind) if live else None
    if live is None or model is None or model.view is None:
        return out
    row = int(np.searchsorted(model.numbers, number))
    if row >= model.numbers.size or model.numbers[row] != number:
        return out
    state = BY_CODE.get(int(live.states()[kind][number]), State.UNKNOWN)
    return out | {
        "minute": model.minute,
        "state": state.value,
        "state_name": state.zh,
        "running": {-1: None, 0: False, 1: True}[int(model.running.state[row])],
        "heat_ratio_24h": _or_none(model.view.heat_ratio[row]),
        "mean_gap_6h_k": _or_none(model.view.mean_gap_k(6)[row]),
        "quantities": [_quantity(model, q, row) for q in MAIN],
        "rooms": _rooms(model, row),
        "hours": _hours(model, row),
    }


def _quantity(model: CircuitsNow, quantity: str, row: int) -> Card:
    assert model.view is not None  # noqa: S101 - asked by the caller
    expected = model.view.expected[quantity]
    value, sigma = _or_none(expected.value[row]), _or_none(expected.sigma[row])
    band = None if value is None or sigma is None else BAND_SIGMAS * sigma
    return {
        "quantity": quantity,
        "signal": MAIN[quantity],
        "unit": UNITS_OF[quantity],
        "read": _or_none(model.view.now[MAIN[quantity]][row]),
        "expected": value,
        "low": None if value is None or band is None else round(value - band, 2),
        "high": None if value is None or band is None else round(value + band, 2),
    }


def _rooms(model: CircuitsNow, row: int) -> Card | None:
    rooms = model.view.rooms if model.view else None
    if rooms is None or not rooms.known[row]:
        return None
    return {
        "mean_c": _or_none(rooms.mean_c[row]),
        "cold_share": _or_none(rooms.cold_share[row]),
        "known": int(rooms.known[row]),
    }


def _hours(model: CircuitsNow, row: int) -> Card:
    """The last three days of the memory: read and expected, hour by hour."""
    last = model.memory.hour
    names = {"supply_c": "supply_c", "supply_due_c": "supply_due_c", "return_c": "return_c", "heat_kw": "heat_kw", "heat_due_kw": "heat_due_kw"}  # fmt: skip  # noqa: E501
    lines = {
        key: [_or_none(v) for v in model.memory.last(channel, 3 * DAY_H)[:, row].tolist()]
        for key, channel in names.items()
    }
    return {"start": (last - 3 * DAY_H) * 3600, "step_s": 3600, "lines": lines}


def _parameters(kind: str, number: int) -> Card | None:
    """Where the expectations come from, and the curve in force beside the recommended one."""
    p = current(kind)
    if p is None or number >= p.size:
        return None
    return {
        "version": p.version,
        "source": Source(int(p.source[number])).zh,
        "reason": Reason(int(p.reason[number])).zh,
        "trained_hours": int(p.trained_hours[number]),
        "curve_in_force": _curve(p.curve_in_force[number]),
        "curve_recommended": _curve(p.curve_recommended[number]),
        "slope": _or_none(p.curve_slope[number]),
        "r2": _or_none(p.curve_r2[number]),
    }


def _curve(points: np.ndarray) -> list[list[float]]:
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points.tolist() if x == x and y == y]


def _weighted(values: Sequence[float | None], areas: np.ndarray) -> float | None:
    known = [(v, a) for v, a in zip(values, areas.tolist(), strict=True) if v is not None]
    total = sum(a for _, a in known)
    return round(sum(v * a for v, a in known) / total, 3) if total else None


def _gravity(state: str) -> int:
    level = State(state).level
    return 10 - int(level) if level is not None else int(State(state).code == State.NORMAL.code)


def _or_none(value: Any) -> float | None:
    number = float(value)
    return round(number, 3) if np.isfinite(number) else None
