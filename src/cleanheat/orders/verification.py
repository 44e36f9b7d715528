"""Did it help?  The rule or model is asked again of the data since the feedback, and the numbers decide."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

from cleanheat.kernel.time import MINUTE_S
from cleanheat.orders.businesses import Recheck

_FILE = tomllib.loads(files("cleanheat.orders").joinpath("verification.toml").read_text("utf-8"))
WAIT_S: Final[int] = _FILE["wait_min"] * MINUTE_S
MOST_WAIT_S: Final[int] = _FILE["most_wait_min"] * MINUTE_S
MOST_SHARE: Final[float] = _FILE["most_share"]
Outcome = Literal["pass", "fail", "wait", "no_data"]


@dataclass(frozen=True)
class Verdict:
    """What follows, and the numbers people are told as its reason."""

    outcome: Outcome
    reason: str
    numbers: Mapping[str, Any]


def verdict(found: Recheck | None, live_alerts: int, feedback_at: float, now: float) -> Verdict:
    """The decision: passed with data, few violations and no alert standing; failed otherwise; undecided without data.

    A source that cannot be asked again is judged by its alerts alone, once the waiting time is over.
    """
    waited = now - feedback_at
    numbers = {
        "checks": found.checks if found else None,
        "violations": found.violations if found else None,
        "most_share": MOST_SHARE,
        "live_alerts": live_alerts,
        "minutes": int(waited // MINUTE_S),
    }
    told = f"反馈后 {int(waited // MINUTE_S)} 分钟"
    if waited < WAIT_S:
        return Verdict("wait", f"{told}，等待新数据", numbers)
    if found is not None and found.checks == 0:
        outcome: Outcome = "no_data" if waited >= MOST_WAIT_S else "wait"
        return Verdict(outcome, f"{told}未收到可核验的数据", numbers)
    if found is not None:
        share = found.violations / found.checks
        told += f"核验 {found.checks} 次，不合格 {found.violations} 次（{share:.2%}，限值 {MOST_SHARE:.0%}）"
        if share > MOST_SHARE:
            return Verdict("fail", told, numbers)
    if live_alerts:
        return Verdict("fail", f"{told}，仍有 {live_alerts} 条报警未消除", numbers)
    return Verdict("pass", f"{told}，报警已消除", numbers)
