"""Facts that quality announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RulesChanged:
    """A rule came into force, changed or went out of force; ``version`` is the one in force now, 0 = none."""

    rule: int
    code: str
    version: int
    change: str
    at: int
    by_user: int
