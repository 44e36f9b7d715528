"""Is every pipe drawn, and does heat reach it?  Derived columns of pipes from the map's geometry.

A pipe reaches its source when the network that traces are asked of says so.  While no network stands (no source on the
map), pipes meet where their vertices do (within about a metre) and are fed where some joint lies near a source.
"""

from __future__ import annotations

import numpy as np

from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, Floats, Ints, copies, distance_km, ratio
from cleanheat.twin import public as twin

SNAP_DEG = 1.5e-5
"""About 1.5 m: vertices closer than this are one joint."""
REACH_KM = 0.25
"""A network begins at its source when a joint lies this near to it."""


def pipe(columns: Columns, city: City) -> None:
    table, n, ids = city.archive["pipe"], columns.numbers, columns.ids
    n["code_copies"] = copies(columns.texts["code"].codes)
    n["age_years"] = city.year - n["built_year"]
    owners = [table.links[name][ids] > 0 for name in ("branch", "boiler", "unit")]
    n["owners"] = np.sum(owners, axis=0).astype(np.float64)
    geometry = twin.current_geometry()
    columns.flag("has_line", np.zeros(len(columns), bool))
    for name in ("drawn_ratio", "reaches_source", "has_loose_end", "drawn_twice", "without_length"):
        n[name] = np.full(len(columns), np.nan)
    if geometry is None:
        n["has_line"][:] = np.nan  # no map, nothing to say
        return
    place = np.searchsorted(ids, geometry.pipes.numbers)
    known = (place < len(columns)) & (ids[np.minimum(place, len(columns) - 1)] == geometry.pipes.numbers)
    columns.numbers["has_line"][place[known]] = 1.0
    length = _lengths_m(geometry.pipes)
    drawn = np.full(len(columns), np.nan)
    drawn[place[known]] = length[known]
    n["drawn_ratio"] = ratio(drawn, n["length_m"])
    _faults(columns, city)
    whole = city.network_faults
    fed = _reaches(geometry.pipes, city) if whole is None else ~np.isin(geometry.pipes.numbers, whole["unfed"])
    n["reaches_source"][place[known]] = fed[known]


def _faults(columns: Columns, city: City) -> None:
    """What the network's own report says of pipes: loose ends, drawn twice, without length; NaN without a network."""
    known = city.network_faults
    for name, key in (("has_loose_end", "dangling"), ("drawn_twice", "duplicate"), ("without_length", "no_length")):
        marked = np.full(len(columns), np.nan) if known is None else np.isin(columns.ids, known[key]).astype(np.float64)
        columns.numbers[name] = marked


def reached(columns: Columns, city: City, kind: str) -> None:
    """How many sources reach a consumer over the pipes: 0, 1, or 2 for several; NaN without a network."""
    known = city.network_faults
    sources = np.full(len(columns), np.nan)
    if known is not None:
        sources[:] = 1.0
        sources[np.isin(columns.ids, known[f"unreached_{kind}"])] = 0.0
        sources[np.isin(columns.ids, known[f"twice_fed_{kind}"])] = 2.0
    columns.numbers["sources_reached"] = sources


def _owner_of_vertex(shapes: twin.Shapes) -> Ints:
    ends = shapes.offsets.astype(np.int64)
    return np.repeat(np.arange(shapes.numbers.shape[0]), ends[1:] - ends[:-1])


def _lengths_m(shapes: twin.Shapes) -> Floats:
    of = _owner_of_vertex(shapes)
    lon, lat = shapes.lonlat[:, 0], shapes.lonlat[:, 1]
    steps = 1_000 * distance_km(lon[1:], lat[1:], lon[:-1], lat[:-1])
    steps[of[1:] != of[:-1]] = 0.0
    return np.asarray(np.bincount(of[:-1], steps, shapes.numbers.shape[0]), np.float64)


def _reaches(shapes: twin.Shapes, city: City) -> Floats:
    """1 where a pipe's connected part of the network begins at some source, else 0."""
    of, pipes = _owner_of_vertex(shapes), shapes.numbers.shape[0]
    part = _parts(of, shapes.lonlat, pipes)
    fed = np.zeros(pipes, bool)
    fed[part[of[_near_sources(shapes.lonlat, city)]]] = True
    return fed[part].astype(np.float64)


def _parts(of: Ints, lonlat: Floats, pipes: int) -> Ints:
    """Connected parts of the graph of pipes and joints: the smallest pipe number of each part, by pipe."""
    joints = [_joints(lonlat / SNAP_DEG), _joints(lonlat / SNAP_DEG + 0.5)]  # two grids: no joint lies on both edges
    label = np.arange(pipes)
    while True:
        found = label.copy()
        for joint in joints:
            lowest = np.full(int(joint.max(initial=-1)) + 1, pipes, np.int64)
            np.minimum.at(lowest, joint, found[of])
            np.minimum.at(found, of, lowest[joint])
        found = found[found]  # a short cut to the label of the label
        if (found == label).all():
            return label
        label = found


def _joints(cells: Floats) -> Ints:
    """A number for every vertex, equal for those of one cell."""
    at = np.floor(cells).astype(np.int64)
    _, joint = np.unique(at[:, 0] * 100_000_000 + at[:, 1], return_inverse=True)
    return np.asarray(joint, np.int64)


def _near_sources(lonlat: Floats, city: City) -> Ints:
    """The vertex nearest to each plant, branch head and boiler room, where one is near at all."""
    found = []
    for kind in ("plant", "branch", "boiler"):
        table = city.archive[kind]
        for number in table.numbers.tolist():  # two hundred in the city
            there = np.full(lonlat.shape[0], table.longitude[number]), np.full(lonlat.shape[0], table.latitude[number])
            away = distance_km(lonlat[:, 0], lonlat[:, 1], *there)
            if away.size and away.min() <= REACH_KM:
                found.append(int(away.argmin()))
    return np.array(found, np.int64)
