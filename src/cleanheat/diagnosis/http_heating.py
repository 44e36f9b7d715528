"""Addresses of heating quality: how well every plant, branch and boiler room heats its area."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.diagnosis.service.heating import HeatingQuality, SourceKind, heating_quality
from cleanheat.diagnosis.service.numbers import table_values
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S, LATEST_S

router = Router(tags=["diagnosis"])
WEEK_DAYS, LONGEST_S = 7, 200 * DAY_S


class HeatingQuery(Schema):
    """``[start, end)`` in epoch seconds; the last seven days if not said."""

    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=0, le=LATEST_S)

    def span(self) -> tuple[int, int]:
        end = int(clock.now()) if self.end is None else self.end
        start = end - WEEK_DAYS * DAY_S if self.start is None else self.start
        if not DAY_S <= end - start <= LONGEST_S:
            raise invalid("start", "时间范围应为 1 天至一个采暖季")
        return start, end


class HeatingPage(Schema):
    kind: str
    start: int
    end: int
    weights: dict[str, float]
    rows: list[HeatingQuality]


@router.get("/diagnosis/heating-quality/{kind}", response=HeatingPage)
def heating(request: HttpRequest, kind: SourceKind, asked: Query[HeatingQuery]) -> dict[str, Any]:
    """Sources of a kind, the worst first, those of which nothing is known last."""
    require(request.user, "diagnosis.view")
    start, end = asked.span()
    rows = heating_quality(kind, start, end, scope_of(request.user))
    rows.sort(key=lambda r: (r.score is None, r.score or 0.0, r.number))
    return {
        "kind": kind, "start": start, "end": end, "weights": table_values("heating_weights"),
        "rows": rows,
    }  # fmt: skip
