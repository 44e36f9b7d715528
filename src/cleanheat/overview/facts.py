"""What is the matter with every object of a kind?  Alerts, findings, readings, rooms, complaints as slot arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.alerts import public as alerts
from cleanheat.assets import public as assets
from cleanheat.calc.scoring.urgency import graded, gravest
from cleanheat.complaints import public as complaints
from cleanheat.diagnosis import public as diagnosis
from cleanheat.evaluation import public as evaluation
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS as MEASURED
from cleanheat.kernel.time import DAY_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.overview.vocabulary import KINDS, hears_complaints, number
from cleanheat.quality import public as quality
from cleanheat.telemetry import public as telemetry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """One kind within a scope; index = object number.

    ``alert_ids`` and ``finding_ids`` are those of the gravest, 0 where there is none; ``finding_points`` carry the
    confidence.  ``doubted`` is the share of the newest values that deserve no trust, ``cold`` of rooms (of one home:
    K below the limit), ``calls`` complaints of the last days, all NaN where nothing is known.
    ``said`` are (source, number) pairs of everything open, for filters.
    """

    kind: str
    alert_grades: NDArray[np.uint8]
    alert_counts: Ints
    alert_ids: Ints
    finding_grades: NDArray[np.uint8]
    finding_points: Floats
    finding_ids: Ints
    doubted: Floats
    silent: NDArray[np.bool_]
    gap_k: Floats
    cold: Floats
    calls: Floats
    households: Floats
    scores: Floats
    said: tuple[NDArray[np.str_], Ints]


def facts(kind: str, scope: Scope) -> Facts:
    """Everything known of a kind this minute; what the scope may not see is told by whoever masks the objects."""
    size, spec = assets.archive()[kind].size, KINDS[kind]
    open_alerts = alerts.open_alerts(scope, spec.raised_by)
    found = diagnosis.open_findings(scope, spec.raised_by)
    alert_rows, alert_at = places(kind, open_alerts.kinds, open_alerts.numbers)
    found_rows, found_at = places(kind, found.kinds, found.numbers)
    alert_grades, alert_counts = gravest(alert_at, open_alerts.levels[alert_rows], size)
    finding_grades, _ = gravest(found_at, found.levels[found_rows], size)
    doubted, silent = _trust(kind)
    cold, households = _rooms(kind, scope)
    return Facts(
        kind,
        alert_grades,
        alert_counts,
        _first_ids(open_alerts.ids[alert_rows], alert_at, size),
        finding_grades,
        _best(found.levels[found_rows], found.confidences[found_rows], found_at, size),
        _first_ids(found.ids[found_rows], found_at, size),
        doubted,
        silent,
        _gaps(kind),
        cold,
        _calls(kind, scope) if hears_complaints(scope) else np.full(size, np.nan),
        households,
        _scores(kind),
        (np.concatenate([open_alerts.sources[alert_rows], found.sources[found_rows]]).astype(np.str_),
         np.concatenate([alert_at, found_at])),
    )  # fmt: skip


def places(kind: str, kinds: NDArray[np.str_], numbers: Ints) -> tuple[NDArray[np.intp], Ints]:
    """Which rows concern objects of the kind, and whom: units their substation, circuits all homes behind them."""
    archive = assets.archive()
    size, station_of = archive[kind].size, archive["unit"].links["substation"]
    if kind == "heat_user":
        return _homes_behind(kinds, numbers)
    at = numbers.copy()
    below = (kinds == "unit") & (kind == "substation")
    at[below] = station_of[np.minimum(numbers[below], station_of.size - 1)]
    rows = np.flatnonzero((at > 0) & (at < size))
    return rows, at[rows]


def _homes_behind(kinds: NDArray[np.str_], numbers: Ints) -> tuple[NDArray[np.intp], Ints]:
    """One row for each home and each thing at its circuit or its substation."""
    archive = assets.archive()
    homes = metered(archive["heat_user"].size)
    unit = archive["heat_user"].links["unit"][homes]
    place = {"unit": unit, "substation": archive["unit"].links["substation"][unit]}
    found_rows, found_at = [np.zeros(0, np.intp)], [np.zeros(0, np.int64)]
    for above, of_home in place.items():
        rows = np.flatnonzero(kinds == above)
        order = np.argsort(of_home, kind="stable")
        left = np.searchsorted(of_home[order], numbers[rows], "left")
        right = np.searchsorted(of_home[order], numbers[rows], "right")
        counts = right - left
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found_rows.append(np.repeat(rows, counts))
        found_at.append(homes[order[np.repeat(left, counts) + within]].astype(np.int64))
    rows, at = np.concatenate(found_rows), np.concatenate(found_at)
    by_row = np.argsort(rows, kind="stable")
    return rows[by_row], at[by_row]


def metered(size: int) -> Ints:
    """Heat users with a thermometer, by number."""
    table = assets.archive()["room"]
    users = np.unique(table.links["user"][table.numbers])
    return users[(users > 0) & (users < size)].astype(np.int64)


def room_of_user() -> NDArray[np.int32]:
    """The thermometer of each heat user, 0 where there is none."""
    archive = assets.archive()
    rooms = archive["room"]
    out = np.zeros(archive["heat_user"].size, np.int32)
    out[rooms.links["user"][rooms.numbers]] = rooms.numbers
    return out


def _first_ids(ids: Ints, at: Ints, size: int) -> Ints:
    """The first row's id at each object: rows come with the gravest first."""
    out = np.zeros(size, np.int64)
    found, row = np.unique(at, return_index=True)
    out[found] = ids[row]
    return out


def _best(levels: Ints, confidences: Floats, at: Ints, size: int) -> Floats:
    points = [number("finding", level.name) for level in Level]
    out = np.zeros(size)
    np.maximum.at(out, at, graded(levels, points) * np.where(np.isnan(confidences), 1.0, confidences))
    return out


