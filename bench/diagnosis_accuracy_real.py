"""What does ``cleanheat diagnose`` say of measured substations, and what would others have said of the same hours?

Two stations, each twice: the raw export of five winters with all its dirt, and the authors' cleaned hours of six; and
their flats of one winter.  The last season is judged.  The public peer gets the same series with the same injected
faults as hours; a day counts as alarmed where more of its hours are flagged than on 98 of 100 days it learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import diagnosis_peer
from bench.diagnosis_accuracy import Row
from bench.diagnosis_accuracy_baselines import boosted, mae, weather_columns
from bench.diagnosis_accuracy_detection import injected_rows
from cleanheat.calc.anomaly import injection
from cleanheat.calc.models import metrics, next_hour
from cleanheat.calc.models.design import HOURS, shifted
from cleanheat.diagnosis.station import fitting
from cleanheat.diagnosis.station.fitting import Station
from cleanheat.diagnosis.station.quality import clean
from cleanheat.diagnosis.station.reading import read
from cleanheat.diagnosis.station.report import diagnose

Floats = NDArray[Any]
FOLDER = Path(__file__).parents[2] / "shared/data/substations_nis"
MAPS = Path(__file__).parents[1] / "docs/examples"
STATIONS = ("L4", "L17")
SETS = {"raw": ("scada", "diagnose_scada.toml"), "cleaned": ("hourly", "diagnose_hourly.toml")}
OBSERVED = "weather observed"
PEER_SIGNALS = ("supply_c", "return_c", "primary_supply_c", "primary_return_c", "heat_kw")
PEER_SHARE = 0.98
_MEASURES: tuple[tuple[str, str, str, float, tuple[str, ...]], ...] = (
    (
        "secondary_supply_mae_k",
        "supply temperature, given the weather: MAE",
        "K",
        1.4,
        ("persistence", "static_line", "ridge"),
    ),
    (
        "secondary_return_mae_k",
        "return temperature, given the supply: MAE",
        "K",
        0.6,
        ("persistence", "static_line", "ridge"),
    ),
    (
        "hourly_heat_smape",
        "station heat, next hour: sMAPE",
        "%",
        0.11,
        ("persistence", "yesterday", "static_line", "ridge"),
    ),
    (
        "hourly_heat_mase",
        "station heat, next hour: MASE",
        "",
        0.42,
        ("persistence", "yesterday", "static_line", "ridge"),
    ),
    ("daily_heat_wape", "station heat, daily: WAPE", "%", 0.10, ("persistence", "static_line", "ridge")),
)
"""Metric of the report, what it is, unit, target (of intermittent stations, of buildings that change), baselines."""


def rows(seed: int, quick: bool) -> list[Row]:
    if not FOLDER.is_dir():
        return [Row("measured stations", str(FOLDER), None, "K", note="the folder is not there")]
    found: list[Row] = []
    for name, (prefix, mapping) in list(SETS.items())[: 1 if quick else None]:
        stations = STATIONS[:1] if quick else STATIONS
        reports = {s: diagnose([_file(prefix, s)], MAPS / mapping, True, _silent) for s in stations}
        others = {} if quick else {s: _others(_prepared(prefix, s, mapping)) for s in stations}
        for station, report in reports.items():
            found += _expected(f"{station}, {name}", report, others.get(station, {}))
        beside = {} if quick or name == "raw" else _peer(prefix, mapping)
        usable = [r["detection"] for r in reports.values() if "recall" in r["detection"]]
        found += injected_rows(usable, f"{', '.join(stations)} {name}, injected", beside)
    return [*found, *([] if quick else _rooms())]


def _file(prefix: str, station: str) -> Path:
    return FOLDER / f"{prefix}_{station}.csv.gz"


def _prepared(prefix: str, station: str, mapping: str) -> Station | None:
    found = clean(read([_file(prefix, station)], MAPS / mapping))
    return fitting.prepare(found.series, found.newest)


def _silent(_what: str) -> None:
    """Nobody watches."""


def _expected(data: str, report: Mapping[str, Any], others: Mapping[str, float]) -> list[Row]:
    found, said = [], report["metrics"]
    for key, what, unit, target, names in _MEASURES:
        beside = {n.replace("_", " "): said[f"{key}_{n}"] for n in names if said.get(f"{key}_{n}") is not None}
        beside |= {"LightGBM": others[key]} if key in others else {}
        hours = report["split"]["heating_hours_judged"]
        counts = f"{said.get('daily_heat_days', 0):.0f} days" if key.startswith("daily") else f"{hours:,} heating hours"
        found.append(Row(what, data, said.get(key), unit, target, "lower", beside, counts, OBSERVED))
    return [*found, *_through(data, said), *_slope(data, report["curve_in_force"])]


def _through(data: str, said: Mapping[str, Any]) -> list[Row]:
    """The next hour's error without the hours in which somebody switched: no forecast knows the minute."""
    value = said.get("hourly_heat_smape_heated_through")
    if value is None:
        return []
    counts = f"{said['hourly_heat_switching_share']:.0%} of the heating hours hold a start or stop and are left out"
    return [Row("… in hours heated through: sMAPE", data, value, "%", counts=counts, note=OBSERVED)]


def _slope(data: str, curve: Mapping[str, Any]) -> list[Row]:
    if curve.get("setpoint_slope_k_per_k") is None:
        return []
    off = abs(curve["slope_k_per_k"] - curve["setpoint_slope_k_per_k"])
    counts = (
        f"{curve['slope_k_per_k']:.3f}; the set point's {curve['setpoint_slope_k_per_k']:.3f}; {curve['hours']:,} hours"
    )
    note = f"from actual temperatures alone, R² {curve['r2']:.2f}"
    return [Row("slope of the curve in force: error", data, off, "K/K", 0.02, "lower", {}, counts, note)]


