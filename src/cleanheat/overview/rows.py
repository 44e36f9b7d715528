"""What is told of single objects of a ranking: who, why, what they read, whom they supply, which order answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.assets import public as assets
from cleanheat.diagnosis import public as diagnosis
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy import classes
from cleanheat.kernel.quantities import KINDS as MEASURED
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.orders import public as order_book
from cleanheat.orders.public import OrderCard
from cleanheat.overview.facts import Floats, room_of_user, source_of_building
from cleanheat.overview.focus import Focus, grades, upwards
from cleanheat.overview.vocabulary import KINDS, SUMMED
from cleanheat.overview.weighing import ReasonTold, told
from cleanheat.telemetry import public as telemetry
from cleanheat.twin import public as twin

QUALITY = "quality."
"""Sources of alerts about data."""


@dataclass(frozen=True)
class WayPlace:
    """An object by kind and number; number 0: none."""

    kind: str
    number: int
    name: str


@dataclass(frozen=True)
class FocusSignal:
    code: str
    zh: str
    unit: str
    decimals: int


@dataclass(frozen=True)
class Supplied:
    """What hangs on an object, as far as the viewer sees it."""

    substations: int
    communities: int
    buildings: int
    households: int
    area_m2: float


@dataclass(frozen=True)
class FocusRow:
    """One object; ``level`` of its gravest alert or finding (0: none), ``state`` as on the map, ``values`` by signal.

    ``alert_id``, ``finding_id`` 0 where there is none; ``is_data_alert``: the gravest alert is about data, so that a
    governance order may be made of it; ``order`` answers for it.
    """

    kind: str
    number: int
    name: str
    code: str
    company_id: int
    company: str
    district: str
    level: int
    points: float
    reasons: list[ReasonTold]
    state: int
    alert_id: int
    is_data_alert: bool
    finding_id: int
    order: OrderCard | None
    values: dict[str, float | None]
    supplied: Supplied | None
    above: WayPlace
    longitude: float
    latitude: float


def signals(kind: str) -> list[FocusSignal]:
    """Columns of readings of a kind's table; of homes with their own room temperature first."""
    found = [MEASURED[KINDS[kind].read_at][code] for code in KINDS[kind].signals]
    if kind == "heat_user":
        found = [MEASURED["room"]["room_temp_c"], *found]
    return [FocusSignal(s.code, s.short, s.unit, s.decimals) for s in found]


def rows(found: Focus, page: NDArray[np.intp], scope: Scope) -> list[FocusRow]:
    """Rows of some objects, in their order; every table is asked once for all of them."""
    f, kind = found.facts, found.facts.kind
    numbers = page.tolist()
    table = assets.archive()[kind]
    alert_ids = f.alert_ids[page].tolist()
    alert_told = alerts.told([i for i in alert_ids if i], scope)
    texts = _said(found, page, alert_told, scope)
    orders = order_book.open_orders_of([i for i in alert_ids if i], scope)
    titles, above = assets.titles(kind, numbers), _above(kind, numbers)
    districts = assets.names("area", table.links["district"][page].tolist()) if "district" in table.links else None
    values, supplied, states = _values(kind, page), _supplied(kind, page, scope), _states(kind, page, scope)
    company = table.links["company"][page].tolist() if "company" in table.links else [0] * len(numbers)
    level, points = grades(f)[page], found.parts[:, page].sum(axis=0)
    longitude, latitude = classes.places(kind, scope, table.longitude[page], table.latitude[page])
    return [
        FocusRow(
            kind, n, *titles[i], company[i], accounts.short_name(company[i]), districts[i] if districts else "",
            int(level[i]), round(float(points[i]), 1), told(f, found.parts, n, texts[i]), int(states[i]), alert_ids[i],
            alert_told.get(alert_ids[i], ("", ""))[1].startswith(QUALITY),
            int(f.finding_ids[n]), orders.get(alert_ids[i]), values[i], supplied[i] if supplied else None, above[i],
            float(longitude[i]), float(latitude[i]),
        )
        for i, n in enumerate(numbers)
    ]  # fmt: skip


