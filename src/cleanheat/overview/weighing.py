"""How many points does each reason give an object, and how is the reason told?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cleanheat.calc.scoring.urgency import beyond, graded
from cleanheat.kernel.findings import Level
from cleanheat.overview.facts import Facts, Floats
from cleanheat.overview.vocabulary import NUMBERS, Reason, number

REASONS: Final = tuple(Reason)
EVALUATION_ROW: Final = REASONS.index(Reason.EVALUATION)


@dataclass(frozen=True)
class ReasonTold:
    """One reason of one object; ``level`` 0 where the reason has none."""

    key: str
    zh: str
    points: float
    text: str
    level: int


def weigh(f: Facts) -> Floats:
    """Points of every reason at every slot: float[R, size], rows in the order of ``REASONS``."""
    alerts = graded(f.alert_grades, [number("alert", level.name) for level in Level])
    further = np.clip(f.alert_counts - 1, 0, number("alert", "further_most")) * number("alert", "further")
    return np.stack([
        alerts + further,
        np.maximum(f.finding_points - alerts, 0.0),
        np.where(f.silent, number("data", "most"), _part("data", f.doubted)),
        _part("deviation", np.abs(f.gap_k)),
        _rooms(f),
        _complaints(f),
        number("evaluation", "most")
        * beyond(f.scores, number("evaluation", "good"), number("evaluation", "poor")),
    ])  # fmt: skip


def _part(table: str, values: Floats) -> Floats:
    rows = NUMBERS[table]
    return rows["most"].value * beyond(values, rows["tolerance"].value, rows["full"].value)


def _rooms(f: Facts) -> Floats:
    if f.kind == "heat_user":
        return number("rooms", "most") * beyond(f.cold, 0.0, number("rooms", "short_k"))
    return _part("rooms", f.cold)


def _complaints(f: Facts) -> Floats:
    if f.kind == "heat_user":
        return number("complaints", "most") * beyond(f.calls, 0.0, number("complaints", "of_one_home"))
    rate = np.full(f.calls.shape, np.nan)
    np.divide(f.calls * 1_000, f.households, out=rate, where=f.households > 0)
    return number("complaints", "most") * beyond(rate, 0.0, number("complaints", "per_thousand"))


def troubled(parts: Floats) -> Floats:
    """Points without those that an object has only because of its company."""
    return np.asarray(parts.sum(axis=0) - parts[EVALUATION_ROW])


def told(f: Facts, parts: Floats, at: int, names: dict[str, str]) -> list[ReasonTold]:
    """The reasons of one object in words, the heaviest first; ``names``: ``alert`` and ``finding`` texts."""
    texts = _texts(f, at, names)
    levels = {Reason.ALERTS: int(f.alert_grades[at]), Reason.FINDINGS: int(f.finding_grades[at])}
    found = [
        ReasonTold(r.value, r.zh, round(float(points), 1), texts[r], levels.get(r, 0))
        for r, points in zip(REASONS, parts[:, at], strict=True)
        if points > 0
    ]
    return sorted(found, key=lambda r: -r.points)


def _texts(f: Facts, at: int, names: dict[str, str]) -> dict[Reason, str]:
    more = f"等 {f.alert_counts[at]} 条" if f.alert_counts[at] > 1 else ""
    side = "高于" if f.gap_k[at] > 0 else "低于"
    home = f.kind == "heat_user"
    return {
        Reason.ALERTS: f"{names.get('alert', '')}{more}",
        Reason.FINDINGS: names.get("finding", ""),
        Reason.DATA: "数据中断" if f.silent[at] else f"{f.doubted[at]:.0%} 的数值存疑",
        Reason.DEVIATION: f"供温{side}应有值 {abs(f.gap_k[at]):.1f} K",
        Reason.ROOMS: f"室温低于合格下限 {f.cold[at]:.1f} K" if home else f"{f.cold[at]:.0%} 的测点低于合格下限",
        Reason.COMPLAINTS: f"近 {number('complaints', 'days'):g} 天投诉 {f.calls[at]:.0f} 件",
        Reason.EVALUATION: f"企业数据质量 {f.scores[at]:.1f} 分",
    }


def formula() -> str:
    """What the points are made of, for people."""
    alerts: Sequence[str] = [f"{level.roman}级 {number('alert', level.name):g}" for level in Level]
    parts = [f"{r.zh} ≤{NUMBERS[r.value]['most'].value:g}" for r in REASONS if "most" in NUMBERS.get(r.value, {})]
    return f"紧迫分 = 最重预警（{'、'.join(alerts)}）+ 更多预警 + 超出预警的诊断结论×可信度 + {' + '.join(parts)}"
