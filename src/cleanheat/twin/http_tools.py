"""Which addresses the tools of the map ask: search by name, code, address and pinyin."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router

from cleanheat.infra.scope import scope_of
from cleanheat.twin import search

router = Router(tags=["twin"])


@router.get("/twin/search", response=list[search.Found], summary="地图搜索：名称、编码、地址、拼音")
def search(
    request: HttpRequest, q: Annotated[str, Field(max_length=100)], limit: Annotated[int, Field(ge=1, le=50)] = 12
) -> list[search.Found]:
    return search.search(q, scope_of(request.user), limit)
