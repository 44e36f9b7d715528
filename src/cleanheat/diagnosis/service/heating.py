"""How well does each plant, branch and boiler room heat its area?  Rooms, supply against need, and continuity in one.

Compliance: of the running hours those in which the source's own supply was no colder than what its curve asks for at
the felt outdoor temperature (the recommended curve of its parameters, else its design).  Continuity: hours in which it
ran of those in which it was read.  The rooms are those of its area that have sensors and that the asker may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.calc import service
from cleanheat.calc.models.design import Inputs
from cleanheat.calc.models.weather_memory import TIME_CONSTANTS_H
from cleanheat.calc.thermal.heat_loss import relative_load
from cleanheat.calc.thermal.regulation import quality as by_quality
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.fleet import current
from cleanheat.diagnosis.forecast.queries import measured
from cleanheat.diagnosis.live.expected_now import design_circuit
from cleanheat.diagnosis.parameters import curve_at
from cleanheat.diagnosis.service.numbers import number, table_values
from cleanheat.diagnosis.service.quality import Quality, known, quality
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import HOUR_S, season_of
from cleanheat.telemetry.public import store

Floats = NDArray[np.float64]
SourceKind = Literal["plant", "branch", "boiler"]
PARTS: Final = ("compliance", "continuity", "rooms")
SPIN_UP_H: Final = 96
"""Hours of weather before the first, so that what buildings feel is known from the first on."""
_FELT: Final = (TIME_CONSTANTS_H.index(3.0), TIME_CONSTANTS_H.index(24.0))
_STEP_C: Final = 0.5
"""Curves are read at temperatures rounded to this."""


@dataclass(frozen=True)
class HeatingQuality:
    """One source over some days; None where nothing can be said.  ``weighed``: share of the weights judged.

    ``short_k``: mean shortfall of supply in the hours it was too cold; ``hours`` read; ``rooms`` read in its area and
    their ``qualified`` rate with its 95 % interval.
    """

    number: int
    name: str
    score: float | None
    weighed: float
    parts: dict[str, float | None]
    hours: int
    short_k: float | None
    rooms: int
    qualified: float | None
    low: float | None
    high: float | None


def heating_quality(kind: SourceKind, start: int, end: int, scope: Scope) -> list[HeatingQuality]:
    """Every source of the kind the scope sees, by number; peak boiler rooms have no area of their own."""
    archive = assets.archive()
    numbers = _sources(archive, kind, scope)
    if not numbers.size:
        return []
    rooms = {row.number: row for row in quality(kind, start, end, scope, numbers.tolist())}
    supply = _supply(archive, kind, numbers, start, end)
    rates = [row.qualified if (row := rooms.get(n)) is not None else None for n in numbers.tolist()]
    parts = {
        "compliance": service.rate(supply.met, supply.running),
        "continuity": service.rate(supply.running, supply.read),
        "rooms": np.array([np.nan if rate is None else rate for rate in rates], np.float64),
    }
    score = service.score(parts, table_values("heating_weights"))
    names = assets.names(kind, numbers.tolist())
    short = service.rate(supply.short_kh, supply.running - supply.met)
    return [
        HeatingQuality(
            n, names[i], known(score.total[i], 1), round(float(score.weighed[i]), 3),
            {part: known(parts[part][i]) for part in PARTS}, int(supply.read[i]), known(short[i], 2),
            *_of_rooms(rooms.get(n)),
        )
        for i, n in enumerate(numbers.tolist())
    ]  # fmt: skip


def _of_rooms(row: Quality | None) -> tuple[int, float | None, float | None, float | None]:
    return (0, None, None, None) if row is None else (row.rooms, row.qualified, row.low, row.high)


def _sources(archive: Archive, kind: str, scope: Scope) -> NDArray[np.int32]:
    table = archive[kind]
    seen = assets.visible(kind, scope)[table.numbers]
    if kind == "boiler":
        seen = seen & ~(table.values["is_peak"][table.numbers] > 0)
    return table.numbers[seen]


@dataclass(frozen=True)
class _Supply:
    """Hours by source: ``read``, ``running`` of them, supply ``met`` in; and degree-hours below what was asked for."""

    read: Floats
    running: Floats
    met: Floats
    short_kh: Floats


def _supply(archive: Archive, kind: str, numbers: NDArray[np.int32], start: int, end: int) -> _Supply:
    start, end = start - start % HOUR_S, end - end % HOUR_S
    channels = CIRCUITS[kind].channels
    signals = [channels["supply_c"].signal, channels["return_c"].signal]
    hot, back = store().hour_grid(kind, signals, start, end, numbers).astype(np.float64)
    at = np.arange(start, end, HOUR_S)
    season = season_of(end - 1)
    read = np.isfinite(hot) & np.isfinite(back) & (at >= season.start) & (at < season.end)
    running = read & (hot - back >= number("reference", "running_delta_k"))
    asked = _asked(archive, kind, numbers, _felt(start, end))
    judged = running & np.isfinite(asked)
    gap = np.where(judged, asked - hot, 0.0)
    met = judged & (gap <= number("reference", "supply_short_k"))
    unknown = running & ~judged  # nobody knows what was asked for: neither met nor missed
    return _Supply(
        read.sum(axis=1) - unknown.sum(axis=1), judged.sum(axis=1), met.sum(axis=1),
        np.where(judged & ~met, gap, 0.0).sum(axis=1),
    )  # fmt: skip


def _felt(start: int, end: int) -> Floats:
    """What buildings feel of the cold in each hour ``[T]``, as live judgement takes it."""
    outdoor = measured(end, (end - start) // HOUR_S + SPIN_UP_H)
    memory = Inputs.of(outdoor, np.zeros(outdoor.shape[0], np.int64)).memory
    return np.asarray(memory[SPIN_UP_H:, list(_FELT)].mean(axis=1))


def _asked(archive: Archive, kind: str, numbers: NDArray[np.int32], felt_c: Floats) -> Floats:
    """Supply °C that each source's curve asks for in each hour ``[S, T]``, NaN where the weather is unknown."""
    rounded = np.round(felt_c / _STEP_C) * _STEP_C
    levels, place = np.unique(rounded[np.isfinite(rounded)], return_inverse=True)
    out = np.full((numbers.size, felt_c.size), np.nan)
    if levels.size:
        out[:, np.isfinite(rounded)] = _curve(archive, kind, numbers, levels)[:, place]
    return out


def _curve(archive: Archive, kind: str, numbers: NDArray[np.int32], outdoor_c: Floats) -> Floats:
    """At some temperatures ``[S, L]``: the recommended curve, the design's where there is none."""
    table, p = archive[kind], current(kind)
    rows = np.searchsorted(table.numbers, numbers)
    circuit = design_circuit(table)
    columns: list[Any] = []
    for level in outdoor_c.tolist():  # some dozen
        load = np.full(table.numbers.size, max(float(relative_load(level)), 0.0))
        design = by_quality(load, circuit)[0][rows]
        own = curve_at(p.curve_recommended, level)[numbers] if p is not None else np.full(rows.size, np.nan)
        columns.append(np.where(np.isnan(own), design, own))
    return np.stack(columns, axis=1)
