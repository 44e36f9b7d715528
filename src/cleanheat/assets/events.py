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
