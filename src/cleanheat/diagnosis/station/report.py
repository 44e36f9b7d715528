"""What is said of a station: one strict JSON document, every key explained in ``docs/diagnose.md``.

An unknown figure is null and stands in ``cannot`` with its reason; there is never NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS
from cleanheat.calc.models import in_force, need
from cleanheat.calc.models.design import DAY_S
from cleanheat.calc.models.series import HOUR_S
from cleanheat.calc.thermal.regulation import RADIATORS_75_50, Circuit
from cleanheat.diagnosis.station import findings, fitting, rooms, scoring
from cleanheat.diagnosis.station.fitting import Station, Tell
from cleanheat.diagnosis.station.quality import Clean, clean
from cleanheat.diagnosis.station.reading import Raw, read
from cleanheat.diagnosis.station.startup import starts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SCHEMA = 1
_DIGITS = 6


def diagnose(paths: Sequence[Path], map_file: Path, inject: bool, tell: Tell) -> dict[str, Any]:
    """The whole report.

    Raises:
        Problem: a file or the mapping cannot be read; nothing else stops a report.
    """
    tell("读取")
    raw = read(paths, map_file)
    tell("数据质量")
    found = clean(raw)
    station = fitting.prepare(found.series, found.newest) if found.series.values else None
    out: dict[str, Any] = {"schema": SCHEMA, "station": _station(paths, raw, found), "quality": _quality(raw, found)}
    if station is None:
        out |= _without_heating(found, inject)
    else:
        out |= _with_heating(station, found, raw, inject, tell)
    return dict(plain(out))


def _with_heating(station: Station, found: Clean, raw: Raw, inject: bool, tell: Tell) -> dict[str, Any]:
    judged = fitting.judge(station, tell)
    tell("曲线")
    curves = _curves(station, raw.design)
    tell("室温")
    room = _rooms(station, found)
    metrics = {**judged.metrics, **{k: v for k, v in room.items() if k != "cannot"}}
    cannot = judged.cannot | ({"room_mae_k": room["cannot"]} if "cannot" in room else {})
    names = ("secondary_supply_mae_k", "secondary_return_mae_k", *fitting.HOURLY, fitting.DAILY, "room_mae_k")
    metrics = dict.fromkeys(names) | metrics
    tell("启动与发现")
    out = {
        "split": _split(station),
        **curves,
        "metrics": metrics | {"how": judged.how, "cannot": cannot},
        "startup": [start.as_json() for start in starts(found.series)],
        "findings": [finding.as_json() for finding in findings.find(found.series)],
    }
    if inject:
        tell("注入检验")
        out["detection"] = scoring.report(found.series)
    return out


def _without_heating(found: Clean, inject: bool) -> dict[str, Any]:
    why = "记录内没有供热（没有可用的水温或热量，或从未升温）"
    cannot = {"cannot": why}
    out: dict[str, Any] = {
        "split": cannot,
        "curve_in_force": cannot,
        "curve_recommended": cannot,
        "metrics": {"cannot": {"all": why}},
        "startup": [start.as_json() for start in starts(found.series)] if found.series.values else [],
        "findings": [],
    }
    return out | ({"detection": {"injected": True, "cannot": why}} if inject else {})


def _station(paths: Sequence[Path], raw: Raw, found: Clean) -> dict[str, Any]:
    gaps = np.diff(raw.stamps)
    return {
        "files": [path.name for path in paths],
        "clock": raw.zone,
        "from": stamp(int(raw.stamps[0])),
        "to": stamp(int(raw.stamps[-1])),
        "usual_step_s": float(np.median(gaps[gaps > 0])) if (gaps > 0).any() else None,
        "channels": {
            name: {"hours_known": int(np.isfinite(v).sum()), "share_known": float(np.isfinite(v).mean())}
            for name, v in found.series.values.items()
        },
        "rooms": list(found.room_names),
    }


def _quality(raw: Raw, found: Clean) -> dict[str, Any]:
    return {
        "rows": dict(raw.counts),
        "dirt": {channel: dict(sorted(kinds.items())) for channel, kinds in found.quality.counts.items() if kinds},
        "notes": found.quality.notes,
    }


def _split(station: Station) -> dict[str, Any]:
    first, last = station.split.judged
    return {
        "note": station.split.note,
        "learned_days": int(station.split.training.sum()),
        "judged": {"from": _day(station, first), "to": _day(station, last - 1), "days": last - first},
        "heating_hours_learned": int((station.learned & station.operation.on[0]).sum()),
        "heating_hours_judged": int((station.judged & station.operation.on[0]).sum()),
        "heat_meter_dead_hours": int(station.operation.meter_dead[0].sum()),
    }


def _curves(station: Station, design: Mapping[str, float]) -> dict[str, Any]:
    curve, setpoint = fitting.curve_in_force(station, station.season)
    if not np.isfinite(curve.slope_k_per_k[0]):
        why = _no_curve(station, curve)
        return {"curve_in_force": {"cannot": why}, "curve_recommended": _recommended(station, design, None)}
    earlier, _ = fitting.curve_in_force(station, station.learned & ~station.season)
    told = {
        **_one_curve(curve),
        "basis": "实测水温与室外温度，稳定供热小时",
        "season": _season(station),
        "setpoint_slope_k_per_k": None if setpoint is None else float(setpoint.slope_k_per_k[0]),
        "earlier_seasons": _one_curve(earlier) if np.isfinite(earlier.slope_k_per_k[0]) else None,
        "heating_hours_of_day": _schedule(station),
    }
    return {"curve_in_force": told, "curve_recommended": _recommended(station, design, curve)}


def _no_curve(station: Station, curve: in_force.Curve) -> str:
    if station.channel("supply_c") is None:
        return "没有二次供水温度"
    if not station.has_weather:
        return "没有室外温度，辨识不出曲线"
    if curve.hours[0] < in_force.LEAST_HOURS:
        return f"稳定供热小时只有 {int(curve.hours[0])}，少于 {in_force.LEAST_HOURS}"
    return f"室外温度变化不足 {in_force.LEAST_SPAN_K:.0f} K，看不出斜率"


def _one_curve(curve: in_force.Curve) -> dict[str, Any]:
    return {
        "breakpoints": curve.breakpoints[0].round(2).tolist(),
        "slope_k_per_k": float(curve.slope_k_per_k[0]),
        "supply_at_0_c": float(curve.at_zero_c[0]),
        "r2": float(curve.r2[0]),
        "hours": int(curve.hours[0]),
    }


def _schedule(station: Station) -> list[float | None]:
    """Share of the season's days on which each local hour is heated: 24 numbers."""
    on = station.operation.on[0].reshape(-1, HOURS)
    known = station.season.reshape(-1, HOURS) & np.isfinite(station.inputs.own["supply_c"][0]).reshape(-1, HOURS)
    n = known.sum(axis=0)
    return [float((on & known)[:, h].sum() / n[h]) if n[h] else None for h in range(HOURS)]


