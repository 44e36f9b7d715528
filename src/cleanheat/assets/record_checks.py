"""Can these records stand in the archive?  Types, limits, references and what must agree within a record.

Works on whole columns of records as they would be stored; a refusal names the row, the field and the reason.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cleanheat.accounts.models import Organisation
from cleanheat.assets.queries import MODELS
from cleanheat.assets.record_fields import Field, fields_of
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.parameters import read

LIMITS: Final = read("cleanheat.assets", "record_limits.toml")
_WHOLE_TABLE: Final = 5_000
"""From so many references on, reading all numbers of a kind is cheaper than asking for them."""
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """``row``: place in the batch; ``field``: key of the field at fault, empty where the whole record is."""

    row: int
    field: str
    reason: str


@dataclass
class RefusedRecords(Problem):
    """Records that cannot be stored, with every reason."""

    refusals: tuple[Refusal, ...] = ()

    def document(self) -> dict[str, object]:
        first = [{"row": r.row, "field": r.field, "reason": r.reason} for r in self.refusals[:100]]
        return {**super().document(), "refusals": first}


def refused(refusals: Sequence[Refusal]) -> RefusedRecords:
    first = refusals[0]
    return RefusedRecords(422, "invalid-field", "档案记录有误", first.reason, first.field, tuple(refusals))


def refusals(kind: str, records: Sequence[Record]) -> list[Refusal]:
    """Everything wrong with whole records (all fields present), in order of row."""
    found: list[Refusal] = []
    for field in fields_of(kind):
        column = [record.get(field.key) for record in records]
        found += _of_field(field, column)
    faulty = {r.row for r in found}
    found += [r for r in _together(kind, records) if r.row not in faulty]
    return sorted(found, key=lambda r: r.row)


def _of_field(field: Field, column: Sequence[Any]) -> Iterator[Refusal]:
    judge = {
        "text": _text,
        "number": _number,
        "integer": _integer,
        "boolean": _boolean,
        "choice": _choice,
        "reference": _reference,
    }[field.type](field, column)
    for row, (value, reason) in enumerate(zip(column, judge, strict=True)):
        if value is None or value == "":
            if field.is_required:
                yield Refusal(row, field.key, f"缺少{field.zh}")
        elif reason:
            yield Refusal(row, field.key, reason)


def _text(field: Field, column: Sequence[Any]) -> list[str]:
    def fault(value: Any) -> str:
        if not isinstance(value, str):
            return f"{field.zh}应为文字"
        if len(value) > field.most:
            return f"{field.zh}超过 {field.most} 字"
        return "" if value.isprintable() else f"{field.zh}含有不可见字符"

    return [fault(value) for value in column]


def _number(field: Field, column: Sequence[Any]) -> list[str]:
    limits = LIMITS.get(field.key)
    low = limits["least"].value if limits else -math.inf
    high = limits["most"].value if limits else math.inf
    beyond = f"{field.zh}应在 {low:g}–{high:g} {field.unit}之间".replace(" 之间", "之间")

    def fault(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return f"{field.zh}不是数"
        return "" if low <= value <= high else beyond

    return [fault(value) for value in column]


def _integer(field: Field, column: Sequence[Any]) -> list[str]:
    def fault(value: Any, reason: str) -> str:
        return reason or ("" if value is None or value == int(value) else f"{field.zh}应为整数")

    return [fault(v, r) for v, r in zip(column, _number(field, column), strict=True)]


def _boolean(field: Field, column: Sequence[Any]) -> list[str]:
    return ["" if isinstance(value, bool) else f"{field.zh}应为是或否" for value in column]


def _choice(field: Field, column: Sequence[Any]) -> list[str]:
    known = {value for value, _ in field.choices}
    words = f"{field.zh}可用: {'、'.join(word for _, word in field.choices)}"
    return ["" if value in known else words for value in column]


def _reference(field: Field, column: Sequence[Any]) -> list[str]:
    known = existing(field.reference, {v for v in column if isinstance(v, int)})
    return ["" if value in known else f"没有这个{field.zh}" for value in column]


def existing(kind: str, numbers: Collection[int]) -> set[int]:
    """Which of the numbers exist; ``kind`` may be ``organisation``."""
    model = Organisation if kind == "organisation" else MODELS[kind]
    rows = model._default_manager.order_by().values_list("pk", flat=True)
    if len(numbers) > _WHOLE_TABLE:
        return set(rows.iterator(chunk_size=20_000)) & set(numbers)
    wanted, found = sorted(numbers), set[int]()
    for start in range(0, len(wanted), 500):
        found |= set(rows.filter(pk__in=wanted[start : start + 500]))
    return found


def _together(kind: str, records: Sequence[Record]) -> Iterator[Refusal]:
    """What must agree: the office with its company, a substation's one source, a circuit with its company."""
    if kind in {"boiler", "substation"}:
        parents = dict(Organisation.objects.filter(kind="office").values_list("pk", "parent_id"))
        for row, record in enumerate(records):
            if record["company_id"] != parents.get(record["office_id"]):
                yield Refusal(row, "office_id", "分公司不属于该供热企业")
    if kind == "substation":
        for row, record in enumerate(records):
            if bool(record["branch_id"]) == bool(record["boiler_room_id"]):
                yield Refusal(row, "branch_id", "换热站须且只须有一个热源：电厂支线或锅炉房")
    if kind in _OWNED_THROUGH:
        yield from _owned_alike(kind, records)


_OWNED_THROUGH: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "community": ("substation_id", "substation", "company_id", "company_id", "小区与其换热站不属于同一供热企业"),
    "building": ("unit_id", "unit", "substation__company_id", "company_id", "楼宇与其换热机组不属于同一供热企业"),
    "room": ("user_id", "heat_user", "building_id", "building_id", "测点与其热用户不在同一楼宇"),
}
"""Kind → the reference, what it names, what is read there, what must be the same here, and the reason if not."""


def _owned_alike(kind: str, records: Sequence[Record]) -> Iterator[Refusal]:
    through, target, path, own, reason = _OWNED_THROUGH[kind]
    wanted = {record[through] for record in records if isinstance(record[through], int)}
    rows = MODELS[target]._default_manager.order_by()
    if len(wanted) <= _WHOLE_TABLE:
        rows = rows.filter(pk__in=wanted)
    there = dict(rows.values_list("pk", path))
    for row, record in enumerate(records):
        if record[through] in there and there[record[through]] != record[own]:
            yield Refusal(row, own, reason)