def _said(
    found: Focus, page: NDArray[np.intp], alert_told: Mapping[int, tuple[str, str]], scope: Scope
) -> list[dict[str, str]]:
    """What the gravest alert and the gravest finding of each object say."""
    f = found.facts
    finding_texts = diagnosis.finding_texts([i for i in f.finding_ids[page].tolist() if i], scope)
    return [
        {
            "alert": alert_told.get(int(f.alert_ids[n]), ("", ""))[0],
            "finding": finding_texts.get(int(f.finding_ids[n]), ""),
        }
        for n in page.tolist()
    ]


def _values(kind: str, page: NDArray[np.intp]) -> list[dict[str, float | None]]:
    spec, archive = KINDS[kind], assets.archive()
    now = telemetry.latest().copy_of(spec.read_at)
    since = int(now.minute.max(initial=0)) - HOUR_S
    read = {code: now.trusted(code, since) for code in spec.signals}
    if kind == "substation":
        columns = {code: _of_units(values, page, adds=code in SUMMED) for code, values in read.items()}
    else:
        at = archive["heat_user"].links["unit"][page] if kind == "heat_user" else page
        columns = {code: values[at] for code, values in read.items()}
    if kind == "heat_user":
        rooms = telemetry.latest().copy_of("room")
        temp = rooms.trusted("room_temp_c", int(rooms.minute.max(initial=0)) - DAY_S)
        columns = {"room_temp_c": temp[room_of_user()[page]], **columns}
    shown = {s.code: s.decimals for s in signals(kind)}
    return [{code: _told(columns[code][i], n) for code, n in shown.items()} for i in range(page.size)]


def _of_units(values: Floats, page: NDArray[np.intp], *, adds: bool) -> Floats:
    """Means (or sums) over the units of each substation of the page."""
    table = assets.archive()["unit"]
    station = table.links["substation"][table.numbers]
    mine = np.isin(station, page)
    read, size = values[table.numbers[mine]], assets.archive()["substation"].size
    known = ~np.isnan(read)
    of = station[mine][known]
    counts, sums = np.bincount(of, minlength=size), np.bincount(of, read[known], size)
    out = np.full(size, np.nan)
    np.divide(sums, np.ones(size) if adds else counts, out=out, where=counts > 0)
    return out[page]


def _told(value: float, decimals: int) -> float | None:
    return round(float(value), decimals) if np.isfinite(value) else None


def _states(kind: str, page: NDArray[np.intp], scope: Scope) -> NDArray[np.uint8]:
    layer = KINDS[kind].layer
    states = twin.live_state().states("operation", layer, scope) if layer else np.zeros(0, np.uint8)
    known = page < states.size
    return np.where(known, states[np.where(known, page, 0)], 0) if states.size else np.zeros(page.size, np.uint8)


def _supplied(kind: str, page: NDArray[np.intp], scope: Scope) -> list[Supplied] | None:
    if kind == "heat_user":
        return None
    archive, size = assets.archive(), assets.archive()[kind].size
    columns = [_count("substation", kind, scope), _count("community", kind, scope)]
    seen = np.flatnonzero(assets.visible("building", scope))
    of, buildings = source_of_building(kind)[seen], archive["building"].values
    columns.append(np.bincount(of, minlength=size))
    columns += [np.bincount(of, np.nan_to_num(buildings[c][seen]), size) for c in ("households", "heated_area_m2")]
    cells = np.stack(columns)[:, page].T.tolist()
    return [Supplied(int(s), int(c), int(b), int(h), round(a, 1)) for s, c, b, h, a in cells]


def _count(below: str, kind: str, scope: Scope) -> NDArray[np.int64]:
    size = assets.archive()[kind].size
    if below == kind:
        return np.ones(size, np.int64)
    seen = np.flatnonzero(assets.visible(below, scope))
    return np.bincount(upwards(below, kind)[seen], minlength=size)


def _above(kind: str, numbers: list[int]) -> list[WayPlace]:
    """What each object hangs on: a branch on its plant, a substation on its source, a home on its substation."""
    found = [WayPlace("", 0, "")] * len(numbers)
    for above in {"branch": ("plant",), "boiler": ("branch",), "heat_user": ("substation",)}.get(
        kind, ("branch", "boiler")
    ):
        at = upwards(kind, above)[numbers].tolist()
        names = assets.names(above, at)
        found = [WayPlace(above, n, name) if n else old for n, name, old in zip(at, names, found, strict=True)]
    return found
