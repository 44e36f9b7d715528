"""What state is every object on the map in, and which messages tell a viewer so.

The pipeline sets states during its minute and publishes once at its end.  What changed is found once per (theme,
layer), cut to each viewer's scope once per scope key, encoded once, and the same bytes go to every socket.  An object
outside the scope is 0 in a full message and absent from a delta.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.maplayers import layers, themes
from cleanheat.infra.scope import Scope
from cleanheat.twin import live_frames
from cleanheat.twin.live_frames import Stamp, States

Bools = NDArray[np.bool_]
Visible = Callable[[str, Scope], Bools]
"""Slot mask of a kind's objects within a scope (``assets.public.visible``)."""
Place = tuple[str, str]
"""(theme, layer)"""

_DELTA_BYTES: Final = 5
"""Bytes an object costs in a delta: when more than a fifth of a layer changed, the full state is shorter."""


@dataclass(frozen=True)
class Change:
    """Numbers of one layer's changed objects and their new states."""

    numbers: NDArray[np.intp]
    states: States


class LiveState:
    """States as last published, and what the next publication will change."""

    def __init__(self, visible: Visible) -> None:
        self._visible = visible
        self._lock = threading.RLock()
        self._pending: dict[Place, States] = {}
        self._published: dict[Place, States] = {}
        self._changes: dict[Place, Change] = {}
        self._encoded: dict[tuple[str, str, str], list[bytes]] = {}
        self.stamp = Stamp(0, 0, 0)

    def set_states(self, theme: str, layer: str, states: States) -> None:
        """States of a whole layer (index = object number), seen by nobody before ``publish``."""
        if layer not in themes[theme].layers:
            raise KeyError(f"theme {theme!r} does not colour layer {layer!r}")
        copy = np.array(states, dtype=np.uint8)  # the caller goes on using its buffer
        with self._lock:
            self._pending[theme, layer] = copy

    def reset(self, geometry_version: int) -> None:
        """Another geometry or archive: who sees what, and how long the arrays are, may differ."""
        with self._lock:
            self._encoded.clear()
            self.stamp = Stamp(geometry_version, self.stamp.seq, self.stamp.minute)

    def publish(self, minute: int) -> Stamp:
        """Make what was set current; afterwards ``deltas`` tells the difference to the publication before."""
        with self._lock:
            self._changes = {place: self._change(place, states) for place, states in self._pending.items()}
            self._published.update(self._pending)
            self._pending.clear()
            self._encoded.clear()
            self.stamp = Stamp(self.stamp.geometry_version, self.stamp.seq + 1, minute)
            return self.stamp

    def published(self) -> tuple[Stamp, dict[Place, States]]:
        """The newest publication as a whole; its arrays never change."""
        with self._lock:
            return self.stamp, dict(self._published)

    def mask(self, layer: str, scope: Scope, size: int) -> Bools:
        """Which of a layer's first ``size`` numbers the scope sees."""
        return self._mask(layer, scope, size)

    def states(self, theme: str, layer: str, scope: Scope) -> States:
        """States as published, 0 outside the scope."""
        with self._lock:
            published = self._published.get((theme, layer))
            if published is None:
                return np.zeros(0, np.uint8)
            if scope.sees_all and not scope.view:
                return published
            mask = self._mask(layer, scope, len(published))
            return np.where(mask, published, np.uint8(0))

    def deltas(self, theme: str, scope: Scope) -> list[bytes]:
        """One message per layer of the theme with the last publication's changes; an empty one keeps ``seq`` whole."""
        return self._once("delta", theme, scope, self._delta)

    def fulls(self, theme: str, scope: Scope) -> list[bytes]:
        """One message per layer of the theme with its whole state."""
        return self._once("full", theme, scope, self._full)

    def _once(self, sort: str, theme: str, scope: Scope, encode: Callable[[str, str, Scope], bytes]) -> list[bytes]:
        with self._lock:
            key = (sort, theme, scope.key)
            if key not in self._encoded:
                known = [layer for layer in themes[theme].layers if (theme, layer) in self._published]
                self._encoded[key] = [encode(theme, layer, scope) for layer in known]
            return self._encoded[key]

    def _full(self, theme: str, layer: str, scope: Scope) -> bytes:
        return live_frames.full(self.stamp, themes[theme].code, layers[layer].code, self.states(theme, layer, scope))

    def _delta(self, theme: str, layer: str, scope: Scope) -> bytes:
        change = self._changes.get((theme, layer))
        states = self._published[theme, layer]
        if change is None:
            change = Change(np.zeros(0, np.intp), np.zeros(0, np.uint8))
        if len(change.numbers) * _DELTA_BYTES > len(states):
            return self._full(theme, layer, scope)
        if not scope.sees_all or scope.view:
            kept = self._mask(layer, scope, len(states))[change.numbers]
            change = Change(change.numbers[kept], change.states[kept])
        return live_frames.delta(self.stamp, themes[theme].code, layers[layer].code, change.numbers, change.states)

    def _change(self, place: Place, states: States) -> Change:
        before = self._published.get(place)
        if before is None or len(before) != len(states):
            before = np.zeros(len(states), np.uint8)
            changed = np.arange(len(states))  # a first or resized state travels whole
        else:
            changed = np.flatnonzero(before != states)
        return Change(changed, states[changed])

    def _mask(self, layer: str, scope: Scope, size: int) -> Bools:
        """Asked for each time: the archive keeps the masks, and knows when they are void."""
        seen = np.asarray(self._visible(layers[layer].kind, scope), dtype=bool)
        if len(seen) == size:
            return seen
        mask = np.zeros(size, dtype=bool)
        mask[: min(len(seen), size)] = seen[:size]
        return mask
