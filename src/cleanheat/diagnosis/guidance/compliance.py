"""Would the present parameters keep rooms warm in the cold, or when it cools fast?  Who would not, and what is missing.

Three weathers are gone through with the curves in force: the forecast, the design cold, and a fast fall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.guidance import rooms
from cleanheat.diagnosis.forecast.outlook import Outlook
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.diagnosis.guidance.weathers import Run, cold_snap, run
from cleanheat.diagnosis.guidance.words import Lack

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KW_H_PER_GJ = 1e6 / 3600.0
DAY_H = 24
UNITS_ZH = {
    Lack.ROOM: "K",
    Lack.SUPPLY: "K",
    Lack.PRIMARY: "K",
    Lack.SOURCE: "K",
    Lack.FLOW: "t/h",
    Lack.CAPACITY: "MW",
    Lack.RISE: "K",
}


@dataclass(frozen=True)
class Judgement:
    """Rows of units or sources.  ``lacks``: reason → how much is missing, NaN where it does not apply.

    ``room_c``: the lowest expected mean room of the three weathers; ``below_h``: hours until it falls below 18 °C;
    ``heat_gj_d``: heat missing (or, negative, too much) on the forecast's first day; ``users`` expected below 18 °C.
    """

    lacks: dict[Lack, Floats]
    room_c: Floats
    below_h: Floats
    heat_gj_d: Floats
    users: Floats
    known: Bools

    def fails(self) -> Bools:
        found: Bools = np.logical_or.reduce([~np.isnan(v) for v in self.lacks.values()]) & self.known
        return found

    def reasons(self, row: int) -> list[dict[str, object]]:
        """Why one row fails, with the missing quantity."""
        found = []
        for lack, values in self.lacks.items():
            if not np.isnan(values[row]):
                unit = UNITS_ZH.get(lack, "")
                found.append(
                    {"key": lack.value, "zh": lack.label, "missing": round(float(values[row]), 1), "unit": unit}
                )
        return found


def judge(plan: CityPlan) -> tuple[Judgement, Judgement]:
    """Units and sources."""
    weathers = _weathers(plan)
    units = judge_units(plan, weathers)
    return units, judge_sources(plan, weathers, units)


def _weathers(plan: CityPlan) -> tuple[Run, Run, Run]:
    sky, able = plan.outlook, able_now(plan)
    cold = cold_snap(sky, number("compliance", "cold_c"), DAY_H, 2 * DAY_H, 0.0)
    rapid = cold_snap(sky, rapid_lowest_c(sky), int(number("compliance", "rapid_hours")), DAY_H, 0.0)
    return run(plan, sky.outdoor_c, False, able), run(plan, cold, False, able), run(plan, rapid, False, able)


def rapid_lowest_c(sky: Outlook) -> float:
    """How cold a fast fall ends: from the level of the day, not from a night's low, and no colder than what heating is
    designed for: below that nobody promises 18 °C."""
    day = np.r_[sky.past_c[-DAY_H:], sky.outdoor_c[:1]]
    level = float(day[~np.isnan(day)].mean()) if not np.isnan(day).all() else float("nan")
    return float(np.maximum(level - number("compliance", "rapid_drop_k"), number("compliance", "cold_c")))


def able_now(plan: CityPlan) -> Floats:
    """What sources can send with the peak boiler rooms that run now, kW ``[S]``."""
    return with_peaks(plan, peaks_running(plan))


def peaks_running(plan: CityPlan) -> Bools:
    """Which boiler rooms are peak ones and burn, ``[boilers]``."""
    n = plan.network.branches.shape[0]
    heat = np.nan_to_num(plan.present.sources["heat_kw"][n:])
    return plan.network.is_peak & (heat > number("peaks", "on_share") * plan.network.capacity_mw * 1000.0)


def with_peaks(plan: CityPlan, on: Bools) -> Floats:
    """Branches helped by the peak boiler rooms that are on."""
    network = plan.network
    able = plan.sources.able_kw.copy()
    helps = on & network.is_peak & (network.branch_of_boiler >= 0)
    np.add.at(able, network.branch_of_boiler[helps], network.capacity_mw[helps] * 1000.0)
    return able


def judge_units(plan: CityPlan, weathers: tuple[Run, Run, Run]) -> Judgement:
    units, now, network = plan.units, plan.present.units, plan.network
    limit, allowed = number("compliance", "room_c"), number("compliance", "room_hours")
    rooms_c = np.stack([r.room_c.min(axis=1) for r in weathers])
    long_cold = np.logical_or.reduce([(r.room_c < limit).sum(axis=1) > allowed for r in weathers])
    gap = units.needed_c - units.as_is_supply_c
    short_k, short_h = number("compliance", "supply_short_k"), number("compliance", "supply_short_h")
    starved = (gap > short_k).sum(axis=1) > short_h
    lowest = rooms_c.min(axis=0)
    primary = units.needed_c.max(axis=1) + short_k - units.primary_supply_c.max(axis=1)
    given = units.needed_c + number("compliance", "hot_end_k") - units.primary_as_is_c
    flow = units.flow_t_h[:, 0] * number("compliance", "flow_share") - now["flow_t_h"]
    open_ = (now["valve_pct"] >= number("compliance", "valve_open_pct")) & (gap[:, 0] > 2.0)
    rise = (weathers[2].need_kw.max(axis=1) - weathers[2].given_kw.max(axis=1)) / np.maximum(network.load_kw, 1.0)
    lacks = {
        Lack.ROOM: _where(long_cold, limit - lowest),
        Lack.SUPPLY: _where(starved, gap.max(axis=1)),
        Lack.PRIMARY: _where(primary > 0, primary),
        Lack.SOURCE: _where((given > 0).sum(axis=1) > short_h, given.max(axis=1)),
        Lack.FLOW: _where(flow > 0, flow),
        Lack.VALVE: _where(open_, gap[:, 0]),
        Lack.RISE: _where((rise > 0.15) & long_cold, rise * 39.1),
    }
    missing = (units.heat_kw - units.as_is_heat_kw)[:, :DAY_H].sum(axis=1) / KW_H_PER_GJ
    below = np.fmin.reduce([rooms.hours_until_below(r.room_c, limit) for r in weathers])
    cold_share = below_share(lowest, limit)
    known = ~np.isnan(now["supply_c"]) & plan.outlook.is_known
    return Judgement(lacks, lowest, below, missing, network.users * cold_share, known)


def below_share(room_c: Floats, limit_c: float) -> Floats:
    """Share of a unit's rooms below a limit when their mean is ``room_c``: they spread around it, about normally."""
    z = (limit_c - room_c) / number("unit", "room_spread_k")
    return np.asarray(1.0 / (1.0 + np.exp(-1.702 * np.nan_to_num(z, nan=-9.0))))


