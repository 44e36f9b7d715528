"""What people do with files for the archive: hand in, map, rehearse, confirm, undo; and keep mappings as templates.

Only who maintains the city's archive may: a company proposes changes of its own objects one by one, with approval.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import transaction

from cleanheat.assets import history, records
from cleanheat.assets.importing import rehearsing
from cleanheat.assets.importing.mapping import ColumnMap, checked
from cleanheat.assets.importing.sources import MAX_BYTES, Layer, check_begins, ending_of, layers_of
from cleanheat.assets.models_importing import ArchiveImport, MappingTemplate
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.assets.vocabulary import ImportState, VersionSource
from cleanheat.infra import audit, clock, jobs
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found

IMPORT: Final = "assets.import"
REHEARSE: Final = "assets.rehearse_import"
APPLY: Final = "assets.apply_import"
MOST_KEPT: Final = 50
"""Files that were handed in and never confirmed: more than so many, and the oldest go."""


def allowed(user: Any) -> None:
    require(user, IMPORT)
    if not scope_of(user).sees_all:
        raise forbidden("仅市级可批量导入档案")


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
    row = ArchiveImport.objects.filter(pk=import_id).first()
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
    _forget_old()
    return row


def _forget_old() -> None:
    """Files nobody confirmed must not fill the disk."""
    open_ = ArchiveImport.objects.exclude(state__in=[ImportState.APPLIED, ImportState.UNDONE, ImportState.APPLYING])
    for row in open_[MOST_KEPT:]:
        path_of(row).unlink(missing_ok=True)
        rehearsing.forget_kept(path_of(row))
        row.delete()


def _open(row: ArchiveImport) -> ArchiveImport:
    if row.state in {ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDONE}:
        raise invalid("state", "这个文件已导入", ImportState(row.state).label)
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
    """Queue the writing of what was rehearsed.

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
    row.reason, row.state = history.checked_reason(reason), ImportState.APPLYING
    row.job = jobs.enqueue(APPLY, {"import": row.pk, "by": user.pk}, user)
    row.save(update_fields=["reason", "state", "job"])
    return row


def run_import(row: ArchiveImport, by: Any, progress: rehearsing.Progress) -> dict[str, Any]:
    """Write what was rehearsed, all or nothing; what no longer fits the archive sends it back to the dry run."""
    if row.state == ImportState.APPLIED:  # an earlier attempt got that far
        return {"import": row.pk, "version": row.version}
    rows = rehearsing.kept_records(path_of(row))
    progress(0, len(rows), "写入档案")
    kind = row.mapping["kind"]
    try:
        with transaction.atomic():
            done = records.apply(kind, rows, by, row.reason, VersionSource.IMPORT, note=f"导入 {row.file}")
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


@transaction.atomic
def undo(user: Any, import_id: int, reason: str) -> ArchiveImport:
    """Take an import back: changed records as they were, new objects retired (their numbers stay theirs).

    Raises:
        Problem: a record was changed again since, or new objects of this kind cannot be retired.
    """
    row = find(user, import_id)
    if row.state != ImportState.APPLIED:
        raise invalid("state", "只有已导入的文件可以撤销", ImportState(row.state).label)
    kind = row.mapping["kind"]
    back = [*_as_they_were(kind, row), *_retired(kind, row.created)]
    records.apply(kind, back, user, reason, VersionSource.RESTORE, note=f"撤销导入 {row.file}")
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
    row, _ = MappingTemplate.objects.update_or_create(
        kind=mapping.kind,
        name=name.strip(),
        defaults={"mapping": asdict(mapping), "user": user, "saved_at": clock.now_utc()},
    )
    audit.record(user, "assets.import.template", "assets.mapping", row.pk, {"name": row.name, "kind": row.kind})
    return row


@transaction.atomic
def drop_template(user: Any, template_id: int) -> None:
    allowed(user)
    gone, _ = MappingTemplate.objects.filter(pk=template_id).delete()
    if not gone:
        raise not_found("没有这个模板")
    audit.record(user, "assets.import.template_dropped", "assets.mapping", template_id)


def mapping_from(values: Mapping[str, Any]) -> ColumnMap:
    """A mapping as the interface sends it."""
    return ColumnMap(**{name: values[name] for name in ColumnMap.__dataclass_fields__ if name in values})
