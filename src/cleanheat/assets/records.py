"""How do records of the archive change?  ``apply`` is the one way in: whole batches, everything or nothing.

A new object gets the next number of its kind; numbers are kept for ever, so what is retired keeps its slot.  Each
change is kept with who, when and why; the archive gets a new version, from which everything cached is built again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Max

from cleanheat.assets import finder, history
from cleanheat.assets.actions import insert_columns, publish
from cleanheat.assets.events import RecordsApplied
from cleanheat.assets.models import Area
from cleanheat.assets.queries import MODELS
from cleanheat.assets.record_checks import Record, Refusal, RefusedRecords, refusals, refused
from cleanheat.assets.record_fields import IDENTITY, KIND_NAMES, Field, field_of, fields_of
from cleanheat.assets.vocabulary import AreaLevel, VersionSource
from cleanheat.infra import audit, events
from cleanheat.infra.scope import Scope, scope_of
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.ids import OBJECT_CLASSES, UNITS_PER_SUBSTATION, archive_code, parse_archive_code

__all__ = [
    "KIND_NAMES",
    "Applied",
    "Draft",
    "Field",
    "Record",
    "Refusal",
    "RefusedRecords",
    "apply",
    "chosen",
    "draft",
    "field_of",
    "fields_of",
    "refused",
]
_CHUNK: Final = 20_000
_MANY: Final = 5_000


@dataclass(frozen=True)
class Draft:
    """What a batch would do: whole records as they would be stored, and as they are (empty for new ones).

    ``rows`` are the batch's places of the records that differ; ``unchanged`` counts the others.
    """

    kind: str
    rows: tuple[int, ...]
    numbers: tuple[int, ...]
    before: tuple[Record, ...]
    after: tuple[Record, ...]
    unchanged: int
    refusals: tuple[Refusal, ...]

    @property
    def created(self) -> int:
        return sum(not record for record in self.before)


@dataclass(frozen=True)
class Applied:
    """What a batch did; ``version`` is the archive's, empty where nothing differed.

    ``numbers``: of the batch's rows that were written, by their place in it.
    """

    version: str
    created: tuple[int, ...]
    changed: tuple[int, ...]
    unchanged: int
    numbers: Mapping[int, int] = field(default_factory=dict)


def apply(
    kind: str, rows: Sequence[Record], by: Any, reason: str, source: str = VersionSource.EDIT, *, note: str = ""
) -> Applied:
    """Create and change records: all of them or none.

    Args:
        kind: archive kind, ``area`` included.
        rows: stored values by field key.  ``number`` or ``code`` names the object; with neither, or
            with a unified code nobody has yet, it is new.  Fields that are left out stay as they are.
        by: the user, within whose scope every record must lie before and after; None for the platform itself.
        reason: why, kept with every record.
        note: what the archive's new version is called; the reason if empty.

    Raises:
        RefusedRecords: some record cannot be stored; it holds every row's reasons.
    """
    why = history.checked_reason(reason)
    with transaction.atomic():
        planned = draft(kind, rows, None if by is None else scope_of(by))
        if planned.refusals:
            raise refused(planned.refusals)
        if not planned.rows:
            return Applied("", (), (), planned.unchanged)
        insert_columns(MODELS[kind], _columns(kind, planned), or_replace=True)
        changes = map(history.Change, planned.numbers, planned.before, planned.after)
        history.record_many(kind, list(changes), by, why, source)
        return _published(planned, by, why, note or why)


def _published(planned: Draft, by: Any, why: str, note: str) -> Applied:
    version = publish(note[:200])
    numbers = list(zip(planned.numbers, planned.before, strict=True))
    created = tuple(n for n, before in numbers if not before)
    changed = tuple(n for n, before in numbers if before)
    counts = {"created": len(created), "changed": len(changed)}
    audit.record(by, "assets.apply", f"assets.{planned.kind}", version, {**counts, "reason": why})
    events.publish(RecordsApplied(version, planned.kind, **counts))
    finder.forget()
    transaction.on_commit(finder.forget)
    by_row = dict(zip(planned.rows, planned.numbers, strict=True))
    return Applied(version, created, changed, planned.unchanged, by_row)


def draft(kind: str, rows: Sequence[Record], scope: Scope | None = None) -> Draft:
    """What :func:`apply` would do, and every reason why it would not; nothing is stored.

    Args:
        scope: within which the records must lie; None for all of the city.
    """
    _known_fields(kind, rows)
    present, found = _present(kind, rows)
    faults = [Refusal(i, IDENTITY, "没有这个对象") for i, n in enumerate(found) if n is not None and n not in present]
    faults += _twice(found)
    bad = {fault.row for fault in faults}
    good = [i for i in range(len(rows)) if i not in bad]
    after = [_merged(kind, present.get(found[i] or 0), rows[i]) for i in good]
    inner = refusals(kind, after)
    faults += [Refusal(good[r.row], r.field, r.reason) for r in inner]
    wrong = {r.row for r in inner}
    kept = [(i, record) for at, (i, record) in enumerate(zip(good, after, strict=True)) if at not in wrong]
    if scope is not None and not scope.sees_all:
        outside = _outside(kind, scope, kept, found)
        faults += [Refusal(i, "", "不在本单位范围内") for i in sorted(outside)]
        kept = [(i, record) for i, record in kept if i not in outside]
    return _drafted(kind, kept, found, present, faults)


def _drafted(
    kind: str,
    kept: Sequence[tuple[int, dict[str, Any]]],
    found: Sequence[int | None],
    present: Mapping[int, Record],
    faults: list[Refusal],
) -> Draft:
    real = [(i, record) for i, record in kept if record != present.get(found[i] or 0)]
    fresh = [(i, record) for i, record in real if found[i] is None]
    given, full = _numbered(kind, fresh)
    faults += full
    fresh = [(i, record) for i, record in fresh if i in given]
    _give_codes(kind, fresh, given)
    clashing = _clashing_codes(kind, fresh)
    faults += clashing
    wrong = {fault.row for fault in faults}
    real = [(i, record) for i, record in real if i not in wrong]
    return Draft(
        kind,
        tuple(i for i, _ in real),
        tuple(found[i] or given[i] for i, _ in real),
        tuple(present.get(found[i] or 0, {}) for i, _ in real),
        tuple(record for _, record in real),
        len(kept) - len(real),
        tuple(sorted(faults, key=lambda f: f.row)),
    )


def _known_fields(kind: str, rows: Sequence[Record]) -> None:
    known = {f.key for f in fields_of(kind)} | {"number"}
    unknown = {key for row in rows for key in row} - known
    if unknown:
        raise invalid(min(unknown), "没有此字段", f"可用: {', '.join(sorted(known))}")


def _present(kind: str, rows: Sequence[Record]) -> tuple[dict[int, Record], list[int | None]]:
    """The records named as they are stored, by number; and the number each row names (None: new)."""
    by_code = _numbers_of_codes(kind, [r[IDENTITY] for r in rows if r.get(IDENTITY) and r.get("number") is None])
    found: list[int | None] = []
    for row in rows:
        number = row.get("number")
        if number is None and row.get(IDENTITY):
            number = by_code.get(row[IDENTITY])
        found.append(number)
    return _stored(kind, {n for n in found if n is not None}), found


def _numbers_of_codes(kind: str, codes: Sequence[str]) -> dict[str, int]:
    return dict(chosen(kind, "code", codes).values_list("code", "pk"))


def _stored(kind: str, numbers: set[int]) -> dict[int, Record]:
    keys = [f.key for f in fields_of(kind)]
    rows = chosen(kind, "pk", sorted(numbers)).values_list("pk", *keys).iterator(chunk_size=_CHUNK)
    return {number: dict(zip(keys, values, strict=True)) for number, *values in rows if number in numbers}


def chosen(kind: str, path: str, wanted: Sequence[Any]) -> models.QuerySet[Any]:
    """At least the rows wanted; all of them where a list would be longer than a statement may be."""
    rows = MODELS[kind]._default_manager.order_by()
    return rows if len(wanted) > _MANY else rows.filter(**{f"{path}__in": wanted})


def _twice(found: Sequence[int | None]) -> list[Refusal]:
    seen: set[int] = set()
    faults = []
    for row, number in enumerate(found):
        if number is not None and number in seen:
            faults.append(Refusal(row, IDENTITY, "同一对象在文件中出现多次"))
        seen.add(number or 0)
    return faults


def _merged(kind: str, before: Record | None, row: Record) -> dict[str, Any]:
    """The whole record after the change: defaults for what a new one leaves out, absent references as None."""
    given = {key: value for key, value in row.items() if key != "number"}
    if before is not None:
        return {**before, **given}
    model = MODELS[kind]
    columns = [model._meta.get_field(f.key.removesuffix("_id")) for f in fields_of(kind)]
    blank = {c.attname: c.get_default() for c in columns}  # type: ignore[union-attr]
    return {**blank, **given}


def _outside(kind: str, scope: Scope, kept: Sequence[tuple[int, Record]], found: Sequence[int | None]) -> set[int]:
    """Rows whose object the scope does not see, before or after; what is new must be its own company's."""
    from cleanheat.assets.resources import rows_of

    numbers = [found[i] for i, _ in kept if found[i] is not None]
    rows = MODELS[kind]._default_manager.order_by()
    seen_before = set(rows.filter(rows_of(kind)(scope)).values_list("pk", flat=True)) if numbers else set()
    own = {"company_id": scope.company_ids, "office_id": scope.office_ids, "platform_id": scope.sender_ids}
    own |= {"operator_id": scope.sender_ids, "district_id": scope.district_ids}
    columns = {key: ids for key, ids in own.items() if ids and field_of(kind, key)}
    parents = _seen_parents(kind, scope) if not columns else {}

    def lies_inside(record: Record) -> bool:
        if columns:
            return any(record[key] in ids for key, ids in columns.items())
        return any(record[key] in ids for key, ids in parents.items())

    return {
        i for i, record in kept if (found[i] is not None and found[i] not in seen_before) or not lies_inside(record)
    }


