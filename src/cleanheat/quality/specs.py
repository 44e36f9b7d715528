"""What the engine needs to know of one rule: the frozen form of one published version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cleanheat.kernel.findings import Level
from cleanheat.kernel.parameters import Parameter
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.vocabulary import Action, AlarmAt, Dimension, Family, Fill


@dataclass(frozen=True)
class RuleScope:
    """For whom a rule holds; empty = for all.  Ids of organisations, areas and codes of ``system`` (1–3)."""

    companies: frozenset[int] = frozenset()
    districts: frozenset[int] = frozenset()
    systems: frozenset[int] = frozenset()
    season: str = ""
    """``heating``: only within the heating season, ``idle``: only outside it, empty: always."""


@dataclass(frozen=True)
class Alarm:
    """When hits become a finding: at the object after ``after_min`` minutes in a row (and until ``clear_min`` without),
    or at the sender once ``share`` of the checked values of the last hour are hit."""

    at: AlarmAt = AlarmAt.NONE
    after_min: int = 10
    clear_min: int = 10
    share: float = 0.05


@dataclass(frozen=True)
class RuleSpec:
    """One published rule on readings of one ``kind``.

    ``expression`` is what sound values fulfil; ``when`` (may be empty) says to which rows the rule applies.  With
    ``each`` the rule is asked once for every listed signal, bound to the name 值 with bounds 下限 and 上限; without,
    once a row, and the signals in ``marks`` get the verdict (none: the hit concerns the whole row and no verdict).
    ``number`` and ``version`` are what hits, counts and cleaned values refer to.
    """

    number: int
    version: int
    code: str
    zh: str
    family: Family
    dimension: Dimension
    kind: str
    expression: str
    when: str = ""
    each: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    level: Level = Level.IV
    weight: float = 1.0
    action: Action = Action.MARK
    verdict: Verdict = Verdict.SUSPICIOUS
    fill: Fill = Fill.LEAVE
    alarm: Alarm = Alarm()
    scope: RuleScope = RuleScope()

    @property
    def source(self) -> str:
        """The alert source of this rule's findings; stays the same over its versions."""
        return f"quality.{self.code}"
