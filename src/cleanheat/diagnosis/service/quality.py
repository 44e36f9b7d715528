"""How good was the service?  Rates, intervals, scores and comparisons of any level over any days, within a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.calc import service
from cleanheat.complaints import public as complaints
from cleanheat.diagnosis.service import days
from cleanheat.diagnosis.service.levels import Level, level, names_of, visible_buildings
from cleanheat.diagnosis.service.numbers import number, weights
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import DAY_S, local

Floats = NDArray[np.float64]
PARTS: Final = ("qualified", "shortfall", "steadiness", "continuity", "handling")
Step = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Quality:
    """One row of a level over some days; ratios 0–1, None where nothing can be said.

    ``low``/``high``: 95 % interval of the qualified rate by the number of rooms; ``coverage``: rooms read of homes;
    ``like_for_like``: the rate as if with the city's buildings and weather; ``weighed``: share of the weights judged.
    """

    number: int
    name: str
    rooms: int
    households: int
    hours: int
    coverage: float | None
    qualified: float | None
    low: float | None
    high: float | None
    like_for_like: float | None
    expected: float | None
    mean_c: float | None
    hot: float | None
    short_k: float | None
    score: float | None
    weighed: float
    parts: dict[str, float | None]
    complaints: int
    few: bool


def quality(
    key: str,
    start: int,
    end: int,
    scope: Scope,
    numbers: Sequence[int] | None = None,
    within: tuple[str, int] | None = None,
) -> list[Quality]:
    """Every row of the level with buildings in the scope that have sensors, by number.

    ``within``: only the buildings that one object of another level answers for.
    """
    archive = assets.archive()
    found = list(days.kept(Path(settings.DATA_DIR), start, end))
    at, seen = level(key, archive), visible_buildings(scope)
    if within is not None:
        seen = seen & (level(within[0], archive).of == within[1])
    sums = _Sums.over(found, archive, seen)
    tickets = _handled(start, end, archive["building"].size)
    rows = _rows(at, sums, tickets, archive, numbers)
    expected, alike = _compared(found, at, archive, seen)
    titles = names_of(key, rows["number"].tolist())
    return [_row(i, titles[i], rows, expected, alike) for i in range(rows["number"].size)]


@dataclass(frozen=True)
class _Sums:
    """The days' counts by building slot; ``rooms`` is the largest number read on one day."""

    of: dict[str, Floats]

    @classmethod
    def over(cls, found: Sequence[days.Day], archive: Archive, seen: NDArray[np.bool_]) -> _Sums:
        size = archive["building"].size
        of = {name: np.zeros(size) for name in days.COUNTED}
        room_days = np.zeros(size)
        for day in found:
            kept = (day.building < size) & seen[np.minimum(day.building, size - 1)]
            rows = day.building[kept]
            room_days[rows] += day.rooms[kept]
            for name in days.COUNTED:
                value = getattr(day, name)[kept].astype(np.float64)
                if name in ("rooms", "sensors"):
                    of[name][rows] = np.maximum(of[name][rows], value)
                else:
                    of[name][rows] += value
        return cls(of | {"room_days": room_days})


def _handled(start: int, end: int, size: int) -> tuple[Floats, Floats]:
    """Complaints of each building, and how many were closed without dissatisfaction."""
    asked = complaints.ticket_columns(start=start, end=end, fields=("building_id", "state", "satisfaction"))
    building = np.nan_to_num(asked.numbers["building_id"]).astype(np.int64)
    known = (building > 0) & (building < size)
    state, said = asked.texts["state"], asked.texts["satisfaction"]
    closed = _is(state, complaints.TicketState.CLOSED)
    well = closed & ~_is(said, complaints.Satisfaction.DISSATISFIED)
    return (
        np.bincount(building[known], minlength=size).astype(np.float64),
        np.bincount(building[known & well], minlength=size).astype(np.float64),
    )


def _is(column: complaints.TextColumn, word: str) -> NDArray[np.bool_]:
    codes = [i for i, text in enumerate(column.words) if text == str(word)]
    return np.isin(column.codes, codes)


def _rows(
    at: Level, sums: _Sums, tickets: tuple[Floats, Floats], archive: Archive, numbers: Sequence[int] | None
) -> dict[str, Any]:
    """Columns of the level's rows: sums, rates, parts and score."""
    of = {name: service.by_group(value, at.of, at.size) for name, value in sums.of.items()}
    has_sensor = sums.of["sensors"] > 0
    homes = np.where(has_sensor, np.nan_to_num(archive["building"].values["households"]), 0.0)
    seen = np.where(sums.of["room_days"] + has_sensor > 0, 1.0, 0.0)
    chosen = np.flatnonzero(service.by_group(seen, at.of, at.size) > 0)
    if numbers is not None:
        chosen = chosen[np.isin(chosen, list(numbers))]
    of = {name: value[chosen] for name, value in of.items()}
    calls, well = (service.by_group(t * (seen > 0), at.of, at.size)[chosen] for t in tickets)
    rate = service.rate(of["good_hours"], of["hours"])
    parts = {
        "qualified": rate,
        "shortfall": service.shortfall_part(of["short_kh"], of["hours"], number("reference", "shortfall_k")),
        "steadiness": service.steadiness_part(
            service.rate(of["wander_k"], of["room_days"]), number("reference", "steadiness_k")
        ),
        "continuity": service.rate(of["fed_hours"], of["watched_hours"]),
        "handling": service.rate(well, calls),
    }
    return {
        "number": chosen, "score": service.score(parts, weights()), "calls": calls, "rate": rate,
        "interval": service.wilson(rate, of["rooms"]), "households": service.by_group(homes, at.of, at.size)[chosen],
        **of,
    }  # fmt: skip


