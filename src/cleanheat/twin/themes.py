"""What does one object show under one theme, and which open matters lie upon the map?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cleanheat.assets import public as assets
from cleanheat.infra.map_sources import Headline, Mark, mark_sources, sources
from cleanheat.infra.maplayers import Ramp, Theme, layers, themes
from cleanheat.infra.scope import Scope, may
from cleanheat.kernel.errors import not_found
from cleanheat.twin.live_state import LiveState
from cleanheat.twin.shown_at import shown_at


@dataclass(frozen=True)
class ThemeValue:
    """An object under a theme: the state byte on the map, its words, and the number behind it."""

    theme: str
    theme_zh: str
    minute: int
    state: int
    state_zh: str
    headline: Headline | None


@dataclass(frozen=True)
class PlacedMark:
    """A mark and the object on the map that it stands at (the object's own, or the one that stands for it)."""

    mark: Mark
    layer: str
    number: int


@dataclass(frozen=True)
class MarkSort:
    key: str
    zh: str


@dataclass(frozen=True)
class OpenMarks:
    """``elsewhere``: open matters of objects that are on no map, for instance of a whole sender."""

    minute: int
    sorts: list[MarkSort]
    marks: list[PlacedMark]
    elsewhere: int


def value_of(theme: str, kind: str, number: int, state: LiveState, scope: Scope) -> ThemeValue:
    """The object's value under the theme; 404 for an object outside the scope or a theme that does not show it."""
    if theme not in themes:
        raise not_found("没有这个主题", theme[:40])
    shown = themes[theme]
    layer = next((key for key in shown.layers if layers[key].kind == kind), None)
    if layer is None:
        raise not_found("该主题不显示这类对象", kind[:40])
    assets.require(kind, number, scope)
    states = state.states(theme, layer, scope)
    byte = int(states[number]) if number < len(states) else 0
    return ThemeValue(
        theme, shown.zh, state.stamp.minute, byte, _words(shown, byte), _headline(shown, kind, number, state, byte)
    )


def open_marks(user: Any, scope: Scope, minute: int) -> OpenMarks:
    """The scope's open matters of every sort that the user may see, the gravest first."""
    allowed = [source for source in mark_sources if may(user, source.permission)]
    found = [mark for source in allowed for mark in source.marks(scope, minute)]
    found.sort(key=lambda mark: (mark.level, -mark.at))
    layer_of = {layer.kind: layer.key for layer in layers}
    placed = []
    for mark in found:
        kind, number = shown_at(mark.object_kind, mark.object_number)
        if kind in layer_of and number:
            placed.append(PlacedMark(mark, layer_of[kind], number))
    return OpenMarks(minute, [MarkSort(s.key, s.zh) for s in allowed], placed, len(found) - len(placed))


def _words(theme: Theme, state: int) -> str:
    if isinstance(theme.legend, Ramp):
        return "" if state else "无数据"
    return next((c.zh for c in theme.legend.classes if c.state == state), "无数据")


def _headline(theme: Theme, kind: str, number: int, state: LiveState, byte: int) -> Headline | None:
    for source in sources:
        if source.key == theme.key and source.headline is not None:
            return source.headline(kind, number, state.stamp.minute)
    if not isinstance(theme.legend, Ramp):
        return None
    ramp = theme.legend
    value = ramp.low + (byte - 1) / 249 * (ramp.high - ramp.low) if byte else None
    return Headline(theme.zh, value, ramp.unit, 1)
