"""What people do with files for the archive: hand in, map, rehearse, confirm, undo; and keep mappings as templates.

Who maintains the city's archive writes what he confirms; what a company confirms waits for the regulator, who approves
all of it, or chosen rows, or sends it back.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from cleanheat.assets import drawn_shapes, history, record_words, records
from cleanheat.assets.importing import rehearsing
from cleanheat.assets.importing.mapping import ColumnMap, checked
from cleanheat.assets.importing.sources import MAX_BYTES, Layer, check_begins, ending_of, layers_of
from cleanheat.assets.models_importing import ArchiveImport, MappingTemplate
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.assets.vocabulary import ImportState, VersionSource
from cleanheat.infra import audit, clock, jobs
from cleanheat.infra.scope import may, require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found

IMPORT, EDIT, APPROVE = "assets.import", "assets.edit", "assets.approve"
REHEARSE: Final = "assets.rehearse_import"
APPLY: Final = "assets.apply_import"
MOST_KEPT: Final = 50
"""Files that were handed in and never confirmed: more than so many, and the oldest go."""


def writes(user: Any) -> bool:
    """Whether what the user confirms is written at once."""
    return may(user, IMPORT) and scope_of(user).sees_all


def allowed(user: Any) -> None:
    """Who maintains the city's archive, and companies for their own objects; nobody else."""
    if not (writes(user) or (may(user, EDIT) and scope_of(user).company_ids)):
        raise forbidden("仅市级与供热企业可批量导入档案")


def seen(user: Any) -> QuerySet[ArchiveImport]:
    """Imports of one's own organisation and those below it; all of them for who maintains the city's archive."""
    allowed(user)
    rows = ArchiveImport.objects.select_related("user", "decided_by")
    if writes(user):
        return rows
    return rows.filter(user__organisation_id__in=scope_of(user).company_ids or ())


@dataclass(frozen=True)
class RowDifference:
    """What one rehearsed record would change.  ``number`` 0: a new object; ``fault``: why it cannot be written now."""

    place: int
    number: int
    title: str
    is_new: bool
    fault: str
    differences: list[record_words.Difference]


def folder() -> Path:
    """Where handed-in files lie until they are confirmed."""
    return Path(settings.DATA_DIR) / "imports" / "archives"


def path_of(row: ArchiveImport) -> Path:
    return folder() / f"{row.pk}{row.ending}"


def layer_of(row: ArchiveImport, name: str) -> Layer:
    found = next((told for told in row.layers if told["name"] == name), None)
    if found is None:
        raise invalid("layer", "文件里没有这个图层或工作表", name)
    return Layer(found["name"], tuple(found["columns"]), found["rows"], found["geometry"], found["crs"])


def find(user: Any, import_id: int) -> ArchiveImport:
    allowed(user)
    row = seen(user).filter(pk=import_id).first()
    if row is None:
        raise not_found("没有这次导入")
    return row


def hand_in(user: Any, name: str, body: BinaryIO, size: int) -> ArchiveImport:
    """Keep a file and say what it holds.

    Raises:
        Problem: not a file of ours, too large, or unreadable; nothing is kept then.
    """
    allowed(user)
    if size > MAX_BYTES:
        raise Problem(413, "file-too-large", "文件过大", f"最大 {MAX_BYTES // 1024 // 1024} MB", "file")
    ending = ending_of(name)
    check_begins(ending, body)
    with transaction.atomic():
        row = ArchiveImport.objects.create(
            file=Path(name).name[-200:], ending=ending, size_bytes=size, user=user, uploaded_at=clock.now_utc()
        )
        audit.record(user, "assets.import.hand_in", "assets.import", row.pk, {"file": row.file, "bytes": size})
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with path_of(row).open("wb") as out:
            shutil.copyfileobj(body, out, 1 << 20)
        row.layers = [asdict(layer) for layer in layers_of(path_of(row))]
        row.save(update_fields=["layers"])
    except BaseException:
        path_of(row).unlink(missing_ok=True)
        row.delete()
        raise
    _forget_old(user.organisation_id)
    return row


