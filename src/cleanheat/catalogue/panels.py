"""Panels of the catalogue: how much is described, how grave it is, who shares what, whether the law is kept."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, Sum

from cleanheat.catalogue.compliance import checks
from cleanheat.catalogue.models import Agreement, Knowledge, ShareUse
from cleanheat.catalogue.queries import data_resources, entries
from cleanheat.infra import clock
from cleanheat.infra.masking import Level
from cleanheat.infra.panels import (
    Column,
    Cost,
    KpiRow,
    Measure,
    PanelQuery,
    Pie,
    Share,
    Status,
    StatusBoard,
    Table,
    Tone,
    Treemap,
    TreemapEntry,
    panel,
)
from cleanheat.kernel.time import utc

VIEW, EDIT = "catalogue.view", "catalogue.edit"
LEVEL_TONES: dict[Level, Tone] = {
    Level.OPEN: "good", Level.INTERNAL: "neutral", Level.SENSITIVE: "notice", Level.HIGHLY_SENSITIVE: "warning",
    Level.IMPORTANT: "serious", Level.CORE: "critical",
}  # fmt: skip


def _totals(_query: PanelQuery) -> KpiRow:
    active = Agreement.objects.filter(revoked_at=None, valid_until__gt=clock.now_utc()).count()
    return KpiRow(
        measures=[
            Measure(label="数据资源", value=len(data_resources()), unit="个"),
            Measure(label="数据元", value=len(entries()), unit="个"),
            Measure(label="已补充说明", value=Knowledge.objects.count(), unit="个"),
            Measure(label="有效共享协议", value=active, unit="份"),
        ]
    )


def _subjects(_query: PanelQuery) -> Treemap:
    resources = data_resources()
    counts = Counter(e.element.resource for e in entries().values())
    tops = {r.subject.key: r.subject.zh for r in resources.values()}
    parents = [TreemapEntry(name=zh, value=0) for zh in tops.values()]
    leaves = [
        TreemapEntry(name=r.zh, value=counts[key], parent=tops[r.subject.key])
        for key, r in resources.items()
        if counts[key]
    ]
    return Treemap(unit="个数据元", entries=[*parents, *leaves])


def _levels(_query: PanelQuery) -> Pie:
    counts = Counter(e.element.level for e in entries().values())
    shares = [Share(name=v.zh, value=counts[v], tone=LEVEL_TONES[v]) for v in Level if counts[v]]
    return Pie(unit="个数据元", shares=shares)


def _compliance(_query: PanelQuery) -> StatusBoard:
    return StatusBoard(
        entries=[Status(name=c.zh, tone="good" if c.is_met else "warning", text=c.text) for c in checks()]
    )


def _share_uses(query: PanelQuery) -> Table:
    window = ShareUse.objects.filter(at__gte=utc(query.start), at__lt=utc(query.end))
    used = window.order_by().values_list("agreement").annotate(n=Count("pk"), taken=Sum("rows"))
    by_agreement = {pk: (n, taken) for pk, n, taken in used}
    rows = [[a.code, a.client, a.resource, a.purpose, *by_agreement.get(a.pk, (0, 0))] for a in Agreement.objects.all()]
    titles = {
        "code": "协议",
        "client": "使用方",
        "resource": "数据资源",
        "purpose": "用途",
        "n": "调用",
        "rows": "行数",
    }
    return Table(columns=[Column(key=k, label=zh) for k, zh in titles.items()], rows=rows, total=len(rows))


panel(
    key="catalogue.totals",
    zh="目录概况",
    shows=KpiRow,
    load=_totals,
    permission=VIEW,
    formula="数据资源与数据元由信号目录、档案模型、规则库、面板和存储结构派生计数",
    source="数据资源目录",
    refresh_s=300,
    cost=Cost.MEDIUM,
    reads=("catalogue.knowledge", "catalogue.agreement"),
)
panel(
    key="catalogue.subjects",
    zh="数据资源分布",
    shows=Treemap,
    load=_subjects,
    permission=VIEW,
    formula="各主题数据资源所含数据元个数",
    source="数据资源目录",
    refresh_s=300,
    cost=Cost.MEDIUM,
    reads=("catalogue.knowledge",),
)
panel(
    key="catalogue.levels",
    zh="数据分级",
    shows=Pie,
    load=_levels,
    permission=VIEW,
    formula="按 GB/T 43697-2024 分级的数据元个数",
    source="数据资源目录",
    refresh_s=300,
    cost=Cost.MEDIUM,
    reads=("catalogue.knowledge",),
)
panel(
    key="catalogue.compliance",
    zh="合规核查",
    shows=StatusBoard,
    load=_compliance,
    permission=EDIT,
    formula="逐条核查：个人信息脱敏、脱敏查看留痕、共享有用途有期限、密钥不留存、审计链完整",
    source="数据资源目录、共享协议、审计记录",
    refresh_s=300,
    cost=Cost.DEAR,
    reads=("catalogue.agreement", "infra.auditentry"),
)
panel(
    key="catalogue.share_uses",
    zh="共享调用",
    shows=Table,
    load=_share_uses,
    permission=EDIT,
    formula="时段内各共享协议的调用次数和取走行数",
    empty="时段内没有共享调用：签署共享协议并取数后在此计数",
    source="共享调用记录",
    reads=("catalogue.agreement", "catalogue.shareuse"),
)
