"""Addresses of conversions of coordinates.  Parameters and points come in with a request and never leave again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Field, File, Router, Schema, Status, UploadedFile

from cleanheat.assets.coordinates import actions, held, writing
from cleanheat.assets.coordinates.held import NO_POINTS, Plan
from cleanheat.assets.coordinates.parameters import frame_of, points_of
from cleanheat.assets.importing.shapes import SYSTEMS
from cleanheat.assets.models_conversions import Conversion
from cleanheat.assets.vocabulary import ConversionState
from cleanheat.calc.geo.frames import ELLIPSOIDS, Frame
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import invalid, not_found

router = Router(tags=["coordinates"])
MOST_REFUSED_SHOWN = 200
Csv = Annotated[str, Field(max_length=400_000)]


class CoordinateWord(Schema):
    key: str
    zh: str


class CoordinateWords(Schema):
    """Systems with a name (besides ``local``), ellipsoids of local ones, formats of results."""

    systems: list[CoordinateWord]
    ellipsoids: list[str]
    formats: list[CoordinateWord]


class PlaneIn(Schema):
    central_meridian: float
    ellipsoid: str = "CGCS2000"
    false_easting_m: float = 500_000.0
    false_northing_m: float = 0.0
    zone_prefix: int = 0


class FourIn(Schema):
    """``x2 = dx + a·x1 − b·y1``, ``y2 = dy + b·x1 + a·y1``; x east, y north."""

    dx: float
    dy: float
    a: float
    b: float


class SevenIn(Schema):
    """Bursa–Wolf, coordinate-frame rotation: metres, arc seconds, parts per million."""

    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    m: float


class ControlIn(Schema):
    """``points``: a CSV of name, x, y, longitude, latitude."""

    model: Literal["four", "seven"]
    plane: PlaneIn
    points: Csv
    is_north_first: bool = False


class ControlPoint(Schema):
    """Metres; ``left_out_m``: how far from where the others alone put it, null with too few others."""

    name: str
    east_m: float
    north_m: float
    left_out_m: float | None
    is_suspect: bool


class ControlOut(Schema):
    """How well the points agree.  The parameters themselves stay where they are."""

    rms_m: float
    points: list[ControlPoint]


class ConversionIn(Schema):
    """``system`` and ``target``: keys of the words, or ``local`` with parameters typed or ``is_fitted``.

    ``checks``: a CSV of points like those of control, with a column ``layer`` if they check one alone.  ``x_column``
    and ``y_column``: where tables hold their places, if not by their usual names.
    """

    system: str
    target: str = "wgs84"
    plane: PlaneIn | None = None
    four: FourIn | None = None
    seven: SevenIn | None = None
    is_fitted: bool = False
    is_north_first: bool = False
    checks: Csv = ""
    format: str = "GPKG"
    x_column: str = ""
    y_column: str = ""


class ConversionFile(Schema):
    name: str
    size_bytes: int


class ConversionLayer(Schema):
    title: str
    file: int
    rows: int
    geometry: str
    crs: str


class ConvertedTopology(Schema):
    """Counts of what differs, all zero where only positions changed."""

    vertices: int
    nodes: int
    merged: int
    split: int
    rings: int
    turned: int
    area_ratio: list[float]
    length_ratio: list[float]


class RefusedRow(Schema):
    row: int
    reason: str
    is_kept: bool


class ConvertedLayer(Schema):
    """``holds``: the proof that only positions changed.  ``refused``: the first rows that were left out or doubtful."""

    layer: str
    file: str
    features: int
    left_out: int
    rms_m: float | None
    most_m: float | None
    points: dict[str, float]
    topology: ConvertedTopology
    vertices_after: int
    crossings: int
    holds: bool
    refused: list[RefusedRow]


class ConversionOut(Schema):
    id: int
    files: list[ConversionFile]
    layers: list[ConversionLayer]
    state: str
    state_name: str
    problem: str
    job: int
    uploaded_at: datetime
    finished_at: datetime | None
    has_result: bool
    outcome: list[ConvertedLayer]


def _out(row: Conversion) -> dict[str, Any]:
    same = ("id", "files", "layers", "state", "problem", "job", "uploaded_at", "finished_at")
    return {name: getattr(row, name) for name in same} | {
        "state_name": ConversionState(row.state).label,
        "has_result": (actions.folder(row.pk) / "result.zip").exists(),
        "outcome": [{**told, "refused": told["refused"][:MOST_REFUSED_SHOWN]} for told in row.outcome],
    }


@router.get("/archive/conversion-words", response=CoordinateWords)
def words(request: HttpRequest) -> dict[str, Any]:
    actions.allowed(request.user)
    return {
        "systems": [{"key": key, "zh": zh} for key, (zh, _) in SYSTEMS.items()],
        "ellipsoids": list(ELLIPSOIDS),
        "formats": [{"key": key, "zh": zh} for key, zh in writing.FORMAT_ZH.items()],
    }


@router.post("/archive/conversions", response={201: ConversionOut})
def hand_in(request: HttpRequest, file: File[list[UploadedFile]]) -> Status[dict[str, Any]]:
    """Send files (Shapefile as zip, GeoPackage, GeoJSON, CSV, XLSX; 200 MB each); nothing is converted yet."""
    row = actions.hand_in(request.user, [(f.name or "", f, f.size or 0) for f in file])  # type: ignore[misc]  # they read and seek
    return Status(201, _out(row))


@router.get("/archive/conversions", response=list[ConversionOut])
def conversions(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own, newest first."""
    return [_out(row) for row in actions.mine(request.user)[:20]]


