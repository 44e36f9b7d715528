"""Facts that telemetry announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ValuesConfirmed:
    """A person called the values of a signal over ``[start, end)`` good or bad, or took that back."""

    confirmation_id: int
    kind: str
    number: int
    signal: str
    start: int
    end: int
    is_good: bool
    is_undone: bool
    at: int
    by_user: int
