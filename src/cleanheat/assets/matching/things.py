"""The archive's tables as things that records can mean: names in one way of writing, places, districts, owners."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.matching.addresses import parse, serial_of, squeezed
from cleanheat.calc.matching.linkage import Things

Columns = Mapping[str, Any]
"""One table by column as stored (``number``, ``name``, ``longitude``, ``district_id`` …)."""
_STATION = re.compile(r"(?:换热站|热力站|站)$")
_HOUSEHOLD = re.compile(r"\d*户?$")


def station_name(name: str) -> str:
    """A substation's name without the word for substation."""
    return _STATION.sub("", squeezed(name))


def village_name(name: str) -> str:
    """The village within a device's name: ``前林屯`` of ``前林屯012户``."""
    return _HOUSEHOLD.sub("", squeezed(name))


def communities(columns: Columns) -> Things:
    return _things(columns, [squeezed(name) for name in columns["name"]], "company_id")


def stations(columns: Columns) -> Things:
    return _things(columns, [station_name(name) for name in columns["name"]], "company_id")


def buildings(columns: Columns, community_numbers: Sequence[int]) -> Things:
    """Buildings as members of communities, which stand in the order of their numbers."""
    group = np.searchsorted(np.asarray(community_numbers), np.asarray(columns["community_id"]))
    names = [""] * len(columns["name"])
    return _things(columns, names, "company_id", [serial_of(name) for name in columns["name"]], group)


def building_records(columns: Columns) -> Things:
    """Buildings as records that name their community."""
    parsed = [parse(name) for name in columns["name"]]
    return _things(columns, [p.community for p in parsed], "company_id", [p.building for p in parsed])


def device_records(columns: Columns) -> Things:
    """Rural devices as records that name their village."""
    return _things(columns, [village_name(name) for name in columns["name"]])


def villages(columns: Columns) -> Things:
    """Villages among the areas; ``columns`` hold ``district_id`` (see :func:`with_districts`)."""
    return _things(columns, [squeezed(name) for name in columns["name"]])


def with_districts(areas: Columns) -> dict[str, NDArray[Any]]:
    """The areas' columns with the district each lies in: three steps up from the committee at most."""
    ids = np.asarray(areas["id"], np.int64)
    size = int(ids.max(initial=0)) + 1
    parent, is_district = np.zeros(size, np.int64), np.zeros(size, bool)
    parent[ids] = [int(p or 0) for p in areas["parent_id"]]
    is_district[ids] = np.asarray(areas["level"]) == "district"
    at = ids.copy()
    for _ in range(3):
        at = np.where(is_district[at] | (at == 0), at, parent[at])
    return {**{name: np.asarray(values) for name, values in areas.items()}, "district_id": at}


def rows_where(columns: Columns, keep: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Only some rows of a table."""
    return {name: np.asarray(values)[keep] for name, values in columns.items()}


def _things(
    columns: Columns,
    names: Sequence[str],
    owner: str = "",
    serials: Sequence[str] = (),
    group: NDArray[np.int64] | None = None,
) -> Things:
    longitude, latitude = (np.asarray(columns[name], np.float64) for name in ("longitude", "latitude"))
    owners = np.asarray(columns[owner], np.int64) if owner else np.zeros(len(names), np.int64)
    return Things(names, longitude, latitude, np.asarray(columns["district_id"], np.int64), owners, serials, group)
