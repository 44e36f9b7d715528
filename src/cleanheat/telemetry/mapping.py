"""How a foreign history file is read: the mapping file, checked field by field.

``docs/examples`` holds commented mapping files; ``docs/import.md`` explains every field.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cleanheat.kernel import unify
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS, Kind, Signal
from cleanheat.kernel.units import conversion

DEFAULT_NULLS = ("", "NaN", "nan", "null", "NULL", "None", "-", "--")


@dataclass(frozen=True)
class SignalColumn:
    """One column: ``signal value = factor * x + offset``; ``sentinels`` are raw values that mean "no value".

    ``unit`` is the unit of ``x``: a text that names another one (350kPa) is converted to it.
    """

    signal: Signal
    place: int
    column: str
    factor: float
    offset: float
    sentinels: tuple[float, ...]
    unit: str = ""


@dataclass(frozen=True)
class LossRule:
    """A row in which all of ``columns`` hold one of ``values`` (raw) reports nothing: communication was lost."""

    columns: tuple[str, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class TimeColumn:
    """``format``: iso, epoch_s, epoch_ms, any (whatever :mod:`cleanheat.kernel.unify` reads) or a strptime pattern;
    ``zone``: IANA name of the file's wall clock."""

    column: str
    format: str
    zone: ZoneInfo


@dataclass(frozen=True)
class TextFormat:
    """How a CSV is written."""

    delimiter: str
    decimal: str
    encoding: str
    nulls: tuple[str, ...]
    skip_lines: int


@dataclass(frozen=True)
class HistoryMap:
    """The whole mapping; ``object_key`` (number or archive code) or ``object_column`` says whose rows these are."""

    kind: Kind
    object_key: str
    object_column: str
    time: TimeColumn
    signals: tuple[SignalColumn, ...]
    losses: tuple[LossRule, ...]
    text: TextFormat
    digest: str

    @property
    def numeric_columns(self) -> list[str]:
        """Columns read as numbers, each once."""
        wanted = [s.column for s in self.signals] + [c for rule in self.losses for c in rule.columns]
        return list(dict.fromkeys(wanted))


def read_map(path: Path, object_key: str = "") -> HistoryMap:
    """The mapping in a TOML file; ``object_key`` replaces its ``[object]``.

    Raises:
        Problem: names the TOML field at fault.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise invalid("map", "读不到映射文件", str(error)) from error
    return parse_map(text, object_key)


def parse_map(text: str, object_key: str = "") -> HistoryMap:
    """As :func:`read_map`, from the file's text."""
    try:
        doc = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise invalid("map", "映射文件不是合法的 TOML", str(error)) from error
    _only(doc, "", {"kind", "object", "time", "signals", "lost", "file"})
    code = _text(doc, "kind")
    if code not in KINDS:
        raise invalid("kind", "没有这一类监测对象", f"{code!r}; one of {', '.join(KINDS)}")
    kind = KINDS[code]
    key, column = _object(doc.get("object", {}), object_key)
    time, losses, form = frame_of(doc)
    return HistoryMap(
        kind=kind,
        object_key=key,
        object_column=column,
        time=time,
        signals=_signals(kind, _table(doc, "signals")),
        losses=losses,
        text=form,
        digest=hashlib.blake2b(f"{text}\0{object_key}".encode(), digest_size=8).hexdigest(),
    )


def frame_of(doc: Mapping[str, Any]) -> tuple[TimeColumn, tuple[LossRule, ...], TextFormat]:
    """What a mapping says beside its signals: also for mappings of files that are no object's history."""
    losses = tuple(_loss(rule, f"lost[{i}]") for i, rule in enumerate(doc.get("lost", [])))
    return _time(_table(doc, "time")), losses, _file(doc.get("file", {}))


def _object(table: Any, override: str) -> tuple[str, str]:
    if override:
        return override, ""
    if not isinstance(table, dict):
        raise invalid("object", "应为一个表")
    _only(table, "object", {"number", "code", "column"})
    if len(table) != 1:
        raise invalid("object", "须给出 number、code、column 之一", f"got {sorted(table) or 'nothing'}")
    (field, value), *_ = table.items()
    if field == "number":
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise invalid("object.number", "应为正整数", repr(value))
        return str(value), ""
    text = _text(table, field, "object")
    return (text, "") if field == "code" else ("", text)


def _time(table: Mapping[str, Any]) -> TimeColumn:
    _only(table, "time", {"column", "format", "zone"})
    pattern = _text(table, "format", "time", "iso")
    if pattern not in {"iso", "epoch_s", "epoch_ms", "any"} and "%" not in pattern:
        raise invalid("time.format", "应为 iso、epoch_s、epoch_ms、any 或含 % 的时间格式", pattern)
    name = _text(table, "zone", "time", "Asia/Shanghai")
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid("time.zone", "没有这一时区", name) from error
    return TimeColumn(_text(table, "column", "time"), pattern, zone)


