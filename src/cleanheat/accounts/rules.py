"""Who may do what: the permission matrix, level of organisation × role.

A user may do what both his role and his organisation's level allow; to which rows is the scope's answer.
"""

from __future__ import annotations

from typing import Final

from cleanheat.accounts.vocabulary import OrganisationKind, Role

PERMISSIONS: Final[dict[str, str]] = {
    "screens.view": "查看综合画面",
    "assets.view": "查看档案",
    "telemetry.view": "查看监测数据",
    "alerts.view": "查看报警",
    "alerts.handle": "处置报警",
    "city.view": "查看全市及区县汇总",
    "status.view": "查看平台运行状态",
    "assets.edit": "维护档案",
    "twin.precise": "查看精确位置与管网参数",
    "assets.import": "批量导入档案与转换坐标",
    "assets.approve": "审批档案变更与关联匹配",
    "telemetry.import": "导入历史数据",
    "accounts.view": "查看组织与用户",
    "accounts.edit": "维护组织与用户",
    "audit.view": "查看审计记录",
    "jobs.manage": "管理后台任务",
    "quality.view": "查看数据质量",
    "quality.edit": "维护质量规则",
    "quality.confirm": "人工核定数据",
    "diagnosis.view": "查看供热诊断",
    "diagnosis.tune": "训练与调整诊断模型",
    "diagnosis.settle": "核定诊断结论",
    "orders.view": "查看供热督办单",
    "orders.handle": "办理供热督办单",
    "orders.dispatch": "下发、复核与催办供热督办单",
    "orders.configure": "维护督办规则与流程",
    "governance.view": "查看数据治理工单",
    "governance.handle": "办理数据治理工单",
    "governance.dispatch": "下发与复核数据治理工单",
    "governance.configure": "维护治理策略与流程",
    "evaluation.view": "查看评价得分与报告",
    "evaluation.edit": "维护评价指标与权重",
    "catalogue.view": "查看数据资源目录",
    "catalogue.edit": "维护元数据",
    "complaints.view": "查看投诉记录",
    "complaints.edit": "导入与校准投诉记录",
    "privacy.unmask": "查看未脱敏的个人信息",
    "secrecy.configure": "设置图层与属性密级",
    "twin.gis": "用桌面与移动 GIS 读取地图数据",
}
"""Every permission by its key, with the words shown to people."""

_TRUST = frozenset(
    {"quality.view", "diagnosis.view", "orders.view", "governance.view", "evaluation.view", "catalogue.view"}
)
_LOOK = _TRUST | {
    "twin.precise",
    "screens.view",
    "assets.view",
    "telemetry.view",
    "alerts.view",
    "city.view",
    "complaints.view",
}
_WORK = _LOOK | {
    "alerts.handle",
    "status.view",
    "orders.handle",
    "orders.dispatch",
    "governance.handle",
    "governance.dispatch",
    "quality.confirm",
    "diagnosis.settle",
    "assets.approve",
    "twin.gis",
}

BY_ROLE: Final[dict[str, frozenset[str]]] = {
    Role.READER: _LOOK,
    Role.DISPATCHER: _WORK,
    Role.ADMINISTRATOR: frozenset(PERMISSIONS),
}

_SENDER = _TRUST | {
    "screens.view",
    "assets.view",
    "telemetry.view",
    "alerts.view",
    "orders.handle",
    "governance.handle",
    "twin.gis",
}
_OWN = _SENDER | {"twin.precise"}
_REGULATOR = _OWN | {
    "alerts.handle",
    "assets.approve",
    "city.view",
    "accounts.view",
    "orders.dispatch",
    "governance.dispatch",
    "quality.confirm",
    "diagnosis.settle",
    "complaints.view",
    "privacy.unmask",
}

BY_LEVEL: Final[dict[str, frozenset[str]]] = {
    OrganisationKind.CITY: frozenset(PERMISSIONS),
    OrganisationKind.DISTRICT: _REGULATOR,
    OrganisationKind.COMPANY: _OWN
    | {"alerts.handle", "assets.edit", "accounts.view", "accounts.edit", "privacy.unmask", "complaints.view"},
    OrganisationKind.OFFICE: _OWN | {"alerts.handle"},
    OrganisationKind.PLANT_OPERATOR: _OWN,
    OrganisationKind.RURAL_PLATFORM: _SENDER,
    OrganisationKind.WEATHER_SERVICE: _SENDER,
}


def permissions(level: str, role: str) -> frozenset[str]:
    """What someone of this role in an organisation of this level may do."""
    return BY_ROLE.get(role, frozenset()) & BY_LEVEL.get(level, frozenset())
