"""What do many rooms say together?  A building or community whose rooms are cold becomes a finding, a room never does.

A share of few rooms is no share: a building speaks from three rooms on, a community by the lower end of its interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.service import wilson
from cleanheat.diagnosis.live.model import Moment
from cleanheat.diagnosis.rooms.numbers import number
from cleanheat.diagnosis.rooms.places import Places
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level
from cleanheat.kernel.time import season_of

ROOMS_COLD: Final = f"diagnosis.{State.ROOM_COLD.value}"
_SILENT: Final = (State.UNKNOWN.code, State.UNDIAGNOSABLE.code, State.FROZEN_SENSOR.code, State.MISPLACED_SENSOR.code,
                  State.VACANT.code)  # fmt: skip
"""Rooms that say nothing of the supply."""
Ints = NDArray[np.int64]


def findings(
    places: Places, state: NDArray[np.uint8], mean_c: NDArray[Any], since: Ints, moment: Moment
) -> Sequence[Finding]:
    """Communities first; buildings that are cold beyond a cold community's own finding."""
    season = season_of(moment.minute)
    if not season.start <= moment.minute < season.end:
        return ()
    speaks = ~np.isin(state, _SILENT)
    planned = moment.planned.get("unit")
    if planned is not None:
        speaks &= ~planned[places.unit]
    cold = speaks & (state == State.ROOM_COLD.code)
    if not cold.any():
        return ()
    communities = _cold(places.community, speaks, cold, mean_c, since, number("finding", "community_rooms"))
    low, _ = wilson(communities.share, communities.rooms)
    chosen = np.flatnonzero(low >= number("finding", "community_low"))
    made = [_finding("community", communities, int(i), float(low[i])) for i in chosen]
    rest = ~np.isin(places.community, communities.number[chosen])
    buildings = _cold(places.building, speaks & rest, cold & rest, mean_c, since, number("finding", "building_rooms"))
    low, _ = wilson(buildings.share, buildings.rooms)
    chosen = np.flatnonzero(buildings.share >= number("finding", "building_share"))
    return made + [_finding("building", buildings, int(i), float(low[i])) for i in chosen]


class _Group:
    """Groups with enough rooms that speak: numbers, rooms, cold rooms, share, mean of the cold ones, since when."""

    def __init__(self, number: Ints, rooms: Ints, cold: Ints, mean_c: NDArray[Any], since: Ints) -> None:
        self.number, self.rooms, self.cold, self.mean_c, self.since = number, rooms, cold, mean_c, since
        self.share = cold / np.maximum(rooms, 1)


def _cold(
    group: Ints, speaks: NDArray[np.bool_], cold: NDArray[np.bool_], mean_c: NDArray[Any], since: Ints, least: float
) -> _Group:
    size = int(group.max(initial=0)) + 1
    rooms, colds = np.bincount(group[speaks], minlength=size), np.bincount(group[cold], minlength=size)
    total = np.bincount(group[cold], np.nan_to_num(mean_c[cold]), size)
    onset = np.zeros(size, np.int64)
    np.maximum.at(onset, group[cold], since[cold])
    chosen = np.flatnonzero((rooms >= least) & (colds > 0) & (np.arange(size) > 0))
    mean = total[chosen] / colds[chosen]
    return _Group(chosen, rooms[chosen], colds[chosen], mean, onset[chosen])


def _finding(kind: str, group: _Group, i: int, low: float) -> Finding:
    level = Level.II if low >= number("finding", "grave_low") and kind == "community" else Level.III
    rooms, cold, share, mean = int(group.rooms[i]), int(group.cold[i]), float(group.share[i]), float(group.mean_c[i])
    limit = number("comfort", "cold_c")
    text = f"室温偏低：{rooms} 户有效测点中 {cold} 户（{share:.0%}）低于 {limit:g} ℃，低温户日均 {mean:.1f} ℃"
    evidence = (
        Evidence("room_temp_c", round(mean, 1), limit, "℃"),
        Evidence(
            "cold_share",
            round(share, 3),
            number("finding", f"{'community_low' if kind == 'community' else 'building_share'}"),
            "",
        ),
    )
    return Finding(
        ROOMS_COLD, kind, int(group.number[i]), level, int(group.since[i]), text, evidence, round(low, 3),
        (Contribution("room_temp_c", 1.0),),
    )  # fmt: skip