@router.get("/archive/conversions/{conversion_id}", response=ConversionOut)
def conversion(request: HttpRequest, conversion_id: int) -> dict[str, Any]:
    return _out(actions.find(request.user, conversion_id))


@router.post("/archive/conversions/{conversion_id}/control", response=ControlOut)
def control(request: HttpRequest, conversion_id: int, body: ControlIn) -> dict[str, Any]:
    """Fit parameters to control points; the answer tells how well they agree, and which point does not."""
    actions.find(request.user, conversion_id)
    points = points_of(body.points.encode(), is_north_first=body.is_north_first)
    found = actions.fit(request.user, conversion_id, body.model, body.plane.dict(), points)
    rows = zip(points.name, found.residual_m.tolist(), found.left_out_m.tolist(), found.suspect.tolist(), strict=True)
    return {
        "rms_m": found.rms_m,
        "points": [
            {
                "name": name,
                "east_m": east,
                "north_m": north,
                "left_out_m": None if left_out != left_out else left_out,
                "is_suspect": suspect,
            }
            for name, (east, north), left_out, suspect in rows
        ],
    }


@router.post("/archive/conversions/{conversion_id}/start", response=ConversionOut)
def start(request: HttpRequest, conversion_id: int, body: ConversionIn) -> dict[str, Any]:
    """Convert all layers in the background; parameters are used and forgotten."""
    row = actions.find(request.user, conversion_id)
    plan = Plan(
        source=_source(row.pk, body),
        target=frame_of(body.target) if body.target != "local" else _no_target(),
        is_north_first=body.is_north_first,
        driver=body.format,
        checks=points_of(body.checks.encode(), field="checks", is_north_first=body.is_north_first)
        if body.checks.strip()
        else NO_POINTS,
        columns=(body.x_column, body.y_column),
    )
    return _out(actions.start(request.user, conversion_id, plan))


def _source(conversion_id: int, body: ConversionIn) -> Frame:
    if body.system == "local" and body.is_fitted:
        found = held.fitted(conversion_id)
        if found is None:
            raise invalid("control", "请先由控制点求解参数")
        return found
    told = {part: entry.dict() for part in ("plane", "four", "seven") if (entry := getattr(body, part)) is not None}
    return frame_of(body.system, told)


def _no_target() -> Frame:
    raise invalid("target", "目标坐标系须为国家坐标系或地图坐标系")


@router.get("/archive/conversions/{conversion_id}/result")
def result(request: HttpRequest, conversion_id: int) -> FileResponse:
    """The converted layers, in one archive."""
    row = actions.find(request.user, conversion_id)
    path = actions.folder(row.pk) / "result.zip"
    if not path.exists():
        raise not_found("没有转换成果")
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"坐标转换成果-{row.pk}.zip")
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.get("/archive/conversions/{conversion_id}/report")
def report(request: HttpRequest, conversion_id: int, format: Format = "xlsx") -> HttpResponse:  # noqa: A002
    """Per layer and check point: residuals, and what proves the topology unchanged."""
    row = actions.find(request.user, conversion_id)
    header = [
        "图层", "文件", "要素数", "剔除行数", "顶点数", "转换后顶点数", "合并顶点", "分裂顶点", "环数", "反向环",
        "新增自相交", "拓扑不变", "检查点中误差(m)", "最大残差(m)", "检查点", "残差(m)",
    ]  # fmt: skip
    return file_response(f"conversion-{row.pk}", format, header, _lines(row), watermark(request.user))


def _lines(row: Conversion) -> list[list[Any]]:
    lines: list[list[Any]] = []
    for told in row.outcome:
        topology = told["topology"]
        counts = [topology[k] for k in ("merged", "split", "rings", "turned")]
        of_layer = [told["layer"], told["file"], told["features"], told["left_out"], topology["vertices"]]
        of_layer += [told["vertices_after"], *counts, told["crossings"], "是" if told["holds"] else "否"]
        of_layer += ["" if told[k] is None else round(told[k], 4) for k in ("rms_m", "most_m")]
        points = list(told["points"].items()) or [("", "")]
        lines += [[*of_layer, name, metres] for name, metres in points]
    return lines


@router.get("/archive/conversions/{conversion_id}/refused")
def refused(request: HttpRequest, conversion_id: int, format: Format = "xlsx") -> HttpResponse:  # noqa: A002
    """Every row that was left out or is doubtful, with the reason."""
    row = actions.find(request.user, conversion_id)
    rows = [
        [told["layer"], told["file"], one["row"], one["reason"], "保留" if one["is_kept"] else "剔除"]
        for told in row.outcome
        for one in told["refused"]
    ]
    header = ["图层", "文件", "第几个要素", "原因", "处理"]
    return file_response(f"conversion-{row.pk}-refused", format, header, rows, watermark(request.user))


@router.delete("/archive/conversions/{conversion_id}", response=ConversionOut)
def throw_away(request: HttpRequest, conversion_id: int) -> dict[str, Any]:
    """Remove files and result now; else they go after a day."""
    return _out(actions.throw_away(request.user, conversion_id))
