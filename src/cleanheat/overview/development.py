"""How has the city's heating grown, how old is it, how do the last days compare?  Out of archive and records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.alerts import public as alerts
from cleanheat.assets import public as assets
from cleanheat.calc.development import by_age, change, grown
from cleanheat.complaints import public as complaints
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import local
from cleanheat.orders import public as order_book
from cleanheat.overview.vocabulary import hears_complaints, number

Floats = NDArray[np.float64]
M2_IN_10K: Final = 10_000.0
AGES: Final = (5, 10, 15, 20, 30)


@dataclass(frozen=True)
class Grown:
    """One thing that grows: ``added`` in each year, ``standing`` at its end; ``change`` against the year before."""

    key: str
    zh: str
    unit: str
    now: float
    change: float | None
    added: list[float]
    standing: list[float]


@dataclass(frozen=True)
class AgeBand:
    """Pipes or buildings of one age in years; ``low`` None: year unknown, ``high`` None: and older."""

    zh: str
    pipe_km: float
    area_10k_m2: float


@dataclass(frozen=True)
class ClassYears:
    """Heated area of one energy standard by decade of construction, 10,000 m²."""

    zh: str
    areas: list[float]


@dataclass(frozen=True)
class Development:
    """The city, or a viewer's part of it, over the years."""

    years: list[int]
    things: list[Grown]
    ages: list[AgeBand]
    decades: list[str]
    classes: list[ClassYears]
    old_pipe_share: float | None
    unsaving_share: float | None


def development(scope: Scope) -> Development:
    """Everything by year of construction."""
    archive, this_year = assets.archive(), local(clock.now()).year
    first = this_year - int(number("development", "years")) + 1
    seen = {kind: np.flatnonzero(assets.visible(kind, scope)) for kind in ("building", "substation", "boiler", "pipe")}
    buildings, pipes = archive["building"].values, archive["pipe"].values
    built, laid = buildings["built_year"][seen["building"]], pipes["built_year"][seen["pipe"]]
    area, km = buildings["heated_area_m2"][seen["building"]] / M2_IN_10K, pipes["length_m"][seen["pipe"]] / 1_000
    years = range(first, this_year + 1)
    things = [
        _grown("area", "供热面积", "万m²", built, area, years),
        _grown("households", "供热户数", "户", built, buildings["households"][seen["building"]], years),
        _grown("buildings", "供热楼宇", "栋", built, np.ones(built.size), years),
        *(
            _grown(kind, zh, "座", _built(kind)[seen[kind]], np.ones(seen[kind].size), years)
            for kind, zh in (("substation", "换热站"), ("boiler", "锅炉房"))
        ),
        _grown("pipe", "管网长度", "km", laid, km, years),
    ]
    classes = buildings["energy_class"][seen["building"]]
    return Development(
        list(years), things, _ages(laid, km, built, area, this_year), *_classes(built, area, classes, this_year),
        _share(laid, km, this_year - number("development", "old_pipe")), _unsaving(classes, area),
    )  # fmt: skip


def _grown(key: str, zh: str, unit: str, years: Floats, amounts: Floats, span: range) -> Grown:
    added, standing = grown(years, amounts, span[0], span[-1])
    ratio = float(change(standing[-1], standing[-2]))
    return Grown(
        key, zh, unit, round(float(standing[-1]), 2), round(ratio, 5) if np.isfinite(ratio) else None,
        added.round(2).tolist(), standing.round(2).tolist(),
    )  # fmt: skip


def _built(kind: str) -> Floats:
    return _built_of(kind, assets.archive().version)


@lru_cache(maxsize=8)
def _built_of(kind: str, version: str) -> Floats:  # noqa: ARG001 - a new version of the archive is read anew
    """Years of construction by number; the archive's arrays hold them of buildings and pipes only."""
    found = assets.columns(kind, ["number", "built_year"])
    out = np.full(assets.archive()[kind].size, np.nan)
    out[np.array(found["number"], np.int64)] = np.array(found["built_year"], np.float64)
    return out


def _ages(laid: Floats, km: Floats, built: Floats, area: Floats, this_year: int) -> list[AgeBand]:
    names = [
        f"{AGES[0]} 年以内",
        *(f"{low}–{high} 年" for low, high in pairwise(AGES)),
        f"{AGES[-1]} 年以上",
        "年份不详",
    ]
    pipes, areas = by_age(laid, km, this_year, AGES), by_age(built, area, this_year, AGES)
    return [AgeBand(zh, round(float(p), 1), round(float(a), 1)) for zh, p, a in zip(names, pipes, areas, strict=True)]


def _classes(built: Floats, area: Floats, classes: Floats, this_year: int) -> tuple[list[str], list[ClassYears]]:
    """Energy standards by decade: where the area lies that is still to be renovated."""
    first = int(np.nanmin(built, initial=this_year)) // 10 * 10
    decades = (this_year // 10 * 10 - first) // 10 + 1
    known = np.isfinite(built) & np.isfinite(classes) & (built <= this_year)
    words = assets.code_words("energy_class")
    cell = ((built[known] - first) // 10 + decades * classes[known]).astype(np.intp)
    grid = np.bincount(cell, np.nan_to_num(area[known]), decades * len(words)).reshape(-1, decades)
    names = [f"{first + 10 * i}年代" for i in range(decades)]
    return names, [ClassYears(zh, grid[code].round(2).tolist()) for code, zh in words.items()]


def _share(years: Floats, amounts: Floats, until: float) -> float | None:
    """Which part of the amounts is from ``until`` or before."""
    whole = float(np.nansum(amounts))
    return round(float(np.nansum(amounts[years <= until])) / whole, 4) if whole > 0 else None


def _unsaving(classes: Floats, area: Floats) -> float | None:
    whole = float(np.nansum(area))
    return round(float(np.nansum(area[classes == 0])) / whole, 4) if whole > 0 else None


@dataclass(frozen=True)
class Compared:
    """One number of a span of time beside the span before and the same span of last year; changes are relative."""

    key: str
    zh: str
    unit: str
    now: float | None
    before: float | None
    last_year: float | None
    period_change: float | None
    year_change: float | None


def compared(key: str, zh: str, unit: str, values: tuple[float | None, float | None, float | None]) -> Compared:
    """``values``: now, the span before, the same span of last year; None where nothing was recorded."""
    now, before, last_year = (np.nan if v is None else v for v in values)
    period, year = (float(change(now, other)) for other in (before, last_year))
    return Compared(key, zh, unit, *values, *(round(r, 4) if np.isfinite(r) else None for r in (period, year)))


def happenings(scope: Scope, spans: tuple[tuple[int, int], ...]) -> list[Compared]:
    """Alerts, orders and complaints of three spans (see ``compared``)."""
    counted = {
        ("alerts", "新增预警", "条"): [float(alerts.begun_count(scope, *span)) for span in spans],
        ("orders", "新增工单", "件"): [float(order_book.raised_count(scope, *span)) for span in spans],
    }
    if hears_complaints(scope):
        counted["complaints", "投诉", "件"] = [float(complaints.received_count(scope, *span)) for span in spans]
    return [compared(*name, (a, b, c)) for name, (a, b, c) in counted.items()]
