"""How do single, dual and multi-system substations do, unit by unit and zone by zone?

Each unit is judged by itself (its own design, terminals and height zone), then weighted by area for its substation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.diagnosis.guidance.compliance import below_share
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.infra.scope import Scope

Floats = NDArray[np.float64]
TERMINALS = {0: "散热器", 1: "地暖"}


def unit_marks(plan: CityPlan) -> dict[str, Floats]:
    """What is judged of every unit, ``[N]``: indicators as measured and a mark of 0–100 (NaN: not measured)."""
    now, network, units = plan.present.units, plan.network, plan.units
    gap = now["supply_c"] - units.needed_c[:, 0]
    room_off = plan.present.room_c - number("unit", "target_room_c")
    flow_ratio = now["flow_t_h"] / network.flow_t_h
    heat_ratio = now["heat_kw"] / np.maximum(units.heat_kw[:, 0], 1.0)
    parts = np.stack(
        [
            np.clip(1.0 - np.abs(gap) / 10.0, 0, 1),
            np.clip(1.0 - np.abs(heat_ratio - 1.0) / 0.5, 0, 1),
            np.clip(1.0 - np.maximum(-room_off, room_off / 2.0).clip(0) / 4.0, 0, 1),
            np.clip(1.0 - np.abs(flow_ratio - 1.0) / 0.6, 0, 1),
        ]
    )
    weight = np.array([0.3, 0.25, 0.3, 0.15])[:, None] * ~np.isnan(parts)
    total = weight.sum(axis=0)
    mark = np.where(total > 0.25, 100.0 * np.nansum(parts * weight, axis=0) / np.maximum(total, 1e-9), np.nan)
    return {
        "supply_c": now["supply_c"],
        "return_c": now["return_c"],
        "gap_k": gap,
        "heat_w_m2": now["heat_kw"] * 1000.0 / network.area_m2,
        "heat_ratio": heat_ratio,
        "flow_kg_m2": now["flow_t_h"] * 1000.0 / network.area_m2,
        "flow_ratio": flow_ratio,
        "room_c": plan.present.room_c,
        "below_share": np.where(
            np.isnan(plan.present.room_c), np.nan, below_share(plan.present.room_c, number("compliance", "room_c"))
        ),
        "mark": mark,
    }


def weighted(values: Floats, weight: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Weighted mean of what is known in each group, NaN where nothing is."""
    known = ~np.isnan(values)
    total = np.bincount(group[known], weight[known], minlength=groups)
    sums = np.bincount(group[known], (values * weight)[known], minlength=groups)
    return np.where(total > 0, sums / np.maximum(total, 1e-9), np.nan)


def by_system(plan: CityPlan, scope: Scope) -> list[dict[str, Any]]:
    """Indicators of the scope's single, dual and multi-system substations, area-weighted."""
    archive, network, marks = assets.archive(), plan.network, unit_marks(plan)
    mine = assets.visible("unit", scope)[network.units]
    system = np.nan_to_num(archive["substation"].values["system"])[network.substation].astype(np.int64)
    words = assets.system_types()
    group = np.where(mine, system, 0)
    size = max(words, default=0) + 1
    means = {k: weighted(v, network.area_m2, group, size) for k, v in marks.items()}
    spread = _spread_within(plan, marks["supply_c"] - plan.units.needed_c[:, 0])
    stations, first = np.unique(network.substation[mine], return_index=True)
    kind_of = system[mine][first]
    return [
        {
            "system": code,
            "zh": zh,
            "substations": int((kind_of == code).sum()),
            "units": int((group == code).sum()),
            "area_m2": round(float(network.area_m2[group == code].sum())),
            "spread_k": _plain(_mean(spread[stations[kind_of == code]])),
            **{k: _plain(v[code]) for k, v in means.items()},
        }
        for code, zh in sorted(words.items())
        if code
    ]


def _spread_within(plan: CityPlan, gap: Floats) -> Floats:
    """By substation number: how far its units' supply departs from need differently, K (0 for a single one)."""
    size = int(plan.network.substation.max(initial=0)) + 1
    high, low = np.full(size, -np.inf), np.full(size, np.inf)
    known = ~np.isnan(gap)
    np.maximum.at(high, plan.network.substation[known], gap[known])
    np.minimum.at(low, plan.network.substation[known], gap[known])
    return np.where(np.isfinite(high), high - low, np.nan)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _plain(value: float) -> float | None:
    return None if value != value else round(float(value), 2)


def of_substation(plan: CityPlan, number_: int) -> dict[str, Any]:
    """One substation's units, each judged by itself, and the area-weighted whole."""
    network, archive, marks = plan.network, assets.archive(), unit_marks(plan)
    rows = np.flatnonzero(network.substation == number_)
    table = archive["unit"]
    zones = assets.code_words("zone")
    one = np.zeros(rows.shape[0], np.int64)
    numbers = network.units[rows].tolist()
    units = [
        {
            "number": n,
            "name": name,
            "zone": zones.get(int(np.nan_to_num(table.values["zone"][n])), "") if "zone" in table.values else "",
            "terminal": TERMINALS[int(table.values["is_floor"][n] > 0)],
            "area_m2": round(float(network.area_m2[row])),
            **{k: _plain(v[row]) for k, v in marks.items()},
        }
        for n, row, name in zip(numbers, rows.tolist(), assets.names("unit", numbers), strict=True)
    ]
    whole = {k: _plain(float(weighted(v[rows], network.area_m2[rows], one, 1)[0])) for k, v in marks.items()}
    return {"units": units, "whole": whole}
