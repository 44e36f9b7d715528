"""Who heats whom?  Units as rows with the source behind each, and what hangs on every source.

Sources are one list: branches first, then boiler rooms; a unit without a source has row −1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.guidance.source import Network
from cleanheat.calc.guidance.station import LIFT_K
from cleanheat.calc.thermal.constants import FLOOR_EXPONENT, RADIATOR_EXPONENT, WATER_KWH_PER_T_K
from cleanheat.calc.thermal.exchanger import log_mean_k
from cleanheat.diagnosis.guidance.numbers import number

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
EARTH_KM_PER_DEGREE = 111.2
FUELS = ("coal", "gas", "biomass", "electric")


@dataclass(frozen=True)
class Supplied:
    """The archive as guidance needs it: ``[N]`` over units (ascending number), ``[S]`` over sources."""

    version: str
    units: NDArray[np.int32]
    source: Int64s
    substation: NDArray[np.int32]
    area_m2: Floats
    users: Int64s
    supply_c: Floats
    return_c: Floats
    flow_t_h: Floats
    load_kw: Floats
    exponent: Floats
    highest_c: Floats
    mean_k: Floats
    delay_h: Floats
    branches: NDArray[np.int32]
    boilers: NDArray[np.int32]
    is_peak: NDArray[np.bool_]
    fuel: Int64s
    boiler_count: Int64s
    capacity_mw: Floats
    branch_of_boiler: Int64s
    network: Network

    @property
    def sources(self) -> int:
        return int(self.branches.shape[0] + self.boilers.shape[0])

    def of_source(self, values: Floats) -> Floats:
        """Sums over the units of each source: ``[N]`` or ``[N, T]`` → ``[S]`` or ``[S, T]``; NaN counts as nothing."""
        out = np.zeros((self.sources, *values.shape[1:]))
        fed = self.source >= 0
        np.add.at(out, self.source[fed], np.nan_to_num(values[fed]))
        return out

    def to_units(self, values: Floats, missing: float = np.nan) -> Floats:
        """Each unit's source's value, ``missing`` where a unit has no source."""
        if not self.sources:
            return np.full((self.units.shape[0], *values.shape[1:]), missing)
        fed = (self.source >= 0).reshape(-1, *([1] * (values.ndim - 1)))
        return np.where(fed, values[np.maximum(self.source, 0)], missing)

    def row_of(self, kind: str, number_: int) -> int:
        """Row of a unit, or of a branch or boiler room among the sources; −1 where there is none."""
        numbers = {"unit": self.units, "branch": self.branches, "boiler": self.boilers}[kind]
        at = int(np.searchsorted(numbers, number_))
        if at >= numbers.shape[0] or int(numbers[at]) != number_:
            return -1
        return at + (self.branches.shape[0] if kind == "boiler" else 0)


def supplied(archive: Archive) -> Supplied:
    """Rows of one archive version; what the archive lacks is taken from design practice."""
    unit, branch, boiler = archive["unit"], archive["branch"], archive["boiler"]
    numbers = unit.numbers

    is_floor = _value(unit, "is_floor", 0.0) > 0
    area = _value(unit, "heated_area_m2", 1.0)
    load = np.maximum(area * _value(unit, "heat_index_w_m2", 45.0) / 1000.0, 1.0)
    supply = _value(unit, "design_supply_temp_c", 60.0)
    back = np.minimum(_value(unit, "design_return_temp_c", 45.0), supply - 3.0)
    usual_flow = load / (WATER_KWH_PER_T_K * (supply - back))
    flow = _value(unit, "design_flow_t_h", np.nan)
    flow = np.where((flow > usual_flow / 4) & (flow < usual_flow * 4), flow, usual_flow)
    # The archive's flow and load say the difference; its two temperatures say the middle.
    middle, half = (supply + back) / 2, load / (WATER_KWH_PER_T_K * flow) / 2
    supply, back = middle + half, middle - half
    source = _source_rows(unit, branch, boiler)
    hot = np.maximum(number("unit", "primary_supply_c") - supply, 10.0)
    cold = np.maximum(number("unit", "primary_return_c") - back, 4.0)
    users = _homes(archive, unit.size)
    capacity = _value(boiler, "capacity_mw", np.nan)
    is_peak = _value(boiler, "is_peak", 0.0) > 0
    supplied_kw: Floats = np.bincount(
        source[source >= 0], load[source >= 0], minlength=branch.count + boiler.count
    ).astype(np.float64)
    return Supplied(
        version=archive.version,
        units=numbers,
        source=source,
        substation=unit.links["substation"][numbers],
        area_m2=area,
        users=users[numbers],
        supply_c=supply,
        return_c=back,
        flow_t_h=flow,
        load_kw=load,
        exponent=np.where(is_floor, FLOOR_EXPONENT, RADIATOR_EXPONENT),
        highest_c=np.where(is_floor, number("unit", "highest_floor_c"), number("unit", "highest_radiator_c")),
        mean_k=np.asarray(log_mean_k(hot, cold), np.float64),
        delay_h=_delay_h(archive, source),
        branches=branch.numbers,
        boilers=boiler.numbers,
        is_peak=is_peak,
        fuel=np.clip(_value(boiler, "fuel", 0.0), 0, 3).astype(np.int64),
        boiler_count=np.clip(_value(boiler, "boilers", 2.0), 1, 12).astype(np.int64),
        capacity_mw=np.where(np.isnan(capacity), supplied_kw[branch.count :] / 1000.0 * 1.15 + 1.0, capacity),
        branch_of_boiler=_rows(branch)[boiler.links["branch"][boiler.numbers]],
        network=_network(branch, boiler, supplied_kw),
    )


def _value(table: KindTable, name: str, otherwise: float) -> Floats:
    """A kind's values by row; ``otherwise`` where the archive has none above zero."""
    if name not in table.values:
        return np.full(table.count, otherwise)
    values = table.values[name][table.numbers]
    return np.where(values > 0, values, otherwise)


