"""Reading and writing the rows of any resource, always through its scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.forms import ModelForm, model_to_dict, modelform_factory

from cleanheat.infra import audit
from cleanheat.infra.resources.declare import RESOURCES, Resource
from cleanheat.infra.resources.fields import field_of
from cleanheat.infra.resources.leaving import secret, sensitive, without_masks
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found

MOST = 2**63 - 1
"""The largest integer a database column holds."""
RESERVED = frozenset({"q", "order", "limit", "offset", "format", "unmask_reason"})
Row = dict[str, Any]


@dataclass
class InvalidRow(Problem):
    """A refused row: every field at fault with its reason."""

    errors: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        return {**super().document(), "errors": self.errors}


@dataclass(frozen=True)
class Page:
    total: int
    rows: list[Row]


def visible(resource: Resource, scope: Scope) -> models.QuerySet[Any]:
    """The rows of a scope: every read and write starts here."""
    return resource.model._default_manager.filter(resource.scope_by(scope))


def selected(resource: Resource, scope: Scope, asked: Mapping[str, str]) -> models.QuerySet[Any]:
    """Rows of a scope that pass the search text ``q`` and the filters, in the order asked for."""
    rows = visible(resource, scope)
    if text := asked.get("q", "").strip():
        rows = rows.filter(_any_contains(resource, text))
    kept_back = secret(resource, scope)  # what is not shown must not be found out by asking for it either
    for name, value in asked.items():
        if {name, name.rpartition("__")[0]} & kept_back:
            raise invalid(name, "不支持的筛选条件")
        if name not in RESERVED:
            rows = rows.filter(_condition(resource, name, value))
    if asked.get("order", "").removeprefix("-") in kept_back:
        raise invalid("order", "不支持按此列排序")
    return rows.order_by(*_order(resource, asked.get("order", "")))


def page(resource: Resource, scope: Scope, asked: Mapping[str, str], limit: int, offset: int) -> Page:
    """One page; the rows are counted only when the page itself does not tell how many there are."""
    chosen = selected(resource, scope, asked)
    rows = list(as_rows(resource, chosen[offset : offset + limit + 1]))
    is_last = len(rows) <= limit and (rows or offset == 0)
    return Page(offset + len(rows) if is_last else chosen.order_by().count(), rows[:limit])


def as_rows(resource: Resource, chosen: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return chosen.values("pk", *(col.path for col in resource.columns))


def _any_contains(resource: Resource, text: str) -> Q:
    """What is masked is found only by the whole value: parts would let people guess it piece by piece."""
    condition, classes = Q(), sensitive(resource)
    for path in resource.search:
        condition |= Q(**{f"{path}__{'iexact' if path in classes else 'icontains'}": text})
    return condition


def _condition(resource: Resource, name: str, value: str) -> Q:
    """``company=12``, ``company=12,13``, ``heated_area_m2__gte=1000``, ``name__contains=…``."""
    path, _, operator = name.rpartition("__")
    if operator not in {"gte", "lte", "contains"}:
        path, operator = name, ""
    allowed = {"range": {"gte", "lte"}, "contains": {"contains"}, "equals": {""}}
    kind = resource.filters.get(path)
    if kind is None or operator not in allowed[kind]:
        raise invalid(name, "不支持的筛选条件", f"可用: {', '.join(resource.filters)}")
    target = field_of(resource, path)
    try:
        if operator:
            return Q(**{f"{path}__{operator}": value if operator == "contains" else _stored(target, value)})
        return Q(**{f"{path}__in": [_stored(target, part) for part in value.split(",")]})
    except (ValidationError, ValueError, TypeError) as error:
        raise invalid(name, "筛选值有误", value[:100]) from error


def _stored(target: models.Field[Any, Any], text: str) -> Any:
    """The text as the column keeps it; ``ValueError`` for a number that no column can hold."""
    value = target.to_python(text)
    if isinstance(value, int) and abs(value) > MOST:
        raise ValueError(text)
    return value


def _order(resource: Resource, asked: str) -> list[str]:
    """The column asked for, then the resource's own order, so that pages never overlap."""
    if not asked:
        return [*resource.order, "pk"]
    name = asked.removeprefix("-")
    if not any(col.path == name and col.can_sort for col in resource.columns):
        raise invalid("order", "不支持按此列排序", name)
    return [asked, *resource.order, "pk"]


