"""What happens to rooms in some other weather?  The city's units and sources run through any hourly temperatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.guidance import outlook as calc
from cleanheat.calc.guidance import ramps, rooms, station
from cleanheat.diagnosis.forecast.numbers import number as forecast_number
from cleanheat.diagnosis.forecast.outlook import Outlook
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan, flow_share, half_drop_k
from cleanheat.diagnosis.guidance.source_plan import GRID_C

Floats = NDArray[np.float64]
LOCAL_OFFSET_H = 8
COLDEST_HOUR = 6


@dataclass(frozen=True)
class Run:
    """One weather: ``outdoor_c [T]``; units ``[N, T]``; sources ``[S, T]`` asked for and short of, kW.

    ``need_kw`` keeps the target room; ``given_kw`` is what the water gives, as far as the source can send it.
    """

    outdoor_c: Floats
    supply_c: Floats
    room_c: Floats
    need_kw: Floats
    given_kw: Floats
    asked_kw: Floats
    short_kw: Floats


def run(plan: CityPlan, outdoor_c: Floats, follows: bool, able_kw: Floats | None = None) -> Run:
    """All units through a weather: following the recommended plan, or going on with the curves in force.

    ``able_kw [S]``: what each source can send, by default without limit.
    """
    units, network, heating = plan.units, plan.network, plan.units.heating
    target, rise, fall = (number("unit", n) for n in ("target_room_c", "rise_k_h", "fall_k_h"))
    felt = calc.felt(plan.outlook.past_c, outdoor_c, forecast_number("use", "memory_hours"))
    wanted = ramps.on_outdoor(GRID_C, units.curve_c if follows else units.in_force_c, felt)
    if follows:
        wanted = ramps.in_time(wanted, rise)
    supply = ramps.reachable(wanted, plan.present.units["supply_c"], rise, fall)
    load = station.needed_load(heating, felt, target)
    staged = station.flow_ratio(load, number("unit", "flow_exponent"), number("unit", "least_flow"))
    middle = supply - half_drop_k(heating, load, staged if follows else flow_share(network, plan.present)[:, None])
    asked = station.emitted_load(heating, middle, np.array(target)) * heating.load_kw[:, None]
    of_source = network.of_source(asked)
    share, short = None, np.zeros_like(of_source)
    if able_kw is not None:
        short = np.maximum(of_source - able_kw[:, None], 0.0)
        share = network.to_units(1.0 - short / np.maximum(of_source, 1e-9), missing=1.0)
    room0 = np.where(np.isnan(plan.present.room_c), target, plan.present.room_c)
    tau = np.full(room0.shape, number("unit", "time_constant_h"))
    room = rooms.response(heating, room0, middle, outdoor_c, tau, share)
    given = station.emitted_load(heating, middle, room) * heating.load_kw[:, None]
    return Run(
        outdoor_c=outdoor_c,
        supply_c=supply,
        room_c=room,
        need_kw=load * heating.load_kw[:, None],
        given_kw=given if share is None else given * share,
        asked_kw=of_source,
        short_kw=short,
    )


def cold_snap(sky: Outlook, lowest_c: float, within_h: int, hours: int, swing_k: float) -> Floats:
    """Falling evenly from the present temperature to ``lowest_c`` within some hours, then staying for ``hours``.

    Afternoons are up to twice ``swing_k`` milder, so that ``lowest_c`` is the morning's.
    """
    at = np.arange(within_h + hours)
    now = float(sky.outdoor_c[0])
    clock_h = (sky.start // 3600 + LOCAL_OFFSET_H + at) % 24
    milder = swing_k * (1.0 - np.cos(2 * np.pi * (clock_h - COLDEST_HOUR) / 24.0))
    share = np.minimum(at / max(within_h, 1), 1.0)
    return np.asarray(now + (lowest_c - now) * share + milder * share)
