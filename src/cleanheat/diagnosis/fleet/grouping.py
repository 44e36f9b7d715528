"""Who is similar, and how large is an object?  What a new object is taken for until it has a history of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.thermal.constants import FLOOR_EXPONENT, RADIATOR_EXPONENT, WATER_KWH_PER_T_K
from cleanheat.calc.thermal.regulation import FLOOR_45_35, RADIATORS_75_50, Circuit
from cleanheat.diagnosis.fleet.numbers import number

Floats = NDArray[np.float64]
AREA_BANDS_M2 = (20_000.0, 60_000.0)
_BAND = 8
_COMPANY = 1 << 20


def group_keys(archive: Archive, kind: str) -> NDArray[np.int64]:
    """``int64[size]``: equal for similar objects.

    Units: terminal, area band, system type of the substation and company; boiler rooms: use and fuel; devices: type.
    """
    table = archive[kind]
    key = np.zeros(table.size, np.int64)
    for part, places in _parts(archive, table):
        key = key * places + np.nan_to_num(part).astype(np.int64)
    return key


def _parts(archive: Archive, table: KindTable) -> list[tuple[NDArray[np.float64] | NDArray[np.int32], int]]:
    if table.kind == "unit":
        system = archive["substation"].values["system"][table.links["substation"]]
        band = np.searchsorted(AREA_BANDS_M2, np.nan_to_num(table.values["heated_area_m2"]))
        company = table.links["company"]
        return [(table.values["is_floor"], 2), (band.astype(np.float64), _BAND), (system, _BAND), (company, _COMPANY)]
    if table.kind == "boiler":
        return [(table.values["is_peak"], 2), (table.values["fuel"], _BAND)]
    return [(table.values["device_type"], _BAND)] if table.kind == "device" else []


def scales(archive: Archive, kind: str) -> Mapping[str, Floats]:
    """Size of each object ``float64[size]`` by quantity: design heat (kW), design flow (t/h); 1 for temperatures.

    Objects of one kind differ in size; only shares of their own size can be compared.  1 where nobody knows it.
    """
    table = archive[kind]
    heat = np.asarray(_HEAT_KW.get(kind, _unknown)(table), np.float64)
    flow = _design_flow(table, heat)
    ones = np.ones(table.size)
    return {"supply": ones, "return": ones, "room": ones, "heat": _positive(heat), "flow": _positive(flow)}


def _difference_k() -> float:
    """Of a source's network at design load: its design flow follows from it where nobody says it."""
    return number("source", "design_supply_c") - number("source", "design_return_c")


def _unknown(table: KindTable) -> Floats:
    return np.ones(table.size)


_HEAT_KW: Mapping[str, Callable[[KindTable], Floats]] = {
    "unit": lambda t: t.values["heated_area_m2"] * t.values["heat_index_w_m2"] / 1e3,
    "boiler": lambda t: t.values["capacity_mw"] * 1e3,
    "plant": lambda t: t.values["capacity_mw"] * 1e3,
    "branch": lambda t: t.values["design_flow_t_h"] * WATER_KWH_PER_T_K * _difference_k(),
    "device": lambda t: t.values["rated_kw"],
}


def _design_flow(table: KindTable, heat_kw: Floats) -> Floats:
    if "design_flow_t_h" in table.values:
        return table.values["design_flow_t_h"]
    return heat_kw / (WATER_KWH_PER_T_K * _difference_k())


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, 1.0)


def design_circuit(archive: Archive, kind: str) -> Circuit | None:
    """Design temperatures of every slot; typical ones where the archive names none; None of kinds without a curve."""
    table = archive[kind]
    if kind == "unit":
        is_floor = table.values["is_floor"] > 0
        typical = [np.where(is_floor, getattr(FLOOR_45_35, s), getattr(RADIATORS_75_50, s)) for s in _SIDES]
        named = [table.values[f"design_{side}"] for side in _SIDES]
        supply, back = (np.where(np.isnan(n), t, n) for n, t in zip(named, typical, strict=True))
        return Circuit(supply, np.minimum(back, supply - 1), np.where(is_floor, FLOOR_EXPONENT, RADIATOR_EXPONENT))
    if kind == "device":
        return None
    typical_c = (number("source", "design_supply_c"), number("source", "design_return_c"))
    return Circuit(np.full(table.size, typical_c[0]), np.full(table.size, typical_c[1]))


_SIDES = ("supply_temp_c", "return_temp_c")