def _seen_parents(kind: str, scope: Scope) -> dict[str, set[int]]:
    """For kinds without an owner of their own (circuits, flats, points): which of what they belong to is seen."""
    from cleanheat.assets.resources import rows_of

    if kind not in _PLACED_THROUGH:
        return {}
    key, parent = _PLACED_THROUGH[kind]
    return {key: set(MODELS[parent]._default_manager.filter(rows_of(parent)(scope)).values_list("pk", flat=True))}


def _numbered(kind: str, fresh: Sequence[tuple[int, Record]]) -> tuple[dict[int, int], list[Refusal]]:
    """Numbers of new objects by row: the next ones of the kind; a circuit's is a place in its substation."""
    rows = MODELS[kind]._default_manager.order_by()
    if kind == "unit":
        return _places(rows, fresh)
    first = (rows.aggregate(most=Max("pk"))["most"] or 0) + 1
    return {i: first + at for at, (i, _) in enumerate(fresh)}, []


def _places(rows: models.QuerySet[Any], fresh: Sequence[tuple[int, Record]]) -> tuple[dict[int, int], list[Refusal]]:
    stations = {record["substation_id"] for _, record in fresh}
    taken = set(rows.filter(substation_id__in=stations).values_list("pk", flat=True))
    given: dict[int, int] = {}
    faults = []
    for i, record in fresh:
        first = record["substation_id"] * UNITS_PER_SUBSTATION
        free = [n for n in range(first + 1, first + UNITS_PER_SUBSTATION) if n not in taken]
        if free:
            given[i] = free[0]
            taken.add(free[0])
        else:
            faults.append(Refusal(i, "substation_id", f"一个换热站最多 {UNITS_PER_SUBSTATION - 1} 个机组"))
    return given, faults


