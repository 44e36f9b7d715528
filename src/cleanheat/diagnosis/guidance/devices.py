"""What should rural devices run at?  Guidance by class of device, scaled to each house."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.thermal.constants import DESIGN_OUTDOOR_TEMP_C
from cleanheat.diagnosis.forecast.outlook import Outlook
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.public import latest

Floats = NDArray[np.float64]
CLASSES = ("heat_pump_air", "heat_pump_water", "storage_heater", "pellet_stove", "straw_stove", "solar")
HEAT_PUMP_ELECTRIC_KW = 7.0
WARM_C, COLD_C = 7.0, -21.0
ADVICE = {
    "heat_pump_air": "保持连续运行，勿反复启停；夜间降低设定不超过 2 ℃",
    "heat_pump_water": "按建议供水温度运行，降温前提前 6 小时升温",
    "storage_heater": "谷段（21:00 起）充满，按次日最低温确定蓄热量",
    "pellet_stove": "按建议占比给料，低温夜间不封火",
    "straw_stove": "分次添料，保证夜间最低温时段有火",
    "solar": "白天蓄热，夜间及阴天启用辅助热源",
}


def device_answer(plan: CityPlan, number_: int) -> dict[str, Any]:
    """One household's device: supply temperature, share of the hour to run, energy, and whether it will do."""
    table = assets.archive()["device"]
    code = int(np.nan_to_num(table.values["device_type"][number_]))
    name = CLASSES[min(max(code, 0), len(CLASSES) - 1)]
    area = _or(float(table.values["floor_area_m2"][number_]), 90.0)
    rated = _or(float(table.values["rated_kw"][number_]), 9.0)
    sky = plan.outlook
    need = need_kw(area, sky.felt_c)
    able = able_kw(name, rated, sky.outdoor_c)
    share = np.clip(need / np.maximum(able, 1e-6), 0.0, 1.0)
    cold = float(need_kw(area, np.array([DESIGN_OUTDOOR_TEMP_C]))[0])
    cold_able = float(able_kw(name, rated, np.array([DESIGN_OUTDOOR_TEMP_C]))[0])
    efficiency = _efficiency(name, sky.outdoor_c)
    return {
        "device_class": name,
        "device_class_zh": assets.code_words("device_type").get(code, ""),
        "advice": ADVICE[name],
        "target_room_c": number("device", "room_c"),
        "room_c": _room_now(plan, number_),
        "times": sky.times.tolist(),
        "outdoor_c": _list(sky.outdoor_c),
        "supply_c": _list(supply_c(name, sky.felt_c)),
        "run_share": _list(share, 2),
        "heat_kw": _list(np.minimum(need, able), 2),
        "expected_room_c": _list(expected_room_c(need, able)),
        "energy_kwh_day": round(float((np.minimum(need, able) / efficiency)[:24].sum()), 1) if sky.is_known else None,
        "cold_need_kw": round(cold, 1),
        "cold_able_kw": round(cold_able, 1),
        "suffices": cold_able >= cold,
        "basis": sky.basis,
        "note": sky.note,
    }


def need_kw(area_m2: float, felt_c: Floats) -> Floats:
    """Heat that keeps the target room of a house of this floor area."""
    target = number("device", "room_c")
    load = np.maximum((target - felt_c) / (target - DESIGN_OUTDOOR_TEMP_C), 0.0)
    return np.asarray(area_m2 * number("device", "index_w_m2") / 1000.0 * load)


def able_kw(name: str, rated_kw: float, outdoor_c: Floats) -> Floats:
    """Heat a device can give.  Heat pumps are rated in heat or in electric power: above seven kilowatts it is heat."""
    if not name.startswith("heat_pump"):
        return np.full(outdoor_c.shape, rated_kw)
    warm = float(_efficiency(name, np.array([WARM_C]))[0])
    electric = rated_kw / warm if rated_kw > HEAT_PUMP_ELECTRIC_KW else rated_kw
    return np.asarray(electric * _efficiency(name, outdoor_c))


def supply_c(name: str, felt_c: Floats) -> Floats:
    """Supply temperature of devices with water, falling with warmth between two published points; NaN without."""
    warm, cold = number(name, "supply_warm_c"), number(name, "supply_cold_c")
    if warm <= 0:
        return np.full(felt_c.shape, np.nan)
    share = np.clip((WARM_C - felt_c) / (WARM_C - COLD_C), 0.0, 1.1)
    return np.asarray(warm + (cold - warm) * share)


def expected_room_c(need: Floats, able: Floats) -> Floats:
    """The room that settles if the device gives what it can: the target, less what is missing."""
    target = number("device", "room_c")
    missing = np.maximum(1.0 - able / np.maximum(need, 1e-6), 0.0)
    return np.asarray(np.where(np.isnan(need), np.nan, target - missing * (target - DESIGN_OUTDOOR_TEMP_C) * 0.8))


def _efficiency(name: str, outdoor_c: Floats) -> Floats:
    return np.maximum(number(name, "at_zero") + number(name, "gain") * outdoor_c, 0.5)


def _room_now(plan: CityPlan, number_: int) -> float | None:
    read = latest()["device"].trusted("room_temp_c", plan.at - HOUR_S)
    value = float(read[number_])
    return None if value != value else round(value, 1)


def _or(value: float, otherwise: float) -> float:
    return value if value > 0 else otherwise


def _list(values: Floats, digits: int = 1) -> list[float | None]:
    return [None if v != v else round(float(v), digits) for v in values]


def fleet_of(plan_outlook: Outlook, numbers: NDArray[np.int32]) -> dict[str, Any]:
    """How many of some devices will not do on the coldest day, by class."""
    table = assets.archive()["device"]
    kind = np.clip(np.nan_to_num(table.values["device_type"][numbers]), 0, len(CLASSES) - 1).astype(np.int64)
    area = np.nan_to_num(table.values["floor_area_m2"][numbers], nan=90.0)
    rated = np.nan_to_num(table.values["rated_kw"][numbers], nan=9.0)
    cold = np.array([min(DESIGN_OUTDOOR_TEMP_C, float(np.nanmin(plan_outlook.felt_c)))])
    found = {}
    for code, name in enumerate(CLASSES):
        of = kind == code
        need = area[of] * float(need_kw(1.0, cold)[0])
        as_heat, as_power = able_kw(name, 100.0, cold)[0] / 100.0, able_kw(name, 1.0, cold)[0]
        able = np.where(rated[of] > HEAT_PUMP_ELECTRIC_KW, as_heat, as_power) * rated[of]
        found[name] = {"devices": int(of.sum()), "short": int((able < need).sum())}
    return found
