"""The words of findings and contradictions as they are stored."""

from __future__ import annotations

from django.db import models


class FoundState(models.TextChoices):
    """``explained``: it holds, but a finding above it (a source, its station, its community) says it all; no alert."""

    OPEN = "open", "持续中"
    EXPLAINED = "explained", "由上级结论解释"
    ENDED = "ended", "已结束"


class Verdict(models.TextChoices):
    """What a person found out about two models that contradict each other."""

    FIRST = "first", "前者属实"
    SECOND = "second", "后者属实"
    BOTH = "both", "均属实"
    NEITHER = "neither", "均不属实"


class ContradictionKind(models.TextChoices):
    """Which two judgements do not go together."""

    COLD_ROOMS_OVER_SUPPLY = "cold_rooms_over_supply", "超供而室温偏低"
    HOT_ROOMS_UNDER_SUPPLY = "hot_rooms_under_supply", "欠供而室温偏高"
    METER_AGAINST_WATER = "meter_against_water", "热表有热而水温判为停供"
    SOURCE_AGAINST_UNITS = "source_against_units", "热源与所供机组结论不一"