def _trust(kind: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of the newest values that are suspicious or bad, and who has fallen silent."""
    archive = assets.archive()
    if kind == "heat_user":
        doubted, silent = _trust_of("room")
        room = room_of_user()
        return np.where(room > 0, doubted[room], np.nan), (room > 0) & silent[room]
    if kind != "substation":
        return _trust_of(kind)
    doubted, silent = _trust_of("unit")
    units, size = archive["unit"].numbers, archive["substation"].size
    station = archive["unit"].links["substation"][units]
    return mean_by(doubted[units], station, size), np.bincount(station[silent[units]], minlength=size) > 0


def _trust_of(kind: str) -> tuple[Floats, NDArray[np.bool_]]:
    now = telemetry.latest().copy_of(kind)
    told = (now.verdicts != Verdict.MISSING).sum(axis=0)
    wrong = ((now.verdicts == Verdict.SUSPICIOUS) | (now.verdicts == Verdict.BAD)).sum(axis=0)
    share = np.full(now.size, np.nan)
    np.divide(wrong, told, out=share, where=told > 0)
    gap_s = quality.parameters_of("stale")["gap_periods"].value * MEASURED[kind].cadence_s
    newest = int(now.heard.max(initial=0))
    return share, assets.archive()[kind].exists() & (newest > 0) & (now.heard < newest - gap_s)


def _gaps(kind: str) -> Floats:
    """Supply temperature beyond what is expected; a substation's is that of its unit that departs most."""
    archive = assets.archive()
    size = archive[kind].size
    if kind == "heat_user":
        return np.full(size, np.nan)
    if kind != "substation":
        return diagnosis.supply_gaps_k(kind)
    gaps, units = diagnosis.supply_gaps_k("unit"), archive["unit"].numbers
    known = units[~np.isnan(gaps[units])]
    out = np.full(size, np.nan)
    rising = known[np.argsort(np.abs(gaps[known]), kind="stable")]
    out[archive["unit"].links["substation"][rising]] = gaps[rising]  # the largest is written last
    return out


def _rooms(kind: str, scope: Scope) -> tuple[Floats, Floats]:
    """Share of rooms below the limit behind each object (of one home: K below it), and its households; a source shows
    nobody more of its homes than he sees anyway."""
    archive = assets.archive()
    size, rooms = archive[kind].size, archive["room"]
    now = telemetry.latest().copy_of("room")
    temp = now.trusted("room_temp_c", int(now.minute.max(initial=0)) - DAY_S)
    if kind == "heat_user":
        room = room_of_user()
        return np.where(room > 0, diagnosis.COLD_ROOM_C - temp[room], np.nan), np.ones(size)
    known = np.flatnonzero(~np.isnan(temp) & assets.visible("room", scope))
    at = source_of_building(kind)[rooms.links["building"][known]]
    counts = np.bincount(at, minlength=size)
    cold = np.bincount(at, temp[known] < diagnosis.COLD_ROOM_C, size)
    seen = np.flatnonzero(assets.visible("building", scope))
    homes = np.nan_to_num(archive["building"].values["households"][seen])
    share = np.full(size, np.nan)
    np.divide(cold, counts, out=share, where=counts >= number("rooms", "least"))
    return share, np.bincount(source_of_building(kind)[seen], homes, size).astype(np.float64)


def source_of_building(kind: str) -> NDArray[np.int32]:
    """Which substation, branch or boiler room each building is heated by, 0 where none."""
    archive = assets.archive()
    station = archive["building"].links["substation"]
    return station if kind == "substation" else archive["substation"].links[kind][station]


def _calls(kind: str, scope: Scope) -> Floats:
    """Complaints of the last days by object, of what the scope sees."""
    archive, now = assets.archive(), int(clock.now())
    start = now - int(number("complaints", "days")) * DAY_S
    found = complaints.ticket_columns(start=start, end=now + 1, fields=("building_id", "community_id", "heat_user_id"))
    size = archive[kind].size
    if kind == "heat_user":
        return np.bincount(_known(found.numbers["heat_user_id"], size), minlength=size).astype(np.float64)
    building, community = found.numbers["building_id"], found.numbers["community_id"]
    community = community[np.isnan(building)]
    of_building = source_of_building(kind)[_seen(building, "building", scope)]
    station = archive["community"].links["substation"][_seen(community, "community", scope)]
    of_community = station if kind == "substation" else archive["substation"].links[kind][station]
    counts = np.bincount(np.concatenate([of_building, of_community]), minlength=size).astype(np.float64)
    counts[0] = np.nan
    return counts


def _seen(numbers: Floats, kind: str, scope: Scope) -> Ints:
    mask = assets.visible(kind, scope)
    known = _known(numbers, mask.size)
    return known[mask[known]]


def _known(numbers: Floats, size: int) -> Ints:
    return numbers[(numbers > 0) & (numbers < size)].astype(np.int64)


def _scores(kind: str) -> Floats:
    table, by_company = assets.archive()[kind], evaluation.company_scores()
    if "company" not in table.links or not by_company:
        return np.full(table.size, np.nan)
    company = table.links["company"]
    lookup = np.full(max(int(company.max(initial=0)), *by_company) + 1, np.nan)
    lookup[list(by_company)] = list(by_company.values())
    return lookup[company]


def mean_by(values: Floats, groups: NDArray[np.int32], size: int) -> Floats:
    """Means of the known values of each group; NaN where none is known."""
    known = ~np.isnan(values)
    out = np.full(size, np.nan)
    counts = np.bincount(groups[known], minlength=size)
    np.divide(np.bincount(groups[known], values[known], size), counts, out=out, where=counts > 0)
    return out
