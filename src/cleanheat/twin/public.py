"""What other rooms may ask of the map: store a geometry, tell it states, publish a minute."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import structlog
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra import live as live_news
from cleanheat.infra.maplayers import themes
from cleanheat.infra.scope import Scope
from cleanheat.twin import geometry_store, queries, tiles
from cleanheat.twin.geometry import CityGeometry, Shapes
from cleanheat.twin.live_state import LiveState
from cleanheat.twin.queries import current_geometry
from cleanheat.twin.replay import Recorder, current_store
from cleanheat.twin.shown_at import gravest

__all__ = [
    "CityGeometry",
    "Shapes",
    "current_geometry",
    "gravest",
    "live_state",
    "minute_event",
    "minute_topic",
    "network_faults",
    "publish",
    "set_states",
    "state_topic",
    "store_geometry",
]

log = structlog.get_logger(__name__)


def _visible(kind: str, scope: Scope) -> NDArray[np.bool_]:
    return np.asarray(assets.visible(kind, scope), dtype=bool)


def _sees(scope: Scope, kind: str, number: int) -> bool:
    mask = _visible(kind, scope)
    return 0 <= number < len(mask) and bool(mask[number])


Totals = Callable[[Scope], dict[str, Any]]
"""The numbers above the map for a viewer: the pipeline counts them from readings within his scope."""


def _unknown(_scope: Scope) -> dict[str, Any]:
    return {}


@dataclass
class _Current:
    state: LiveState = field(default_factory=lambda: LiveState(_visible))
    totals: Totals = field(default_factory=lambda: _unknown)
    basis: tuple[str, str] = ("", "")
    _recorder: Recorder | None = None
    # One thread of its own: encoding for a hundred scopes must not lengthen the pipeline's minute.
    encoder: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="live"))

    def recorder(self) -> Recorder:
        """Of the present data folder."""
        store = current_store()
        if self._recorder is None or self._recorder.store is not store:
            self._recorder = Recorder(store)
        return self._recorder


_current = _Current()
live_news.register_visibility(_sees)


def store_geometry(geometry: CityGeometry, root: Path | None = None) -> str:
    """Keep the geometry, build its tiles, make both current; returns the version.  Takes seconds at city size.

    Raises ``tiles.TileBuildError`` when the tile builder refuses; the former version stays current then.
    """
    return geometry_store.save(root or queries.root(), geometry, lambda folder: tiles.build(folder, geometry))


def network_faults() -> dict[str, tuple[str, NDArray[np.int32]]]:
    """What is wrong with the network of the whole city: sort of fault → kind and ascending numbers of what has it.

    Raises:
        Problem: 503 while there is no map, or no source on it.
    """
    from cleanheat.twin import connectivity  # what traces is only asked for here

    return {key: (kind, numbers) for key, _zh, kind, numbers in connectivity.found_in_city()[1]}


def set_states(theme: str, layer: str, states: NDArray[np.uint8]) -> None:
    """States of one layer (index = object number, 0 = none) under one theme; shown with the next ``publish``.

    ``KeyError`` for a theme or layer that is not declared or a layer that the theme does not colour.
    """
    _current.state.set_states(theme, layer, states)


def publish(minute: int, totals: Totals | dict[str, Any]) -> Future[None]:
    """Make the states current and send every open map what changed; from any thread, returns at once.

    ``totals`` answers what a scope may know; given as a plain dictionary they are the city's and nobody else gets any.
    The future is done when all messages are handed over.
    """
    _follow_archive()
    _current.totals = totals if callable(totals) else lambda scope: totals if scope.sees_all else {}
    _current.state.publish(minute)
    return _current.encoder.submit(_send_minute)


def live_state() -> LiveState:
    """The states as published, for sockets and panels."""
    _follow_archive()
    return _current.state


def state_topic(theme: str, scope: Scope) -> str:
    return f"state/{theme}/{scope.key}"


def minute_topic(scope: Scope) -> str:
    return f"minute/{scope.key}"


def minute_event(scope: Scope) -> dict[str, Any]:
    """``{"type": "minute"}``: the newest minute, the platform's time and speed, the totals this viewer may know."""
    stamp, totals = _current.state.stamp, _current.totals(scope)
    return {
        "type": "minute",
        "minute": stamp.minute,
        "seq": stamp.seq,
        "now": clock.now(),
        "speed": clock.current().speed,
        "outdoor_temp_c": totals.get("outdoor_temp_c"),
        "totals": totals,
    }


def _send_minute() -> None:
    """Encode once per (theme, scope) that somebody watches, hand the same bytes to all who watch; keep the minute."""
    try:
        boxes = live_news.listeners()
        watched = frozenset[str]().union(*(box.topics for box in boxes))
        for scope in {box.scope for box in boxes}:
            news = orjson.dumps(minute_event(scope), option=orjson.OPT_SERIALIZE_NUMPY).decode()
            live_news.deliver(minute_topic(scope), [news])
            for theme in themes:
                if (topic := state_topic(theme.key, scope)) in watched:
                    live_news.deliver(topic, _current.state.deltas(theme.key, scope))
        _current.recorder().record(*_current.state.published())
    except Exception:
        log.exception("twin.publish_failed")
        raise


def _follow_archive() -> None:
    """Forget what was derived from an older geometry or archive."""
    version = geometry_store.current_version(queries.root()) or ""
    basis = (version, assets.archive().version)
    if basis != _current.basis:
        _current.basis = basis
        _current.state.reset(geometry_store.wire_version(version) if version else 0)
