"""The panel of heating quality: how well plants, branches and boiler rooms heat their areas."""

from __future__ import annotations

from ninja import Schema

from cleanheat.diagnosis.service.heating import SourceKind, heating_quality
from cleanheat.diagnosis.service.levels import LEVELS
from cleanheat.diagnosis.service.numbers import number, table_values
from cleanheat.infra.panels.declare import Cost, PanelQuery, panel
from cleanheat.infra.panels.kinds import Column, Table
from cleanheat.kernel.time import DAY_S

WEEK = 7 * DAY_S
WORST = 100


class SourceParams(Schema):
    """Whose heating quality is shown."""

    kind: SourceKind = "branch"


def _quality(query: PanelQuery) -> Table:
    kind = query.params.kind
    rows = heating_quality(kind, query.end - WEEK, query.end, query.scope)
    rows.sort(key=lambda r: (r.score is None, r.score or 0.0, r.number))
    columns = {
        "name": (LEVELS[kind], "", None), "score": ("得分", "分", 1), "compliance": ("供水达标", "%", 1),
        "continuity": ("供热连续", "%", 1), "rooms": ("室温合格率", "%", 1), "short_k": ("未达标时平均低", "K", 1),
        "sensors": ("有效测点", "户", 0),
    }  # fmt: skip
    return Table(
        columns=[Column(key=k, label=zh, unit=unit, decimals=d) for k, (zh, unit, d) in columns.items()],
        rows=[
            [
                r.name, r.score,
                *(None if (part := r.parts[k]) is None else 100 * part for k in ("compliance", "continuity", "rooms")),
                r.short_k, r.rooms,
            ]
            for r in rows[:WORST]
        ],
        total=len(rows),
    )  # fmt: skip


_WEIGHTS = table_values("heating_weights")
HEATING = panel(
    key="diagnosis.heating_quality",
    zh="热源供热质量",
    shows=Table,
    load=_quality,
    params=SourceParams,
    permission="diagnosis.view",
    formula=f"近七日：{_WEIGHTS['compliance']:.0%}×供水低于应供不超过"
    f" {number('reference', 'supply_short_k'):.0f} K 的小时占比"
    f"＋{_WEIGHTS['continuity']:.0%}×供热小时占比＋{_WEIGHTS['rooms']:.0%}×供热范围室温合格率；无法判断的分项不计权",
    source="热源供回水温度、气象、推荐供热曲线、室温测点",
    refresh_s=900,
    cost=Cost.DEAR,
    reads=("telemetry.plant", "telemetry.branch", "telemetry.boiler", "telemetry.room"),
    empty="没有可评价的热源",
)