def _forget_old(organisation: int | None) -> None:
    """Files nobody confirmed must not fill the disk."""
    needed = [ImportState.WAITING, ImportState.APPLIED, ImportState.UNDONE, ImportState.APPLYING]
    open_ = ArchiveImport.objects.filter(user__organisation=organisation).exclude(state__in=needed)
    for row in open_[MOST_KEPT:]:
        path_of(row).unlink(missing_ok=True)
        rehearsing.forget_kept(path_of(row))
        row.delete()


def _open(row: ArchiveImport) -> ArchiveImport:
    if row.state in {ImportState.WAITING, ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDONE}:
        raise invalid("state", "这个文件已导入或正在审批", ImportState(row.state).label)
    return row


@transaction.atomic
def rehearse(user: Any, import_id: int, mapping: ColumnMap) -> ArchiveImport:
    """Keep the mapping and queue the dry run."""
    row = _open(find(user, import_id))
    checked(mapping, layer_of(row, mapping.layer))
    row.mapping, row.state, row.outcome, row.problem = asdict(mapping), ImportState.CHECKING, {}, ""
    row.job = jobs.enqueue(REHEARSE, {"import": row.pk}, user)
    row.save(update_fields=["mapping", "state", "outcome", "problem", "job"])
    return row


def run_rehearsal(row: ArchiveImport, progress: rehearsing.Progress) -> dict[str, Any]:
    """The dry run itself; a file that is wrong as a whole is an outcome, not a failure."""
    mapping = ColumnMap(**row.mapping)
    try:
        found = rehearsing.rehearse(
            path_of(row), layer_of(row, mapping.layer), mapping, scope_of(row.user), progress, path_of(row)
        )
        row.outcome, row.state, row.problem = asdict(found), ImportState.CHECKED, ""
    except Problem as problem:
        row.outcome, row.state = {}, ImportState.REFUSED
        row.problem = f"{problem.title} {problem.detail}".strip()[:200]
    row.save(update_fields=["outcome", "state", "problem"])
    return {"import": row.pk, "state": row.state, **row.outcome}


@transaction.atomic
def confirm(user: Any, import_id: int, reason: str, *, without_refused: bool) -> ArchiveImport:
    """Queue the writing of what was rehearsed; from a company it is a request that waits for the regulator.

    Args:
        without_refused: write the good rows although others were refused; else any refused row keeps all out.
    """
    row = _open(find(user, import_id))
    if row.state != ImportState.CHECKED:
        raise invalid("state", "请先试导入", ImportState(row.state).label)
    if row.outcome["refused"] and not without_refused:
        raise invalid("without_refused", "有未通过的行", f"{row.outcome['refused']} 行")
    if not row.outcome["created"] + row.outcome["changed"]:
        raise invalid("state", "没有需要导入的变化")
    row.reason, row.left_out = history.checked_reason(reason), []
    if not writes(user):
        row.state = ImportState.WAITING
        row.save(update_fields=["reason", "state", "left_out"])
        audit.record(user, "assets.import.asked", "assets.import", row.pk, {"reason": row.reason})
        return row
    return _queue(row, user)


def _queue(row: ArchiveImport, by: Any) -> ArchiveImport:
    row.state = ImportState.APPLYING
    row.job = jobs.enqueue(APPLY, {"import": row.pk, "by": by.pk}, by)
    row.save(update_fields=["reason", "state", "job", "left_out"])
    return row


