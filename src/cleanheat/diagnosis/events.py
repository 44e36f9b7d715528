"""Facts that diagnosis announces about its models."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelAdopted:
    """Another version of a kind's parameters is in force; ``number`` 0: none any more.  Time is epoch seconds."""

    kind: str
    version_id: int
    number: int
    at: int
    by_user: int


@dataclass(frozen=True)
class ParametersSteered:
    """People or handled alerts changed coefficients of a kind; ``number`` 0: of a whole class."""

    kind: str
    number: int
    coefficient: str
    at: int
    by_user: int


@dataclass(frozen=True)
class AdviceHandedOver:
    """An advice that was not followed became a matter for people; times are epoch seconds."""

    advice_id: int
    kind: str
    number: int
    level: int
    text: str
    since: int
    at: int


@dataclass(frozen=True)
class ContradictionSettled:
    """A person said which of two contradicting judgements was right (``verdict``); time is epoch seconds."""

    contradiction_id: int
    kind: str
    object_kind: str
    object_number: int
    verdict: str
    at: int
