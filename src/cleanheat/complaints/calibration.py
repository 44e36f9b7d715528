"""What did the hotline mean?  Raw cells become calibrated values, every correction named (pure functions).

Full-width letters and digits become half-width, phones and dates one form, words of channels, types and states ours.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from cleanheat.complaints.vocabulary import Category, Channel
from cleanheat.kernel.time import SHANGHAI

_WIDE: Final[Mapping[int, str]] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()},
    **{ord(wide): plain for wide, plain in zip("\u3000－＋．＃（）／：\u00a0", " -+.#()/: ", strict=True)},
}
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\ufeff]")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_TEMPERATURE = re.compile(r"(?<![\d.])(-?\d{1,2}(?:\.\d)?)\s*(?:℃|°C|摄氏度|度)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # spreadsheet days of 2000 and 2100
_SPREADSHEET_ZERO = datetime(1899, 12, 30, tzinfo=SHANGHAI)
LONGEST = {"number": 40, "caller_name": 40, "caller_phone": 40, "address": 200}


class UncalibratableError(ValueError):
    """A cell from which no value can be made; ``field`` and the reason are for the refusal."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = name, reason


@dataclass
class Calibrated:
    """One row as it will be stored; ``corrections`` names, by field, what was changed and how."""

    values: dict[str, Any] = field(default_factory=dict)
    corrections: dict[str, str] = field(default_factory=dict)


@cache
def words() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files("cleanheat.complaints").joinpath("words.toml").read_text("utf-8"))


def half_width(text: str) -> str:
    """Letters, digits and the marks of numbers in half width, Chinese punctuation as it is, spaces single.

    >>> half_width("３号楼　２单元５０１")
    '3号楼 2单元501'
    """
    return _SPACES.sub(" ", _CONTROL.sub("", text.translate(_WIDE))).strip()


def calibrate(cells: Mapping[str, Any], channel: str = "") -> Calibrated:
    """The values of one row; ``channel`` is used where the file has no such column."""
    row = Calibrated()
    texts = {name: half_width("" if cell is None else str(cell)) for name, cell in cells.items()}
    for name, text in texts.items():
        if text != ("" if cells[name] is None else str(cells[name]).strip()):
            row.corrections[name] = "全角或多余空白"
    number = texts.get("number", "")
    if not number:
        raise UncalibratableError("number", "缺少工单编号")
    row.values["number"] = number
    row.values["channel"] = _channel(texts.get("channel") or channel)
    row.values["received_at"] = _moment("received_at", cells.get("received_at"), required=True)
    row.values["closed_at"] = _moment("closed_at", cells.get("closed_at"), required=False)
    _caller(row, texts)
    _what(row, texts)
    for name in ("address", "content", "reply", "repair"):
        row.values[name] = texts.get(name, "")
    row.values["measured_c"] = _temperature(row, texts)
    _check(row)
    return row


def _check(row: Calibrated) -> None:
    for name, longest in LONGEST.items():
        if len(row.values[name]) > longest:
            raise UncalibratableError(name, f"超过 {longest} 个字")
    closed = row.values["closed_at"]
    if closed is not None and closed < row.values["received_at"]:
        row.values["closed_at"] = None
        row.corrections["closed_at"] = "早于受理时间，已置空"


def _channel(text: str) -> str:
    found = _word("channel", text)
    if not found:
        raise UncalibratableError("channel", f"不认识的渠道 {text!r}" if text else "缺少渠道")
    return Channel(found).value


def _word(table: str, text: str) -> str:
    """The code whose list has the text itself, or else a word within it; empty if none."""
    listed = words()[table]
    exact = next((code for code, known in listed.items() if text == code or text in known), "")
    return exact or next((code for code, known in listed.items() if any(w in text for w in known)), "")


