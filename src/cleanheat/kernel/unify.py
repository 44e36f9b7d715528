"""What people and foreign systems write, as one form: numbers, units, money and moments of time from text.

Full-width marks, thousands separators, Chinese units and multiples, the usual spellings of dates and spreadsheet serial
numbers are understood.  What could mean two things is refused (``ValueError`` says why): a guess would be worse.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime, timedelta, tzinfo
from typing import Final

from cleanheat.kernel.time import SHANGHAI
from cleanheat.kernel.units import ALIASES, UNITS, conversion

ZH_UNITS: Final = {
    "摄氏度": "℃", "度": "℃", "开尔文": "K", "华氏度": "F",
    "兆帕": "MPa", "千帕": "kPa", "帕": "Pa", "巴": "bar", "毫巴": "mbar", "米水柱": "mH2O",
    "吉焦": "GJ", "兆焦": "MJ", "千瓦时": "kWh", "度电": "kWh", "兆瓦时": "MWh", "大卡": "kcal", "百万大卡": "Gcal",
    "兆瓦": "MW", "千瓦": "kW", "瓦": "W", "吉焦/小时": "GJ/h", "吉焦/时": "GJ/h",
    "吨/小时": "t/h", "吨/时": "t/h", "吨每小时": "t/h", "千克/小时": "kg/h", "公斤/小时": "kg/h", "千克/秒": "kg/s",
    "吨": "t", "千克": "kg", "公斤": "kg",
    "立方米/小时": "m3/h", "立方米/时": "m3/h", "立方/小时": "m3/h", "方/小时": "m3/h",
    "升/秒": "L/s", "升/小时": "L/h",
    "立方米": "m3", "立方": "m3", "升": "L", "米/秒": "m/s", "千米/小时": "km/h", "公里/小时": "km/h",
    "赫兹": "Hz", "安": "A", "安培": "A", "百分之": "%",
    "平方米": "m2", "平米": "m2", "平方公里": "km2", "公顷": "ha",
    "圆": "元", "人民币": "元", "块": "元", "rmb": "元", "cny": "元", "¥": "元", "￥": "元",
}  # fmt: skip
"""What Chinese texts call a unit; multiples (万, 亿) stand before it and are taken apart from it."""

_MULTIPLES: Final = {"": 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_NULLS: Final = frozenset({"", "-", "--", "—", "/", "无", "空", "缺测", "null", "none", "nan", "n/a", "na"})
_NUMBER: Final = re.compile(r"^([¥])?([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?)(.*)$", re.IGNORECASE)
_MULTIPLE: Final = re.compile(r"^(十万|百万|千万|百|千|万|亿)?(.*)$")
_DATE: Final = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(上午|下午|中午|晚上|凌晨|早上)?[ ]*(\d{1,2})[:时点](\d{1,2})?[:分]?(?:(\d{1,2})(?:\.\d+)?秒?)?)?$"
)
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2})(\d{2})(\d{2})?)?$")
_SERIAL_DAYS: Final = (20_000.0, 80_000.0)
"""Spreadsheet serials of 1954 to 2119; what lies outside is no date of ours."""

_EPOCH_S: Final = (946_684_800.0, 4_102_444_800.0)


def plain(text: str) -> str:
    """Half width, one sort of minus and of comma, no spaces around."""
    found = unicodedata.normalize("NFKC", text).translate(_MARKS)
    return found.strip()


_MARKS: Final = str.maketrans(
    {"−": "-", "–": "-", "﹣": "-", "，": ",", "、": ",", "。": ".", "：": ":", "\u3000": " ", "￥": "¥"}
)


def is_null(text: str) -> bool:
    """Whether a text says that there is no value."""
    return plain(text).casefold() in _NULLS


def unit(text: str) -> str:
    """The catalogue's name of a unit however it is spelled.

    >>> unit("兆帕"), unit("ｋＰａ"), unit("吨/小时"), unit("m³/h")
    ('MPa', 'kPa', 't/h', 'm3/h')
    """
    found = plain(text).replace(" ", "").replace("每", "/").replace("//", "/")
    for name in (
        found,
        ZH_UNITS.get(found, ""),
        ZH_UNITS.get(found.casefold(), ""),
        _CASELESS.get(found.casefold(), ""),
    ):
        if name and ALIASES.get(name, name) in UNITS:
            return ALIASES.get(name, name)
    raise ValueError(f"不认识的单位 {text!r}")


def number(text: str, target: str = "", density_t_m3: float | None = None) -> float:
    """A number of a text in the unit ``target``; NaN where the text says there is none.

    A unit written behind the number is converted; without one the number is in ``target`` already.

    >>> number("１，２３４．５"), number("500kPa", "MPa"), number("1.2万元", "元"), number("－5.2 ℃", "℃")
    (1234.5, 0.5, 12000.0, -5.2)
    """
    if is_null(text):
        return math.nan
    found = _NUMBER.match(plain(text).replace(" ", ""))
    if found is None or not any(c.isdigit() for c in found[2]):
        raise ValueError(f"不是数值 {text!r}")
    value = float(found[2].replace(",", ""))
    multiple, rest = _split(found[3] or ("元" if found[1] else ""))
    if not math.isfinite(value):
        raise ValueError(f"数值过大 {text!r}")
    if not rest:
        return value * multiple
    if not target:
        raise ValueError(f"不应带单位 {text!r}")
    by, plus = _conversion(unit(rest), target, density_t_m3)
    return value * multiple * by + plus


def convert(value: float, source: str, target: str, density_t_m3: float | None = None) -> float:
    """A number in one unit as a number in another, both in any spelling."""
    by, plus = _conversion(unit(source), target, density_t_m3)
    return value * by + plus


def _conversion(source: str, target: str, density_t_m3: float | None) -> tuple[float, float]:
    try:
        return conversion(source, unit(target) if target else "", density_t_m3)
    except ValueError as error:
        raise ValueError(f"单位 {source} 不能换算为 {target or '无单位数'}") from error


def _split(rest: str) -> tuple[float, str]:
    """A multiple and the unit behind it; units that begin with such a mark keep it (千瓦, 千帕, 百万大卡)."""
    if rest in ZH_UNITS or rest.casefold() in _CASELESS:
        return 1.0, rest
    found = _MULTIPLE.match(rest)
    return (_MULTIPLES[found[1] or ""], found[2]) if found else (1.0, rest)


def instant(value: str | float, zone: tzinfo = SHANGHAI) -> int:
    """Epoch seconds of a moment in any usual spelling; without an offset it is meant in ``zone``.

    >>> instant("2026年1月15日 18时30分") == instant("2026/1/15 18:30") == instant("2026-01-15T10:30:00Z")
    True
    >>> instant(46037.770833333336) == instant("２０２６-０１-１５ １８：３０")
    True
    """
    if isinstance(value, bool):
        raise ValueError("不是时间")  # noqa: TRY004 - one sort of refusal for whatever stood there
    if isinstance(value, int | float):
        return _numeric(float(value), zone, repr(value))
    text = plain(value)
    if re.fullmatch(r"\d+(\.\d+)?", text) and not _COMPACT.match(text):
        return _numeric(float(text), zone, repr(value))
    try:
        moment = _spelled(text) or datetime.fromisoformat(text)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"不认识的时间 {value!r}") from error
    if not _EPOCH_S[0] <= at < _EPOCH_S[1]:
        raise ValueError(f"时间超出 2000–2100 年 {value!r}")
    return int(at)


def _numeric(value: float, zone: tzinfo, shown: str) -> int:
    """Epoch seconds or milliseconds, or a spreadsheet's serial day."""
    for seconds in (value, value / 1_000):
        if _EPOCH_S[0] <= seconds < _EPOCH_S[1]:
            return int(seconds)
    if _SERIAL_DAYS[0] <= value < _SERIAL_DAYS[1]:
        moment = datetime(1899, 12, 30, tzinfo=zone) + timedelta(seconds=round(value * 86_400))
        return int(moment.timestamp())
    raise ValueError(f"不认识的时间 {shown}")


def _spelled(text: str) -> datetime | None:
    """Year first, as Chinese texts write it: day-first and month-first cannot be told apart and are refused."""
    if found := _COMPACT.match(text):
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    if (found := _DATE.match(text)) is None:
        return None
    year, month, day, part, hour, minute, second = found.groups()
    hours = int(hour or 0)
    if (part in {"下午", "晚上"} and hours < 12) or (part == "中午" and hours < 10):
        hours += 12
    return datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))  # noqa: DTZ001


_CASELESS: Final = {
    **{name.casefold(): name for name in UNITS if name and name.casefold() not in {"mw", "k"}},
    **{name.casefold(): name for name in ALIASES},
}
"""Spellings without regard to case, but for units that only case tells apart."""
