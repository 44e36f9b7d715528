"""Does each object stand where it says?  In its district and its supplier's area, and not shifted by a map service.

A position noted in GCJ-02 or BD-09 is told by what should lie there: a building's own footprint, a community's
buildings, the pipes that a substation, boiler room, branch or plant feeds.  Villages are known only by their middle, so
of devices the whole platform's residuals are judged at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely

from cleanheat.calc.geo.recognising import SYSTEMS, metres, middle_m, taken_back
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, Floats, Ints, Proposal
from cleanheat.quality.records.drawn import Drawn, plane_km

_NAMES: Final = {"wgs84": "reference_m", "gcj02": "gcj02_m", "bd09": "bd09_m"}
_ZH: Final = {"gcj02": "GCJ-02", "bd09": "BD-09"}
FURTHER: Final = 3.0
"""Taken back, a position must lie so many times nearer for the shift to be proposed."""
Residual = Callable[[Floats, Floats], Floats]
"""Metres from where the positions given would be to where their objects should be, for all rows of a table."""


def placed(columns: Columns, city: City, kind: str) -> None:
    """The columns of the place: beyond the own district, beyond the supplier's area, off by a shift."""
    n = columns.numbers
    for name in ("outside_district_km", "outside_coverage_km", *_NAMES.values()):
        n[name] = np.full(len(columns), np.nan)
    if city.drawn is None or not len(columns):
        return
    _within_district(columns, city, city.drawn)
    _within_coverage(columns, city.drawn)
    residual = _residual(columns, city, city.drawn, kind)
    if residual is not None:
        _shifted(columns, residual)


def _within_district(columns: Columns, city: City, drawn: Drawn) -> None:
    at = plane_km(columns.numbers["longitude"], columns.numbers["latitude"])
    own, away, holding = columns.owners["district"], columns.numbers["outside_district_km"], np.zeros(len(columns), int)
    for number in np.unique(city.areas.district[city.areas.district > 0]).tolist():
        area = drawn.districts.get(city.areas.code[number])
        if area is None:
            continue
        inside = shapely.contains_xy(area, at[:, 0], at[:, 1])
        holding[inside] = number
        mine = own == number
        away[mine & inside] = 0.0
        out = mine & ~inside & np.isfinite(at).all(axis=1)
        away[out] = shapely.distance(area, shapely.points(at[out]))

    def right(row: int) -> Proposal | None:
        held = int(holding[row])
        if not held or held == own[row]:
            return None
        return Proposal(city.area_names[held], {"district_id": held})

    columns.proposals["district"] = right


def _within_coverage(columns: Columns, drawn: Drawn) -> None:
    """How far outside the drawn area of the supplying company; nothing to say where none is drawn."""
    companies = columns.owners.get("company")
    found = drawn.coverages("company")
    if companies is None or found is None:
        return
    at, away = (
        plane_km(columns.numbers["longitude"], columns.numbers["latitude"]),
        columns.numbers["outside_coverage_km"],
    )
    known = np.isfinite(at).all(axis=1)
    for number, area in zip(found.numbers.tolist(), found.areas, strict=True):
        mine = np.flatnonzero((companies == number) & known)
        if not mine.size:
            continue
        shapely.prepare(area)
        inside = shapely.contains_xy(area, at[mine, 0], at[mine, 1])
        away[mine[inside]] = 0.0
        out = mine[~inside]
        away[out] = shapely.distance(area, shapely.points(at[out]))


# ── shifted systems ──────────────────────────────────────────────────────────────────────────────────────────────────


def _shifted(columns: Columns, residual: Residual) -> None:
    n = columns.numbers
    places = taken_back(n["longitude"], n["latitude"])
    for system in SYSTEMS:
        found = residual(*places[system])
        n[_NAMES[system]] = np.where(np.isfinite(found), found, np.nan)

    def right(row: int) -> Proposal | None:
        as_is = n["reference_m"][row]
        best = min(("gcj02", "bd09"), key=lambda system: n[_NAMES[system]][row])
        if not n[_NAMES[best]][row] * FURTHER < as_is:
            return None
        x, y = (round(float(axis[row]), 7) for axis in places[best])
        return Proposal(f"由 {_ZH[best]} 还原：{x:.6f}, {y:.6f}", {"longitude": x, "latitude": y})

    columns.proposals["longitude"] = right


def _residual(columns: Columns, city: City, drawn: Drawn, kind: str) -> Residual | None:
    ids, archive = columns.ids, city.archive
    if kind == "building":
        return _from_points(drawn.footprint_km[ids])
    if kind == "community":
        community = archive["building"].links["community"].astype(np.int64)
        return _from_points(_middles(drawn, community, archive["community"].size)[ids])
    if kind == "device":
        village = archive["device"].links["village"][ids]
        return _by_sender(city.areas.longitude[village], city.areas.latitude[village], columns.owners["sender"])
    owner = _owners_of_pipes(city, kind)
    return None if owner is None else lambda x, y: 1_000 * drawn.to_own_pipes_km(owner, ids, plane_km(x, y))


def _owners_of_pipes(city: City, kind: str) -> Ints | None:
    """Which object of the kind each pipe belongs to, by pipe number; None for kinds without pipes."""
    pipes = city.archive["pipe"].links
    if kind == "substation":
        return city.archive["unit"].links["substation"][pipes["unit"]].astype(np.int64)
    if kind == "plant":
        return city.archive["branch"].links["plant"][pipes["branch"]].astype(np.int64)
    return pipes[kind].astype(np.int64) if kind in {"boiler", "branch"} else None


def _from_points(there_km: Floats) -> Residual:
    def residual(longitude: Floats, latitude: Floats) -> Floats:
        away = plane_km(longitude, latitude) - there_km
        return np.asarray(1_000 * np.hypot(away[:, 0], away[:, 1]))

    return residual


def _middles(drawn: Drawn, group: Ints, groups: int) -> Floats:
    """Middle of each group's footprints; NaN for a group without any."""
    at = drawn.footprint_km
    known = np.isfinite(at[:, 0])
    counts = np.bincount(group[known], minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack([np.bincount(group[known], axis[known], groups) / counts for axis in at.T])


def _by_sender(lon: Floats, lat: Floats, sender: Ints) -> Residual:
    """The length of the median residual of all of a sender's positions."""
    groups = int(sender.max(initial=0)) + 1
    return lambda x, y: middle_m(*metres(x, y, lon, lat), sender, groups)[sender]
