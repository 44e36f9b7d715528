"""Reads of the rule library: what is in force, under which number, and since which change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from threading import Lock
from typing import Any

from django.db.models import F

from cleanheat.infra import clock
from cleanheat.kernel.time import local
from cleanheat.quality.contents import content_of, is_measured, spec_of
from cleanheat.quality.models import Rule, RuleChange, RuleVersion
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Family, RuleState

_DAYS = 1_000_000


class _InForce:
    """The published specifications of one library version; read again when it changes."""

    def __init__(self) -> None:
        self.version = -1
        self.specs: tuple[RuleSpec, ...] = ()
        self.lock = Lock()


_kept = _InForce()


def _today() -> date:
    return local(clock.now()).date()


def rules_version() -> int:
    """A number that changes with every change of the library and, since rules are valid from day to day, with the day.

    The library's journal decides, so that every process notices what another one changed.
    """
    newest = RuleChange.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return newest * _DAYS + _today().toordinal()


def _in_force() -> tuple[RuleSpec, ...]:
    """Published rules on readings and records, valid today."""
    today = _today()
    rows = RuleVersion.objects.filter(rule__state=RuleState.PUBLISHED, version=F("rule__version")).select_related(
        "rule"
    )
    return tuple(
        spec_of(v.rule_id, v.version, v.rule.code, v.rule.kind, content_of(v))
        for v in rows.order_by("rule_id")
        if (v.valid_from is None or v.valid_from <= today) and (v.valid_to is None or today <= v.valid_to)
    )


def specs() -> tuple[RuleSpec, ...]:
    """All rules in force, from memory while nothing changes."""
    version = rules_version()
    with _kept.lock:
        if _kept.version != version:
            _kept.specs, _kept.version = _in_force(), version
        return _kept.specs


def forget() -> None:
    """What is kept may be of a library that is not there any more: called by whatever writes."""
    with _kept.lock:
        _kept.version = -1


def active_specs() -> tuple[RuleSpec, ...]:
    """The rules in force on readings, in the order of their numbers."""
    return tuple(s for s in specs() if is_measured(s.kind))


def record_specs() -> tuple[RuleSpec, ...]:
    """The rules in force on records (archives, complaints)."""
    return tuple(s for s in specs() if not is_measured(s.kind))


def rule_names(numbers: Iterable[int]) -> dict[int, str]:
    """Titles of rules by number, retired ones too."""
    return dict(Rule.objects.filter(number__in=set(numbers)).values_list("number", "title"))


def alarm_source(key: str) -> RuleSpec | None:
    """The rule whose findings have this source key (``quality.range_unit``), or None if no rule in force has it."""
    return next((s for s in specs() if s.source == key), None)


def said_by(numbers: Iterable[int]) -> dict[tuple[int, int], dict[str, Any]]:
    """What rules said in each of their versions, by (number, version)."""
    rows = RuleVersion.objects.filter(rule_id__in=set(numbers)).values_list(
        "rule_id", "version", "title", "rule__code", "expression", "family", "level"
    )
    names = ("name", "code", "expression", "family", "level")
    found = {(number, version): dict(zip(names, said, strict=True)) for number, version, *said in rows}
    return {key: {**said, "family_zh": Family(str(said["family"])).zh} for key, said in found.items()}