def _others(station: Station | None) -> dict[str, float]:
    """LightGBM on the hours of the report: supply by weather and hour; the next hour by its past."""
    if station is None:
        return {}
    at, found = station.inputs, {}
    weather = weather_columns(at.outdoor_c, at.hour, at.weekend)
    supply, full = station.channel("supply_c"), station.operation.full[0]
    if supply is not None:
        said = boosted(weather, supply, full & station.learned, full & station.judged)
        if said is not None:
            found["secondary_supply_mae_k"] = mae(said, supply, full & station.judged)
    heat = station.channel("heat_kw")
    if heat is None:
        return found
    heat = np.where(station.operation.meter_dead[0], np.nan, heat)
    past = [shifted(heat, h) for h in (1, 2, 3, 23, 24, 25, 48, 168)]
    past += [shifted(v, 1) for n in next_hour.WATER if (v := station.channel(n)) is not None]
    past += [v for n in next_hour.WATCHED if (v := station.channel(n + next_hour.NEWEST)) is not None]
    said = boosted(np.column_stack([weather, *past]), heat, station.learned, station.judged)
    if said is not None:
        learned, judged = station.learned & np.isfinite(heat), station.judged & np.isfinite(heat)
        busy = judged & (heat > next_hour.HEAT_SHARE * next_hour.busy_kw(heat[learned]))
        scale = metrics.naive_scale(np.where(station.learned, heat, np.nan))
        found["hourly_heat_smape"] = metrics.smape(heat, said, busy) or 0.0
        found["hourly_heat_mase"] = metrics.mase(heat, said, scale, judged) or 0.0
    return found


# --- the public peer ------------------------------------------------------------------------------------------------


def _peer(prefix: str, mapping: str) -> dict[str, dict[str, float]]:
    """Recall, false alarms, F0.5 of ``energy-fault-detector`` on the same injected days; nothing where it is not."""
    made = [_injected(prefix, station, mapping) for station in STATIONS]
    steps = min(values.shape[1] for values, *_ in made)
    values = np.stack([v[:, :steps] for v, *_ in made]).astype(np.float32)
    train = np.stack([t[:steps] for _, t, *_ in made])
    found = diagnosis_peer.detect(values, list(PEER_SIGNALS), made[0][2][:steps], train)
    if found is None:
        return {}
    alarms, plans = [], []
    for row, (_, learned, _, first, plan) in enumerate(made):
        flagged = found.flagged[row, : steps // HOURS * HOURS].reshape(-1, HOURS).mean(axis=1)
        taught = learned[: flagged.size * HOURS].reshape(-1, HOURS).any(axis=1)
        limit = max(float(np.quantile(flagged[taught], PEER_SHARE)), 1e-9)
        judged = flagged[first : first + plan.size]
        alarms.append(judged > limit)
        plans.append(plan[: judged.size])
    return _scores(np.concatenate(alarms), np.concatenate(plans))


def _injected(
    prefix: str, station: str, mapping: str
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64], int, NDArray[np.int64]]:
    """Signals ``[C, T]`` with the faults in the last season, hours that teach, times, first judged day, the plan."""
    made = _prepared(prefix, station, mapping)
    if made is None:
        raise ValueError(f"{station} was never heated")
    first, last = made.split.judged
    plan = injection.single_days(last - first)
    span = slice(first * HOURS, last * HOURS)
    own = {name: np.asarray(made.inputs.own[name], np.float64) for name in PEER_SIGNALS}
    faulty = injection.inject({name: v[:, span] for name, v in own.items()}, plan)
    for name, value in faulty.items():
        own[name][:, span] = value
    return np.concatenate([own[n] for n in PEER_SIGNALS]), made.learned, made.grid.stamps, first, plan


def _scores(alarm: NDArray[np.bool_], plan: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    name, normal = "energy-fault-detector", plan == 0
    out = {kind: {name: float(alarm[plan == k].mean())} for k, kind in enumerate(injection.KINDS, start=1)}
    hits, false = int((alarm & ~normal).sum()), int((alarm & normal).sum())
    precision, recall = hits / max(hits + false, 1), hits / max(int((~normal).sum()), 1)
    rate = float(alarm[normal].mean())
    return out | {"false": {name: rate}, "normal": {name: 1 - rate}, "f05": {name: metrics.f_beta(precision, recall)}}


# --- flats ----------------------------------------------------------------------------------------------------------


def _rooms() -> list[Row]:
    """The flats' forecasts as the report tells them (the part ``rooms`` judges the same flats over half a winter)."""
    found = []
    for station in STATIONS:
        said = diagnose([_file("season2024_25", station)], MAPS / "diagnose_rooms.toml", False, _silent)["metrics"]
        of: Callable[[str, str], Any] = lambda key, h, said=said: (said.get(key) or {}).get(h)  # noqa: E731
        for hours, target in (("1", 0.095), ("6", 0.25), ("24", 0.28), ("48", 0.38)):
            beside = {n: of(f"room_mae_k_{n}", hours) for n in ("persistence", "ridge")}
            beside = {n: v for n, v in beside.items() if v is not None}
            count = f"{len(said.get('rooms', {}))} rooms"
            found.append(
                Row(
                    f"room +{hours} h: median MAE",
                    f"{station} flats, report",
                    of("room_mae_k", hours),
                    "K",
                    target,
                    "lower",
                    beside,
                    count,
                    OBSERVED,
                )
            )
    return found