def _recommended(station: Station, design: Mapping[str, float], force: in_force.Curve | None) -> dict[str, Any]:
    outdoor = _knots(station, force)
    if outdoor is None:
        return {"cannot": "没有室外温度，给不出推荐曲线"}
    wanted = _wanted(design)
    circuit = _circuit(design, wanted)
    by_rooms = _needed_by_rooms(station, outdoor, wanted)
    chosen = by_rooms or need.by_design(outdoor, circuit, wanted)
    note = (
        "室温实测与水温、天气的关系，按今日供热时段"
        if by_rooms
        else (
            "设计供回水温度"
            if {"supply_c", "return_c"} <= set(design)
            else "没有室温，也没给设计温度：按散热器 75/50℃ 的调节曲线，仅供参考"
        )
    )
    out: dict[str, Any] = {
        "breakpoints": chosen.breakpoints.round(2).tolist(),
        "slope_k_per_k": float(np.polyfit(outdoor, chosen.breakpoints[:, 1], 1)[0]),
        "basis": chosen.basis,
        "note": note,
        "wanted_room_c": wanted.room_c,
        "share_of_design_heat": chosen.load.round(3).tolist(),
        "gap_k": None,
    }
    if force is not None:
        gap = force.breakpoints[0, :, 1] - chosen.breakpoints[:, 1]
        out["gap_k"] = gap.round(2).tolist()
        out["statement"] = _statement(float(gap.mean()), chosen.basis)
    return out


