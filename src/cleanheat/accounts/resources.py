"""Records of accounts that people maintain: organisations (read-only) and users.

The golden example of a resource: what is listed, what may be set, who sees which rows, and one rule before saving.
"""

from __future__ import annotations

from typing import Any

from cleanheat.accounts.models import Organisation, User
from cleanheat.accounts.queries import find_organisation, organisation_rows, user_rows
from cleanheat.infra.resources import Col, resource
from cleanheat.infra.scope import scope_of
from cleanheat.kernel.errors import invalid

resource(
    key="accounts.organisation",
    zh="组织",
    model=Organisation,
    columns=(
        Col("id", "编号"),
        Col("code", "代码"),
        Col("name", "名称"),
        Col("short_name", "简称"),
        Col("kind", "类型"),
        Col("district_code", "区县代码"),
        Col("parent__short_name", "上级"),
    ),
    permission="accounts.view",
    scope_by=organisation_rows,
    filters={"kind": "equals", "district_code": "equals"},
    search=("name", "short_name", "code"),
    order=("path",),
    identity="code",
)


def _within_own_subtree(values: dict[str, Any], user: Any, _row: Any) -> dict[str, Any]:
    """A user may be placed in one's own organisation or below it, nowhere else."""
    if "organisation" not in values:
        return values
    place, own = values["organisation"], find_organisation(user.organisation_id)
    if place is None:
        raise invalid("organisation", "必须选择所属组织")
    if not scope_of(user).sees_all and not (own and place.path.startswith(own.path)):
        raise invalid("organisation", "只能选择本单位或下级单位")
    return values


resource(
    key="accounts.user",
    zh="用户",
    model=User,
    columns=(
        Col("username", "用户名"),
        Col("display_name", "姓名"),
        Col("organisation", "所属组织", choices_from="accounts.organisation"),
        Col("organisation__short_name", "组织简称"),
        Col("role", "角色"),
        Col("phone", "电话", sensitivity="phone"),
        Col("is_active", "启用"),
    ),
    permission="accounts.view",
    edit_permission="accounts.edit",
    scope_by=user_rows,
    form=("username", "display_name", "organisation", "role", "phone", "is_active"),
    filters={"organisation": "equals", "role": "equals", "is_active": "equals"},
    search=("username", "display_name", "phone"),
    order=("username",),
    identity="username",
    fill=_within_own_subtree,
)
