"""A cold snap: will rooms hold?  As things are run and with the recommended measures, for a scope's part of it all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.calc.guidance import rooms
from cleanheat.diagnosis.guidance.compliance import KW_H_PER_GJ, able_now, below_share, with_peaks
from cleanheat.diagnosis.guidance.network import Supplied
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.diagnosis.guidance.weathers import Run, cold_snap, run
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid

Floats = NDArray[np.float64]
WORST = 50
LONGEST_H = 168


@dataclass(frozen=True)
class Limited:
    """A source that can send only a share of what it could, 0 = tripped."""

    kind: str
    number: int
    share: float


@dataclass(frozen=True)
class Asked:
    """The weather and the faults to go through."""

    lowest_c: float
    within_h: int
    hours: int
    limited: tuple[Limited, ...] = ()


def check(asked: Asked, scope: Scope) -> Asked:
    """The same question, or a refusal that names the field."""
    low, high = number("scenario", "lowest_c"), number("scenario", "highest_c")
    if not low <= asked.lowest_c <= high:
        raise invalid("lowest_c", f"最低温应在 {low:g}～{high:g} ℃", str(asked.lowest_c))
    if not 1 <= asked.within_h <= 72:
        raise invalid("within_h", "降温历时应为 1–72 小时", str(asked.within_h))
    if asked.hours < 1 or asked.within_h + asked.hours > LONGEST_H:
        raise invalid("hours", f"总历时应不超过 {LONGEST_H} 小时", str(asked.hours))
    for i, one in enumerate(asked.limited):
        if one.kind not in {"plant", "branch", "boiler"}:
            raise invalid(f"limited[{i}].kind", "热源为 plant、branch 或 boiler", one.kind)
        if not 0.0 <= one.share <= 1.0:
            raise invalid(f"limited[{i}].share", "可供比例应在 0～1", str(one.share))
        assets.require(one.kind, one.number, scope)
    return asked


def go_through(plan: CityPlan, asked: Asked, scope: Scope) -> dict[str, Any]:
    """The whole answer, JSON-ready.  The physics is the whole city's; what is told is the scope's part."""
    if not plan.outlook.is_known:
        raise invalid("lowest_c", "无法推演", plan.outlook.note)
    outdoor = cold_snap(plan.outlook, asked.lowest_c, asked.within_h, asked.hours, number("scenario", "swing_k"))
    archive = assets.archive()
    share = _shares(archive, plan.network, asked)
    every_peak = np.ones(plan.network.boilers.shape[0], bool)
    as_is = run(plan, outdoor, False, able_now(plan) * share)
    with_measures = run(plan, outdoor, True, with_peaks(plan, every_peak) * share)
    mine = assets.visible("unit", scope)[plan.network.units]
    return {
        "asked": asdict(asked) | {"limited": [asdict(one) | {"name": _name(one)} for one in asked.limited]},
        "start": plan.outlook.start,
        "outdoor_c": _rounded(outdoor),
        "basis": plan.outlook.basis,
        "note": plan.outlook.note,
        "as_is": _told(plan, as_is, mine, scope, archive),
        "with_measures": _told(plan, with_measures, mine, scope, archive),
        "measures": _measures(plan, as_is, with_measures, mine),
    }


def _name(one: Limited) -> str:
    return assets.names(one.kind, [one.number])[0]


def _shares(archive: Archive, network: Supplied, asked: Asked) -> Floats:
    share = np.ones(network.sources)
    plant = archive["branch"].links["plant"][network.branches]
    for one in asked.limited:  # a handful
        if one.kind == "plant":
            share[: network.branches.shape[0]][plant == one.number] *= one.share
        elif (row := network.row_of(one.kind, one.number)) >= 0:
            share[row] *= one.share
    return share


def _rounded(values: Floats, digits: int = 1) -> list[float | None]:
    return [None if v != v else round(float(v), digits) for v in values]


def _told(plan: CityPlan, found: Run, mine: NDArray[np.bool_], scope: Scope, archive: Archive) -> dict[str, Any]:
    network, limit = plan.network, number("compliance", "room_c")
    below = below_share(found.room_c, limit) * mine[:, None]
    users, area = network.users[:, None] * below, network.area_m2[:, None] * below
    weight = network.area_m2 * mine
    mean = (found.room_c * weight[:, None]).sum(axis=0) / max(float(weight.sum()), 1e-9)
    first = rooms.hours_until_below(found.room_c, limit)
    lowest = found.room_c.min(axis=1)
    missing = np.maximum(found.need_kw - found.given_kw, 0.0).sum(axis=1) / KW_H_PER_GJ
    at_risk = mine & (lowest < limit)
    return {
        "units_below": int(at_risk.sum()),
        "substations_below": int(np.unique(network.substation[at_risk]).size),
        "users_below": round(float(users.max(axis=1).sum())),
        "area_below_m2": round(float(area.max(axis=1).sum())),
        "users_share": round(float(users.max(axis=1).sum()) / max(float((network.users * mine).sum()), 1.0), 4),
        "lowest_room_c": round(float(lowest[mine].min()), 1) if mine.any() else None,
        "first_below_h": _first(first[mine]),
        "short_gj": round(float((missing * mine).sum())),
        "mean_room_c": _rounded(mean),
        "users_below_by_hour": [round(float(v)) for v in users.sum(axis=0)],
        "sources": _sources(plan, found, mine, at_risk, first, scope),
        "worst": _worst(plan, archive, mine, lowest, first, missing, users.max(axis=1)),
        "companies": _companies(plan, archive, mine, at_risk, users.max(axis=1), missing),
    }


def _first(hours: Floats) -> float | None:
    known = hours[~np.isnan(hours)]
    return float(known.min()) if known.size else None


def _sources(
    plan: CityPlan, found: Run, mine: NDArray[np.bool_], at_risk: NDArray[np.bool_], first: Floats, scope: Scope
) -> list[dict[str, Any]]:
    """Sources the scope sees or whose units it sees: what is asked of each, what it is short of."""
    network, n = plan.network, plan.network.branches.shape[0]
    own = network.of_source(mine.astype(float)) > 0
    risk = network.of_source(at_risk.astype(float))
    rows = np.flatnonzero(own)
    seen = {kind: assets.visible(kind, scope) for kind in ("branch", "boiler")}
    out: list[dict[str, Any]] = []
    for row in rows[np.argsort(-found.short_kw[rows].sum(axis=1), kind="stable")].tolist():  # at most some hundred
        kind = "branch" if row < n else "boiler"
        number_ = int(network.branches[row] if row < n else network.boilers[row - n])
        if not seen[kind][number_]:
            continue
        asked, short = found.asked_kw[row], found.short_kw[row]
        below = first[(network.source == row) & mine]
        out.append(
            {
                "kind": kind,
                "number": number_,
                "need_mw": round(float(asked.max()) / 1000, 1),
                "short_mw": round(float(short.max()) / 1000, 1),
                "short_gj": round(float(short.sum()) / KW_H_PER_GJ),
                "units_below": int(risk[row]),
                "first_below_h": _first(below),
            }
        )
    for kind in ("branch", "boiler"):
        of_kind = [r for r in out if r["kind"] == kind]
        for r, name in zip(of_kind, assets.names(kind, [r["number"] for r in of_kind]), strict=True):
            r["name"] = name
    return out


def _worst(
    plan: CityPlan,
    archive: Archive,
    mine: NDArray[np.bool_],
    lowest: Floats,
    first: Floats,
    missing: Floats,
    users: Floats,
) -> list[dict[str, Any]]:
    """The substations whose rooms fall lowest."""
    station, size = plan.network.substation, archive["substation"].size
    coldest = np.full(size, np.inf)
    np.minimum.at(coldest, station[mine], lowest[mine])
    soonest = np.full(size, np.inf)
    np.minimum.at(soonest, station[mine], np.nan_to_num(first[mine], nan=np.inf))
    heat, people = (np.bincount(station[mine], v[mine], minlength=size) for v in (missing, users))
    order = np.argsort(coldest, kind="stable")[:WORST]
    order = order[np.isfinite(coldest[order])]
    company = archive["substation"].links["company"]
    return [
        {
            "number": int(n),
            "name": name,
            "company_id": int(company[n]),
            "lowest_room_c": round(float(coldest[n]), 1),
            "first_below_h": None if np.isinf(soonest[n]) else float(soonest[n]),
            "short_gj": round(float(heat[n]), 1),
            "users_below": round(float(people[n])),
        }
        for n, name in zip(order.tolist(), assets.names("substation", order.tolist()), strict=True)
    ]


def _companies(
    plan: CityPlan,
    archive: Archive,
    mine: NDArray[np.bool_],
    at_risk: NDArray[np.bool_],
    users: Floats,
    missing: Floats,
) -> list[dict[str, Any]]:
    company = archive["unit"].links["company"][plan.network.units]
    size = int(company.max(initial=0)) + 1

    def total(values: NDArray[Any]) -> Floats:
        return np.asarray(np.bincount(company[mine], values[mine].astype(float), minlength=size), np.float64)

    below, all_, people, heat = total(at_risk), total(mine), total(users), total(missing)
    return [
        {
            "company_id": int(c),
            "units": int(all_[c]),
            "units_below": int(below[c]),
            "users_below": round(float(people[c])),
            "short_gj": round(float(heat[c])),
        }
        for c in np.argsort(-people, kind="stable").tolist()
        if c and all_[c]
    ]


def _measures(plan: CityPlan, as_is: Run, better: Run, mine: NDArray[np.bool_]) -> dict[str, Any]:
    """What the measures are and what they cost in heat."""
    network, n = plan.network, plan.network.branches.shape[0]
    helped = np.zeros(network.boilers.shape[0], bool)
    has = network.is_peak & (network.branch_of_boiler >= 0)
    helped[has] = as_is.short_kw[network.branch_of_boiler[has]].max(axis=1) > 0
    served = network.of_source(mine.astype(float))[:n] > 0
    reach = helped & served[np.maximum(network.branch_of_boiler, 0)] if n else helped
    more = (better.given_kw - as_is.given_kw)[mine].sum() / KW_H_PER_GJ
    raised = (better.supply_c - as_is.supply_c).max(axis=1)
    return {
        "raise_units": int((mine & (raised > 1.0)).sum()),
        "mean_raise_k": round(float(raised[mine & (raised > 1.0)].mean()), 1) if (mine & (raised > 1.0)).any() else 0.0,
        "start_peak_boilers": network.boilers[reach].tolist(),
        "peak_names": assets.names("boiler", network.boilers[reach].tolist()),
        "more_heat_gj": round(float(more)),
    }
