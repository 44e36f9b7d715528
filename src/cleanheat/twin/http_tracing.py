"""Which addresses answer "who is affected?": traces, closed valves, burst pipes, and whether the network is whole."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from cleanheat.infra.scope import scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.twin import connectivity, listing, tracing
from cleanheat.twin.listing import What
from cleanheat.twin.tracing import Basis, Direction

router = Router(tags=["twin"])
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Closed(Schema):
    """What a what-if closes, together at most as many as the platform's parameters allow."""

    pipes: Annotated[tuple[Number, ...], Field(max_length=200)] = ()
    valves: Annotated[tuple[Number, ...], Field(max_length=200)] = ()


@router.get("/twin/trace/{kind}/{number}", response=tracing.Trace, summary="追溯：上游热源或下游影响范围")
def trace(
    request: HttpRequest, kind: str, number: int, direction: Direction = "down", by: Basis = "network"
) -> tracing.Trace:
    return tracing.trace(kind, number, scope_of(request.user), direction, by)


@router.post("/twin/what-if", response=tracing.WhatIf, summary="关闭管段与阀门的影响推演")
def what_if(request: HttpRequest, payload: Closed) -> tracing.WhatIf:
    return tracing.what_if(payload.pipes, payload.valves, scope_of(request.user))


@router.get("/twin/isolate/{number}", response=tracing.Isolation, summary="爆管隔离：应关阀门与停热范围")
def isolate(request: HttpRequest, number: int) -> tracing.Isolation:
    return tracing.isolate(number, scope_of(request.user))


class Listed(Schema):
    """Which trace is listed: the same words as in a link to the map."""

    what: What
    kind: str = ""
    number: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    by: Basis = "network"
    pipes: Annotated[str, Field(max_length=2_400)] = ""
    valves: Annotated[str, Field(max_length=2_400)] = ""

    def asked(self) -> listing.Asked:
        return listing.Asked(**self.dict())


@router.get("/twin/affected/{kind}", response=listing.NamedPage, summary="追溯结果中某类对象的清单（分页）")
def affected(
    request: HttpRequest, kind: str, listed: Query[Listed], offset: Annotated[int, Field(ge=0)] = 0
) -> listing.NamedPage:
    return listing.page(listed.asked(), kind, offset, scope_of(request.user))


@router.get("/twin/affected", summary="追溯结果导出（XLSX/CSV）")
def export(request: HttpRequest, listed: Query[Listed], format: Format = "xlsx") -> HttpResponse:  # noqa: A002
    rows = listing.rows(listed.asked(), scope_of(request.user))
    return file_response("affected", format, ["对象类型", "统一编码", "名称"], rows, watermark(request.user))


@router.get("/twin/connectivity", response=connectivity.Connectivity, summary="管网连通性检查")
def check(request: HttpRequest) -> connectivity.Connectivity:
    return connectivity.report(scope_of(request.user))
