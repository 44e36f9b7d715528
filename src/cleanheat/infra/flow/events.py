"""Facts that the flow engine announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemMoved:
    """A step was taken (``opened`` for the first).  ``actor_id`` 0: the platform."""

    flow: str
    item_id: int
    step: int
    action: str
    from_state: str
    to_state: str
    actor_id: int
    at: int


@dataclass(frozen=True)
class DeadlinePassed:
    """A stage of a clock was reached; ``does`` is remind, overdue or escalate."""

    flow: str
    item_id: int
    step: int
    clock: str
    stage: str
    does: str
    escalation: int
    at: int
