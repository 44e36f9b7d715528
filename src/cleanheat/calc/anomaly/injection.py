"""Which faults are put into a measured season, so that detection can be scored where nobody labelled any?

Deterministic: day ``i`` of the season (0 = its first local day) is normal while ``i`` < 14 or even, else its fault is
the list's ``(i // 2) mod 7``.  A second set has blocks of five faulty days followed by nine normal ones from day 14 on,
under- and over-supply of 15 % in turn.  Figures found with it are always reported as injected.

Shapes: S objects, T = 24·D hours from a local midnight.  H are the hours with heat > 0, or 07–20 o'clock where no heat
is metered that day; k counts the hours of H within the day.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS, by_day

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KINDS = ("stop", "under15", "under25", "over15", "fouling8K", "frozen", "cycling")
"""Faults of single days in their turn; place + 1 is the code in plans, 0 = normal."""
FACTOR = {"under15": 0.85, "under25": 0.75, "over15": 1.15}
_QUIET_DAYS, _BLOCK_FAULTY, _BLOCK_DAYS = 14, 5, 14
_FIRST_HOUR, _LAST_HOUR = 7, 20
_DECAY_H = 6.0


def single_days(days: int) -> NDArray[np.int64]:
    """Fault code of each day of a season, first set.

    >>> single_days(20).tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3]
    """
    i = np.arange(days)
    return np.where((i < _QUIET_DAYS) | (i % 2 == 0), 0, i // 2 % len(KINDS) + 1)


def blocks(days: int) -> NDArray[np.int64]:
    """Fault code of each day of a season, second set.

    >>> blocks(34)[12:].tolist()
    [0, 0, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 0]
    """
    i = np.arange(days) - _QUIET_DAYS
    kind = np.where(i // _BLOCK_DAYS % 2 == 0, KINDS.index("under15"), KINDS.index("over15")) + 1
    return np.where((i < 0) | (i % _BLOCK_DAYS >= _BLOCK_FAULTY), 0, kind)


def heating_hours(values: Mapping[str, Floats]) -> Bools:
    """H, ``bool[S, T]``."""
    some = next(iter(values.values()))
    hour = np.arange(some.shape[-1]) % HOURS
    usual = np.broadcast_to((hour >= _FIRST_HOUR) & (hour <= _LAST_HOUR), some.shape)
    heat = values.get("heat_kw")
    if heat is None:
        return usual
    metered = np.repeat(by_day(heat > 0).any(axis=-1), HOURS, axis=-1)
    return np.where(metered, heat > 0, usual)


def inject(values: Mapping[str, Floats], plan: NDArray[np.int64]) -> dict[str, Floats]:
    """The same channels ``[S, T]`` with the faults of ``plan [D]`` (codes, 0 = leave the day alone) put in.

    >>> flat = {"supply_c": np.full((1, 24), 60.0)}
    >>> inject(flat, np.array([2]))["supply_c"][0, [0, 12]].tolist()
    [60.0, 54.0]
    """
    out = {name: np.array(of, np.float64) for name, of in values.items()}
    hours = heating_hours(out)
    count = (np.cumsum(by_day(hours), axis=-1) - 1).reshape(hours.shape)
    code = np.repeat(plan, HOURS)
    for number, kind in enumerate(KINDS, start=1):
        at = hours & (code == number)
        if kind == "stop":
            _stop(out, at, count)
        elif kind in FACTOR:
            _scale(out, at, FACTOR[kind])
        elif kind == "fouling8K":
            _foul(out, at)
        elif kind == "frozen":
            _freeze(out, plan == number)
        else:
            _cycle(out, at, count)
    return out


def _stop(out: dict[str, Floats], at: Bools, count: NDArray[np.int64]) -> None:
    decay = np.exp(-count / _DECAY_H)
    for name, end_c in (("supply_c", 25.0), ("return_c", 25.0), ("primary_return_c", 30.0)):
        if name in out:
            out[name] = np.where(at, end_c + (out[name] - end_c) * decay, out[name])
    _heat(out, at, 0.0)


def _scale(out: dict[str, Floats], at: Bools, factor: float) -> None:
    for name, share in (("supply_c", factor), ("return_c", factor), ("primary_return_c", 1 - (1 - factor) / 2)):
        if name in out:
            out[name] = np.where(at, 20.0 + (out[name] - 20.0) * share, out[name])
    _heat(out, at, factor)


def _foul(out: dict[str, Floats], at: Bools) -> None:
    for name, add in (("primary_return_c", 8.0), ("supply_c", -2.0)):
        if name in out:
            out[name] = np.where(at, out[name] + add, out[name])
    _heat(out, at, 0.97)


def _freeze(out: dict[str, Floats], days: Bools) -> None:
    if "supply_c" not in out:
        return
    daily = by_day(out["supply_c"])
    known = np.isfinite(daily)
    first = np.take_along_axis(daily, np.argmax(known, axis=-1)[..., None], axis=-1)
    out["supply_c"] = np.where(known & days[:, None], first, daily).reshape(out["supply_c"].shape)


def _cycle(out: dict[str, Floats], at: Bools, count: NDArray[np.int64]) -> None:
    off = at & (count // 2 % 2 == 1)
    for name in ("supply_c", "return_c"):
        if name in out:
            out[name] = np.where(off, 25.0 + (out[name] - 25.0) * 0.6, out[name])
    _heat(out, off, 0.0)


def _heat(out: dict[str, Floats], at: Bools, factor: float) -> None:
    if "heat_kw" in out:
        out["heat_kw"] = np.where(at, out["heat_kw"] * factor, out["heat_kw"])
