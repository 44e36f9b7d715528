"""Can this content be a rule at all?  What the editor sends, brought into form or refused by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from cleanheat.kernel.errors import Problem, invalid
from cleanheat.kernel.findings import Level
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.contents import CLASS_OF_KIND, DEFAULTS, Content, is_measured, spec_of
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Action, AlarmAt, DataClass, Dimension, Family, Fill
from cleanheat.quality.words import Fault, faults, kinds

_WORDS: Final[Mapping[str, Any]] = {
    "family": Family,
    "dimension": Dimension,
    "level": Level,
    "action": Action,
    "verdict": Verdict,
    "fill": Fill,
    "alarm_at": AlarmAt,
}
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "weight": (0, 100),
    "alarm_after_min": (1, 1_440),
    "alarm_clear_min": (1, 1_440),
    "alarm_share": (0, 1),
}
_PARAMETER: Final = frozenset({"value", "unit", "zh", "source"})
_SCOPE: Final = frozenset({"companies", "districts", "systems", "season"})
MARKING: Final = frozenset({Verdict.GOOD, Verdict.SUSPICIOUS, Verdict.BAD, Verdict.MISSING})
MOST_PARAMETERS: Final = 40


def checked_kind(kind: str, data_class: str) -> DataClass:
    """The data class of a rule about ``kind``; readings have theirs, records say it."""
    if kind not in kinds():
        raise invalid("kind", "没有这类对象", kind)
    if is_measured(kind):
        return CLASS_OF_KIND[kind]
    allowed = (
        (DataClass.HOTLINE_12319, DataClass.HOTLINE_12345) if kind == "complaints.ticket" else (DataClass.ARCHIVE,)
    )
    if data_class not in allowed:
        raise invalid("data_class", "数据类别与对象不符", "、".join(c.zh for c in allowed))
    return DataClass(data_class)


def completed(given: Mapping[str, Any], base: Mapping[str, Any] = DEFAULTS) -> Content:
    """``base`` with the given fields, every value within its bounds; texts are not parsed here."""
    unknown = given.keys() - DEFAULTS.keys()
    if unknown:
        raise invalid(min(unknown), "没有此字段")
    content = {**base, **given}
    for name, words in _WORDS.items():
        if content[name] not in [w.value for w in words]:
            raise invalid(name, "取值不在范围内", str(content[name]))
    for name, (low, high) in _RANGES.items():
        if not low <= content[name] <= high:
            raise invalid(name, "取值超出范围", f"{low:g}–{high:g}")
    if content["verdict"] not in MARKING:
        raise invalid("verdict", "规则不能作出此判定", Verdict(content["verdict"]).zh)
    _check_parameters(content["parameters"])
    _check_scope(content["scope"])
    _check_dates(content)
    return content


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    if len(parameters) > MOST_PARAMETERS:
        raise invalid("parameters", f"参数至多 {MOST_PARAMETERS} 个")
    for name, row in parameters.items():
        if not name.isidentifier() or set(row) != _PARAMETER or not isinstance(row["value"], int | float):
            raise invalid("parameters", "参数须有数值、单位、名称和来源", name)
        if not row["zh"].strip() or not row["source"].strip():
            raise invalid("parameters", "请填写参数的名称和来源", name)


def _check_scope(scope: Mapping[str, Any]) -> None:
    if scope.keys() - _SCOPE:
        raise invalid("scope", "没有此范围", min(scope.keys() - _SCOPE))
    if scope.get("season", "") not in {"", "heating", "idle"}:
        raise invalid("scope", "季节只能是采暖期或非采暖期")
    for name in _SCOPE - {"season"}:
        if not all(isinstance(i, int) for i in scope.get(name, ())):
            raise invalid("scope", "范围须为编号列表", name)


def _check_dates(content: Content) -> None:
    for name in ("valid_from", "valid_to"):
        if content[name] is not None:
            try:
                date.fromisoformat(content[name])
            except (TypeError, ValueError) as error:
                raise invalid(name, "日期格式有误", "YYYY-MM-DD") from error
    if content["valid_from"] and content["valid_to"] and content["valid_to"] < content["valid_from"]:
        raise invalid("valid_to", "失效日期早于生效日期")


def draft_spec(
    kind: str, content: Mapping[str, Any], code: str = "draft", number: int = 0, version: int = 0
) -> RuleSpec:
    """A content as the engine would see it, published or not."""
    return spec_of(number, version, code, kind, content)


def refuse_faults(spec: RuleSpec) -> None:
    """A problem naming field, line and column of the first fault, if there is any."""
    fault = next(faults(spec), None)
    if fault is not None:
        raise refusal(fault)


def refusal(fault: Fault) -> Problem:
    return Problem(422, "wrong-rule", fault.message, fault.place, fault.field)
