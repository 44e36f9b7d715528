"""Which addresses tell of themes: an object's value, open marks, and the states of past hours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from cleanheat.infra.scope import scope_of
from cleanheat.twin import public, replay, themes

router = Router(tags=["twin"])


@router.get("/twin/themes/{theme}/{kind}/{number}", response=themes.ThemeValue, summary="对象在某主题下的值")
def theme_value(request: HttpRequest, theme: str, kind: str, number: int) -> themes.ThemeValue:
    return themes.value_of(theme, kind, number, public.live_state(), scope_of(request.user))


@router.get("/twin/marks", response=themes.OpenMarks, summary="未结预警与督办单在地图上的位置")
def marks(request: HttpRequest) -> themes.OpenMarks:
    return themes.open_marks(request.user, scope_of(request.user), public.live_state().stamp.minute)


@router.get("/twin/replay/{theme}", response=replay.ReplayIndex, summary="某主题可回放的时段")
def replay_index(request: HttpRequest, theme: str) -> replay.ReplayIndex:  # noqa: ARG001
    return replay.index(replay.current_store(), theme)


@router.get("/twin/replay/{theme}/{hour}", summary="某主题一小时的历史状态（二进制，按权限裁剪）")
def replay_hour(request: HttpRequest, theme: str, hour: int) -> HttpResponse:
    body = replay.hour(replay.current_store(), public.live_state(), theme, hour, scope_of(request.user))
    return HttpResponse(body, content_type="application/octet-stream", headers={"Cache-Control": "private, no-cache"})