def judge_sources(plan: CityPlan, weathers: tuple[Run, Run, Run], units: Judgement) -> Judgement:
    """By the area-weighted mean room of what hangs on each source: single cold units are theirs, not the source's."""
    network, sources, now = plan.network, plan.sources, plan.present.sources
    feeds = network.of_source(network.load_kw) > 0
    limit, allowed = number("compliance", "room_c"), number("compliance", "room_hours")
    area = np.maximum(network.of_source(network.area_m2), 1e-9)[:, None]
    means = [network.of_source(r.room_c * network.area_m2[:, None]) / area for r in weathers]
    lowest = np.where(feeds, np.minimum.reduce([m.min(axis=1) for m in means]), np.nan)
    long_cold = np.logical_or.reduce([(m < limit).sum(axis=1) > allowed for m in means])
    below = np.fmin.reduce([rooms.hours_until_below(m, limit) for m in means])
    gap = sources.supply_c[:, 0] - now["supply_c"]
    flow = sources.flow_t_h[:, 0] * number("compliance", "flow_share") - now["flow_t_h"]
    short = (network.of_source(weathers[1].need_kw).max(axis=1) - able_now(plan)) / 1000.0
    short_k = number("compliance", "supply_short_k")
    lacks = {
        Lack.ROOM: _where(feeds & long_cold, limit - lowest),
        Lack.SUPPLY: _where(feeds & (gap > short_k), gap),
        Lack.FLOW: _where(feeds & (flow > 0) & (gap > -short_k), flow),
        Lack.CAPACITY: _where(feeds & (short > 0), short),
    }
    known = ~np.isnan(now["supply_c"]) & feeds & plan.outlook.is_known
    heat, users = network.of_source(units.heat_gj_d), network.of_source(units.users)
    return Judgement(lacks, lowest, np.where(feeds, below, np.nan), heat, users, known)


def _where(holds: Bools, amount: Floats) -> Floats:
    return np.where(holds, amount, np.nan)
