"""What equipment does a substation or boiler room of a given design have?  Usual outfit and sizes, as columns.

A standard outfit, not a survey: a generated city and the training scenes take it; real sites bring their own lists.
Sizes follow from loads and flows by rules of the trade (source: platform proposal).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.heat_power import flow_for_t_h

Floats = NDArray[Any]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Columns = dict[str, Any]

BORES_MM: Final = np.array([25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 500, 600, 700, 800])
PRIMARY_DIFFERENCE_K, BOILER_DIFFERENCE_K = 50.0, 40.0
_WATER_M_S = 1.6
_KW_PER_PLATE = 17.0  # 0.35 m² a plate, 4.5 kW/m²K, 11 K mean difference
_EXCHANGER_KW, _WIDE_FLOW_T_H, _DIRECT_MAKEUP_KW = 3_500.0, 350.0, 1_200.0
_HEAD_M = np.array([24.0, 28.0, 32.0])
_STACK_M = {"coal": 45.0, "biomass": 40.0, "gas": 18.0}
BOILER_KIND: Final = {
    "coal": "boiler_grate", "gas": "boiler_gas", "biomass": "boiler_biomass", "electric": "boiler_electric",
}  # fmt: skip

TEXTS = ("kind", "tag", "role", "fuel")
NUMBERS = ("dn_mm", "power_kw", "plates", "flow_t_h", "head_m", "volume_m3", "capacity_mw", "height_m", "built_year")


def bore_mm(flow_t_h: Floats) -> Ints:
    """The next usual bore for a flow of water at its usual speed."""
    need = np.sqrt(np.maximum(flow_t_h, 0.1) / 3_600 * 4 / (np.pi * _WATER_M_S)) * 1_000
    return BORES_MM[np.minimum(np.searchsorted(BORES_MM, need * 0.92), len(BORES_MM) - 1)]


def _pump_kw(flow_t_h: Floats, head_m: Floats | float) -> Floats:
    return np.round(flow_t_h * head_m * 9.81 / 3_600 / 0.68 * 1.1, 1)


@dataclass
class _Rows:
    """Rows gathered array by array: each call adds one piece to all owners that have it."""

    owner: list[Ints] = field(default_factory=list)
    unit: list[Ints] = field(default_factory=list)
    columns: dict[str, list[NDArray[Any]]] = field(default_factory=dict)

    def add(self, owner: Ints, unit: Ints, kind: str, tag: str, *, where: Mask | None = None, **more: Any) -> None:
        """``more``: role, ordinal, is_standby, and nameplate numbers (one for all, or one an owner)."""
        chosen = np.ones(len(owner), bool) if where is None else where
        n = int(chosen.sum())
        self.owner.append(owner[chosen])
        self.unit.append(unit[chosen])
        given = {"kind": kind, "tag": tag, "role": "", "fuel": "", "ordinal": 1, "is_standby": False, **more}
        for name in (*TEXTS, "ordinal", "is_standby", *NUMBERS):
            value = np.asarray(given.get(name, np.nan))
            self.columns.setdefault(name, []).append(np.full(n, value) if value.ndim == 0 else value[chosen])

    def table(self) -> Columns:
        """Rows by owner, unit and the order in which they were added; ``owner`` and ``unit`` are columns."""
        owner, unit = np.concatenate(self.owner), np.concatenate(self.unit)
        place = np.repeat(np.arange(len(self.owner)), [len(o) for o in self.owner])
        order = np.lexsort((place, unit, owner))
        found = {name: np.concatenate(parts)[order] for name, parts in self.columns.items()}
        return {"owner": owner[order], "unit": unit[order], **found}


@dataclass(frozen=True)
class UnitDesigns:
    """Units of substations as arrays: their numbers, substations, loads, flows, zones and years."""

    substation: Ints
    unit: Ints
    zone: Ints  # 0 low, 1 middle, 2 high
    load_kw: Floats
    flow_t_h: Floats
    year: Ints


def substation_equipment(designs: UnitDesigns) -> Columns:
    """All pieces of the substations, by substation and unit (0: shared by the station)."""
    rows = _Rows()
    stations, at = np.unique(designs.substation, return_inverse=True)
    load = np.bincount(at, designs.load_kw)
    is_small = load < _DIRECT_MAKEUP_KW
    _exchange(rows, designs)
    _secondary(rows, designs, is_small[at])
    _shared(rows, stations, load, is_small, designs.year[np.unique(at, return_index=True)[1]])
    return rows.table()


def _exchange(rows: _Rows, d: UnitDesigns) -> None:
    add, year = _adder(rows, d.substation, d.unit), d.year
    flow = flow_for_t_h(d.load_kw, PRIMARY_DIFFERENCE_K)
    bore, wide = bore_mm(flow), bore_mm(d.flow_t_h)
    for side, zh in (("primary_supply", "一次供水"), ("primary_return", "一次回水")):
        add("shutoff_valve", f"{zh}关断阀", role=side, dn_mm=bore, built_year=year)
        add("gauge", f"{zh}测点", role=side, dn_mm=bore)
    add("strainer", "一次除污器", role="primary", dn_mm=bore, built_year=year)
    add("control_valve", "电动调节阀", dn_mm=bore, built_year=np.maximum(year, 2_012))
    add("heat_meter", "热量表", dn_mm=bore, flow_t_h=np.round(flow, 1), built_year=np.maximum(year, 2_015))
    count = np.clip(np.ceil(d.load_kw / _EXCHANGER_KW), 1, 3)
    plates = np.clip(np.ceil(d.load_kw * 1.15 / count / _KW_PER_PLATE / 2) * 2, 24, 260)
    each_mw = np.round(d.load_kw * 1.15 / count / 1_000, 2)
    for n in (1, 2, 3):
        add(
            "plate_exchanger", f"{n}#板式换热器", where=count >= n, ordinal=n, plates=plates, capacity_mw=each_mw,
            dn_mm=bore_mm(d.flow_t_h / count), built_year=year,
        )  # fmt: skip
    for side, zh in (("secondary_supply", "二次供水"), ("secondary_return", "二次回水")):
        add("shutoff_valve", f"{zh}关断阀", role=side, dn_mm=wide, built_year=year)
        add("gauge", f"{zh}测点", role=side, dn_mm=wide)
    add("strainer", "二次除污器", role="secondary", dn_mm=wide, built_year=year)
    add("flow_meter", "二次流量计", role="secondary", dn_mm=wide, built_year=np.maximum(year, 2_015))
    add("safety_valve", "安全阀", dn_mm=40, built_year=year)


def _secondary(rows: _Rows, d: UnitDesigns, is_small: Mask) -> None:
    add = _adder(rows, d.substation, d.unit)
    duty = np.where(d.flow_t_h > _WIDE_FLOW_T_H, 2, 1)
    each = np.round(d.flow_t_h * 1.1 / duty, 0)
    head = _HEAD_M[d.zone]
    for n in (1, 2, 3):
        add(
            "circulation_pump", f"{n}#循环泵", where=duty + 1 >= n, ordinal=n, is_standby=duty < n, flow_t_h=each,
            head_m=head, power_kw=_pump_kw(each, head), dn_mm=bore_mm(each), built_year=d.year,
        )  # fmt: skip
    leak = np.round(np.maximum(d.flow_t_h * 0.02, 1.0), 1)
    add("makeup_valve", "补水阀", where=is_small, dn_mm=25, flow_t_h=leak, built_year=d.year)
    for n in (1, 2):
        add(
            "makeup_pump", f"{n}#补水泵", where=~is_small & ((n == 1) | (d.load_kw > 2_000)), ordinal=n,
            is_standby=n > 1, flow_t_h=leak, head_m=head + 18, power_kw=np.maximum(_pump_kw(leak, head + 18), 0.75),
            dn_mm=bore_mm(leak), built_year=d.year,
        )  # fmt: skip
    add("flow_meter", "补水表", role="makeup", where=~is_small, dn_mm=bore_mm(leak), built_year=d.year)
    add("cabinet", "机组控制柜", power_kw=_pump_kw(each, head) * duty + 5, built_year=np.maximum(d.year, 2_015))


def _shared(rows: _Rows, stations: Ints, load_kw: Floats, is_small: Mask, year: Ints) -> None:
    add = _adder(rows, stations, np.zeros(len(stations), np.int64))
    add("tank", "补水箱", where=~is_small, volume_m3=np.clip(np.round(load_kw / 900), 2, 12), built_year=year)
    add("softener", "软水器", where=~is_small, flow_t_h=np.clip(np.round(load_kw / 1_500), 1, 8), built_year=year)


def _adder(rows: _Rows, owner: Ints, unit: Ints) -> Callable[..., None]:
    return lambda kind, tag, **more: rows.add(owner, unit, kind, tag, **more)


@dataclass(frozen=True)
class RoomDesigns:
    """Boiler rooms as arrays: numbers, fuels, how many boilers, installed heat and years."""

    room: Ints
    fuel: NDArray[np.str_]
    boilers: Ints
    capacity_mw: Floats
    year: Ints


def boiler_equipment(d: RoomDesigns) -> Columns:
    """All pieces of the boiler rooms, by boiler room."""
    rows = _Rows()
    add = _adder(rows, d.room, np.zeros(len(d.room), np.int64))
    each = d.capacity_mw / d.boilers
    for fuel, kind in BOILER_KIND.items():
        for n in range(1, int(d.boilers.max(initial=0)) + 1):
            _boiler(add, fuel, kind, n, (d.fuel == fuel) & (d.boilers >= n), each, d.year)
    _smoke(add, d, each)
    _water(add, d)
    return rows.table()


def _boiler(add: Callable[..., None], fuel: str, kind: str, n: int, where: Mask, each: Floats, year: Ints) -> None:
    flow = flow_for_t_h(each * 1_000, BOILER_DIFFERENCE_K)
    plate = {
        "where": where, "ordinal": n, "capacity_mw": np.round(each, 1), "flow_t_h": np.round(flow), "fuel": fuel,
        "dn_mm": bore_mm(flow), "built_year": year,
    }  # fmt: skip
    add(kind, f"{n}#锅炉", **plate)
    add("shutoff_valve", f"{n}#锅炉出水阀", where=where, ordinal=n, role="boiler_supply", dn_mm=bore_mm(flow))
    if fuel in ("coal", "biomass"):
        more = {"where": where, "ordinal": n, "built_year": year}
        add("drum", f"{n}#锅筒", volume_m3=np.round(1.2 + each * 0.35, 1), **more)
        add("conveyor", f"{n}#给料机", power_kw=np.round(2 + each * 0.12, 1), **more)
        add("deduster", f"{n}#布袋除尘器", power_kw=np.round(4 + each * 0.5, 1), **more)
        add("fan", f"{n}#引风机", power_kw=np.round(8 + each * 4.2), **more)


def _smoke(add: Callable[..., None], d: RoomDesigns, each: Floats) -> None:
    year, coal = d.year, d.fuel == "coal"
    solid = coal | (d.fuel == "biomass")
    late = np.maximum(year, 2_014)
    add("scrubber", "脱硫塔", where=coal, volume_m3=np.round(18 + d.capacity_mw * 0.5), built_year=late)
    add("silo", "储料仓", where=solid, volume_m3=np.round(20 + d.capacity_mw * 1.5), built_year=year)
    add("gas_station", "燃气调压柜", where=d.fuel == "gas", dn_mm=bore_mm(each * 6), built_year=year)
    add("transformer", "变压器", where=d.fuel == "electric", power_kw=np.round(d.capacity_mw * 1_050), built_year=year)
    bore = np.clip(np.round(d.capacity_mw * 12, -2), 400, 2_000)
    for fuel, height in _STACK_M.items():
        add("chimney", "烟囱", where=d.fuel == fuel, height_m=height, dn_mm=bore, built_year=year)


def _water(add: Callable[..., None], d: RoomDesigns) -> None:
    flow = flow_for_t_h(d.capacity_mw * 1_000, BOILER_DIFFERENCE_K)
    duty = np.where(flow > 900, 3, np.where(flow > 300, 2, 1))
    each = np.round(flow * 1.1 / duty)
    bore, year = bore_mm(flow), d.year
    for n in range(1, 5):
        add(
            "circulation_pump", f"{n}#循环泵", where=duty + 1 >= n, ordinal=n, is_standby=duty < n, flow_t_h=each,
            head_m=50.0, power_kw=_pump_kw(each, 50.0), dn_mm=bore_mm(each), built_year=year,
        )  # fmt: skip
    add("tank", "补水箱", volume_m3=np.clip(np.round(flow / 25), 6, 40), built_year=year)
    add("softener", "软水器", flow_t_h=np.clip(np.round(flow / 60), 4, 30), built_year=year)
    leak = np.round(np.maximum(flow * 0.01, 2.0), 1)
    for n in (1, 2):
        add(
            "makeup_pump", f"{n}#补水泵", ordinal=n, is_standby=n > 1, flow_t_h=leak, head_m=60.0,
            power_kw=np.maximum(_pump_kw(leak, 60.0), 1.5), dn_mm=bore_mm(leak), built_year=year,
        )  # fmt: skip
    add("flow_meter", "补水表", role="makeup", dn_mm=bore_mm(leak), built_year=year)
    add("strainer", "回水除污器", role="return", dn_mm=bore, built_year=year)
    add("heat_meter", "总热量表", dn_mm=bore, flow_t_h=np.round(flow), built_year=np.maximum(year, 2_015))
    for side, zh in (("supply", "供水"), ("return", "回水")):
        add("shutoff_valve", f"总{zh}阀", role=side, dn_mm=bore, built_year=year)
        add("gauge", f"总{zh}测点", role=side, dn_mm=bore)
    add("cabinet", "集中控制柜", power_kw=_pump_kw(each, 50.0) * duty + 20, built_year=np.maximum(year, 2_015))
