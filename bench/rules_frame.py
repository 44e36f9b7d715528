"""One frame and 30 rules on which the rule language and its peers are compared: the same rows must fail everywhere.

23,370 points × 10 samples, in order of point and sample, with the dirt that senders make; each rule in our language and
as a Polars expression over an integer point key (the other peers build on the latter).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

POINTS, SAMPLES, MINUTE_S = 23_370, 10, 60
NOW_S = 1_770_000_000
SIGNALS = ("t_sup", "t_ret", "p_sup", "p_ret", "flow", "heat")
ZH = dict(zip(SIGNALS, ("供水温度", "回水温度", "供水压力", "回水压力", "流量", "热功率"), strict=True))
HIGHEST = {"t_sup": 150, "t_ret": 100, "p_sup": 2.5, "p_ret": 2.5, "flow": 900, "heat": 40}
JUMP = {"t_sup": 10, "t_ret": 10, "p_sup": 0.2, "p_ret": 0.2, "flow": 100}
FORMAT, DISTRICT = r"^[A-Z]{2}-\d{5}$", r"^(CC|NG|SY|LY)-"
FLOW = "4.187 * 流量 * (供水温度 - 回水温度) / 3600"
BALANCE = f"abs(热功率 - {FLOW}) <= 0.15 * max(abs({FLOW}), 0.1)"
FORMULA = f"abs(热功率 - {FLOW}) > 0.15 * max(abs({FLOW}), 0.1) and 流量 > 1"
"""The user's formula of 12 operators, of which the cost a row is reported."""

RULES: dict[str, str] = {
    **{f"null.{s}": f"not 缺失({zh})" for s, zh in ZH.items()},
    **{f"bound.{s}": f"0 <= {zh} <= {HIGHEST[s]}" for s, zh in ZH.items()},
    **{f"jump.{s}": f"abs(变化({ZH[s]})) <= {most}" for s, most in JUMP.items()},
    "cross.temperature": "供水温度 >= 回水温度",
    "cross.pressure": "供水压力 > 回水压力",
    "cross.balance": BALANCE,
    "cross.no_flow": "流量 > 1 or 热功率 < 0.5",
    "cross.difference": "供水温度 - 回水温度 <= 60",
    "twice.stamp": "同刻行数 == 0",
    "twice.row": "同值行数 == 0",
    "time.late": "到报延迟 <= 20",
    "time.future": "到报延迟 >= 0",
    "time.stale": "最近延迟 <= 3",
    "code.format": f"符合格式(编码, '{FORMAT}')",
    "code.district": f"符合格式(编码, '{DISTRICT}')",
    "stuck.t_sup": "不变分钟(供水温度) < 5",
}


@dataclass(frozen=True)
class Table:
    """Rows in order of point and sample; NaN where missing; ``codes`` by point."""

    codes: list[str]
    point: NDArray[np.int32]
    ts: NDArray[np.int64]
    signals: dict[str, NDArray[np.float64]]
    _matches: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.point.size)

    def matches(self, pattern: str) -> NDArray[np.float64]:
        """Which codes a pattern fits, by point: found out at registration, for every contestant that has a key."""
        if pattern not in self._matches:
            search = re.compile(pattern).search
            self._matches[pattern] = np.array([search(code) is not None for code in self.codes], dtype=np.float64)
        return self._matches[pattern]


def table(seed: int = 7) -> Table:
    """The frame: 1 % missing, 1 % tripled, 1 % of the points stuck, 300 repeated stamps, 50 ill-formed codes."""
    chance = np.random.default_rng(seed)
    n = POINTS * SAMPLES
    point = np.repeat(np.arange(POINTS, dtype=np.int32), SAMPLES)
    ts = NOW_S - MINUTE_S * (SAMPLES - 1 - np.tile(np.arange(SAMPLES), POINTS))
    signals = _operation(chance, n)
    stuck = chance.choice(POINTS, POINTS // 100, replace=False)
    for p in stuck:
        signals["t_sup"][p * SAMPLES + 2 : p * SAMPLES + SAMPLES] = signals["t_sup"][p * SAMPLES + 2]
    for values in signals.values():
        values[chance.choice(n, n // 100, replace=False)] *= 3
        values[chance.choice(n, n // 100, replace=False)] = np.nan
    _disturb_times(chance, ts, signals)
    codes = [f"{('CC', 'NG', 'SY', 'LY', 'XX')[i % 4 if i % 1000 else 4]}-{i:05d}" for i in range(POINTS)]
    for p in chance.choice(POINTS, 50, replace=False):
        codes[p] = codes[p].lower().replace("-", "")
    return Table(codes, point, ts, signals)


def _operation(chance: np.random.Generator, n: int) -> dict[str, NDArray[np.float64]]:
    """Sound operation: readings that balance, with a little noise."""
    base = np.repeat(chance.uniform(60, 100, POINTS), SAMPLES)
    t_sup = np.round(base + chance.normal(0, 0.4, n), 1)
    t_ret = np.round(base * 0.55 + chance.normal(0, 0.4, n), 1)
    flow = np.round(np.repeat(chance.uniform(20, 250, POINTS), SAMPLES) + chance.normal(0, 1, n), 1)
    p_ret = np.round(np.repeat(chance.uniform(0.2, 0.6, POINTS), SAMPLES) + chance.normal(0, 0.01, n), 2)
    heat = np.round(4.187 * flow * (t_sup - t_ret) / 3600 * chance.normal(1, 0.03, n), 2)
    return {
        "t_sup": t_sup, "t_ret": t_ret, "p_sup": np.round(p_ret + 0.3, 2), "p_ret": p_ret, "flow": flow, "heat": heat,
    }  # fmt: skip


def _disturb_times(chance: np.random.Generator, ts: NDArray[np.int64], signals: dict[str, Any]) -> None:
    """Repeated stamps (half of them whole rows), late and future stamps, points silent for a while."""
    rows = chance.choice(POINTS, 300, replace=False) * SAMPLES + chance.integers(1, SAMPLES, 300)
    ts[rows] = ts[rows - 1]
    for values in signals.values():
        values[rows[:150]] = values[rows[:150] - 1]
    ts[chance.choice(ts.size, 200, replace=False)] -= 3_600
    ts[chance.choice(ts.size, 100, replace=False)] += 3_600
    for p in chance.choice(POINTS, 100, replace=False):
        ts[p * SAMPLES : (p + 1) * SAMPLES] -= 600
