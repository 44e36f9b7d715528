"""How is a record shown to people?  Stored values as words: choices, references by name, yes and no, masked where
personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleanheat.accounts import public as accounts
from cleanheat.assets.naming import names
from cleanheat.assets.record_fields import Field, field_of, fields_of
from cleanheat.infra.masking import masked


@dataclass(frozen=True)
class FieldChoice:
    """One word a field may hold."""

    value: str
    zh: str


@dataclass(frozen=True)
class FieldShown:
    """One field of a record for people; ``value`` is what a form starts from, empty where it is personal."""

    key: str
    zh: str
    unit: str
    type: str
    reference: str
    is_required: bool
    is_fixed: bool
    choices: list[FieldChoice]
    value: str | float | int | bool | None
    shown: str


@dataclass(frozen=True)
class Difference:
    """One changed field, before and after, in words."""

    key: str
    zh: str
    unit: str
    before: str
    after: str


def shown(field: Field, value: Any) -> str:
    """A stored value in words."""
    if value is None or value == "":
        return "—"
    if field.personal:
        return str(masked(field.personal, value))
    if field.type == "boolean":
        return "是" if value else "否"
    if field.type == "choice":
        return dict(field.choices).get(str(value), str(value))
    if field.reference == "organisation":
        return accounts.short_name(int(value)) or str(value)
    if field.reference:
        return names(field.reference, [int(value)])[0] or str(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def fields_shown(kind: str, record: Mapping[str, Any]) -> list[FieldShown]:
    """Every field of a record; the code and personal fields cannot be changed here."""
    return [
        FieldShown(
            f.key,
            f.zh,
            f.unit,
            f.type,
            f.reference,
            f.is_required,
            f.key == "code" or bool(f.personal),
            [FieldChoice(value, zh) for value, zh in f.choices],
            None if f.personal else record[f.key],
            shown(f, record[f.key]),
        )
        for f in fields_of(kind)
    ]


def differences(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The changed fields in the order of the kind's; ``before`` is empty for a new record."""
    order = {f.key: i for i, f in enumerate(fields_of(kind))}
    found = []
    for key in sorted({*before, *after}, key=lambda k: order.get(k, len(order))):
        field = field_of(kind, key)
        if field is not None:
            told = (shown(field, before.get(key)), shown(field, after.get(key)))
            found.append(Difference(key, field.zh, field.unit, *told))
    return found