@transaction.atomic
def decide(user: Any, import_id: int, note: str, *, approve: bool, left_out: Sequence[int] = ()) -> ArchiveImport:
    """Approve a company's import, without the rows left out, or send it back with a reason; deciding twice is one.

    Args:
        left_out: places of rehearsed records (as ``differences`` numbers them) that are not to be written.
    """
    require(user, APPROVE)
    if not writes(user):
        raise forbidden("仅市级可审批批量导入")
    row = find(user, import_id)
    if row.decided_at is not None and row.state != ImportState.WAITING:
        return row
    if row.state != ImportState.WAITING:
        raise invalid("state", "没有等待审批的导入", ImportState(row.state).label)
    if not approve and not note.strip():
        raise invalid("note", "请填写退回原因")
    count = row.outcome["created"] + row.outcome["changed"]
    if not set(left_out) <= set(range(count)) or len(set(left_out)) == count:
        raise invalid("left_out", "不予导入的行有误", "至少保留一行；全部不予导入请退回")
    row.left_out, row.note, row.decided_by, row.decided_at = (
        sorted(set(left_out)),
        note.strip()[:200],
        user,
        clock.now_utc(),
    )
    audit.record(user, "assets.import.decided", "assets.import", row.pk, {"approve": approve, "left_out": row.left_out})
    row.save(update_fields=["note", "decided_by", "decided_at"])
    if approve:
        return _queue(row, user)
    row.state = ImportState.REJECTED
    row.save(update_fields=["state"])
    return row


def differences(user: Any, import_id: int, start: int, limit: int) -> list[RowDifference]:
    """Some of the rehearsed records: what each changes now, within the scope of whoever handed the file in."""
    row = find(user, import_id)
    kept = rehearsing.kept_records(path_of(row))
    some = kept[start : start + limit]
    kind = row.mapping["kind"]
    planned = records.draft(kind, some, scope_of(row.user))
    faults = {r.row: r.reason for r in planned.refusals}
    drafted = dict(zip(planned.rows, zip(planned.numbers, planned.before, planned.after, strict=True), strict=True))
    return [_row_difference(kind, start + at, some[at], drafted.get(at), faults.get(at, "")) for at in range(len(some))]


def _row_difference(kind: str, place: int, given: dict[str, Any], drafted: Any, fault: str) -> RowDifference:
    number, before, after = drafted or (given.get("number", 0) or 0, {}, {})
    names = [key for key in after if before.get(key) != after[key]]
    told = record_words.differences(
        kind, {k: before.get(k) for k in names} if before else {}, {k: after[k] for k in names}
    )
    title = str((after or before or given).get("name", "") or given.get("code", ""))
    return RowDifference(place, number if before else 0, title, not before and bool(after), fault, told)


def run_import(row: ArchiveImport, by: Any, progress: rehearsing.Progress) -> dict[str, Any]:
    """Write what was rehearsed, all or nothing; what no longer fits the archive sends it back to the dry run."""
    if row.state == ImportState.APPLIED:  # an earlier attempt got that far
        return {"import": row.pk, "version": row.version}
    places, rows = _approved(row)
    progress(0, len(rows), "写入档案")
    kind = row.mapping["kind"]
    try:
        with transaction.atomic():
            if not writes(row.user):  # a company: still its own, also now
                told = records.draft(kind, rows, scope_of(row.user)).refusals
                if told:
                    raise records.refused(told)
            done = records.apply(kind, rows, by, row.reason, VersionSource.IMPORT, note=f"导入 {row.file}")
            drawn_shapes.keep(kind, _shapes_of(row, places, rows, done), row.pk)
            row.state, row.version, row.applied_at = ImportState.APPLIED, done.version, clock.now_utc()
            row.created, row.changed = list(done.created), list(done.changed)
            row.save(update_fields=["state", "version", "applied_at", "created", "changed"])
    except Problem as problem:
        row.state, row.problem = ImportState.REFUSED, f"档案已变化，请重新试导入：{problem.detail}"[:200]
        row.save(update_fields=["state", "problem"])
        return {"import": row.pk, "state": row.state}
    progress(len(rows), len(rows), "完成")
    path_of(row).unlink(missing_ok=True)
    return {"import": row.pk, "version": done.version, "created": len(done.created), "changed": len(done.changed)}


def _approved(row: ArchiveImport) -> tuple[list[int], list[dict[str, Any]]]:
    """The records to be written, with their places among those rehearsed."""
    kept, out = rehearsing.kept_records(path_of(row)), set(row.left_out)
    places = [i for i in range(len(kept)) if i not in out]
    return places, [kept[i] for i in places]