def _moment(name: str, cell: Any, *, required: bool) -> datetime | None:
    text = half_width("" if cell is None else str(cell))
    if not text:
        if required:
            raise UncalibratableError(name, "缺少时间")
        return None
    found = _parsed(text)
    if found is None:
        raise UncalibratableError(name, f"时间无法识别 {text!r}")
    return found


def _parsed(text: str) -> datetime | None:
    """Dates as people write them (2025年1月3日 8时5分, 2025/1/3 8:05) and days as spreadsheets count them."""
    try:
        serial = float(text)
    except ValueError:
        serial = 0.0
    if _FIRST_SERIAL <= serial < _LAST_SERIAL:
        return _SPREADSHEET_ZERO + timedelta(seconds=round(serial * 86_400))
    if _ISO.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(SHANGHAI)
    plain = re.sub(r"[年月/.]", "-", text.replace("T", " ")).replace("日", " ")
    plain = re.sub(r"[时点分]", ":", plain).replace("秒", "").rstrip(": ")
    for pattern in _FORMATS:
        try:
            return datetime.strptime(_SPACES.sub(" ", plain), pattern).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    return None


def _caller(row: Calibrated, texts: Mapping[str, str]) -> None:
    """Name and phone apart; a phone written behind the name is moved to where it belongs."""
    name, phone = texts.get("caller_name", ""), texts.get("caller_phone", "")
    if found := _MOBILE.search(name):
        name = name.replace(found.group(), "").strip(" -/(),")
        phone = phone or found.group()
        row.corrections["caller_name"] = "姓名中的电话已移出"
    made = phone_of(phone)
    if made != phone:
        row.corrections["caller_phone"] = "统一为数字" if made else "不是电话号码，已置空"
    row.values["caller_name"], row.values["caller_phone"] = name, made


def phone_of(text: str) -> str:
    """A mobile number, or area code and number, or a local number; empty if it is none.

    >>> phone_of("+86 138-1234-1234"), phone_of("0431 8123 4567"), phone_of("未留")
    ('13812341234', '0431-81234567', '')
    """
    digits = re.sub(r"\D", "", text)
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return digits
    if re.fullmatch(r"0\d{2,3}[2-9]\d{6,7}", digits):
        cut = 3 if digits[1] in "12" else 4
        return f"{digits[:cut]}-{digits[cut:]}"
    return digits if re.fullmatch(r"[2-9]\d{6,7}", digits) else ""


def _what(row: Calibrated, texts: Mapping[str, str]) -> None:
    """Type, state and satisfaction in our words; a type nobody wrote is read off the content."""
    given, content = texts.get("category", ""), texts.get("content", "")
    category = _word("category", given) if given else ""
    if not category or (category == Category.OTHER and content):
        guessed = _word("category", content)
        if guessed and guessed != category:
            row.corrections["category"] = f"由内容判定（原：{given or '空'}）"
            category = guessed
    row.values["category"] = category or Category.OTHER.value
    row.values["state"] = _word("state", texts.get("state", "")) or "received"
    row.values["satisfaction"] = _word("satisfaction", texts.get("satisfaction", ""))


def _temperature(row: Calibrated, texts: Mapping[str, str]) -> float | None:
    """The measured room temperature, from its column or from what was said."""
    text = texts.get("measured_c", "")
    sources: list[tuple[str, Callable[[str], str | None]]] = [
        (text, lambda t: (re.fullmatch(r"(-?\d{1,2}(?:\.\d+)?)\D*", t) or [None, None])[1]),
        (texts.get("repair", "") + texts.get("reply", ""), _in_text),
        (texts.get("content", ""), _in_text),
    ]
    for source, read in sources:
        found = read(source) if source else None
        if found is not None and -10 <= float(found) <= 40:
            if source is not text:
                row.corrections["measured_c"] = "取自文本"
            return float(found)
    if text:
        row.corrections["measured_c"] = "不是室温，已置空"
    return None


def _in_text(text: str) -> str | None:
    found = _TEMPERATURE.search(text)
    return found.group(1) if found else None
