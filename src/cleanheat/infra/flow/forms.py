"""Is what somebody filled in what the step asks for?  Values in their types, or the field at fault."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cleanheat.infra.flow.definition import FormField, Transition
from cleanheat.kernel.errors import invalid

LONGEST_NOTE = 2_000


def filled(taken: Transition, given: Mapping[str, Any], note: str, n_files: int) -> dict[str, Any]:
    """The form's values; fields that the step does not have are refused rather than dropped."""
    known = {f.key for f in taken.form}
    for name in given:
        if name not in known:
            raise invalid(f"fields.{name}", "没有此字段", f"可用: {', '.join(sorted(known))}" if known else "")
    if taken.needs_note and not note.strip():
        raise invalid("note", "请填写说明")
    if "\0" in note:
        raise invalid("note", "说明含有不可用的字符")
    if len(note) > LONGEST_NOTE:
        raise invalid("note", "说明过长", f"最多 {LONGEST_NOTE} 字")
    if n_files < taken.least_files:
        raise invalid("files", "请上传附件", f"至少 {taken.least_files} 个")
    values = {f.key: _value(f, given.get(f.key)) for f in taken.form}
    return {key: value for key, value in values.items() if value is not None}


def _value(field: FormField, given: Any) -> Any:
    if given is None or given == "":
        if field.is_required:
            raise invalid(f"fields.{field.key}", f"请填写{field.zh}")
        return None
    if field.type in {"number", "organisation"}:
        return _number(field, given)
    if not isinstance(given, str) or "\0" in given:
        raise invalid(f"fields.{field.key}", f"{field.zh}应为文字")
    text = given.strip()
    if field.type == "choice" and text not in field.choices:
        raise invalid(f"fields.{field.key}", f"{field.zh}不在可选范围", "、".join(field.choices))
    if len(text) > field.longest:
        raise invalid(f"fields.{field.key}", f"{field.zh}过长", f"最多 {field.longest} 字")
    if field.is_required and not text:
        raise invalid(f"fields.{field.key}", f"请填写{field.zh}")
    return text


def _number(field: FormField, given: Any) -> float | int:
    is_number = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    if not is_number or (field.type == "organisation" and (not isinstance(given, int) or not 0 < given < 2**31)):
        raise invalid(f"fields.{field.key}", f"{field.zh}应为数字")
    if (field.low is not None and given < field.low) or (field.high is not None and given > field.high):
        raise invalid(f"fields.{field.key}", f"{field.zh}超出范围", f"{field.low}–{field.high} {field.unit}".strip())
    number: float | int = given
    return number
