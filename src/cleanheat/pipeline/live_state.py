"""Which colour is every object on the map?  Newest readings and standing alerts in, one byte an object out.

``operation``: 0 no data, 1 normal, 2–5 alert of level Ⅳ–Ⅰ, 6 stale or gateway lost, 7 out of service.
``supply_temp`` and ``room_temp``: 0 none, 1–250 along the theme's legend.  ``diagnosis``: the models' states by code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.checks.silence import newest
from cleanheat.diagnosis.public import BY_CODE, outdoor_temp_c
from cleanheat.infra.maplayers import Ramp, themes
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S, season_of
from cleanheat.quality.public import GATEWAY_LOST, parameters_of
from cleanheat.telemetry.public import Latest

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

NO_DATA, NORMAL, STALE, OUT_OF_SERVICE = np.uint8(0), np.uint8(1), np.uint8(6), np.uint8(7)
STOPPED_STATES = (4, 5)
"""States of a substation that stands still as a whole: its alert is of level Ⅱ or Ⅰ."""
_WEIGHT = np.array([0 if (s := BY_CODE.get(code)) is None else 5 - int(s.level or 5) for code in range(256)])
"""How grave the state of each code is: where several meet, the gravest shows."""
LAYER_OF = {
    "plant": "plants",
    "branch": "branches",
    "boiler": "boilers",
    "substation": "substations",
    "device": "devices",
    "weather": "weather",
    "building": "buildings",
    "pipe": "pipes",
}


@dataclass(frozen=True)
class Picture:
    """What the last computation found, by object number: states of operation, supply °C, room °C (NaN = unknown).

    ``outdoor_temp_c`` is the whole city's; ``None`` while no weather station can be trusted.
    """

    minute: int
    operation: Mapping[str, Bytes]
    supply_temp_c: Mapping[str, Floats]
    room_temp_c: Floats
    building_room_temp_c: Floats
    outdoor_temp_c: float | None


class LiveMap:
    """Whole layers at once from index arrays prepared when the archive is loaded."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._gap_s = int(parameters_of("stale")["gap_periods"].value) * MINUTE_S
        units, rooms = archive["unit"], archive["room"]
        self._station_of_unit = units.links["substation"]
        self._building_of_room = rooms.links["building"]
        buildings = archive["building"].links
        self._station_of_building = buildings.get("substation", np.zeros(archive["building"].size, np.int32))
        self._area = np.nan_to_num(units.values["heated_area_m2"])
        medium = archive["pipe"].values["medium"]
        self._secondary, self._trunk = medium == 2, medium == 0
        self.picture: Picture

    def states(
        self, latest: Latest, standing: Mapping[tuple[str, str, int], int], minute: int
    ) -> dict[tuple[str, str], Bytes]:
        """States of every layer under every theme; ``standing`` are live alerts' places with their level."""
        operation = self._operation(latest, standing, minute)
        supply = self._supply(latest, minute)
        rooms, by_building, by_station = self._rooms(latest, minute)
        self.picture = Picture(minute, operation, supply, rooms, by_building, outdoor_temp_c(latest, minute))
        states = {("operation", LAYER_OF[kind]): bytes_ for kind, bytes_ in operation.items() if kind in LAYER_OF}
        ramp = _ramp("supply_temp")
        encoded = {kind: ramp.encode(temps) for kind, temps in supply.items()}
        states |= {("supply_temp", LAYER_OF[k]): b for k, b in encoded.items() if k in LAYER_OF}
        states["supply_temp", "buildings"] = encoded["unit"][self._archive["building"].links["unit"]]
        states["supply_temp", "pipes"] = self._pipes(encoded["unit"], encoded["branch"], encoded["boiler"])
        ramp = _ramp("room_temp")
        states["room_temp", "buildings"], states["room_temp", "substations"] = (
            ramp.encode(by_building),
            ramp.encode(by_station),
        )
        return states

    def diagnosed(self, by_kind: Mapping[str, Bytes]) -> dict[tuple[str, str], Bytes]:
        """Layers of the theme ``diagnosis`` from each kind's states: a substation shows the gravest of its units, a
        building its unit's."""
        units, numbers = by_kind["unit"], self._archive["unit"].numbers
        station = np.zeros(self._archive["substation"].size, np.uint8)
        by_weight = numbers[np.argsort(_WEIGHT[units[numbers]], kind="stable")]
        station[self._station_of_unit[by_weight]] = units[by_weight]  # the gravest is written last
        layers = {LAYER_OF[kind]: states for kind, states in by_kind.items() if kind in LAYER_OF}
        layers |= {"substations": station, "buildings": units[self._archive["building"].links["unit"]]}
        return {("diagnosis", layer): states for layer, states in layers.items()}

    def _operation(self, latest: Latest, standing: Mapping[tuple[str, str, int], int], minute: int) -> dict[str, Bytes]:
        states = {kind: _reporting(latest[kind].heard, minute, self._gap_s) for kind in KINDS if kind != "room"}
        size = self._archive["substation"].size
        units = self._archive["unit"].numbers
        heard = newest(latest["unit"].heard[units], self._station_of_unit[units], size)
        states["substation"] = _reporting(heard, minute, self._gap_s)
        states["boiler"][self._resting(latest, minute)] = OUT_OF_SERVICE
        if not _in_season(minute):
            for kind in ("plant", "branch", "boiler", "unit", "substation"):
                states[kind][states[kind] == NORMAL] = OUT_OF_SERVICE
        graver = _overlay(states, standing)
        _raise(states["substation"], self._station_of_unit[units], graver["unit"][units])
        whole = graver["substation"][self._station_of_unit]
        np.copyto(states["unit"], whole, where=(whole > 0) & (states["unit"] > 0))
        states["building"] = states["unit"][self._archive["building"].links["unit"]]
        states["pipe"] = self._pipes(states["unit"], states["branch"], states["boiler"])
        return states

    def _resting(self, latest: Latest, minute: int) -> NDArray[np.bool_]:
        """Boiler rooms without a running boiler that are not meant to run always."""
        running = latest["boiler"].trusted("running_boilers", minute - self._gap_s)
        resting: NDArray[np.bool_] = (running == 0) & (self._archive["boiler"].values["is_peak"] > 0)
        return resting

    def _pipes(self, unit: Bytes, branch: Bytes, boiler: Bytes) -> Bytes:
        """Secondary pipes look like their unit; trunk and primary pipes like the source that feeds them."""
        links = self._archive["pipe"].links
        source = np.where(links["branch"] > 0, branch[links["branch"]], boiler[links["boiler"]])
        pipes: Bytes = np.where(self._secondary, unit[links["unit"]], source)
        return pipes

    def _supply(self, latest: Latest, minute: int) -> dict[str, Floats]:
        since = minute - self._gap_s
        supply = {k: latest[k].trusted("supply_temp_c", since) for k in ("plant", "branch", "boiler")}
        supply["unit"] = latest["unit"].trusted("secondary_supply_temp_c", since)
        supply["substation"] = _weighted_mean(
            supply["unit"], self._area, self._station_of_unit, self._archive["substation"].size
        )
        return supply

    def _rooms(self, latest: Latest, minute: int) -> tuple[Floats, Floats, Floats]:
        """Room temperatures, and their means by building and by substation."""
        rooms = latest["room"].trusted("room_temp_c", minute - self._gap_s)
        known = ~np.isnan(rooms)
        size = self._archive["building"].size
        building = self._building_of_room[known]
        sums, counts = np.bincount(building, rooms[known], size), np.bincount(building, minlength=size)
        stations = self._archive["substation"].size
        of = self._station_of_building
        return rooms, _ratio(sums, counts), _ratio(np.bincount(of, sums, stations), np.bincount(of, counts, stations))


