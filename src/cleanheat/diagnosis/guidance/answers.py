"""What does guidance say of one object?  Its rows of the city's plan, ready for JSON: numbers or null, never NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.diagnosis.guidance import systems
from cleanheat.diagnosis.guidance.compliance import KW_H_PER_GJ, Judgement, judge
from cleanheat.diagnosis.guidance.devices import device_answer
from cleanheat.diagnosis.guidance.plan import CityPlan, city_plan
from cleanheat.diagnosis.guidance.source_plan import GRID_C
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found

Floats = NDArray[np.float64]
KINDS = ("plant", "branch", "boiler", "substation", "unit", "device")
DAY_H = 24
BASES = {"forecast": "天气预报", "stale": "陈旧预报", "persistence": "前几日外推", "none": "无气象数据"}

_judged: list[tuple[CityPlan, tuple[Judgement, Judgement]]] = []


def judged(plan: CityPlan) -> tuple[Judgement, Judgement]:
    """The plan's judgement of units and sources, made once a plan."""
    for held, found in _judged:
        if held is plan:
            return found
    made = judge(plan)
    _judged[:] = [(plan, made)]
    return made


def answer(kind: str, number: int, scope: Scope) -> dict[str, Any]:
    """Guidance of one object that the scope sees."""
    if kind not in KINDS:
        raise not_found("没有这类调控指导", kind)
    assets.require(kind, number, scope)
    plan = city_plan()
    told = {"kind": kind, "number": number, "name": assets.names(kind, [number])[0], **weather(plan)}
    if kind == "device":
        return told | {"device": device_answer(plan, number)}
    rows = _rows(plan, kind, number)
    if not rows.size:
        raise not_found("该对象没有供热机组或未投运", f"{kind} {number}")
    body = _units(plan, rows) if kind in {"unit", "substation"} else _sources(plan, rows)
    whole = systems.of_substation(plan, number) if kind == "substation" else None
    return told | body | {"systems": whole}


def _rows(plan: CityPlan, kind: str, number: int) -> NDArray[np.int64]:
    network = plan.network
    if kind == "substation":
        return np.flatnonzero(network.substation == number)
    if kind == "plant":
        return np.flatnonzero(assets.archive()["branch"].links["plant"][network.branches] == number)
    row = network.row_of(kind, number)
    return np.array([row] if row >= 0 else [], np.int64)


def weather(plan: CityPlan) -> dict[str, Any]:
    sky = plan.outlook
    return {
        "at": plan.at,
        "basis": sky.basis,
        "basis_zh": BASES[sky.basis],
        "note": sky.note,
        "source": sky.source,
        "issued": sky.issued or None,
        "times": sky.times.tolist(),
        "outdoor_c": listed(sky.outdoor_c),
        "outdoor_low_c": listed(sky.low_c),
        "outdoor_high_c": listed(sky.high_c),
        "felt_c": listed(sky.felt_c),
        "model_version": plan.model_version,
    }


def _units(plan: CityPlan, rows: NDArray[np.int64]) -> dict[str, Any]:
    """One unit, or the area-weighted mean (temperatures) and sum (flows, heat) of a substation's."""
    units, now, area = plan.units, plan.present.units, plan.network.area_m2[rows]
    verdict = judged(plan)[0]

    def mean(values: Floats) -> Floats:
        return _weighted(values[rows], area)

    def total(values: Floats) -> Floats:
        return np.asarray(values[rows].sum(axis=0))

    heat, as_is = total(units.heat_kw), total(units.as_is_heat_kw)
    return {
        "present": {
            "supply_c": plain(mean(now["supply_c"])), "return_c": plain(mean(now["return_c"])),
            "flow_t_h": plain(total(now["flow_t_h"])), "heat_kw": plain(total(now["heat_kw"])),
            "pump_hz": plain(mean(now["pump_hz"])), "valve_pct": plain(mean(now["valve_pct"])),
            "primary_supply_c": plain(mean(now["primary_supply_c"])),
            "room_c": plain(mean(plan.present.room_c)), "rooms": int(plan.present.rooms[rows].sum()),
        },
        "recommended": {
            "supply_c": listed(mean(units.supply_c)), "needed_c": listed(mean(units.needed_c)),
            "return_c": listed(mean(units.return_c)), "flow_t_h": listed(total(units.flow_t_h)),
            "heat_kw": listed(heat), "pump_hz": listed(mean(units.pump_hz)),
            "valve_pct": listed(mean(units.valve_pct)), "primary_supply_c": listed(mean(units.primary_supply_c)),
            "primary_return_c": listed(mean(units.primary_return_c)),
            "primary_flow_t_h": listed(total(units.primary_flow_t_h)),
        },
        "as_is": {"supply_c": listed(mean(units.as_is_supply_c)), "room_c": listed(mean(units.as_is_room_c))},
        "room": {
            "expected_c": listed(mean(units.room_c)), "low_c": listed(mean(units.room_low_c)),
            "high_c": listed(mean(units.room_high_c)),
        },
        "curve": {
            "outdoor_c": GRID_C.tolist(), "recommended_c": listed(mean(units.curve_c)),
            "in_force_c": listed(mean(units.in_force_c)),
            "basis": "model" if (units.basis[rows] > 0).all() else "design",
        },
        "energy": energy(heat, as_is),
        "judgement": _verdict(verdict, rows),
    }  # fmt: skip


