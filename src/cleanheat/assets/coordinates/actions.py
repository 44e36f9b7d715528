"""What people do with files to be converted: hand in, fit parameters, have them converted, fetch, throw away.

Nothing that is written, logged or audited here holds a parameter or a point: see ``held``.  Sources are removed as soon
as they are converted, for a layer in both systems tells the parameters to whoever can count.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import transaction

from cleanheat.assets.coordinates import held, writing
from cleanheat.assets.coordinates.converting import LayerReport, convert_layer
from cleanheat.assets.coordinates.held import Plan, Points
from cleanheat.assets.coordinates.parameters import estimated, plane_of
from cleanheat.assets.importing.actions import IMPORT
from cleanheat.assets.importing.sources import MAX_BYTES, Layer, check_begins, ending_of, layers_of
from cleanheat.assets.models_conversions import Conversion
from cleanheat.assets.vocabulary import ConversionState
from cleanheat.calc.geo.control import Control, Model
from cleanheat.infra import audit, clock, jobs
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found

CONVERT: Final = "assets.convert_coordinates"
MOST_FILES: Final = 40
MOST_LAYERS: Final = 60
MOST_OPEN: Final = 5
"""Conversions of one user whose files are kept; the oldest go first."""
KEPT_H: Final = 24
MOST_REFUSED: Final = 20_000
"""Rows of a layer that are told one by one; all are counted."""
FORGOTTEN: Final = "坐标参数已不在内存中（服务重启或超时），请重新提交"
Progress = Callable[[int, int, str], None]


def allowed(user: Any) -> None:
    require(user, IMPORT)
    if not scope_of(user).sees_all:
        raise forbidden("仅市级可转换坐标")


def folder(conversion: int) -> Path:
    """Where a conversion's files lie: ``sources`` until they are converted, then ``result.zip``."""
    return Path(settings.DATA_DIR) / "conversions" / str(conversion)


def mine(user: Any) -> Any:
    allowed(user)
    return Conversion.objects.filter(user=user)


def find(user: Any, conversion: int) -> Conversion:
    """One's own; another's does not exist."""
    row: Conversion | None = mine(user).filter(pk=conversion).first()
    if row is None:
        raise not_found("没有这次转换")
    return row


def hand_in(user: Any, sent: Sequence[tuple[str, BinaryIO, int]]) -> Conversion:
    """Keep files and say which layers they hold.

    Args:
        sent: name, body and size of each.

    Raises:
        Problem: no files, one that is none of ours, too large or unreadable; nothing is kept then.
    """
    allowed(user)
    if not 0 < len(sent) <= MOST_FILES:
        raise invalid("files", "请选择文件", f"一次最多 {MOST_FILES} 个")
    for name, body, size in sent:
        if size > MAX_BYTES:
            raise Problem(413, "file-too-large", "文件过大", f"{name} 超过 {MAX_BYTES // 1024 // 1024} MB", "files")
        check_begins(ending_of(name), body)
    with transaction.atomic():
        row = Conversion.objects.create(user=user, uploaded_at=clock.now_utc())
        row.files = [{"name": Path(name).name[-200:], "size_bytes": size} for name, _, size in sent]
        audit.record(user, "assets.convert.hand_in", "assets.conversion", row.pk, {"files": row.files})
        row.save(update_fields=["files"])
    try:
        row.layers = _kept(folder(row.pk) / "sources", sent)
        row.save(update_fields=["layers"])
    except BaseException:
        shutil.rmtree(folder(row.pk), ignore_errors=True)
        row.delete()
        raise
    for old in mine(user)[MOST_OPEN:]:
        if old.state != ConversionState.RUNNING:
            clear(old)
    return row


def _kept(place: Path, sent: Sequence[tuple[str, BinaryIO, int]]) -> list[dict[str, Any]]:
    place.mkdir(parents=True)
    layers: list[dict[str, Any]] = []
    for at, (name, body, _) in enumerate(sent):
        path = place / f"{at}{ending_of(name)}"
        with path.open("wb") as out:
            shutil.copyfileobj(body, out, 1 << 20)
        stem = Path(name).stem[-80:]
        for layer in layers_of(path):
            title = _unused(layer.name if path.suffix in {".gpkg", ".zip", ".xlsx"} else stem, layers)
            layers.append({**asdict(layer), "title": title, "file": at})
    if not layers or len(layers) > MOST_LAYERS:
        raise invalid("files", "文件里没有图层或图层过多", f"最多 {MOST_LAYERS} 层")
    return layers


def _unused(title: str, layers: Sequence[Mapping[str, Any]]) -> str:
    """Two files may hold layers of one name; one result cannot."""
    known, told, n = {layer["title"] for layer in layers}, title, 2
    while told in known:
        told, n = f"{title}-{n}", n + 1
    return told


def fit(user: Any, conversion: int, model: Model, plane: Mapping[str, Any], points: Points) -> Control:
    """Parameters from control points: residuals go out, the parameters stay in memory for the conversion."""
    row = _open(find(user, conversion))
    found = estimated(model, plane_of(plane), points)
    held.hold_fitted(row.pk, found.frame)
    return found


