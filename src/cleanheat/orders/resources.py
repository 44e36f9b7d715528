"""Records of orders that people maintain: the rules that raise them."""

from __future__ import annotations

from django.db.models import Q

from cleanheat.infra.resources import NOTHING, Col, resource
from cleanheat.infra.scope import Scope
from cleanheat.orders.models import RaisingRule


def _for_everybody(scope: Scope) -> Q:
    return Q() if scope.sees_all or scope.organisation_id else NOTHING


resource(
    key="orders.rule",
    zh="工单生成规则",
    model=RaisingRule,
    columns=(
        Col("name", "名称"),
        Col("business", "业务"),
        Col("source", "报警来源（前缀）"),
        Col("worst_level", "至少达到级别"),
        Col("after_min", "持续多久后生成", unit="min"),
        Col("merge_by", "合并方式"),
        Col("is_active", "启用"),
        Col("note", "说明"),
    ),
    permission="orders.dispatch",
    edit_permission="orders.configure",
    scope_by=_for_everybody,
    form=("name", "business", "source", "worst_level", "after_min", "merge_by", "is_active", "note"),
    filters={"business": "equals", "is_active": "equals", "merge_by": "equals"},
    search=("name", "source"),
    order=("source",),
    identity="name",
)
