"""How are OGC's XML documents written: escaped text, elements, and refusals as OWS exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse

from cleanheat.kernel.errors import Problem

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN: Final = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


def text(value: object) -> str:
    """Text between tags; characters that XML does not know are dropped."""
    return escape(str(value).translate(_FORBIDDEN))


def attribute(value: object) -> str:
    """A quoted attribute value."""
    return quoteattr(str(value).translate(_FORBIDDEN))


def element(name: str, /, *content: str, **attributes: object) -> str:
    """One element; ``content`` is XML already; in an attribute's name ``__`` is a colon, a last ``_`` is dropped."""
    told = "".join(f" {key.rstrip('_').replace('__', ':')}={attribute(v)}" for key, v in attributes.items())
    return f"<{name}{told}>{''.join(content)}</{name}>" if content else f"<{name}{told}/>"


def document(parts: Iterable[str], content_type: str = "text/xml; charset=utf-8") -> HttpResponse:
    return HttpResponse(HEAD + "".join(parts), content_type=content_type)


def refused(problem: Problem, version: str) -> HttpResponse:
    """A problem as an OWS exception report."""
    code = {404: "InvalidParameterValue", 422: "InvalidParameterValue", 401: "NoApplicableCode"}.get(problem.status)
    if problem.code in ("OperationNotSupported", "MissingParameterValue", "VersionNegotiationFailed", "TileOutOfRange"):
        code = problem.code
    told = element("ows:ExceptionText", text(f"{problem.title} {problem.detail}".strip()))
    where = {"locator": problem.field} if problem.field else {}
    report = element(
        "ows:ExceptionReport",
        element("ows:Exception", told, exceptionCode=code or "NoApplicableCode", **where),
        xmlns__ows="http://www.opengis.net/ows/1.1",
        version=version,
        xml__lang="zh",
    )
    response = document([report])
    response.status_code = 400 if problem.status == 422 else problem.status
    return response


def operations(address: str, named: Iterable[str], parameters: str = "") -> str:
    """OWS metadata of operations reached by GET; ``parameters`` is XML put into each."""
    get = element(
        "ows:Get",
        element("ows:Constraint", element("ows:AllowedValues", element("ows:Value", "KVP")), name="GetEncoding"),
        xlink__href=f"{address}?",
    )
    return element(
        "ows:OperationsMetadata",
        *(element("ows:Operation", element("ows:DCP", element("ows:HTTP", get)), parameters, name=n) for n in named),
    )


def identification(title: str, kind: str, *versions: str) -> str:
    """OWS service identification."""
    return element(
        "ows:ServiceIdentification",
        element("ows:Title", text(title)),
        element("ows:ServiceType", kind),
        *(element("ows:ServiceTypeVersion", v) for v in versions),
        element("ows:AccessConstraints", "按访问密钥所属用户的权限裁剪"),
    )