def _rows(table: KindTable) -> Int64s:
    rows = np.full(max(table.size, 1), -1, np.int64)
    rows[table.numbers] = np.arange(table.count)
    return rows


def _homes(archive: Archive, size: int) -> Int64s:
    """Homes of each unit's buildings ``[unit slots]``; not every home is a heat user with a card of its own."""
    homes: NDArray[Any] = np.zeros(size)
    if "building" in archive.kinds:
        building = archive["building"]
        count = building.values.get("households")
        if count is not None:
            homes = np.bincount(building.links["unit"], np.nan_to_num(count), minlength=size)
    if "heat_user" in archive.kinds:
        homes = np.maximum(homes, np.bincount(archive["heat_user"].links["unit"], minlength=size))
    return homes.astype(np.int64)


def _source_rows(unit: KindTable, branch: KindTable, boiler: KindTable) -> Int64s:
    """The area boiler room where there is one, else the branch."""
    by_boiler = _rows(boiler)[unit.links["boiler"][unit.numbers]]
    by_branch = _rows(branch)[unit.links["branch"][unit.numbers]]
    peak = _value(boiler, "is_peak", 0.0) > 0 if boiler.count else np.zeros(1, bool)
    own = (by_boiler >= 0) & ~(peak[np.maximum(by_boiler, 0)] & (by_branch >= 0))
    return np.where(own, branch.count + by_boiler, by_branch)


def _network(branch: KindTable, boiler: KindTable, load_kw: Floats) -> Network:
    n = branch.count

    def both(name: str) -> Floats:
        return np.repeat([number("branch", name), number("boiler", name)], [n, boiler.count])

    usual = np.maximum(load_kw, 100.0) / (WATER_KWH_PER_T_K * both("design_drop_k"))
    capacity = _value(boiler, "capacity_mw", np.nan) * 1000.0
    carries = capacity / (WATER_KWH_PER_T_K * number("boiler", "design_drop_k"))
    known = np.r_[_value(branch, "design_flow_t_h", np.nan), carries]
    # An oversized source is run at the flow its stations need: two thirds more at most.
    flow = np.where((known > usual / 3) & (load_kw > 0), np.minimum(known, usual * 5 / 3), usual)
    along = _value(branch, "length_km", 0.0) * number("branch", "loss_w_m_k")  # km · W/(m·K) = kW/K
    loss = np.r_[along, number("boiler", "loss_share") * load_kw[n:] / LIFT_K]
    return Network(
        highest_c=both("highest_c"),
        flow_t_h=np.maximum(flow, 1.0),
        pump_kw=both("pump_kw_t_h") * np.maximum(flow, 1.0),
        loss_kw_k=loss,
        least_flow=number("branch", "least_flow"),
        most_flow=number("branch", "most_flow"),
    )


def _delay_h(archive: Archive, source: Int64s) -> Floats:
    """Hours on the way from source to unit, by the straight distance and a usual velocity."""
    unit, branch, boiler, plant = (archive[k] for k in ("unit", "branch", "boiler", "plant"))
    at = branch.links["plant"][branch.numbers]
    longitude = np.r_[plant.longitude[at], boiler.longitude[boiler.numbers]]
    latitude = np.r_[plant.latitude[at], boiler.latitude[boiler.numbers]]
    if not longitude.size:
        return np.zeros(unit.count)
    row = np.maximum(source, 0)
    shrink = np.cos(np.deg2rad(43.9))
    east = (unit.longitude[unit.numbers] - longitude[row]) * shrink
    north = unit.latitude[unit.numbers] - latitude[row]
    km = np.nan_to_num(np.hypot(east, north) * EARTH_KM_PER_DEGREE, nan=3.0)
    hours: Floats = np.minimum(number("unit", "winding") * km / (3.6 * number("unit", "velocity_m_s")), 10.0)
    return hours
