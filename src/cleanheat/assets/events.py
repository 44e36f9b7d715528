"""What assets tells other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecordsApplied:
    """Records of one kind were created or changed; ``version`` is the archive's new version."""

    version: str
    kind: str
    created: int
    changed: int


@dataclass(frozen=True)
class ShapesDrawn:
    """Objects of one kind were given other shapes (``drawn_shapes``); the map draws them anew."""

    kind: str
    count: int
