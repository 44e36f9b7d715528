"""What a column is, read off its model field: type, choices, whether it must be filled."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from django.db import models

from cleanheat.infra.resources.declare import Col, Resource

Field: TypeAlias = "models.Field[Any, Any]"

_TYPES: Final[tuple[tuple[type[Field], str], ...]] = (
    (models.ForeignKey, "reference"),
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.JSONField, "json"),
)


def field_of(resource: Resource, path: str) -> Field:
    """The model field at the end of a path (``company__short_name``)."""
    model: type[models.Model] = resource.model
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.pk if last == "pk" else model._meta.get_field(last)  # type: ignore[return-value]


def type_of(field: Field) -> str:
    if field.choices:
        return "choice"
    return next((name for kind, name in _TYPES if isinstance(field, kind)), "text")


def described(resource: Resource, col: Col) -> dict[str, Any]:
    field = field_of(resource, col.path)
    choices = [{"value": value, "zh": str(zh)} for value, zh in field.choices or col.words]
    return {
        "key": col.path,
        "zh": col.zh,
        "unit": col.unit,
        "type": type_of(field),
        "choices": choices,
        "choices_from": col.choices_from,
        "is_sortable": col.can_sort,
        "is_editable": col.path in resource.form,
        "is_required": col.path in resource.form and not field.blank and not field.null and not field.has_default(),
        "filter": resource.filters.get(col.path, ""),
        "sensitivity": col.sensitivity,
    }


def declaration(resource: Resource, may_edit: bool, may_unmask: bool = False) -> dict[str, Any]:
    """All that one generic table and form need to show the resource."""
    return {
        "key": resource.key,
        "zh": resource.zh,
        "columns": [described(resource, col) for col in resource.columns],
        "form": list(resource.form),
        "order": resource.order[0],
        "is_searchable": bool(resource.search),
        "may_edit": may_edit,
        "may_import": may_edit and bool(resource.identity),
        "may_unmask": may_unmask and any(col.sensitivity for col in resource.columns),
    }