def _signals(kind: Kind, table: Mapping[str, Any]) -> tuple[SignalColumn, ...]:
    if not table:
        raise invalid("signals", "至少要有一个监测量")
    return tuple(_signal(kind, code, entry) for code, entry in table.items())


def _signal(kind: Kind, code: str, entry: Any) -> SignalColumn:
    where = f"signals.{code}"
    if code not in kind.index:
        raise invalid(where, "这一类对象没有该监测量", f"one of {', '.join(kind.index)}")
    return signal_column(kind[code], kind.index[code], entry, where)


def signal_column(signal: Signal, place: int, entry: Any, where: str) -> SignalColumn:
    """The column of one signal, from a column's name or a table; ``where`` names it in a refusal."""
    if isinstance(entry, str):
        entry = {"column": entry}
    if not isinstance(entry, dict):
        raise invalid(where, "应为列名或一个表")
    _only(entry, where, {"column", "unit", "density_t_m3", "factor", "offset", "sentinels"})
    factor, offset = _number(entry, "factor", where, 1.0), _number(entry, "offset", where, 0.0)
    density = _number(entry, "density_t_m3", where, 0.0) or None
    unit = _unit(_text(entry, "unit", where, signal.unit), where)
    try:
        by, plus = conversion(unit, signal.unit, density)
    except ValueError as error:
        raise invalid(
            f"{where}.density_t_m3" if "density" in str(error) else f"{where}.unit", "单位不能换算", str(error)
        ) from error
    return SignalColumn(
        signal,
        place,
        _text(entry, "column", where),
        factor * by,
        offset * by + plus,
        _numbers(entry, "sentinels", where),
        unit,
    )


def _unit(text: str, where: str) -> str:
    """The unit in the catalogue's spelling; 兆帕 and MPa are one."""
    try:
        return unify.unit(text) if text else ""
    except ValueError as error:
        raise invalid(f"{where}.unit", "不认识的单位", text) from error


def _loss(rule: Any, where: str) -> LossRule:
    if not isinstance(rule, dict):
        raise invalid(where, "应为一个表")
    _only(rule, where, {"columns", "values"})
    columns = rule.get("columns")
    if not isinstance(columns, list) or not columns or not all(isinstance(c, str) for c in columns):
        raise invalid(f"{where}.columns", "应为列名的列表")
    values = _numbers(rule, "values", where)
    if not values:
        raise invalid(f"{where}.values", "应为数值的列表")
    return LossRule(tuple(columns), values)


def _file(table: Any) -> TextFormat:
    if not isinstance(table, dict):
        raise invalid("file", "应为一个表")
    _only(table, "file", {"delimiter", "decimal", "encoding", "nulls", "skip_lines"})
    delimiter, decimal = _text(table, "delimiter", "file", ","), _text(table, "decimal", "file", ".")
    if len(delimiter) != 1:
        raise invalid("file.delimiter", "应为一个字符", repr(delimiter))
    if decimal not in {".", ","} or decimal == delimiter:
        raise invalid("file.decimal", "小数点应为 . 或 , 且不同于分隔符", repr(decimal))
    encoding = _text(table, "encoding", "file", "utf-8")
    try:
        "".encode(encoding)
    except LookupError as error:
        raise invalid("file.encoding", "不认识的编码", encoding) from error
    nulls = table.get("nulls", list(DEFAULT_NULLS))
    if not isinstance(nulls, list) or not all(isinstance(n, str) for n in nulls):
        raise invalid("file.nulls", "应为文本的列表")
    skip = table.get("skip_lines", 0)
    if not isinstance(skip, int) or skip < 0:
        raise invalid("file.skip_lines", "应为非负整数", repr(skip))
    return TextFormat(delimiter, decimal, encoding, tuple(nulls), skip)


def _only(table: Mapping[str, Any], where: str, allowed: set[str]) -> None:
    """A misspelt field must not pass for an absent one."""
    for name in table:
        if name not in allowed:
            raise invalid(_path(where, name), "映射文件里没有这一项", f"known: {', '.join(sorted(allowed))}")


def _table(doc: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = doc.get(name)
    if not isinstance(found, dict):
        raise invalid(name, "缺少这一项" if found is None else "应为一个表")
    return found


def _text(table: Mapping[str, Any], name: str, where: str = "", default: str | None = None) -> str:
    found = table.get(name, default)
    if not isinstance(found, str):
        raise invalid(_path(where, name), "缺少这一项" if found is None else "应为文本")
    return found


def _number(table: Mapping[str, Any], name: str, where: str, default: float) -> float:
    found = table.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise invalid(_path(where, name), "应为数值", repr(found))
    return float(found)


def _numbers(table: Mapping[str, Any], name: str, where: str) -> tuple[float, ...]:
    found = table.get(name, [])
    if not isinstance(found, list):
        raise invalid(_path(where, name), "应为数值的列表")
    return tuple(_number({name: v}, name, where, 0.0) for v in found)


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


__all__ = [
    "HistoryMap",
    "LossRule",
    "SignalColumn",
    "TextFormat",
    "TimeColumn",
    "frame_of",
    "parse_map",
    "read_map",
    "signal_column",
]
