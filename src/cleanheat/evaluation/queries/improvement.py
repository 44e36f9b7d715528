"""How did the evaluation itself change, and what did each change do to the scores?  Newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleanheat.evaluation.models import IndicatorVersion, RuleEffect
from cleanheat.evaluation.queries.indicators import versions


@dataclass(frozen=True)
class ChangeRow:
    """One change of weights (``kind`` weights) or of a rule (``kind`` rule); ``effect`` is a ``whatif`` comparison."""

    kind: str
    id: int
    at: datetime
    title: str
    reason: str
    author: str
    version: int
    differences: list[str]
    effect: dict[str, Any]


def changes(limit: int = 100) -> list[ChangeRow]:
    known = versions()
    rows = [_of_weights(v, older) for v, older in zip(known, [*known[1:], None], strict=True)]
    rows += [_of_rule(e) for e in RuleEffect.objects.select_related("author")[:limit]]
    return sorted(rows, key=lambda r: r.at, reverse=True)[:limit]


def _of_weights(version: IndicatorVersion, older: IndicatorVersion | None) -> ChangeRow:
    return ChangeRow(
        "weights",
        version.pk,
        version.at,
        f"评价指标与权重 第 {version.number} 版，{version.valid_from:%Y-%m-%d} 起生效",
        version.reason,
        _name(version.author),
        version.number,
        differences(older.document, version.document) if older else [],
        version.effect,
    )


def _of_rule(effect: RuleEffect) -> ChangeRow:
    return ChangeRow(
        "rule",
        effect.pk,
        effect.at,
        f"质量规则 {effect.zh}",
        "",
        _name(effect.author),
        effect.version,
        [],
        effect.effect,
    )


def _name(user: Any) -> str:
    return (user.display_name or user.username) if user else "平台"


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What changed, one sentence a number: 准确性 权重 0.3 → 0.35."""
    old, new = _flat(before), _flat(after)
    return [
        f"{name} {_text(old.get(name))} → {_text(new.get(name))}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def _text(value: Any) -> str:
    return "无" if value is None else f"{value:g}" if isinstance(value, float | int) else str(value)


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    _flat_tree(document["root"], out)
    out |= {f"等级 {g['code']} 下限": g["low"] for g in document["grades"]}
    out |= {f"数据集 {key} 重要性": w for key, w in document["data_sets"].items()}
    out |= {f"检查项 {key} 权重": w for key, w in document["checks"].items()}
    for scene in document["scenes"]:
        out |= {f"场景 {scene['zh']} {key} 权重": w for key, w in scene["weights"].items()}
    return out


def _flat_tree(node: dict[str, Any], out: dict[str, Any]) -> None:
    out[f"{node['zh']} 权重"] = node["weight"]
    if node["measure"]:
        out[f"{node['zh']} 计分"] = {k: v for k, v in node["scoring"].items() if v not in (None, [])}
    for child in node["children"]:
        _flat_tree(child, out)
