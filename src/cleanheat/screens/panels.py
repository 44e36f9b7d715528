"""The first panels: what the city, or a company's part of it, looks like this minute.

Golden examples: each is a load function that reads within ``query.scope`` and a declaration beside it.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra.maplayers import themes
from cleanheat.infra.panels import (
    Bars,
    Cost,
    KpiRow,
    Line,
    Measure,
    PanelQuery,
    Pie,
    Ranking,
    RankingEntry,
    Series,
    Share,
    Tone,
    panel,
)
from cleanheat.infra.scope import Scope
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S
from cleanheat.kernel.verdicts import TRUSTED
from cleanheat.pipeline.public import ROOM_LIMIT_C, line
from cleanheat.screens.live import fresh_for_s, live
from cleanheat.telemetry.public import store

STATE_TONES: Final[dict[int, Tone]] = {1: "good", 2: "notice", 3: "warning", 4: "serious", 5: "critical"}
ROOM_BANDS: Final = tuple(
    (band["low_c"], band["high_c"], band["zh"])
    for band in tomllib.loads(files("cleanheat.screens").joinpath("room_bands.toml").read_text("utf-8"))["band"]
)


def _seen(kind: str, scope: Scope) -> NDArray[np.intp]:
    return np.flatnonzero(assets.visible(kind, scope))


def _trusted(kind: str, signal: str, scope: Scope) -> NDArray[np.float64]:
    """Present values within the scope that are fresh and not known to be wrong."""
    now, seen = live(kind), _seen(kind, scope)
    good = TRUSTED[now.verdicts[signal][seen]] & (now.minute[seen] > now.minute.max() - fresh_for_s())
    values: NDArray[np.float64] = now.values[signal][seen][good]
    return values


def _live_totals(query: PanelQuery) -> KpiRow:
    """The same numbers as above the map, from the same place."""
    totals = line().pipeline.totals.of(query.scope)
    passed = totals.get("room_pass_ratio")
    return KpiRow(
        measures=[
            Measure(label="供热面积", value=totals["heated_area_m2"] / 10_000, unit="万m²"),
            Measure(label="换热站", value=totals["substations"], unit="座"),
            Measure(label="运行", value=totals.get("running"), unit="座", tone="good"),
            Measure(label="停运", value=totals.get("stopped"), unit="座", tone="critical"),
            Measure(label="二次供温均值", value=totals.get("mean_supply_temp_c"), unit="℃", decimals=1),
            Measure(label="室温合格率", value=None if passed is None else 100 * passed, unit="%", decimals=1),
        ]
    )


panel(
    key="screens.live_totals",
    zh="实时概况",
    shows=KpiRow,
    load=_live_totals,
    permission="screens.view",
    formula=f"室温合格率 = 室温不低于 {ROOM_LIMIT_C:g} ℃ 的有效测点数 ÷ 有效测点数；"
    "有效：3 个上报周期内上报且判定可信；二次供温均值按供热面积加权；停运 = 有Ⅰ、Ⅱ级停供预警的换热站",
    source="telemetry: 最新一分钟；assets: 档案供热面积",
    reads=(
        "assets.substation",
        "telemetry.unit.secondary_supply_temp_c",
        "telemetry.room.room_temp_c",
    ),
)


def _operation_states(query: PanelQuery) -> Pie:
    states = live("substation").states[_seen("substation", query.scope)]
    legend = themes["operation"].legend.document()["classes"]
    counts = np.bincount(states, minlength=256)
    shares = [
        Share(name=c["zh"], value=int(counts[c["state"]]), tone=STATE_TONES.get(c["state"], "neutral"))
        for c in legend
        if counts[c["state"]]
    ]
    return Pie(unit="座", shares=shares)


panel(
    key="screens.operation_states",
    zh="换热站运行状态",
    shows=Pie,
    load=_operation_states,
    permission="screens.view",
    formula="按地图运行状态分类计数，一站一计",
    source="twin: 运行状态主题，最新一分钟",
    reads=("telemetry.plant", "telemetry.branch", "telemetry.boiler", "telemetry.unit", "assets.substation"),
)


def _heat_by_company(query: PanelQuery) -> Ranking:
    numbers, now = _seen("substation", query.scope), live("substation")
    company = assets.archive()["substation"].links["company"][numbers]
    heat = np.bincount(company, np.nan_to_num(now.values["heat_power_gj_h"][numbers]))
    largest = [c for c in np.argsort(-heat)[:10] if heat[c] > 0]
    cards = [(accounts.find_organisation(int(c)), float(heat[c])) for c in largest]
    entries = [RankingEntry(name=card.short_name, value=value) for card, value in cards if card]
    return Ranking(unit="GJ/h", entries=entries)


panel(
    key="screens.heat_by_company",
    zh="企业实时供热量",
    shows=Ranking,
    load=_heat_by_company,
    permission="city.view",
    formula="企业所辖换热机组瞬时热量之和，前十名",
    source="telemetry: 最新一分钟，判定可信的读数",
    reads=("telemetry.unit.heat_power_gj_h", "assets.substation.company"),
)


def _room_temperature_bands(query: PanelQuery) -> Bars:
    rooms = _trusted("room", "room_temp_c", query.scope)
    counts: list[float | int | None] = [int(((rooms >= low) & (rooms < high)).sum()) for low, high, _ in ROOM_BANDS]
    return Bars(categories=[zh for *_, zh in ROOM_BANDS], lines=[Line(name="测点数", unit="个", values=counts)])


panel(
    key="screens.room_temperature_bands",
    zh="室温分布",
    shows=Bars,
    load=_room_temperature_bands,
    permission="screens.view",
    formula="有效室温测点按温度区间计数，区间左闭右开",
    source="telemetry: 最新一分钟",
    reads=("telemetry.room.room_temp_c",),
)


def _coldest_substations(query: PanelQuery) -> Ranking:
    numbers, now = _seen("substation", query.scope), live("substation")
    temperature = now.values["secondary_supply_temp_c"][numbers]
    coldest = numbers[np.argsort(temperature, kind="stable")[: min(10, int(np.isfinite(temperature).sum()))]]
    names = assets.names("substation", coldest.tolist())
    entries = [
        RankingEntry(
            name=name,
            value=float(now.values["secondary_supply_temp_c"][n]),
            object_kind="substation",
            number=n,
            tone=STATE_TONES.get(int(now.states[n]), "neutral"),
        )
        for n, name in zip(coldest.tolist(), names, strict=True)
    ]
    return Ranking(unit="℃", entries=entries)


panel(
    key="screens.coldest_substations",
    zh="二次供温最低的换热站",
    shows=Ranking,
    load=_coldest_substations,
    permission="screens.view",
    formula="换热站各机组二次供水温度均值，最低的十座",
    source="telemetry: 最新一分钟，判定可信的读数",
    reads=("telemetry.unit.secondary_supply_temp_c", "assets.substation"),
)


def _weather_curve(query: PanelQuery) -> Series:
    signals = ["outdoor_temp_c", "wind_m_s"]
    start, end = query.start - query.start % HOUR_S, query.end
    means = store().hourly_means("weather", signals, start, end)
    described = [KINDS["weather"][code] for code in signals]
    lines = [Line(name=s.zh, unit=s.unit, values=means.means[i]) for i, s in enumerate(described)]
    return Series(times=means.hours.tolist(), lines=lines)


panel(
    key="screens.weather_curve",
    zh="室外温度与风速",
    shows=Series,
    load=_weather_curve,
    permission="screens.view",
    refresh_s=300,
    cost=Cost.MEDIUM,
    formula="全市气象站小时均值的平均",
    source="telemetry: 气象站小时汇总",
    reads=("telemetry.weather.outdoor_temp_c", "telemetry.weather.wind_m_s"),
)