def _reporting(heard: NDArray[np.int64], minute: int, gap_s: int) -> Bytes:
    states = np.where(heard > 0, STALE, NO_DATA)
    states[heard > minute - gap_s] = NORMAL
    return states


def _overlay(states: Mapping[str, Bytes], standing: Mapping[tuple[str, str, int], int]) -> dict[str, Bytes]:
    """Put alerts over the states; returns the alert bytes alone, by kind.  A lost gateway shows as stale instead."""
    alert = {kind: np.zeros_like(states[kind]) for kind in states}
    for (source, kind, number), level in standing.items():
        if source != GATEWAY_LOST and kind in alert and number < alert[kind].size:
            alert[kind][number] = max(int(alert[kind][number]), 6 - level)
    for kind, bytes_ in alert.items():
        np.copyto(states[kind], bytes_, where=bytes_ > 0)
    return alert


def _raise(states: Bytes, group: NDArray[np.int32], alert: Bytes) -> None:
    """A substation shows the gravest alert of its units."""
    hit = np.flatnonzero(alert)
    if hit.size:
        gravest = np.zeros_like(states)
        np.maximum.at(gravest, group[hit], alert[hit])
        shown = np.where((states >= 2) & (states <= 5), states, np.uint8(0))
        np.copyto(states, gravest, where=gravest > shown)


def _weighted_mean(values: Floats, weights: Floats, groups: NDArray[np.int32], size: int) -> Floats:
    known = ~np.isnan(values)
    of, w = groups[known], weights[known]
    return _ratio(np.bincount(of, values[known] * w, size), np.bincount(of, w, size))


def _ratio(sums: NDArray[Any], counts: NDArray[Any]) -> Floats:
    out = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=out, where=counts > 0)
    return out


def _in_season(minute: int) -> bool:
    season = season_of(minute)
    return season.start <= minute < season.end


def _ramp(theme: str) -> Ramp:
    legend = themes[theme].legend
    if not isinstance(legend, Ramp):
        raise TypeError(f"theme {theme!r} has no ramp")
    return legend
