"""What can each branch, boiler room and substation carry, and does it suffice on the coldest day?

Three views side by side: what is connected by design, what history says (heat signature extrapolated to the design
outdoor temperature), and what room temperatures say (real losses).  None replaces the others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.guidance import station
from cleanheat.calc.thermal.constants import DESIGN_OUTDOOR_TEMP_C, WATER_KWH_PER_T_K
from cleanheat.diagnosis.guidance import learned
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found

Floats = NDArray[np.float64]
Kind = Literal["branch", "boiler", "substation", "unit"]
CLASSES = {"short": "能力不足", "tight": "能力偏紧", "fit": "能力适中", "idle": "能力富余", "unknown": "无法评估"}


def assess(plan: CityPlan, kind: str, scope: Scope) -> list[dict[str, Any]]:
    """Rows of a kind that the scope sees, the tightest first; peak boiler rooms, which feed nobody, are left out."""
    if kind not in {"branch", "boiler", "substation", "unit"}:
        raise not_found("没有这类能力评估", kind)
    columns = _by_unit(plan, kind)
    seen = assets.visible(kind, scope)[columns["number"].astype(np.int64)]
    fed = columns["connected_kw"] > 0
    rows = np.flatnonzero(seen & fed)
    rows = rows[np.argsort(-np.nan_to_num(columns["load_ratio"][rows], nan=-1.0), kind="stable")]
    numbers = columns["number"][rows].astype(np.int64).tolist()
    named = zip(rows.tolist(), numbers, assets.names(kind, numbers), strict=True)
    return [_row(columns, row, number_, name) for row, number_, name in named]


def _row(columns: dict[str, Floats], row: int, number_: int, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"number": number_, "name": name}
    for key, values in columns.items():
        if key != "number":
            value = float(values[row])
            told[key] = None if value != value else round(value, 3 if key == "load_ratio" else 1)
    ratio = columns["load_ratio"][row]
    told["class"] = class_of(float(ratio))
    told["class_zh"] = CLASSES[told["class"]]
    return told


def class_of(load_ratio: float) -> str:
    """The class of a load ratio (need on the coldest day ÷ what can be carried)."""
    if load_ratio != load_ratio:
        return "unknown"
    limits = ((number("capacity", "short"), "short"), (number("capacity", "tight"), "tight"))
    for limit, name in limits:
        if load_ratio > limit:
            return name
    return "idle" if load_ratio < number("capacity", "idle") else "fit"


def _by_unit(plan: CityPlan, kind: str) -> dict[str, Floats]:
    network, heating = plan.network, plan.units.heating
    cold = np.array([DESIGN_OUTDOOR_TEMP_C])
    by_rooms = station.needed_load(heating, cold, number("unit", "target_room_c"))[:, 0] * heating.load_kw
    measured = ~np.isnan(plan.present.room_c)
    own = {
        "connected_kw": network.load_kw,
        "area_m2": network.area_m2,
        "users": network.users.astype(np.float64),
        "units": np.ones(network.units.shape[0]),
        "room_need_kw": np.where(measured, by_rooms, network.load_kw),
        "room_units": measured.astype(np.float64),
    }
    numbers, sums, farthest = _grouped(plan, kind, own)
    design, able = _design_and_able(plan, kind, sums)
    from_history = _signature(kind, numbers, plan)
    need = np.where(np.isnan(from_history["history_kw"]), sums["room_need_kw"], from_history["history_kw"])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(able > 0, need / able, np.nan)
        index = np.where(sums["area_m2"] > 0, from_history["history_kw"] * 1000.0 / sums["area_m2"], np.nan)
        by_design = np.where(able > 0, sums["connected_kw"] / able, np.nan)
    return {
        "number": numbers.astype(np.float64),
        **sums,
        "design_kw": design,
        "able_kw": able,
        **from_history,
        "index_w_m2": index,
        "need_kw": need,
        "load_ratio": ratio,
        "connected_ratio": by_design,
        "farthest_h": farthest,
    }


def _grouped(plan: CityPlan, kind: str, own: dict[str, Floats]) -> tuple[NDArray[np.int64], dict[str, Floats], Floats]:
    """Sums over the units of each object of the kind, and the longest way in hours."""
    network, n = plan.network, plan.network.branches.shape[0]
    if kind == "unit":
        return network.units.astype(np.int64), own, network.delay_h
    if kind == "substation":
        numbers, row = np.unique(network.substation, return_inverse=True)
    else:
        numbers = network.branches if kind == "branch" else network.boilers
        row = np.where(
            (network.source < n) == (kind == "branch"), network.source - (0 if kind == "branch" else n), -1
        )  # fmt: skip
    fed = row >= 0
    size = numbers.shape[0]
    sums = {k: np.bincount(row[fed], v[fed], minlength=size)[:size].astype(np.float64) for k, v in own.items()}
    farthest = np.zeros(size)
    np.maximum.at(farthest, row[fed], network.delay_h[fed])
    return numbers.astype(np.int64), sums, farthest


def _design_and_able(plan: CityPlan, kind: str, sums: dict[str, Floats]) -> tuple[Floats, Floats]:
    network, n = plan.network, plan.network.branches.shape[0]
    if kind == "branch":
        design = WATER_KWH_PER_T_K * network.network.flow_t_h[:n] * number("branch", "design_drop_k")
        return design, plan.sources.able_kw[:n]
    if kind == "boiler":
        return network.capacity_mw * 1000.0, plan.sources.able_kw[n:]
    # An exchanger is sized for what is connected, with the usual reserve of its design flow.
    return sums["connected_kw"], sums["connected_kw"] * number("capacity", "exchanger_reserve")


def _signature(kind: str, numbers: NDArray[np.int64], plan: CityPlan) -> dict[str, Floats]:
    """What history says, by object; a substation's is the sum of its units', where all of them are known."""
    names = {"history_kw": "design_kw", "history_error_kw": "design_error_kw", "peak_kw": "peak_kw", "days": "days"}
    found = learned.load(learned.folder_of(Path(settings.DATA_DIR)))
    signature = found.signatures.get("unit" if kind == "substation" else kind) if found else None
    if signature is None:
        return {name: np.full(numbers.shape[0], np.nan) for name in names}
    if kind != "substation":
        inside = numbers < signature.days.shape[0]
        at = np.where(inside, numbers, 0)
        return {k: np.where(inside, getattr(signature, v)[at].astype(np.float64), np.nan) for k, v in names.items()}
    units = plan.network.units
    at = np.where(units < signature.days.shape[0], units, 0)
    row = np.searchsorted(numbers, plan.network.substation)
    out = {}
    for name, column in names.items():
        own = getattr(signature, column)[at].astype(np.float64)
        if name == "days":
            days = np.full(numbers.shape[0], np.inf)
            np.minimum.at(days, row, own)
            out[name] = np.where(np.isfinite(days), days, 0.0)
        else:  # one unknown unit makes the sum unknown
            out[name] = np.bincount(row, own, minlength=numbers.shape[0]).astype(np.float64)
    return out
