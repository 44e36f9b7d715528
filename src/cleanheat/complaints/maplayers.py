"""Where do people complain?  Recent complaints that were not refuted, by building and substation, as a theme."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from django.db.models import Count, QuerySet
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.complaints.models import Ticket
from cleanheat.complaints.vocabulary import Validity
from cleanheat.infra.map_sources import Headline, ThemeSource, sources
from cleanheat.infra.maplayers import Classes, LegendClass, Theme, themes
from cleanheat.kernel import parameters
from cleanheat.kernel.time import DAY_S, MINUTE_S, utc

NONE, ONE, SOME, MANY = 1, 2, 3, 4

COMPLAINTS = themes.add(
    Theme(
        key="complaints",
        code=8,
        zh="投诉",
        layers=("buildings", "substations"),
        legend=Classes(
            (
                LegendClass(NONE, "近期无投诉", "#2f6f8f"),
                LegendClass(ONE, "少量投诉", "#ffd84a", attention=1),
                LegendClass(SOME, "较多投诉", "#ff9a3c", attention=2),
                LegendClass(MANY, "集中投诉", "#ff4d5e", attention=3),
            )
        ),
        history_s=5 * MINUTE_S,
    )
)
EVERY_S: Final = 5 * MINUTE_S


@cache
def _numbers() -> dict[str, float]:
    return parameters.values(parameters.read("cleanheat.complaints", "parameters.toml")["map"])


def _recent(minute: int) -> QuerySet[Ticket]:
    since = minute - int(_numbers()["window_d"]) * DAY_S
    rows = Ticket.objects.filter(received_at__gte=utc(since), received_at__lt=utc(minute + MINUTE_S))
    return rows.exclude(validity=Validity.INVALID).order_by()


def _by_building(minute: int) -> NDArray[np.int64]:
    rows = _recent(minute).filter(building__isnull=False).values_list("building_id").annotate(n=Count("pk"))
    found = np.array(list(rows), np.int64).reshape(-1, 2)
    counts = np.zeros(assets.archive()["building"].size, np.int64)
    known = found[:, 0] < counts.size
    counts[found[known, 0]] = found[known, 1]
    return counts


def _by_station(by_building: NDArray[np.int64]) -> NDArray[np.int64]:
    archive = assets.archive()
    size = archive["substation"].size
    station = archive["building"].links["substation"]
    hit = np.flatnonzero(by_building)
    return np.bincount(station[hit], by_building[hit], minlength=size)[:size].astype(np.int64)


def _classes(counts: NDArray[np.int64], kind: str) -> NDArray[np.uint8]:
    """By how many; a substation heats many buildings, so it takes more to be many."""
    some, many = _numbers()[f"{kind}_some"], _numbers()[f"{kind}_many"]
    states = np.select([counts >= many, counts >= some, counts > 0], [MANY, SOME, ONE], NONE)
    return np.where(assets.archive()[kind].exists(), states, 0).astype(np.uint8)


def _states(minute: int) -> dict[str, NDArray[np.uint8]]:
    counts = _by_building(minute)
    return {
        "buildings": _classes(counts, "building"),
        "substations": _classes(_by_station(counts), "substation"),
    }


def _headline(kind: str, number: int, minute: int) -> Headline:
    zh = f"近{_numbers()['window_d']:.0f}日投诉"
    if kind not in ("building", "substation"):
        return Headline(zh, None, "件")
    counts = _by_building(minute)
    return Headline(zh, float((counts if kind == "building" else _by_station(counts))[number]), "件")


sources.add(ThemeSource("complaints", EVERY_S, _states, _headline))
