"""How a table of records is read: stored columns, owners, and the derived columns of its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.complaints import public as complaints
from cleanheat.infra import clock
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.quality.records import homes, network, sources
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, coded, copies, is_tidy, median_by, numbers, ratio
from cleanheat.quality.records.fields import tables

PATHS: Final = {
    "district": "district__name",
    "company": "company__short_name",
    "office": "office__short_name",
}
"""Text columns that are another table's name."""
_DERIVE: Final[dict[str, Callable[[Columns, City], None]]] = {
    "plant": sources.plant,
    "branch": sources.branch,
    "boiler": sources.boiler,
    "substation": sources.substation,
    "unit": sources.unit,
    "district": sources.district,
    "community": homes.community,
    "building": homes.building,
    "heat_user": homes.heat_user,
    "room": homes.room,
    "device": homes.device,
    "pipe": network.pipe,
}


def read(key: str, city: City) -> Columns:
    """The table of a key, whole."""
    if key == "complaints.ticket":
        return _tickets()
    kind = key.rpartition(".")[2]
    if kind == "company":
        columns = _companies(city)
        sources.company(columns, city)
        return columns
    columns = _stored(key, "area" if kind == "district" else kind, city)
    _DERIVE[kind](columns, city)
    return columns


def _stored(key: str, kind: str, city: City) -> Columns:
    own = [f for f in tables()[key].fields if f.group == "attribute"]
    paths = {f.code: PATHS.get(f.code, f.code) for f in own}
    found = assets.columns(kind, ("pk", *paths.values()))
    ids = np.array(found["pk"], dtype=np.int64)
    columns = Columns(key, ids)
    for f in own:
        values = found[paths[f.code]]
        if f.type == "text":
            columns.texts[f.code] = coded(values)
        else:
            columns.numbers[f.code] = numbers(values)
    if kind == "area":
        return city.districts(columns)
    links = city.archive[kind].links
    columns.owners = {name: links[name][ids].astype(np.int64) for name in _OWNERS if name in links}
    return columns


def _companies(city: City) -> Columns:
    """Supplying companies: organisations, not objects of the archive; each owns itself."""
    cards = sorted((c for c in city.organisations.values() if c.kind == "company"), key=lambda c: c.id)
    ids = np.array([c.id for c in cards], np.int64)
    columns = Columns("archive.company", ids)
    columns.texts = {"code": coded(c.code for c in cards), "name": coded(c.name for c in cards)}
    columns.owners = {"company": ids, "sender": ids}
    return columns


_OWNERS: Final = ("company", "office", "district", "sender")


def _tickets() -> Columns:
    found = complaints.ticket_columns()
    now = clock.now()
    columns = Columns("complaints.ticket", found.ids, dict(found.numbers), dict(found.texts))
    n, numbers_ = columns.numbers, found.numbers
    day = np.nan_to_num(n["received_at"] // DAY_S)
    known = columns.texts["caller_phone"]
    n["number_copies"] = copies(columns.texts["channel"].codes, columns.texts["number"].codes)
    n["address_is_tidy"] = is_tidy(columns.texts["address"])
    n["age_days"] = (now - n["received_at"]) / DAY_S
    n["handling_h"] = (n["closed_at"] - n["received_at"]) / HOUR_S
    n["same_day_calls"] = copies(known.codes, day)
    a_day = copies(day)
    n["day_ratio"] = ratio(a_day, median_by(a_day, np.zeros(len(columns), np.int64)))
    columns.flag("has_company", numbers_["company_id"] > 0)
    for owner, name in (("company", "company_id"), ("district", "district_id")):
        columns.owners[owner] = np.nan_to_num(numbers_[name]).astype(np.int64)
    return columns
