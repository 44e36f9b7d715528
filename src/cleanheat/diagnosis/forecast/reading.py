"""Is this a forecast?  Rows of JSON or a table become whole hours, or a refusal that names the line at fault."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from cleanheat.diagnosis.forecast.numbers import number
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S, SHANGHAI

COLUMNS = {
    "time": ("time", "时间", "预报时间"),
    "outdoor_temp_c": ("outdoor_temp_c", "室外温度", "气温"),
    "wind_m_s": ("wind_m_s", "风速"),
}


@dataclass(frozen=True)
class Issue:
    """One issue, checked: epoch seconds of issue and first hour, hourly °C and m/s (no wind: empty)."""

    source: str
    issued: int
    first: int
    outdoor_c: tuple[float, ...]
    wind_m_s: tuple[float, ...] = ()

    def covered_until(self) -> int:
        return self.first + len(self.outdoor_c) * HOUR_S


def read_rows(source: str, issued: str, rows: Iterable[Mapping[str, Any]], now: float) -> Issue:
    """An issue of rows with ``time``, ``outdoor_temp_c`` and, optionally, ``wind_m_s``."""
    name = source.strip()
    if not 1 <= len(name) <= 40:
        raise invalid("source", "预报来源为 1–40 个字")
    issued_s = _moment("issued_at", issued)
    if issued_s > now + number("reading", "ahead_min") * MINUTE_S:
        raise invalid("issued_at", "发布时间晚于当前时间", issued)
    temps: dict[int, float] = {}
    winds: dict[int, float] = {}
    for line, row in enumerate(rows, 1):
        at = _moment(f"hours[{line}].time", row.get("time"))
        if at % HOUR_S:
            raise invalid(f"hours[{line}].time", "预报时次应为整点", str(row.get("time")))
        if at in temps:
            raise invalid(f"hours[{line}].time", "预报时次重复", str(row.get("time")))
        temps[at] = _value("outdoor_temp_c", line, row.get("outdoor_temp_c"))
        if row.get("wind_m_s") not in (None, ""):
            winds[at] = _value("wind_m_s", line, row["wind_m_s"])
    return _whole(Issue(name, issued_s, 0, ()), temps, winds)


def read_table(source: str, issued: str, table: Iterable[Sequence[Any]], now: float) -> Issue:
    """An issue of a CSV or XLSX table, header first; columns by their English or Chinese titles."""
    lines = iter(table)
    titles = [str(t).strip() for t in next(lines, [])]
    places = {name: next((titles.index(t) for t in known if t in titles), -1) for name, known in COLUMNS.items()}
    for name in ("time", "outdoor_temp_c"):
        if places[name] < 0:
            raise invalid("file", f"缺少列 {name}", "、".join(COLUMNS[name]))
    rows = (
        {name: row[i] if 0 <= i < len(row) else None for name, i in places.items()}
        for row in lines
        if any(cell not in ("", None) for cell in row)
    )
    return read_rows(source, issued, rows, now)


def _whole(issue: Issue, temps: Mapping[int, float], winds: Mapping[int, float]) -> Issue:
    """Hours without gaps: short ones are interpolated, long ones refused."""
    least, most, gap, behind = (
        int(number("reading", n)) for n in ("least_hours", "most_hours", "gap_hours", "behind_hours")
    )
    if not temps:
        raise invalid("hours", "预报没有任何时次")
    known = np.array(sorted(temps))
    span = int(known[-1] - known[0]) // HOUR_S + 1
    if not least <= span <= most:
        raise invalid("hours", f"预报应为 {least}–{most} 小时", f"共 {span} 小时")
    if known[0] < issue.issued - behind * HOUR_S:
        raise invalid("hours", f"首个时次早于发布时间 {behind} 小时以上")
    if known[-1] <= issue.issued:
        raise invalid("hours", "预报时次均不晚于发布时间")
    if known.size > 1 and int(np.diff(known).max()) > gap * HOUR_S:
        at = int(known[int(np.diff(known).argmax())])
        raise invalid("hours", f"预报缺时超过 {gap} 小时", datetime.fromtimestamp(at, SHANGHAI).isoformat())
    hours = known[0] + np.arange(span) * HOUR_S
    values = np.interp(hours, known, [temps[int(t)] for t in known])
    blown = np.array(sorted(winds))
    wind = np.interp(hours, blown, [winds[int(t)] for t in blown]) if blown.size else np.empty(0)
    return replace(
        issue,
        first=int(known[0]),
        outdoor_c=tuple(round(float(v), 2) for v in values),
        wind_m_s=tuple(round(float(v), 2) for v in wind),
    )


def _moment(field: str, given: Any) -> int:
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given).strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        return int(moment.timestamp())
    except (ValueError, OverflowError) as error:
        raise invalid(field, "时间格式应为 ISO 8601", str(given)[:40]) from error


def _value(name: str, line: int, given: Any) -> float:
    field, signal = f"hours[{line}].{name}", KINDS["weather"][name]
    try:
        value = float(given)
    except (TypeError, ValueError) as error:
        raise invalid(field, f"{signal.zh}不是数值", str(given)[:40]) from error
    if not math.isfinite(value) or not signal.low <= value <= signal.high:
        raise invalid(field, f"{signal.zh}超出 {signal.low:g}～{signal.high:g} {signal.unit}", str(given)[:40])
    return value
