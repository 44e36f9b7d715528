"""Which addresses GIS clients ask: OGC API below ``/ogc``, WFS and WMTS beside it.  Each enters by the same door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cleanheat.kernel.errors import Problem
from cleanheat.twin.ogc import service, wfs, wmts, xml
from cleanheat.twin.ogc.door import CHALLENGE, enter

View = Callable[..., HttpResponse]


def _guarded(view: View, refuse: Callable[[Problem], HttpResponse]) -> View:
    """The view behind the door: told what the client may see; problems become the service's own refusals."""

    def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
        try:
            response = view(request, enter(request), **parts)
        except Problem as problem:
            response = refuse(problem)
            if problem.status == 401:
                response["WWW-Authenticate"] = CHALLENGE
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "Authorization, Cookie, X-API-Key"
        return response

    return answer


def _api(view: View) -> View:
    return require_safe(_guarded(view, service.refused))


def _wmts_tile(_request: HttpRequest, allowed: Any, form: str, **at: str) -> HttpResponse:
    return wmts.tile(allowed, at["layer"], at["matrix_set"], at["z"], at["y"], at["x"], form)


_wfs = require_safe(_guarded(wfs.answer, lambda problem: xml.refused(problem, wfs.VERSION)))
_wmts = require_safe(_guarded(wmts.answer, lambda problem: xml.refused(problem, wmts.VERSION)))
_tile = require_safe(_guarded(_wmts_tile, lambda problem: xml.refused(problem, wmts.VERSION)))
_capabilities = require_safe(_guarded(wmts.capabilities, lambda problem: xml.refused(problem, wmts.VERSION)))
_execution = csrf_exempt(require_POST(_guarded(service.execution, service.refused)))  # the door checks sessions itself
api_root = _api(service.landing)

urlpatterns = [
    path("wfs", _wfs),
    path("wmts", _wmts),
    path("wmts/1.0.0/WMTSCapabilities.xml", _capabilities),
    path("wmts/<slug:layer>/default/<slug:matrix_set>/<str:z>/<str:y>/<str:x>.<slug:form>", _tile),
    path("", api_root),
    path("conformance", _api(service.conformance)),
    path("openapi", _api(service.openapi)),
    path("collections", _api(service.collections)),
    path("collections/<slug:collection>", _api(service.collections)),
    path("collections/<slug:collection>/<slug:what>", _api(service.part)),
    path("collections/<slug:collection>/items/<slug:number>", _api(service.item)),
    path("collections/<slug:collection>/tiles/<slug:matrix_set>", _api(service.tile_set)),
    path("collections/<slug:collection>/tiles/<slug:matrix_set>/<slug:z>/<slug:y>/<slug:x>", _api(service.tile)),
    path("processes", _api(service.processes)),
    path("processes/<slug:process>", _api(service.processes)),
    path("processes/<slug:process>/execution", _execution),
    path("TileMatrixSets", _api(service.matrix_sets)),
    path("tileMatrixSets", _api(service.matrix_sets)),
    path("TileMatrixSets/<slug:matrix_set>", _api(service.matrix_sets)),
    path("tileMatrixSets/<slug:matrix_set>", _api(service.matrix_sets)),
]
