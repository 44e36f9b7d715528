"""The built front end: which page answers an address, and with which security headers everything goes out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from cleanheat.infra.http import encoded
from cleanheat.kernel.errors import Problem

DIST = Path(__file__).parents[3] / "web/dist"

_POLICY = (
    "default-src 'self'",
    "script-src 'self'",
    "worker-src 'self' blob:",  # the map engine starts its workers from blobs
    "style-src 'self' 'unsafe-inline'",  # the map, chart and component libraries set style attributes
    "img-src 'self' data: blob:",  # the map engine decodes its sprites from blobs
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


@cache
def _index(_modified_ns: int) -> bytes:
    return (DIST / "index.html").read_bytes()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every page is the one application; it reads the address itself."""
    try:
        body = _index((DIST / "index.html").stat().st_mtime_ns)
    except FileNotFoundError:
        return HttpResponse("the front end is not built: make web", status=503, content_type="text/plain")
    return encoded(request, body, content_type="text/html; charset=utf-8")


def no_address(_request: HttpRequest) -> HttpResponse:
    problem = Problem(404, "not-found", "没有这个地址")
    return JsonResponse(problem.document(), status=404, content_type="application/problem+json")


class SecurityHeaders:
    """Middleware: the headers above on every answer of Django's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