def _sources(plan: CityPlan, rows: NDArray[np.int64]) -> dict[str, Any]:
    """One source, or a plant: its branches' flow-weighted mean and sum."""
    sources, now = plan.sources, plan.present.sources
    verdict = judged(plan)[1]
    flow = np.maximum(sources.flow_t_h[rows], 1e-6)
    fed = np.isin(plan.network.source, rows)
    users = plan.network.area_m2[fed]

    def mean(values: Floats) -> Floats:
        return _weighted(values[rows], flow[:, 0])

    def total(values: Floats) -> Floats:
        return np.asarray(values[rows].sum(axis=0))

    room = _weighted(plan.units.room_c[fed], users)
    as_is_room = _weighted(plan.units.as_is_room_c[fed], users)
    half = _weighted((plan.units.room_high_c - plan.units.room_c)[fed], users)
    heat, as_is = plan.units.heat_kw[fed].sum(axis=0), plan.units.as_is_heat_kw[fed].sum(axis=0)
    return {
        "present": {
            "supply_c": plain(mean(now["supply_c"])), "return_c": plain(mean(now["return_c"])),
            "flow_t_h": plain(total(now["flow_t_h"])), "heat_kw": plain(total(now["heat_kw"])),
            "boilers": int(plan.present.running[rows].max()) if (plan.present.running[rows] >= 0).any() else None,
            "room_c": plain(_weighted(plan.present.room_c[fed], users)), "rooms": int(plan.present.rooms[fed].sum()),
        },
        "recommended": {
            "supply_c": listed(mean(sources.supply_c)), "return_c": listed(mean(sources.return_c)),
            "flow_t_h": listed(total(sources.flow_t_h)), "heat_kw": listed(total(sources.heat_kw)),
            "short_kw": listed(total(sources.short_kw)), "cost_yuan_h": listed(total(sources.cost_yuan_h)),
            "boilers": sources.boilers[rows].sum(axis=0).tolist(),
        },
        "as_is": {"supply_c": listed(mean(sources.as_is_supply_c)), "room_c": listed(as_is_room)},
        "room": {"expected_c": listed(room), "low_c": listed(room - half), "high_c": listed(room + half)},
        "curve": {
            "outdoor_c": GRID_C.tolist(), "recommended_c": listed(mean(sources.curve_c)),
            "in_force_c": listed(mean(sources.in_force_c)), "basis": "optimum",
        },
        "energy": energy(heat, as_is),
        "judgement": _verdict(verdict, rows),
    }  # fmt: skip


def energy(recommended_kw: Floats, as_is_kw: Floats) -> dict[str, float | None]:
    """Heat of the coming day either way; positive ``saved``: the recommendation needs less."""
    wanted, used = (float(v[:DAY_H].sum()) / KW_H_PER_GJ for v in (recommended_kw, as_is_kw))
    share = (used - wanted) / used if used > 0 else float("nan")
    return {
        "recommended_gj_day": plain(wanted),
        "as_is_gj_day": plain(used),
        "saved_gj_day": plain(used - wanted),
        "saved_pct": plain(100.0 * share),
    }


def _verdict(found: Judgement, rows: NDArray[np.int64]) -> dict[str, Any]:
    reasons = {r["key"]: r for row in rows.tolist() for r in found.reasons(row)}
    known = bool(found.known[rows].any())
    return {
        "known": known,
        "complies": bool(~found.fails()[rows].any()) if known else None,
        "reasons": list(reasons.values()) if known else [],
        "lowest_room_c": plain(np.min(found.room_c[rows])),
        "below_h": plain(_least(found.below_h[rows])),
        "heat_missing_gj_day": plain(found.heat_gj_d[rows].sum()),
        "users_below": plain(found.users[rows].sum(), 0),
    }


def _least(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.min()) if known.size else float("nan")


def _weighted(values: Floats, weight: Floats) -> Floats:
    """Weighted mean over the first axis of what is known; NaN where nothing is."""
    shaped = weight.reshape(-1, *([1] * (values.ndim - 1))) * ~np.isnan(values)
    total = shaped.sum(axis=0)
    return np.asarray(np.where(total > 0, np.nansum(values * shaped, axis=0) / np.maximum(total, 1e-12), np.nan))


def listed(values: Floats, digits: int = 1) -> list[float | None]:
    return [plain(v, digits) for v in np.asarray(values).tolist()]


def plain(value: Any, digits: int = 1) -> float | None:
    number = float(value)
    return None if number != number else round(number, digits)


def not_compliant(kind: str, scope: Scope) -> dict[str, Any]:
    """Objects of a kind that the scope sees and that would not keep rooms warm: worst first, with reasons."""
    if kind not in {"branch", "boiler", "substation", "unit"}:
        raise not_found("没有这类判断", kind)
    plan = city_plan()
    units, sources = judged(plan)
    found, network, n = (units if kind in {"unit", "substation"} else sources), plan.network, plan.network.branches.size
    numbers = {
        "unit": network.units, "substation": network.substation, "branch": network.branches, "boiler": network.boilers,
    }[kind].astype(np.int64)  # fmt: skip
    offset = n if kind == "boiler" else 0
    rows = np.arange(numbers.size) + offset
    seen = assets.visible(kind, scope)[numbers]
    judgeable = int(np.unique(numbers[seen & found.known[rows]]).size)
    failing = np.flatnonzero(seen & found.fails()[rows])
    failing = failing[np.argsort(found.room_c[rows[failing]], kind="stable")]
    listed_: dict[int, list[int]] = {}
    for i in failing.tolist():  # only those that fail
        listed_.setdefault(int(numbers[i]), []).append(int(rows[i]))
    names = assets.names(kind, list(listed_))
    items = [
        {"number": key, "name": name, **_verdict(found, np.array(own))}
        for (key, own), name in zip(listed_.items(), names, strict=True)
    ]
    return {"basis": plan.outlook.basis, "note": plan.outlook.note, "judged": judgeable, "failing": len(items)} | {
        "seen": int(np.unique(numbers[seen]).size), "items": items,
    }  # fmt: skip
