"""Where do alerts stand open?  The gravest of each object as a theme, rural devices by sort, icons with a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.alerts.cards import source_name
from cleanheat.alerts.models import Alert
from cleanheat.alerts.queries import AlertFilter, select
from cleanheat.alerts.vocabulary import OPEN_STATES
from cleanheat.assets import public as assets
from cleanheat.diagnosis.public import State, source_key
from cleanheat.infra.map_sources import Headline, Mark, MarkSource, ThemeSource, mark_sources, sources
from cleanheat.infra.maplayers import Classes, LegendClass, Theme, themes
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import MINUTE_S, epoch
from cleanheat.quality.public import parameters_of
from cleanheat.telemetry.public import latest
from cleanheat.twin.public import gravest

LAYERS: Final = ("buildings", "plants", "branches", "boilers", "substations", "devices", "weather")
MOST_MARKS: Final = 2_000
"""Icons on one map: more are a smear, and the gravest come first."""
FAMILIES_ZH: Final = {"diagnosis": "运行诊断", "quality": "数据质量"}
MODELS_ZH: Final = {
    "substation_anomaly": "换热站异常模型",
    "boiler_anomaly": "锅炉房异常模型",
    "startup": "启停模型",
    "room_temperature": "室温模型",
    "regulation": "调控模型",
    "network": "管网模型",
}

ALERTS = themes.add(
    Theme(
        key="alerts",
        code=6,
        zh="预警",
        layers=LAYERS,
        legend=Classes(
            (
                LegendClass(1, "无未结预警", "#2f6f8f"),
                LegendClass(2, "Ⅳ级 一般", "#4aa8ff", attention=1),
                LegendClass(3, "Ⅲ级 较大", "#ffd84a", attention=2),
                LegendClass(4, "Ⅱ级 重大", "#ff9a3c", attention=3),
                LegendClass(5, "Ⅰ级 特别重大", "#ff4d5e", attention=4),
            )
        ),
        history_s=MINUTE_S,
        counted="substations",
    )
)
_SORTS: Final = (
    ("heat_pump_air", "#35c8f5"),
    ("heat_pump_water", "#4a7dff"),
    ("storage_heater", "#b18cff"),
    ("pellet_stove", "#e0b26a"),
    ("straw_stove", "#9fcf4f"),
    ("solar", "#ffd84a"),
)
SILENT, ALARMED = 20, 21
_FIRST_SORT: Final = 2

RURAL = themes.add(
    Theme(
        key="rural",
        code=10,
        zh="清洁取暖设备",
        layers=("devices",),
        legend=Classes(
            (
                *(
                    LegendClass(_FIRST_SORT + i, assets.code_words("device_type")[i], colour)
                    for i, (_, colour) in enumerate(_SORTS)
                ),
                LegendClass(SILENT, "数据超时", "#8595ab"),
                LegendClass(ALARMED, "有未结预警", "#ff4d5e", attention=3),
            )
        ),
        history_s=5 * MINUTE_S,
        shows=("devices",),
    )
)


def _open(**only: str) -> Iterator[tuple[str, int, int]]:
    """Kind, number and state (2 = level Ⅳ … 5 = level Ⅰ) of every open alert."""
    rows = Alert.objects.filter(state__in=OPEN_STATES, **only).order_by()
    for kind, number, level in rows.values_list("object_kind", "object_number", "level"):
        yield kind, number, 6 - level


def _alerts(_minute: int) -> dict[str, NDArray[np.uint8]]:
    return dict(gravest(_open(), LAYERS))


def _count(kind: str, number: int, _minute: int) -> Headline:
    rows = Alert.objects.filter(state__in=OPEN_STATES, object_kind=kind, object_number=number)
    return Headline("未结预警", float(rows.count()), "条")


def _devices(minute: int) -> dict[str, NDArray[np.uint8]]:
    """By sort; one that fell silent is grey, one with an open alert red."""
    sorts = assets.archive()["device"].values["device_type"]
    states = np.where(np.isnan(sorts), 0, _FIRST_SORT + np.nan_to_num(sorts)).astype(np.uint8)
    heard = latest()["device"].heard
    gap_s = int(parameters_of("stale")["gap_periods"].value) * MINUTE_S
    states[(states > 0) & (heard > 0) & (heard <= minute - gap_s)] = SILENT
    alarmed = gravest(_open(object_kind="device"), ["devices"])["devices"] > 1
    states[alarmed] = ALARMED
    return {"devices": states}


def _rated(kind: str, number: int, _minute: int) -> Headline:
    kw = float(assets.archive()[kind].values["rated_kw"][number]) if kind == "device" else float("nan")
    return Headline("额定功率", None if np.isnan(kw) else kw, "kW", 1)


def _marks(scope: Scope, _minute: int) -> list[Mark]:
    """The scope's open alerts as icons, gravest first."""
    rows = select(scope, AlertFilter(is_open=True)).order_by("level", "-first_at")[:MOST_MARKS]
    return [_mark(alert) for alert in rows]


def _mark(alert: Alert) -> Mark:
    model = _MODEL_OF.get(alert.source) or alert.source.split(".")[0]
    return Mark(
        sort="alert",
        id=alert.pk,
        object_kind=alert.object_kind,
        object_number=alert.object_number,
        object_name=alert.object_name,
        level=alert.level,
        problem=alert.source,
        problem_zh=source_name(alert.source),
        model=model,
        model_zh=MODELS_ZH.get(model) or FAMILIES_ZH.get(model, model),
        text=alert.text,
        at=epoch(alert.first_at),
        path=f"/alerts/{alert.pk}",
    )


_MODEL_OF: Final = {source_key(state): state.word.model for state in State}

sources.add(ThemeSource("alerts", MINUTE_S, _alerts, _count))
sources.add(ThemeSource("rural", MINUTE_S, _devices, _rated))
mark_sources.add(MarkSource("alert", "预警", "alerts.view", _marks))