def _compared(
    found: Sequence[days.Day], at: Level, archive: Archive, seen: NDArray[np.bool_]
) -> tuple[dict[int, float], dict[int, float]]:
    """Expected and like-for-like rates by number: buildings by energy class and terminal, days by how cold they were.

    The city is the yardstick for everybody, whatever the scope: it tells nothing of any single operator.
    """
    building = archive["building"]
    floor = np.nan_to_num(archive["unit"].values["is_floor"][building.links["unit"]]) > 0
    sort = np.clip(np.nan_to_num(building.values["energy_class"]), 0, 4).astype(np.int64) * 2 + floor
    edges = [number("band", name) for name in ("severe_c", "cold_c", "mild_c")]
    parts: list[list[NDArray[Any]]] = [[], [], [], []]
    for day in found:
        kept = (day.building < building.size) & (day.hours > 0)
        rows = day.building[kept]
        band = int(np.searchsorted(edges, day.outdoor_c)) if day.outdoor_c == day.outdoor_c else len(edges)
        cells = (day.good_hours[kept], day.hours[kept], sort[rows] * 4 + band, np.where(seen[rows], at.of[rows], 0))
        for part, cell in zip(parts, cells, strict=True):
            part.append(np.asarray(cell))
    if not found:
        return {}, {}
    good, hours, stratum, group = (np.concatenate(part) for part in parts)
    expected, alike = service.standardised(
        good.astype(np.float64), hours.astype(np.float64), stratum.astype(np.int64), 40, group.astype(np.int64), at.size
    )
    known = np.flatnonzero(np.isfinite(alike))
    return dict(zip(known.tolist(), expected[known].tolist(), strict=True)), dict(
        zip(known.tolist(), alike[known].tolist(), strict=True)
    )


def _row(i: int, name: str, rows: dict[str, Any], expected: dict[int, float], alike: dict[int, float]) -> Quality:
    n, score = int(rows["number"][i]), rows["score"]
    hours, rooms, homes = rows["hours"][i], int(rows["rooms"][i]), int(rows["households"][i])
    low, high = rows["interval"]
    return Quality(
        number=n, name=name, rooms=rooms, households=homes, hours=int(hours),
        coverage=min(rooms / homes, 1.0) if homes else None,
        qualified=known(rows["rate"][i]), low=known(low[i]), high=known(high[i]),
        like_for_like=known(alike.get(n)), expected=known(expected.get(n)),
        mean_c=known(rows["warm_ch"][i] / hours if hours else None, 2),
        hot=known(rows["hot_hours"][i] / hours if hours else None),
        short_k=known(rows["short_kh"][i] / hours if hours else None, 3),
        score=known(score.total[i], 1), weighed=round(float(score.weighed[i]), 3),
        parts={name: known(score.parts[name][i]) for name in PARTS},
        complaints=int(rows["calls"][i]), few=rooms < number("reference", "few_rooms"),
    )  # fmt: skip


def known(value: Any, digits: int = 4) -> float | None:
    """A number for people, None instead of NaN."""
    return None if value is None or not np.isfinite(value) else round(float(value), digits)


@dataclass(frozen=True)
class Trend:
    """One object's quality step by step; ``times`` begin each step, ``slope`` is the rate's usual change a step."""

    times: list[int]
    qualified: list[float | None]
    low: list[float | None]
    high: list[float | None]
    score: list[float | None]
    mean_c: list[float | None]
    outdoor_c: list[float | None]
    rooms: list[int]
    slope: float | None


def trend(key: str, n: int, start: int, end: int, step: Step, scope: Scope) -> Trend:
    """Day by day, week by week (from Monday) or month by month; steps nobody measured say nothing."""
    spans = _spans(start, end, step)
    found = [quality(key, a, b, scope, [n]) for a, b in spans]
    if not any(found):
        raise not_found("没有这个对象的服务质量", f"{key} {n}")
    rows = [row[0] if row else None for row in found]
    outdoor = [_outdoor(a, b) for a, b in spans]
    rate = np.array([[np.nan if r is None or r.qualified is None else r.qualified for r in rows]])

    def column(name: str) -> list[float | None]:
        return [None if r is None else getattr(r, name) for r in rows]

    return Trend(
        [a for a, _ in spans], column("qualified"), column("low"), column("high"), column("score"), column("mean_c"),
        outdoor, [0 if r is None else r.rooms for r in rows], known(service.trend(rate)[0], 5),
    )  # fmt: skip


def _outdoor(start: int, end: int) -> float | None:
    values = [d.outdoor_c for d in days.kept(Path(settings.DATA_DIR), start, end) if d.outdoor_c == d.outdoor_c]
    return round(float(np.mean(values)), 1) if values else None


def _spans(start: int, end: int, step: Step) -> list[tuple[int, int]]:
    """The steps that touch ``[start, end)``, in local days."""
    edges: list[int] = []
    for at in range(days.day_start(start), end, DAY_S):
        day = local(at)
        begins = step == "day" or (step == "week" and day.weekday() == 0) or (step == "month" and day.day == 1)
        if begins or not edges:
            edges.append(at)
    return list(zip(edges, [*edges[1:], end], strict=True))
