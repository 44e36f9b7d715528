"""The HTTP interface: one NinjaAPI under /api/v1, session sign-in with CSRF, problem documents for every refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.security import SessionAuth

from cleanheat.accounts.http import router as accounts
from cleanheat.alerts.http import router as alerts
from cleanheat.assets.coordinates.http import router as coordinates
from cleanheat.assets.equipment.http import router as equipment
from cleanheat.assets.http_changes import router as changes
from cleanheat.assets.importing.http import router as archive_imports
from cleanheat.assets.matching.http import router as matching
from cleanheat.catalogue.http import router as catalogue
from cleanheat.catalogue.http_sharing import router as sharing
from cleanheat.complaints.http import router as complaints
from cleanheat.diagnosis.http_findings import router as diagnosis_findings
from cleanheat.diagnosis.http_guidance import router as guidance
from cleanheat.diagnosis.http_heating import router as diagnosis_heating
from cleanheat.diagnosis.http_models import router as diagnosis_models
from cleanheat.diagnosis.http_networks import router as diagnosis_networks
from cleanheat.diagnosis.http_objects import router as diagnosis_objects
from cleanheat.diagnosis.http_portraits import router as diagnosis_portraits
from cleanheat.diagnosis.http_rooms import router as diagnosis_rooms
from cleanheat.diagnosis.http_service import router as diagnosis_service
from cleanheat.diagnosis.http_tuning import router as diagnosis_tuning
from cleanheat.evaluation.http import router as evaluation
from cleanheat.governance.http import router as governance
from cleanheat.infra.files.http import router as files
from cleanheat.infra.flow.http import router as flows
from cleanheat.infra.http import router as jobs
from cleanheat.infra.panels.http import router as panels
from cleanheat.infra.resources.http import router as resources
from cleanheat.infra.secrecy.http import router as secrecy
from cleanheat.kernel.errors import Problem, forbidden, not_found
from cleanheat.orders.http import router as orders
from cleanheat.overview.http import router as overview
from cleanheat.pipeline.http import router as pipeline
from cleanheat.quality.http import router as quality_rules
from cleanheat.quality.http_library import router as quality_library
from cleanheat.quality.http_previews import router as quality_previews
from cleanheat.quality.http_refetches import router as quality_refetches
from cleanheat.quality.http_uploads import router as quality_uploads
from cleanheat.quality.http_values import router as quality_values
from cleanheat.quality.records.http import router as quality_records
from cleanheat.screens.http import router as screens
from cleanheat.telemetry.http import ingest_router as ingest
from cleanheat.twin.http import router as twin
from cleanheat.twin.http_analysis import router as analyses
from cleanheat.twin.http_themes import router as themes
from cleanheat.twin.http_tools import router as map_tools
from cleanheat.twin.http_tracing import router as tracing

log = structlog.get_logger(__name__)
PROBLEM_TYPE = "application/problem+json"

api = NinjaAPI(
    title="CleanHeat",
    version="1",
    description="清洁供暖调度指挥平台. Refusals are problem documents (RFC 9457) naming the field at fault.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=SessionAuth(csrf=True),
)
for router in (
    archive_imports,
    quality_rules,
    quality_library,
    quality_previews,
    quality_records,
    quality_refetches,
    quality_uploads,
    quality_values,
    accounts,
    jobs,
    panels,
    resources,
    equipment,
    twin,
    tracing,
    analyses,
    themes,
    map_tools,
    alerts,
    pipeline,
    screens,
    complaints,
    diagnosis_findings,
    diagnosis_objects,
    diagnosis_models,
    diagnosis_tuning,
    diagnosis_networks,
    diagnosis_rooms,
    diagnosis_service,
    diagnosis_portraits,
    diagnosis_heating,
    evaluation,
    overview,
    catalogue,
    sharing,
    orders,
    governance,
    files,
    flows,
    guidance,
    changes,
    matching,
    secrecy,
    coordinates,
):
    api.add_router("", router)
api.add_router("/ingest", ingest)


def refusal(problem: Problem) -> HttpResponse:
    """A problem as an answer."""
    return HttpResponse(orjson.dumps(problem.document()), status=problem.status, content_type=PROBLEM_TYPE)


@api.exception_handler(Problem)
def _problem(_request: HttpRequest, problem: Problem) -> HttpResponse:
    return refusal(problem)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Every field at fault, named without the part of the request it came in: ``username``, not ``body.username``."""
    faults = {_field(fault["loc"]): str(fault["msg"]) for fault in error.errors}
    field = next(iter(faults), "")
    document = Problem(422, "invalid-field", "填写有误", faults.get(field, ""), field).document() | {"errors": faults}
    return HttpResponse(orjson.dumps(document), status=422, content_type=PROBLEM_TYPE)


def _field(location: tuple[Any, ...]) -> str:
    parts = [str(part) for part in location]
    return ".".join(parts[2:] or parts[1:] or parts)


@api.exception_handler(AuthenticationError)
def _signed_out(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return refusal(Problem(401, "signed-out", "请先登录"))


@api.exception_handler(AuthorizationError)
@api.exception_handler(PermissionDenied)
def _forbidden(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return refusal(forbidden())


@api.exception_handler(Http404)
def _not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return refusal(not_found("未找到"))


@api.exception_handler(HttpError)
def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """Raised by ninja itself: a body that is no JSON (400), a failed CSRF check (403)."""
    code, title = {400: ("unreadable", "请求内容无法解析"), 403: ("csrf", "请求来源校验失败")}.get(
        error.status_code, ("refused", "请求未被接受")
    )
    return refusal(Problem(error.status_code, code, title))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: logged with its trace, answered without it."""
    log.error("request failed", method=request.method, path=request.path, exc_info=error)
    return refusal(Problem(500, "failed", "服务内部错误", "请稍后再试"))


def openapi_text() -> str:
    """The interface's description, the same text for the same code."""
    return (
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def write_openapi(path: Path, *, check: bool = False) -> bool:
    """Write the description, or only ``check`` it; returns whether the file was already up to date."""
    text = openapi_text()
    is_fresh = path.exists() and path.read_text("utf-8") == text
    if not is_fresh and not check:
        path.write_text(text, "utf-8")
    return is_fresh