def _give_codes(kind: str, fresh: Sequence[tuple[int, dict[str, Any]]], given: Mapping[int, int]) -> None:
    """The unified code of each new object that came without: its district's, its class, its number."""
    nameless = [(i, record) for i, record in fresh if not record.get(IDENTITY)]
    if kind not in OBJECT_CLASSES or not nameless:
        return
    codes = dict(Area.objects.filter(level=AreaLevel.DISTRICT).values_list("pk", "code"))
    districts = _districts(kind, [record for _, record in nameless])
    for (i, record), district in zip(nameless, districts, strict=True):
        record[IDENTITY] = archive_code(codes.get(district, "000000"), kind, given[i])


def _districts(kind: str, records: Sequence[Record]) -> list[int]:
    """The district of each record: its own, or that of what it belongs to."""
    if kind not in _PLACED_THROUGH:
        return [record["district_id"] for record in records]
    through, parent = _PLACED_THROUGH[kind]
    rows = chosen(parent, "pk", sorted({record[through] for record in records}))
    there = dict(rows.values_list("pk", "district_id"))
    return [there[record[through]] for record in records]


_PLACED_THROUGH: Final[Mapping[str, tuple[str, str]]] = {
    "unit": ("substation_id", "substation"),
    "heat_user": ("building_id", "building"),
    "room": ("building_id", "building"),
}


def _clashing_codes(kind: str, fresh: Sequence[tuple[int, Record]]) -> list[Refusal]:
    """New codes that are no codes of this kind, or that two new objects share."""
    seen: set[str] = set()
    faults = []
    for i, record in fresh:
        code = record[IDENTITY]
        if kind in OBJECT_CLASSES and not _is_code_of(kind, code):
            faults.append(Refusal(i, IDENTITY, "不是已有对象的编码，也不符合统一编码规则"))
        elif code in seen:
            faults.append(Refusal(i, IDENTITY, "编码在文件中出现多次"))
        seen.add(code)
    return faults


def _is_code_of(kind: str, code: str) -> bool:
    try:
        return parse_archive_code(code)[1] == kind
    except ValueError:
        return False


def _columns(kind: str, planned: Draft) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {f.key: [r[f.key] for r in planned.after] for f in fields_of(kind)}
    return {MODELS[kind]._meta.pk.attname: list(planned.numbers), **columns}
