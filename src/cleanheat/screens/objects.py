"""One object as a page shows it: its card with live values, and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, LATEST_S, MINUTE_S, SHANGHAI
from cleanheat.screens.live import SHOWN_KINDS, live
from cleanheat.telemetry.public import Marks, curve, marks, store, window


def card(kind: str, number: int, scope: Scope) -> dict[str, Any]:
    """The archive's card with the newest values; a Problem outside the scope."""
    assets.require(kind, number, scope)
    shown = assets.object_card(kind, number, scope)
    state, values = _now(kind, number) if kind in SHOWN_KINDS else (0, [])
    return {**shown, "state": state, "values": values}


def _now(kind: str, number: int) -> tuple[int, list[dict[str, Any]]]:
    now = live(kind)
    minute = int(now.minute[number]) or None
    values = [
        {
            "signal": s.code,
            "zh": s.zh,
            "unit": s.unit,
            "decimals": s.decimals,
            "value": now.values[s.code][number],
            "verdict": now.verdicts[s.code][number],
            "at": minute,
        }
        for s in now.signals
    ]
    return int(now.states[number]), values


def window_of(start: str, end: str, hours: float | None, span: str) -> tuple[int, int]:
    """The window asked for; without any, the last day."""
    now = int(clock.now())
    if span:
        return window(span, now)
    until = _instant("end", end) if end else now - now % MINUTE_S + MINUTE_S
    since = _instant("start", start) if start else until - int((hours or DAY_S / HOUR_S) * HOUR_S)
    if since >= until:
        raise invalid("start", "起始时间应早于结束时间")
    return since, until


def _instant(field: str, text: str) -> int:
    """Epoch seconds, or ISO 8601; without an offset it is meant as local time."""
    try:
        if text.lstrip("-").isdigit():
            at = int(text)
        else:
            moment = datetime.fromisoformat(text)
            at = int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp())
    except (ValueError, OverflowError) as error:
        raise invalid(field, "时间格式有误", "epoch 秒或 ISO 8601") from error
    if not 0 <= at <= LATEST_S:
        raise invalid(field, "时间超出范围", "1970–2100")
    return at


def series(
    kind: str, number: int, scope: Scope, signals: Sequence[str], span: tuple[int, int], points: int
) -> dict[str, Any]:
    """Curves of one measured object; a Problem outside the scope or for a signal its kind does not carry."""
    if kind not in KINDS:
        raise not_found("此类对象没有监测数据", kind)
    assets.require(kind, number, scope)
    unknown = [code for code in signals if code not in KINDS[kind].index]
    if unknown or not signals:
        raise invalid("signals", "没有此信号", ",".join(unknown) or "至少一个")
    found = curve(store(), kind, number, signals, *span, points)
    return {
        "times": found.times,
        "width_s": found.width_s,
        "resolution": found.source,
        "lines": [
            {
                "signal": line.signal.code,
                "zh": line.signal.zh,
                "unit": line.signal.unit,
                "decimals": line.signal.decimals,
                "values": np.round(line.points.mean, line.signal.decimals + 1),
                "low": line.points.low,
                "high": line.points.high,
            }
            for line in found.lines
        ],
        "gaps": [
            {"signal": line.signal.code, "start": s.start, "end": s.end, "reason": s.doubt}
            for line in found.lines
            for s in line.stretches
        ],
        "marks": [_marks(m) for m in marks(store(), kind, number, signals, *span, found.width_s)],
    }


def _marks(found: Marks) -> dict[str, Any]:
    return {
        "signal": found.signal,
        "hits": {"times": found.hit_times, "values": found.hit_values, "rules": found.hit_rules},
        "cleaned": {
            "times": found.cleaned_times,
            "values": found.cleaned_values,
            "methods": found.cleaned_methods,
            "verdicts": found.cleaned_verdicts,
        },
    }


def search(text: str, scope: Scope, limit: int) -> list[dict[str, Any]]:
    return [] if not text else assets.search(text, scope, limit)


def catalogue() -> list[dict[str, Any]]:
    told = ("code", "zh", "short", "unit", "decimals", "low", "high", "is_counter")
    return [
        {
            "code": kind.code,
            "zh": kind.zh,
            "cadence_s": kind.cadence_s,
            "signals": [{name: getattr(s, name) for name in told} for s in kind.signals],
        }
        for kind in KINDS.values()
    ]
