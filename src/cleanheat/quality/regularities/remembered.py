"""What was usual, for judging a stored past: profiles as they were learned, following nothing.

Drift is not known here: it is followed over hours and among neighbours, and a part of the city would give a wrong one.
A rule that asks for it does not apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from cleanheat.assets.archive import Archive
from cleanheat.quality.regularities.following import Floats, Regularities, Usual
from cleanheat.telemetry.frames import Frame


class Remembered:
    def __init__(self, archive: Archive, data_dir: Path) -> None:
        self._archive, self._data_dir = archive, data_dir

    @cached_property
    def _kept(self) -> Regularities:
        """Read only once a rule asks: most do not."""
        return Regularities.load(self._archive, self._data_dir)

    def usual(self, kind: str, signal: str, minute: int, outdoor_temp_c: float) -> Usual | None:
        return self._kept.usual(kind, signal, minute, outdoor_temp_c)

    def drift(self, kind: str, signal: str) -> Floats | None:  # noqa: ARG002 - nobody can tell
        return None

    def update(self, frames: Mapping[str, Frame], minute: int) -> None:
        """Nothing is followed."""
