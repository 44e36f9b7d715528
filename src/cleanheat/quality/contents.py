"""What a rule version says, as plain data: the one form between TOML, rows, the editor and ``RuleSpec``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cleanheat.kernel.findings import Level
from cleanheat.kernel.parameters import Parameter
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.specs import Alarm, RuleScope, RuleSpec
from cleanheat.quality.vocabulary import Action, AlarmAt, DataClass, Dimension, Family, Fill

Content = dict[str, Any]
"""The fields of ``models.RuleVersion`` that say what the rule is, JSON values only."""

DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "title": "",
        "expression": "",
        "when": "",
        "each": [],
        "marks": [],
        "parameters": {},
        "family": Family.BOUNDARY.value,
        "dimension": Dimension.ACCURACY.value,
        "level": int(Level.IV),
        "weight": 1.0,
        "action": Action.MARK.value,
        "verdict": int(Verdict.SUSPICIOUS),
        "fill": Fill.LEAVE.value,
        "alarm_at": AlarmAt.NONE.value,
        "alarm_after_min": 10,
        "alarm_clear_min": 10,
        "alarm_share": 0.05,
        "scope": {},
        "valid_from": None,
        "valid_to": None,
    }
)
CLASS_OF_KIND: Final[Mapping[str, DataClass]] = MappingProxyType(
    {
        "device": DataClass.RURAL,
        "plant": DataClass.PLANT,
        "branch": DataClass.BRANCH,
        "boiler": DataClass.BOILER,
        "unit": DataClass.SUBSTATION,
        "room": DataClass.ROOM,
        "weather": DataClass.WEATHER,
    }
)
"""Which of the data classes a measured kind's readings are."""


def content_of(version: Any) -> Content:
    """The content of a stored version."""
    values = {name: getattr(version, name) for name in DEFAULTS}
    for name in ("valid_from", "valid_to"):
        values[name] = values[name].isoformat() if hasattr(values[name], "isoformat") else values[name]
    return values


def is_measured(kind: str) -> bool:
    """Whether a rule of this kind judges readings (else records)."""
    return kind in KINDS


def spec_of(number: int, version: int, code: str, kind: str, content: Mapping[str, Any]) -> RuleSpec:
    """The frozen form of one content."""
    scope = content["scope"]
    return RuleSpec(
        number=number,
        version=version,
        code=code,
        zh=content["title"],
        family=Family(content["family"]),
        dimension=Dimension(content["dimension"]),
        kind=kind,
        expression=content["expression"],
        when=content["when"],
        each=tuple(content["each"]),
        marks=tuple(content["marks"]),
        parameters=MappingProxyType({name: Parameter(**row) for name, row in content["parameters"].items()}),
        level=Level(content["level"]),
        weight=float(content["weight"]),
        action=Action(content["action"]),
        verdict=Verdict(content["verdict"]),
        fill=Fill(content["fill"]),
        alarm=Alarm(
            AlarmAt(content["alarm_at"]),
            content["alarm_after_min"],
            content["alarm_clear_min"],
            content["alarm_share"],
        ),
        scope=RuleScope(
            companies=frozenset(scope.get("companies", ())),
            districts=frozenset(scope.get("districts", ())),
            systems=frozenset(scope.get("systems", ())),
            season=scope.get("season", ""),
        ),
    )
