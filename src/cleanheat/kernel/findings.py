"""What a rule or model says of one object: the finding, its grade and its evidence.

Quality rules and diagnosis models return findings; the pipeline hands them to ``alerts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """The one scale of gravity, with the national warning colours; a smaller number is graver."""

    I = 1  # noqa: E741 - the scale is written in Roman numerals everywhere
    II = 2
    III = 3
    IV = 4

    @property
    def zh(self) -> str:
        return ("特别重大", "重大", "较大", "一般")[self - 1]

    @property
    def roman(self) -> str:
        return "ⅠⅡⅢⅣ"[self - 1]

    @property
    def colour(self) -> str:
        return ("red", "orange", "yellow", "blue")[self - 1]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured quantity beside the limit it was held against, both in ``unit``."""

    signal: str
    value: float | None
    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """Which share (0…1) of a finding one signal explains; the shares of a finding sum to 1."""

    signal: str
    share: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that holds now: ``source`` is the key of the rule or model, ``since`` its onset (epoch seconds).

    ``kind`` is an archive kind, or ``sender`` with the organisation's id as ``number``.  ``confidence`` (0…1) is how
    sure the model is; a rule, which only compares, has none.
    """

    source: str
    kind: str
    number: int
    level: Level
    since: int
    text: str
    evidence: tuple[Evidence, ...] = ()
    confidence: float | None = None
    contributions: tuple[Contribution, ...] = ()

    @property
    def place(self) -> tuple[str, str, int]:
        """What makes two findings the same alert."""
        return self.source, self.kind, self.number
