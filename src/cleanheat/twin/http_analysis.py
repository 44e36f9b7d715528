"""Which addresses answer spatial questions: the catalogue of analyses, and one address for each that the map asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from cleanheat.infra.scope import require
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import invalid
from cleanheat.twin import analysis
from cleanheat.twin.analysis_inputs import Buffer, DensityOf, OverlayOf, ServiceArea, Within
from cleanheat.twin.secrecy import Allowed, allowed

router = Router(tags=["twin"])


class AnalysisOut(Schema):
    """One declared analysis; ``inputs`` is the JSON Schema of what it takes."""

    key: str
    zh: str
    description: str
    inputs: dict[str, Any]


def _client(request: HttpRequest) -> Allowed:
    require(request.user, "assets.view")
    return allowed(request.user, request)


@router.get("/twin/analyses", response=list[AnalysisOut], summary="空间与网络分析目录")
def catalogue(request: HttpRequest) -> list[dict[str, Any]]:
    require(request.user, "assets.view")
    return [
        {"key": a.key, "zh": a.zh, "description": a.description, "inputs": a.wanted.model_json_schema()}
        for a in analysis.ANALYSES.values()
    ]


@router.post("/twin/analyses/buffer", response=analysis.Answer, summary="缓冲区分析")
def buffer(request: HttpRequest, asked: Buffer) -> analysis.Answer:
    return _run("buffer", request, asked)


@router.post("/twin/analyses/overlay", response=analysis.Answer, summary="叠加分析")
def overlay(request: HttpRequest, asked: OverlayOf) -> analysis.Answer:
    return _run("overlay", request, asked)


@router.post("/twin/analyses/density", response=analysis.Answer, summary="密度分析")
def density(request: HttpRequest, asked: DensityOf) -> analysis.Answer:
    return _run("density", request, asked)


@router.post("/twin/analyses/service-area", response=analysis.Answer, summary="服务区分析")
def service_area(request: HttpRequest, asked: ServiceArea) -> analysis.Answer:
    return _run("service_area", request, asked)


@router.post("/twin/analyses/within", response=analysis.Answer, summary="范围统计")
def within(request: HttpRequest, asked: Within) -> analysis.Answer:
    return _run("within", request, asked)


class Exported(Schema):
    """Which analysis is saved as a file, with the same inputs."""

    buffer: Buffer | None = None
    overlay: OverlayOf | None = None
    density: DensityOf | None = None
    service_area: ServiceArea | None = None
    within: Within | None = None


@router.post("/twin/analyses/export", summary="空间分析结果导出（XLSX/CSV）")
def export(request: HttpRequest, asked: Exported, format: Format = "xlsx") -> HttpResponse:  # noqa: A002
    named = next(((key, value) for key, value in asked if value is not None), None)
    if named is None:
        raise invalid("buffer", "请给出要导出的分析")
    answer = _run(named[0], request, named[1])
    return file_response(
        "analysis", format, ["项目", "值", "名称", "其他"], analysis.rows(answer), watermark(request.user)
    )


def _run(key: str, request: HttpRequest, asked: Any) -> analysis.Answer:
    found: analysis.Answer = analysis.run(key, asked, _client(request))
    return found
