"""Which layers and themes the city map starts with.  The golden example of a declared map layer and theme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.infra.map_sources import Headline, ThemeSource, sources
from cleanheat.infra.maplayers import Classes, LegendClass, MapLayer, Ramp, Theme, layers, themes
from cleanheat.kernel.time import DAY_S, MINUTE_S

BUILDINGS = layers.add(
    MapLayer("buildings", 0, "楼宇", "building", "extrusion", "#33507a", min_zoom=12, card="building", unit="栋")
)
PIPES = layers.add(MapLayer("pipes", 1, "供热管线", "pipe", "line", "#ff7a45", card="pipe", unit="段"))
PLANTS = layers.add(MapLayer("plants", 2, "热电厂", "plant", "disc", "#ffb020", size_px=15, card="plant", unit="座"))
BRANCHES = layers.add(MapLayer("branches", 3, "支线计量点", "branch", "disc", "#b18cff", size_px=10, card="branch"))
BOILERS = layers.add(MapLayer("boilers", 4, "锅炉房", "boiler", "disc", "#ff6b57", size_px=9, card="boiler", unit="座"))
SUBSTATIONS = layers.add(
    MapLayer("substations", 5, "换热站", "substation", "disc", "#35c8f5", size_px=5, card="substation", unit="座")
)
DEVICES = layers.add(
    MapLayer(
        "devices",
        6,
        "农村清洁取暖设备",
        "device",
        "disc",
        "#2dd4a7",
        size_px=2.4,
        card="device",
        shown=False,
        unit="台",
    )
)
WEATHER = layers.add(
    MapLayer("weather", 7, "气象站", "weather", "disc", "#8fb3d9", min_zoom=9, size_px=5, card="weather", shown=False)
)
VALVES = layers.add(MapLayer("valves", 8, "阀门", "valve", "disc", "#c8d8ea", min_zoom=14, size_px=2.6, card="valve"))

OPERATION = themes.add(
    Theme(
        key="operation",
        code=0,
        zh="运行状态",
        layers=tuple(layer.key for layer in layers if layer is not VALVES),  # nobody reports what a valve does
        history_s=MINUTE_S,
        counted="substations",
        legend=Classes(
            (
                LegendClass(0, "无数据", "#5a6f8c"),
                LegendClass(1, "运行正常", "#2fe0a2"),
                LegendClass(2, "Ⅳ级 一般", "#4aa8ff", attention=1),
                LegendClass(3, "Ⅲ级 较大", "#ffd84a", attention=2),
                LegendClass(4, "Ⅱ级 重大", "#ff9a3c", attention=3),
                LegendClass(5, "Ⅰ级 特别重大", "#ff4d5e", attention=4),
                LegendClass(6, "数据超时/网关失联", "#b095e6"),
                LegendClass(7, "停用/未供热", "#8595ab"),
            )
        ),
    )
)
SUPPLY_TEMP = themes.add(
    Theme(
        key="supply_temp",
        code=1,
        zh="供水温度",
        layers=("buildings", "pipes", "plants", "branches", "boilers", "substations"),
        history_s=10 * MINUTE_S,  # water of a city warms and cools over hours
        counted="substations",
        legend=Ramp(
            low=25.0,
            high=125.0,
            unit="℃",
            colours=("#2b6cff", "#21c7e8", "#46e08a", "#ffe14d", "#ff9a3c", "#ff3b4e"),
            marks=(45.0, 60.0, 95.0),
        ),
    )
)
ROOM_TEMP = themes.add(
    Theme(
        key="room_temp",
        code=2,
        zh="室内温度",
        layers=("buildings", "substations"),
        history_s=10 * MINUTE_S,
        legend=Ramp(
            low=14.0,
            high=28.0,
            unit="℃",
            colours=("#3346d3", "#2f8bff", "#26d0c9", "#5fe07f", "#ffd84d", "#ff7a3c"),
            marks=(18.0, 20.0, 24.0),
        ),
    )
)
BUILT_YEAR = themes.add(
    Theme(
        key="built_year",
        code=9,
        zh="建设年代",
        layers=("buildings", "pipes"),
        legend=Ramp(
            low=1980.0,
            high=2030.0,
            unit="年",
            colours=("#ff5a4d", "#ff9a3c", "#ffd84a", "#5fe07f", "#26d0c9", "#4aa8ff"),
            marks=(1990.0, 2000.0, 2010.0, 2020.0),
        ),
    )
)
_BUILT = {"buildings": "building", "pipes": "pipe"}


def _built(_minute: int) -> dict[str, NDArray[np.uint8]]:
    archive = assets.archive()
    years = {layer: archive[kind].values.get("built_year") for layer, kind in _BUILT.items()}
    return {layer: BUILT_YEAR.ramp.encode(year) for layer, year in years.items() if year is not None}


def _built_of(kind: str, number: int, _minute: int) -> Headline:
    years = assets.archive()[kind].values.get("built_year")
    year = float("nan") if years is None else float(years[number])
    return Headline("建成年份", None if np.isnan(year) else year, "年")


sources.add(ThemeSource("built_year", DAY_S, _built, _built_of))