def get(resource: Resource, scope: Scope, pk: str) -> Row:
    row = as_rows(resource, visible(resource, scope).filter(pk=_pk(resource, pk))).first()
    if row is None:
        raise not_found(f"没有这条{resource.zh}记录")
    return dict(row)


def _pk(resource: Resource, text: str) -> Any:
    try:
        return resource.model._meta.pk.to_python(text)
    except ValidationError as error:
        raise not_found(f"没有这条{resource.zh}记录") from error


@transaction.atomic
def create(resource: Resource, user: Any, values: Mapping[str, Any]) -> Any:
    """A new row; returns its pk."""
    require(user, resource.edit_permission)
    return _save(resource, user, None, without_masks(resource, values, None))


@transaction.atomic
def patch(resource: Resource, user: Any, pk: str, values: Mapping[str, Any]) -> Any:
    """Change the given columns of a row; a row outside the scope does not exist."""
    require(user, resource.edit_permission)
    row = visible(resource, scope_of(user)).select_for_update(of=("self",)).filter(pk=_pk(resource, pk)).first()
    if row is None:
        raise not_found(f"没有这条{resource.zh}记录")
    return _save(resource, user, row, without_masks(resource, values, row))


def _save(resource: Resource, user: Any, row: models.Model | None, values: Mapping[str, Any]) -> Any:
    for name in values:
        if name not in resource.form:
            raise invalid(name, "没有此字段或不可修改")
        is_moment = isinstance(field_of(resource, name), models.DateField)
        if is_moment and not isinstance(values[name], str | None):
            raise invalid(name, "时间格式有误", "ISO 8601")
    form = _form(resource, user, row, values)
    if not form.is_valid():
        errors = {name: " ".join(str(reason) for reason in reasons) for name, reasons in form.errors.items()}
        worst = next(iter(errors))
        raise InvalidRow(422, "invalid-field", "填写有误", errors[worst], worst if worst != "__all__" else "", errors)
    cleaned = {name: form.cleaned_data[name] for name in values} if row else dict(form.cleaned_data)
    if resource.fill:
        cleaned = resource.fill(cleaned, user, row)
    saved = form.instance
    for name, value in cleaned.items():
        setattr(saved, name, value)
    saved.save(force_insert=row is None)
    if not visible(resource, scope_of(user)).filter(pk=saved.pk).exists():
        raise Problem(403, "outside-scope", "不能保存到本单位范围之外")
    verb = "change" if row else "create"
    audit.record(user, f"{resource.key}.{verb}", resource.key, saved.pk, {n: str(v) for n, v in cleaned.items()})
    return saved.pk


def _form(resource: Resource, user: Any, row: models.Model | None, values: Mapping[str, Any]) -> ModelForm[Any]:
    """Django's own validation; a reference may point only to rows its user sees."""
    made = _form_class(resource.key)
    current = model_to_dict(row, resource.form) if row else {**made().initial, **_defaults(resource)}
    form = made({**current, **values}, instance=row)
    for name in resource.form:
        source = resource.column(name).choices_from
        if source:
            form.fields[name].queryset = visible(RESOURCES[source], scope_of(user))  # type: ignore[attr-defined]
    return form


@cache
def _form_class(key: str) -> type[ModelForm[Any]]:
    return modelform_factory(RESOURCES[key].model, fields=list(RESOURCES[key].form))


def _defaults(resource: Resource) -> Row:
    fields = {name: field_of(resource, name) for name in resource.form}
    return {name: f.get_default() for name, f in fields.items() if f.has_default()}
