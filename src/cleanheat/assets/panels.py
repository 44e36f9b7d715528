"""Panels of the archive: how many of each kind, and how much each company heats."""

from __future__ import annotations

import numpy as np

from cleanheat.accounts import public as accounts
from cleanheat.assets.cards import KIND_ZH
from cleanheat.assets.queries import archive, visible
from cleanheat.infra.panels import KpiRow, Measure, PanelQuery, Ranking, RankingEntry, panel

_COUNTED = ("plant", "branch", "boiler", "substation", "unit", "community", "building", "room", "device", "weather")
_LARGEST = 20


def _counts(query: PanelQuery) -> KpiRow:
    return KpiRow(
        measures=[
            Measure(label=KIND_ZH[kind], value=int(np.count_nonzero(visible(kind, query.scope))), unit="个")
            for kind in _COUNTED
        ]
    )


def _area_by_company(query: PanelQuery) -> Ranking:
    table = archive()["substation"]
    seen = visible("substation", query.scope)
    area = np.bincount(table.links["company"][seen], table.values["heated_area_m2"][seen])
    largest = [int(c) for c in np.argsort(-area)[:_LARGEST] if area[c] > 0]
    cards = [accounts.find_organisation(c) for c in largest]
    return Ranking(
        unit="万m²",
        entries=[
            RankingEntry(name=card.short_name if card else str(c), value=round(float(area[c]) / 1e4, 1))
            for c, card in zip(largest, cards, strict=True)
        ],
    )


panel(
    key="assets.counts",
    zh="档案总览",
    shows=KpiRow,
    load=_counts,
    permission="assets.view",
    formula="范围内各类对象的个数",
    source="统一档案",
    refresh_s=600,
    reads=(
        "assets.plant",
        "assets.branch",
        "assets.boiler",
        "assets.substation",
        "assets.unit",
        "assets.community",
        "assets.building",
        "assets.room",
        "assets.device",
    ),
)
panel(
    key="assets.area_by_company",
    zh="企业供热面积",
    shows=Ranking,
    load=_area_by_company,
    permission="assets.view",
    formula="企业所属换热站供热面积之和，前20位",
    source="统一档案：换热站",
    refresh_s=600,
    reads=("assets.substation", "accounts.organisation"),
)
