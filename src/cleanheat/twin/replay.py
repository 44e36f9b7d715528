"""What did the map look like?  States of the last 72 hours: kept minute by minute, read hour by hour within a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.infra.maplayers import Theme, layers, themes
from cleanheat.infra.scope import Scope
from cleanheat.kernel import parameters
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import HOUR_S
from cleanheat.twin import live_frames, queries
from cleanheat.twin.live_frames import Stamp, States
from cleanheat.twin.live_state import LiveState, Place
from cleanheat.twin.replay_store import ReplayStore, hour_of, joined, split

_LIMITS: Final = parameters.read("cleanheat.twin", "parameters.toml")["replay"]
WINDOW_S: Final = int(_LIMITS["window_h"].value) * HOUR_S
MOST_BYTES: Final = int(_LIMITS["most_mb"].value) * 1_000_000
_DELTA_BYTES: Final = 5
_PATIENCE: Final = 2
"""Steps without a picture before a stretch counts as a gap."""


class Recorder:
    """Keeps what each publication shows: a full message a layer at the head of each hour, then what changed."""

    def __init__(self, store: ReplayStore) -> None:
        self.store = store
        self._held: dict[str, dict[str, States]] = {}

    def record(self, stamp: Stamp, published: Mapping[Place, States]) -> None:
        """Keep the states of all themes whose time has come; a minute that is kept already is left alone."""
        for theme in themes:
            shown = {layer: published[theme.key, layer] for layer in theme.layers if (theme.key, layer) in published}
            if theme.history_s and shown:
                self._theme(theme, stamp, shown)

    def _theme(self, theme: Theme, stamp: Stamp, shown: Mapping[str, States]) -> None:
        kept = self.store.minutes(theme.key)
        if kept and stamp.minute < kept[-1]:  # the clock was set back: what lies ahead never happened
            self.store.drop(theme.key, hour_of(stamp.minute), kept[-1] + HOUR_S)
            self._held.pop(theme.key, None)
            kept = self.store.minutes(theme.key)
        new_hour = not kept or hour_of(kept[-1]) != hour_of(stamp.minute)
        if not new_hour and stamp.minute < kept[-1] + theme.history_s:
            return
        held = {} if new_hour else self._held.get(theme.key, {})
        messages = [_message(theme, layer, stamp, held.get(layer), states) for layer, states in shown.items()]
        told = [message for message in messages if message] or [_nothing(theme, stamp)]
        self.store.append(theme.key, stamp.minute, told)
        self._held[theme.key] = dict(shown)
        if new_hour:
            self.store.drop(theme.key, 0, hour_of(stamp.minute - WINDOW_S))
            self.store.shrink(MOST_BYTES)


def _message(theme: Theme, layer: str, stamp: Stamp, before: States | None, states: States) -> bytes:
    """What changed since the picture before; nothing if nothing did, all if that is shorter."""
    code = layers[layer].code
    if before is None or len(before) != len(states):
        return live_frames.full(stamp, theme.code, code, states)
    changed = np.flatnonzero(before != states) if before is not states else np.zeros(0, np.intp)
    if len(changed) * _DELTA_BYTES > len(states):
        return live_frames.full(stamp, theme.code, code, states)
    return live_frames.delta(stamp, theme.code, code, changed, states[changed]) if len(changed) else b""


def _nothing(theme: Theme, stamp: Stamp) -> bytes:
    """That the minute was seen though nothing changed: without it the minute would be a gap."""
    nothing = np.zeros(0, np.intp)
    return live_frames.delta(stamp, theme.code, layers[theme.layers[0]].code, nothing, nothing.astype(np.uint8))


@dataclass(frozen=True)
class KeptSpan:
    """A stretch without a gap, both minutes in (epoch seconds)."""

    start: int
    until: int


@dataclass(frozen=True)
class ReplayIndex:
    """What can be replayed of a theme.

    ``step_s`` 0: the theme does not change within days and is not kept.
    """

    theme: str
    step_s: int
    window_s: int
    hours: list[int]
    spans: list[KeptSpan]


def index(store: ReplayStore, theme: str) -> ReplayIndex:
    known = _known(theme)
    minutes = store.minutes(theme) if known.history_s else []
    return ReplayIndex(theme, known.history_s, WINDOW_S, store.hours(theme) if minutes else [], _spans(known, minutes))


def hour(store: ReplayStore, state: LiveState, theme: str, start: int, scope: Scope) -> bytes:
    """The messages of one hour as the scope may see them.

    Raises:
        Problem: 404 for an unknown theme, or an hour of which nothing is kept.
    """
    body = store.read(_known(theme).key, start)
    if not body:
        raise not_found("这一小时没有历史状态", f"{theme} {start}")
    if scope.sees_all and not scope.view:
        return body
    return _cut(body, _Sight(state, scope, assets.archive().version))


@dataclass(frozen=True)
class _Sight:
    """Who looks, as far as it decides what he gets: equal for users of one scope and archive."""

    state: LiveState
    scope: Scope
    archive: str


@lru_cache(maxsize=32)
def _cut(body: bytes, sight: _Sight) -> bytes:
    keys = {layer.code: layer.key for layer in layers}
    cut = []
    for message in map(live_frames.decode, split(body)):
        size = len(message.states) if message.numbers is None else int(message.numbers.max(initial=0)) + 1
        mask = sight.state.mask(keys[message.layer], sight.scope, size)
        if message.numbers is None:
            states = np.where(mask, message.states, np.uint8(0))
            cut.append(live_frames.full(message.stamp, message.theme, message.layer, states))
        else:
            seen = mask[message.numbers]
            numbers, states = message.numbers[seen], message.states[seen]
            cut.append(live_frames.delta(message.stamp, message.theme, message.layer, numbers, states))
    return joined(cut)


def _known(theme: str) -> Theme:
    if theme not in themes:
        raise not_found("没有这个主题", theme[:40])
    return themes[theme]


def _spans(theme: Theme, minutes: list[int]) -> list[KeptSpan]:
    if not minutes:
        return []
    breaks = [(a, b) for a, b in pairwise(minutes) if b - a > _PATIENCE * theme.history_s]
    starts = [minutes[0], *(after for _, after in breaks)]
    ends = [*(before for before, _ in breaks), minutes[-1]]
    return [KeptSpan(start, end) for start, end in zip(starts, ends, strict=True)]


@lru_cache(maxsize=4)
def _store(folder: Path) -> ReplayStore:
    return ReplayStore(folder)


def current_store() -> ReplayStore:
    """The store of this platform's data folder."""
    return _store(queries.root() / "replay")
