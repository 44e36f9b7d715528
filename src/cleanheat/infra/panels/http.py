"""Addresses of panels: many answers in one request, one panel as a file."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.infra import clock
from cleanheat.infra.http import encoded
from cleanheat.infra.panels import serve
from cleanheat.infra.panels.declare import PanelQuery, Resolution
from cleanheat.infra.panels.export import sheet_of
from cleanheat.infra.panels.kinds import PanelResult
from cleanheat.infra.scope import scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S, LATEST_S, floor_minute

router = Router(tags=["panels"])
MAX_KEYS = 60


class Window(Schema):
    """``[start, end)`` in epoch seconds, by default the day up to now.  ``params``: JSON, panel key → parameters."""

    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=0, le=LATEST_S)
    resolution: Resolution | None = None
    params: str = "{}"

    def bounds(self) -> tuple[int, int, Resolution]:
        end = floor_minute(clock.now()) + 60 if self.end is None else self.end
        start = end - DAY_S if self.start is None else self.start
        if start >= end:
            raise invalid("start", "起始时间应早于结束时间")
        return start, end, self.resolution or _fitting(end - start)

    def params_by_key(self) -> dict[str, dict[str, Any]]:
        try:
            given = orjson.loads(self.params)
        except orjson.JSONDecodeError as error:
            raise invalid("params", "不是有效的 JSON") from error
        if not isinstance(given, dict) or not all(isinstance(v, dict) for v in given.values()):
            raise invalid("params", "应为 面板 → 参数 的对象")
        return given


def _fitting(span_s: int) -> Resolution:
    return "minute" if span_s <= 2 * DAY_S else "hour" if span_s <= 60 * DAY_S else "day"


class PanelsQuery(Window):
    """``keys``: panel keys, comma-separated."""

    keys: str


class ProblemOut(Schema):
    type: str
    title: str
    status: int
    detail: str | None = None
    field: str | None = None
    errors: dict[str, str] | None = None


class PanelAbout(Schema):
    zh: str
    formula: str
    source: str
    refresh_s: int
    drill: str
    empty: str


class PanelAnswer(Schema):
    """One panel: its ``result``, or an ``error`` in its place.  ``at``: when it was computed, platform time."""

    key: str
    about: PanelAbout | None
    at: int
    result: PanelResult | None
    error: ProblemOut | None


class PanelAnswers(Schema):
    panels: list[PanelAnswer]


@router.get("/panels", response=PanelAnswers)
def panels(request: HttpRequest, asked: Query[PanelsQuery]) -> HttpResponse:
    """Answers of several panels, in the order asked."""
    wanted = [key for key in asked.keys.split(",") if key]
    if not 1 <= len(wanted) <= MAX_KEYS:
        raise invalid("keys", f"一次请求 1–{MAX_KEYS} 个面板")
    bounds, params = asked.bounds(), asked.params_by_key()
    answers = [serve.answer(key, request.user, bounds, params.get(key, {})) for key in wanted]
    return encoded(request, b'{"panels":[' + b",".join(answers) + b"]}")


@router.get("/panels/{key}/export")
def export_panel(request: HttpRequest, key: str, window: Query[Window], format: Format = "csv") -> HttpResponse:  # noqa: A002 - the address says format
    """One panel's numbers as a file."""
    panel = serve.allowed(key, request.user)
    params = serve.params_of(panel, window.params_by_key().get(key, {}))
    query = PanelQuery(scope_of(request.user), *window.bounds(), params)
    return file_response(key, format, *sheet_of(serve.result(panel, query)), mark=watermark(request.user))
