"""What does the rule editor offer?  Names, functions and words of one kind, as a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cleanheat.assets import public as assets
from cleanheat.calc.expressions.fields import Field
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.checking import MARKING
from cleanheat.quality.contents import CLASS_OF_KIND, is_measured
from cleanheat.quality.vocabulary import Action, AlarmAt, DataClass, Dimension, Family, Fill, RuleState
from cleanheat.quality.words import base_vocabulary, functions_of, kinds

_GROUPS = {"signal": "信号", "attribute": "档案", "weather": "气象", "parameter": "参数", "context": "上下文"}
_EACH = (Field("value", "值"), Field("low", "下限", group="context"), Field("high", "上限", group="context"))
_ALARMS = {AlarmAt.NONE: "不报警", AlarmAt.OBJECT: "按对象", AlarmAt.SENDER: "按企业占比"}
_OPERATORS = (
    ("+", "加"), ("-", "减"), ("*", "乘"), ("/", "除"), ("**", "乘方"), ("<", "小于"), ("<=", "不大于"), (">", "大于"),
    (">=", "不小于"), ("==", "等于"), ("!=", "不等于"), ("且", "并且 and"), ("或", "或者 or"), ("非", "取反 not"),
)  # fmt: skip


def language_of(kind: str) -> dict[str, Any]:
    """``fields`` and ``functions`` carry what completion inserts; ``choices`` the words of every other field."""
    return {
        "kind": kind,
        "kind_name": kinds()[kind],
        "is_measured": is_measured(kind),
        "fields": [_field(f) for f in base_vocabulary(kind)],
        "each_fields": [_field(f) for f in _EACH] if is_measured(kind) else [],
        "signals": _signals(kind),
        "functions": [
            {
                "key": f.key,
                "name": f.zh,
                "signature": f.signature,
                "meaning": f.meaning,
                "sort": f.sort,
                "insert": f"{f.zh}()" if not f.arguments else f"{f.zh}(",
            }
            for f in functions_of(kind)
        ],
        "operators": [{"sign": sign, "name": name} for sign, name in _OPERATORS],
        "choices": _choices(),
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "code": field.code,
        "name": field.zh,
        "unit": field.unit,
        "type": field.type,
        "group": field.group,
        "group_name": _GROUPS[field.group],
        "insert": field.zh,
    }


def _signals(kind: str) -> list[dict[str, Any]]:
    """What a rule may be asked of one by one, or mark."""
    if not is_measured(kind):
        return [{"code": f.code, "name": f.zh, "unit": f.unit} for f in base_vocabulary(kind) if f.group == "attribute"]
    return [
        {"code": s.code, "name": s.zh, "unit": s.unit, "low": s.low, "high": s.high, "is_counter": s.is_counter}
        for s in KINDS[kind].signals
    ]


def _choices() -> dict[str, list[dict[str, Any]]]:
    def words(values: Iterable[Any]) -> list[dict[str, Any]]:
        return [{"value": v.value, "name": v.zh} for v in values]

    return {
        "kind": [{"value": k, "name": zh, "data_class": CLASS_OF_KIND.get(k, "")} for k, zh in kinds().items()],
        "data_class": words(DataClass),
        "family": words(Family),
        "dimension": words(Dimension),
        "state": words(RuleState),
        "action": words(Action),
        "fill": words(Fill),
        "level": [{"value": int(v), "name": f"{v.roman}级 {v.zh}"} for v in Level],
        "verdict": [{"value": int(v), "name": v.zh} for v in Verdict if v in MARKING],
        "alarm_at": [{"value": a.value, "name": zh} for a, zh in _ALARMS.items()],
        "season": [
            {"value": "", "name": "全年"},
            {"value": "heating", "name": "采暖期"},
            {"value": "idle", "name": "非采暖期"},
        ],
        "system": [{"value": code, "name": zh} for code, zh in assets.system_types().items()],
    }