def _statement(gap_k: float, basis: str) -> str:
    if abs(gap_k) < 1.5:
        return "现行曲线与推荐曲线相差不到 1.5 K"
    word = "高" if gap_k > 0 else "低"
    tail = "" if basis == "rooms" else "（设计依据，须结合室温核实）"
    return f"现行供水温度平均比推荐{word} {abs(gap_k):.1f} K{tail}"


def _knots(station: Station, force: in_force.Curve | None) -> Floats | None:
    if force is not None:
        return np.asarray(force.breakpoints[0, :, 0])
    outdoor = station.inputs.outdoor_c[station.operation.on[0]]
    outdoor = outdoor[np.isfinite(outdoor)]
    if outdoor.size < in_force.LEAST_HOURS:
        return None
    return np.linspace(float(np.quantile(outdoor, 0.01)), float(np.quantile(outdoor, 0.99)), in_force.KNOTS)


def _wanted(design: Mapping[str, float]) -> need.Wanted:
    base = need.Wanted()
    return need.Wanted(
        room_c=design.get("room_c", base.room_c),
        highest_c=max(base.highest_c, design.get("supply_c", 0.0)),
        exponent=design.get("exponent", base.exponent),
        design_outdoor_c=design.get("outdoor_c", base.design_outdoor_c),
    )


def _circuit(design: Mapping[str, float], wanted: need.Wanted) -> Circuit:
    supply = design.get("supply_c", float(np.asarray(RADIATORS_75_50.supply_temp_c)))
    back = design.get("return_c", float(np.asarray(RADIATORS_75_50.return_temp_c)))
    return Circuit(supply, back, wanted.exponent, wanted.room_c)


def _needed_by_rooms(station: Station, outdoor: Floats, wanted: need.Wanted) -> need.Need | None:
    names = ("supply_c", "return_c", "room_c")
    values = {name: station.channel(name) for name in names}
    known = {name: hours for name, hours in values.items() if hours is not None}
    if len(known) < len(names):
        return None
    days = fitting.day_means(station, known | {"outdoor_c": station.inputs.outdoor_c})
    return need.by_rooms(outdoor, days["outdoor_c"], days["supply_c"], days["return_c"], days["room_c"], wanted)


def _rooms(station: Station, found: Clean) -> dict[str, Any]:
    if not found.room_names:
        return {"cannot": "没有室温"}
    lead = (found.series.start - station.grid.start) // HOUR_S
    tail = station.grid.steps - lead - found.rooms.shape[1]
    padded = np.pad(found.rooms, ((0, 0), (lead, tail)), constant_values=np.nan)
    some = np.flatnonzero(np.isfinite(padded).any(axis=0))
    if not some.size:
        return {"cannot": "室温没有一个可用的值"}
    part = slice(int(some[0]), int(some[-1]) + 1)
    supply = station.channel("supply_c")
    return rooms.judge(
        padded[:, part],
        found.room_names,
        None if supply is None else supply[part],
        station.inputs.outdoor_c[part],
        station.inputs.hour[part],
    )


def _season(station: Station) -> dict[str, Any]:
    days = np.flatnonzero(station.season.reshape(-1, HOURS).any(axis=1))
    return {"from": _day(station, int(days[0])), "to": _day(station, int(days[-1]))}


def _day(station: Station, day: int) -> str:
    return stamp(station.grid.start + day * DAY_S)[:10]


def stamp(local_s: int) -> str:
    """Wall clock of the plant, without an offset."""
    return datetime.fromtimestamp(local_s, UTC).replace(tzinfo=None).isoformat(sep=" ")


def plain(value: Any) -> Any:
    """The same as JSON allows: no NaN, no numpy, floats of six digits."""
    match value:
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple():
            return [plain(v) for v in value]
        case np.ndarray():
            return plain(value.tolist())
        case np.generic():
            return plain(value.item())
        case float():
            return round(value, _DIGITS) if math.isfinite(value) else None
    return value
