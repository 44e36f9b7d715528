"""What complaints tells other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TicketsImported:
    """A history file has been worked off."""

    import_id: int
    created: int
    changed: int
