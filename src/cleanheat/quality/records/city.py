"""What checks of one table need of the others: the archive's arrays, areas, organisations, made once a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import local
from cleanheat.quality.records.columns import Columns, Floats, Ints, copies, distance_km, is_tidy, numbers
from cleanheat.quality.records.drawn import Drawn
from cleanheat.twin import public as twin


@dataclass(frozen=True)
class Areas:
    """Administrative areas as slot arrays by id; ``district``: the district an area lies in (0: unknown)."""

    code: dict[int, str]
    longitude: Floats
    latitude: Floats
    district: Ints


@dataclass(frozen=True)
class City:
    """One archive version and everything that follows from it."""

    archive: assets.Archive = field(default_factory=assets.archive)

    @cached_property
    def year(self) -> int:
        return local(clock.now()).year

    @cached_property
    def areas(self) -> Areas:
        found = assets.columns("area", ("pk", "code", "longitude", "latitude", "parent_id", "level"))
        size = max(found["pk"], default=0) + 1
        parent, longitude, latitude = np.zeros(size, np.int64), np.full(size, np.nan), np.full(size, np.nan)
        ids = np.array(found["pk"], np.int64)
        parent[ids] = [p or 0 for p in found["parent_id"]]
        longitude[ids], latitude[ids] = numbers(found["longitude"]), numbers(found["latitude"])
        is_district = np.zeros(size, bool)
        is_district[ids] = [level == "district" for level in found["level"]]
        at = np.arange(size)
        for _ in range(3):  # committee → street → district
            at = np.where(is_district[at] | (at == 0), at, parent[at])
        return Areas(dict(zip(found["pk"], found["code"], strict=True)), longitude, latitude, at)

    @cached_property
    def area_names(self) -> dict[int, str]:
        found = assets.columns("area", ("pk", "name"))
        return dict(zip(found["pk"], found["name"], strict=True))

    @cached_property
    def drawn(self) -> Drawn | None:
        """What the map knows; None while there is no map."""
        geometry = twin.current_geometry()
        return None if geometry is None else Drawn(geometry, self.archive)

    @cached_property
    def network_faults(self) -> Mapping[str, Ints] | None:
        """Numbers of what has each sort of fault of the network; None while there is no network."""
        try:
            return {key: numbers.astype(np.int64) for key, (_, numbers) in twin.network_faults().items()}
        except Problem:
            return None

    @cached_property
    def organisations(self) -> dict[int, accounts.OrganisationCard]:
        return {card.id: card for card in accounts.list_organisations(EVERYTHING)}

    @cached_property
    def parent_of(self) -> Ints:
        """Parent organisation by id."""
        parents = np.zeros(max(self.organisations, default=0) + 1, np.int64)
        for card in self.organisations.values():
            parents[card.id] = card.parent_id or 0
        return parents

    def stored(self, kind: str, column: str) -> NDArray[Any]:
        """A stored column of another kind as slot array by number."""
        found = assets.columns(kind, ("pk", column))
        values = np.asarray(found[column])
        slots = np.zeros(self.archive[kind].size, values.dtype if values.size else np.int64)
        slots[np.array(found["pk"], np.int64)] = values
        return slots

    def districts(self, columns: Columns) -> Columns:
        """Only the rows of areas that are districts; a district owns itself."""
        keep = np.flatnonzero(self.areas.district[columns.ids] == columns.ids)
        columns.ids = columns.ids[keep]
        columns.numbers = {name: values[keep] for name, values in columns.numbers.items()}
        columns.texts = {name: type(t)(t.codes[keep], t.words) for name, t in columns.texts.items()}
        columns.owners = {"district": columns.ids}
        return columns

    def common(self, columns: Columns, kind: str) -> None:
        """The derived columns that every kind with a place, a name and a year has."""
        n, table, ids = columns.numbers, self.archive[kind], columns.ids
        longitude, latitude = n["longitude"], n["latitude"]
        district = table.links["district"][ids]
        n["name_is_tidy"] = is_tidy(columns.texts["name"])
        n["code_copies"] = copies(columns.texts["code"].codes)
        n["name_copies"] = copies(columns.texts["name"].codes)
        n["place_copies"] = copies(np.rint(longitude * 1e6), np.rint(latitude * 1e6))
        n["district_km"] = distance_km(
            longitude, latitude, self.areas.longitude[district], self.areas.latitude[district]
        )
        n["age_years"] = self.year - n["built_year"]
        said = [word[:6] for word in columns.texts["code"].words]
        of_code = np.array([said[c] for c in columns.texts["code"].codes.tolist()])
        of_district = np.array([self.areas.code.get(d, "") for d in district.tolist()])
        columns.flag("code_fits_district", of_code == of_district)