def _shapes_of(
    row: ArchiveImport, places: list[int], rows: list[dict[str, Any]], done: records.Applied
) -> dict[int, bytes | None]:
    """The imported shapes by the number of their object."""
    kept = rehearsing.kept_shapes(path_of(row))
    drawn = [kept[i] for i in places] if kept else []
    numbers = [done.numbers.get(i) or given.get("number") for i, given in enumerate(rows)]
    return {number: shape for number, shape in zip(numbers, drawn, strict=bool(drawn)) if number and shape}


@transaction.atomic
def undo(user: Any, import_id: int, reason: str) -> ArchiveImport:
    """Take an import back: changed records as they were, new objects retired (their numbers stay theirs).

    Raises:
        Problem: a record was changed again since, or new objects of this kind cannot be retired.
    """
    if not writes(user):
        raise forbidden("仅市级可撤销批量导入")
    row = find(user, import_id)
    if row.state != ImportState.APPLIED:
        raise invalid("state", "只有已导入的文件可以撤销", ImportState(row.state).label)
    kind = row.mapping["kind"]
    back = [*_as_they_were(kind, row), *_retired(kind, row.created)]
    records.apply(kind, back, user, reason, VersionSource.RESTORE, note=f"撤销导入 {row.file}")
    drawn_shapes.undo(kind, row.pk)
    row.state = ImportState.UNDONE
    row.save(update_fields=["state"])
    audit.record(user, "assets.import.undo", "assets.import", row.pk, {"reason": reason})
    return row


def _as_they_were(kind: str, row: ArchiveImport) -> list[dict[str, Any]]:
    """What the changed records held before, from their newest versions, which must be this import's."""
    back = []
    for start in range(0, len(row.changed), 500):
        some = row.changed[start : start + 500]
        newest: dict[int, ArchiveRecordVersion] = {}
        for version in ArchiveRecordVersion.objects.filter(kind=kind, number__in=some).order_by("version"):
            newest[version.number] = version
        for number, version in newest.items():
            if version.source != VersionSource.IMPORT or version.at != row.applied_at:
                raise invalid("number", "此后又有修改，不能整批撤销", f"{kind} {number}")
            back.append({"number": number, **version.before})
    return back


def _retired(kind: str, created: list[int]) -> list[dict[str, Any]]:
    if created and records.field_of(kind, "in_service") is None:
        raise invalid("kind", "此类新增对象不能停用，不能整批撤销", records.KIND_NAMES.get(kind, kind))
    return [{"number": number, "in_service": False} for number in created]


@transaction.atomic
def save_template(user: Any, name: str, mapping: ColumnMap) -> MappingTemplate:
    """Keep a mapping by name; the same name of the same kind is replaced."""
    allowed(user)
    if not name.strip() or len(name) > 60:
        raise invalid("name", "请填写模板名称", "最多 60 字")
    known = templates(user).filter(kind=mapping.kind, name=name.strip()).first()
    row = known or MappingTemplate(kind=mapping.kind, name=name.strip())
    row.mapping, row.user, row.saved_at = asdict(mapping), user, clock.now_utc()
    row.save()
    audit.record(user, "assets.import.template", "assets.mapping", row.pk, {"name": row.name, "kind": row.kind})
    return row


@transaction.atomic
def drop_template(user: Any, template_id: int) -> None:
    gone, _ = templates(user).filter(pk=template_id).delete()
    if not gone:
        raise not_found("没有这个模板")
    audit.record(user, "assets.import.template_dropped", "assets.mapping", template_id)


def templates(user: Any) -> QuerySet[MappingTemplate]:
    """Mappings kept by one's own organisation's people."""
    allowed(user)
    return MappingTemplate.objects.filter(user__organisation_id=user.organisation_id)


def mapping_from(values: Mapping[str, Any]) -> ColumnMap:
    """A mapping as the interface sends it."""
    return ColumnMap(**{name: values[name] for name in ColumnMap.__dataclass_fields__ if name in values})