def _open(row: Conversion) -> Conversion:
    if row.state not in {ConversionState.UPLOADED, ConversionState.FAILED}:
        raise invalid("state", "这次转换已提交", ConversionState(row.state).label)
    if not (folder(row.pk) / "sources").is_dir():
        raise invalid("state", "文件已清除", "请重新上传")
    return row


@transaction.atomic
def start(user: Any, conversion: int, plan: Plan) -> Conversion:
    """Queue the conversion; what it is done by is held, not queued."""
    row = _open(find(user, conversion))
    if plan.driver not in writing.DRIVERS:
        raise invalid("format", "没有这种格式", "、".join(writing.DRIVERS))
    row.state, row.problem, row.outcome = ConversionState.RUNNING, "", []
    row.job = jobs.enqueue(CONVERT, {"conversion": row.pk}, user)
    row.save(update_fields=["state", "problem", "outcome", "job"])
    audit.record(user, "assets.convert.start", "assets.conversion", row.pk, {"layers": len(row.layers)})
    held.hold(row.pk, plan)
    return row


def run(row: Conversion, progress: Progress) -> dict[str, Any]:
    """The conversion itself: all layers or none.  A failure is its outcome; why never repeats a coordinate."""
    if row.state != ConversionState.RUNNING:  # an earlier attempt came to its end
        return {"conversion": row.pk, "state": row.state}
    plan = held.take(row.pk)
    if plan is None:
        return _finish(row, ConversionState.FAILED, FORGOTTEN)
    try:
        reports = _convert(row, plan, progress)
    except (jobs.Cancelled, jobs.LeaseLost):
        _finish(row, ConversionState.FAILED, "已取消")
        raise
    except Problem as problem:
        return _finish(row, ConversionState.FAILED, f"{problem.title} {problem.detail}".strip())
    except Exception as error:
        return _finish(row, ConversionState.FAILED, f"转换失败（{type(error).__name__}）")
    row.outcome = [_told(report) for report in reports]
    shutil.rmtree(folder(row.pk) / "sources", ignore_errors=True)
    return _finish(row, ConversionState.DONE, "")


def _finish(row: Conversion, state: ConversionState, problem: str) -> dict[str, Any]:
    row.state, row.problem, row.finished_at = state, problem[:200], clock.now_utc()
    row.save(update_fields=["state", "problem", "outcome", "finished_at"])
    return {"conversion": row.pk, "state": row.state}


def _told(report: LayerReport) -> dict[str, Any]:
    told = asdict(report)
    return {**told, "refused": told["refused"][:MOST_REFUSED], "holds": report.holds}


def _convert(row: Conversion, plan: Plan, progress: Progress) -> list[LayerReport]:
    home = folder(row.pk)
    work = Path(mkdtemp(prefix="work-", dir=home))
    try:
        reports = []
        for at, told in enumerate(row.layers):
            progress(at, len(row.layers), told["title"])
            reports.append(_one(home, work, row, told, plan))
        progress(len(row.layers), len(row.layers), "打包成果")
        writing.pack(work, home / "result.part")
        (home / "result.part").replace(home / "result.zip")
        return reports
    finally:
        shutil.rmtree(work, ignore_errors=True)
        (home / "result.part").unlink(missing_ok=True)


def _one(home: Path, work: Path, row: Conversion, told: Mapping[str, Any], plan: Plan) -> LayerReport:
    (source,) = (home / "sources").glob(f"{told['file']}.*")
    layer = Layer(told["name"], tuple(told["columns"]), told["rows"], told["geometry"], told["crs"])
    out = _out(work, told, plan.driver)
    return convert_layer(source, row.files[told["file"]]["name"], layer, plan, out, told["title"])


def _out(work: Path, told: Mapping[str, Any], driver: str) -> Path:
    """A file of its own for each layer and table; one GeoPackage holds all layers with geometry."""
    name = "".join(c for c in told["title"] if c.isalnum() or c in "-_（）()·")[:60] or "layer"
    ending = writing.DRIVERS[driver] if told["geometry"] else ".csv"
    if ending == ".gpkg":
        return work / "result.gpkg"
    path, n = work / f"{name}{ending}", 2
    while path.exists():
        path, n = work / f"{name}-{n}{ending}", n + 1
    return path


def clear(row: Conversion) -> None:
    """Throw its files away and forget what is held; what came of it stays told."""
    held.forget(row.pk)
    shutil.rmtree(folder(row.pk), ignore_errors=True)
    if row.state != ConversionState.CLEARED:
        row.state = ConversionState.CLEARED
        row.save(update_fields=["state"])


@transaction.atomic
def throw_away(user: Any, conversion: int) -> Conversion:
    row = find(user, conversion)
    if row.state == ConversionState.RUNNING:
        raise invalid("state", "正在转换，请先取消任务")
    clear(row)
    audit.record(user, "assets.convert.clear", "assets.conversion", row.pk)
    return row


def clear_old() -> int:
    """Files of conversions that nobody fetched within a day."""
    before = clock.now_utc() - timedelta(hours=KEPT_H)
    settled = Conversion.objects.exclude(state__in=[ConversionState.CLEARED, ConversionState.RUNNING])
    old = list(settled.filter(uploaded_at__lt=before))
    for row in old:
        clear(row)
    return len(old)
