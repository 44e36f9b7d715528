"""Which themes of the map are due?  Every declared source is asked again when its time has come, the others wait."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import structlog
from numpy.typing import NDArray

from cleanheat.infra.map_sources import ThemeSource, sources

log = structlog.get_logger(__name__)
Shown = dict[tuple[str, str], NDArray[np.uint8]]


class Themes:
    """Remembers which source was asked when; a new archive makes all of them due."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._archive = ""

    def due(self, minute: int, archive_version: str) -> Shown:
        """States by (theme, layer) of all sources due at the minute; one that fails leaves its theme as it was."""
        if archive_version != self._archive:
            self._archive, self._asked = archive_version, {}
        shown: Shown = {}
        for source in sources:
            since = minute - self._asked.get(source.key, minute - source.every_s)
            if since >= source.every_s or since < 0:
                self._asked[source.key] = minute
                shown |= {(source.key, layer): states for layer, states in _asked(source, minute).items()}
        return shown


def _asked(source: ThemeSource, minute: int) -> Mapping[str, NDArray[np.uint8]]:
    try:
        return source.states(minute)
    except Exception:  # a theme that cannot be had must not cost the minute
        log.exception("theme not read", theme=source.key)
        return {}
