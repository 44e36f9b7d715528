"""What does a station's file say?  Any CSV or Parquet, by a mapping file, as raw readings of each channel.

A mapping is that of an import (``docs/import.md``) with ``kind = "station"``, the channels of ``channels.toml`` under
``[signals]`` and the rooms' columns under ``[rooms]``; ``docs/diagnose.md`` explains it.  Nothing is cleaned here.
Times are the plant's wall clock, as epoch seconds.
"""

from __future__ import annotations

import fnmatch
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import Kind, Signal
from cleanheat.telemetry.public import UNREADABLE, History, HistoryMap, SignalColumn, frame_of, signal_column

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CHANNELS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    files("cleanheat.diagnosis.station").joinpath("channels.toml").read_text("utf-8")
)
_NAMES = {alias: code for code, row in CHANNELS.items() for alias in (code, *row["aliases"])}
_TABLES = ("kind", "name", "object", "time", "signals", "rooms", "design", "lost", "file")
_DESIGN = ("supply_c", "return_c", "outdoor_c", "room_c", "exponent")
_UNITS_OF_ALIASES = {"heat_power_mw": "MW", "heat_power_gj_h": "GJ/h"}
STATION = Kind("station", "换热站", 60, ())
EARLIEST, LATEST = 631152000, 4102444800
"""Years 1990 to 2099: a clock elsewhere was never set."""


@dataclass(frozen=True)
class Raw:
    """Readings in order of time: ``stamps [N]`` (wall clock as epoch s), ``channels`` and ``rooms`` of ``[N]``.

    ``columns`` says how each channel was read; values are as written, neither scaled nor cleaned.
    """

    stamps: Ints
    channels: Mapping[str, Floats]
    rooms: Mapping[str, Floats]
    columns: Mapping[str, SignalColumn]
    losses: tuple[tuple[tuple[str, ...], tuple[float, ...]], ...]
    zone: str
    counts: Mapping[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    design: Mapping[str, float] = field(default_factory=dict)


def signal_of(code: str) -> Signal:
    row = CHANNELS[code]
    return Signal(code, row["zh"], row["zh"], row["unit"], 1, 32, "mean", row["low"], row["high"])


def read(paths: Sequence[Path], map_file: Path) -> Raw:
    """All files of one station.

    Raises:
        Problem: names the file or the field of the mapping at fault.
    """
    doc = _document(map_file)
    parts = [_one(path, doc) for path in paths]
    columns: dict[str, SignalColumn] = {}
    for part in parts:
        columns |= part.columns
    wanted = {_NAMES.get(code, code) for code in doc.get("signals", {})}
    stamps = np.concatenate([part.stamps for part in parts])
    order = np.argsort(stamps, kind="stable")

    def joined(of: str, name: str) -> Floats:
        pieces = [getattr(p, of).get(name, np.full(p.stamps.size, np.nan)) for p in parts]
        return np.asarray(np.concatenate(pieces)[order])

    rooms = dict.fromkeys(name for part in parts for name in part.rooms)
    channels = dict.fromkeys(name for part in parts for name in part.channels)
    counts = {key: sum(part.counts[key] for part in parts) for key in parts[0].counts}
    return Raw(
        stamps[order],
        {name: joined("channels", name) for name in channels},
        {name: joined("rooms", name) for name in rooms},
        columns,
        parts[0].losses,
        parts[0].zone,
        counts,
        tuple(sorted(wanted - set(channels))),
        _design(doc),
    )


def _document(map_file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(map_file.read_text("utf-8"))
    except OSError as error:
        raise invalid("map", "读不到映射文件", str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise invalid("map", "映射文件不是合法的 TOML", str(error)) from error


def _one(path: Path, doc: Mapping[str, Any]) -> Raw:
    for name in doc:
        if name not in _TABLES:
            raise invalid(name, "映射文件里没有这一项", f"known: {', '.join(_TABLES)}")
    time, losses, text = frame_of(doc)
    bare = HistoryMap(STATION, "station", "", time, (), (), text, "")
    there = History(path, bare).columns
    channels = {c.signal.code: c for c in _channels(doc) if c.column in there}
    rooms = _rooms(doc, there)
    if not channels and not rooms:
        raise invalid("signals", "文件里没有映射文件所列的任何一列", f"{path.name} has {', '.join(there)}")
    kept = tuple(rule for rule in losses if set(rule.columns) <= set(there))
    digest = hashlib.blake2b(path.name.encode(), digest_size=8).hexdigest()
    mapping = HistoryMap(STATION, "station", "", time, (*channels.values(), *rooms.values()), kept, text, digest)
    rules = tuple((rule.columns, rule.values) for rule in kept)
    return _gathered(History(path, mapping), channels, rooms, rules)


def _design(doc: Mapping[str, Any]) -> dict[str, float]:
    """Design temperatures of the circuit, where the mapping gives them."""
    table = doc.get("design", {})
    if not isinstance(table, dict):
        raise invalid("design", "应为一个表")
    for name, value in table.items():
        if name not in _DESIGN:
            raise invalid(f"design.{name}", "映射文件里没有这一项", f"known: {', '.join(_DESIGN)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(f"design.{name}", "应为数值", repr(value))
    return {name: float(value) for name, value in table.items()}


def _channels(doc: Mapping[str, Any]) -> list[SignalColumn]:
    table = doc.get("signals")
    if not isinstance(table, dict) or not table:
        raise invalid("signals", "至少要有一个监测量")
    out: list[SignalColumn] = []
    for code, entry in table.items():
        where = f"signals.{code}"
        if code not in _NAMES:
            raise invalid(where, "换热站没有该监测量", f"one of {', '.join(CHANNELS)}")
        described = {"column": entry} if isinstance(entry, str) else entry
        if isinstance(described, dict) and code in _UNITS_OF_ALIASES:
            described = {"unit": _UNITS_OF_ALIASES[code]} | described
        out.append(signal_column(signal_of(_NAMES[code]), len(out), described, where))
    codes = [column.signal.code for column in out]
    if doubled := next((code for code in codes if codes.count(code) > 1), None):
        raise invalid(f"signals.{doubled}", "同一监测量映射了两次")
    return out


def _rooms(doc: Mapping[str, Any], there: Sequence[str]) -> dict[str, SignalColumn]:
    """Columns of rooms, by pattern (``temperature_*``) or list; the part the star stands for is the room's name."""
    table = doc.get("rooms")
    if table is None:
        return {}
    if not isinstance(table, dict) or not {"pattern", "columns"} & set(table):
        raise invalid("rooms", "须给出 pattern 或 columns")
    pattern, listed = table.get("pattern", ""), table.get("columns", [])
    if not isinstance(pattern, str) or not isinstance(listed, list):
        raise invalid("rooms.pattern", "pattern 应为文本，columns 应为列名的列表")
    entry = {k: v for k, v in table.items() if k not in {"pattern", "columns"}}
    found = [c for c in there if (pattern and fnmatch.fnmatchcase(c, pattern)) or c in listed]
    prefix = pattern.partition("*")[0]
    room = signal_of("room_c")
    return {
        c.removeprefix(prefix) or c: signal_column(room, 0, entry | {"column": c}, "rooms")
        for c in dict.fromkeys(found)
    }


def _gathered(
    history: History,
    channels: Mapping[str, SignalColumn],
    rooms: Mapping[str, SignalColumn],
    losses: tuple[tuple[tuple[str, ...], tuple[float, ...]], ...],
) -> Raw:
    chunks = list(history.chunks())
    zone = history.mapping.time.zone
    stamps = np.concatenate([_local(c.times, zone) if c.is_utc else c.times for c in chunks] or [np.empty(0, np.int64)])
    good = (stamps != UNREADABLE) & (stamps >= EARLIEST) & (stamps < LATEST)
    numbers = (
        {name: np.concatenate([c.values[name] for c in chunks])[good] for name in history.mapping.numeric_columns}
        if chunks
        else {}
    )
    if not good.any():
        raise invalid("time.column", "没有一行的时间能读出来", history.path.name)
    lost = np.zeros(int(good.sum()), bool)
    for columns, values in losses:
        lost |= np.all([np.isin(numbers[c], values) for c in columns], axis=0)
    for name in {column for columns, _ in losses for column in columns}:
        numbers[name] = np.where(lost, np.nan, numbers[name])
    counts = {
        "rows": sum(c.rows for c in chunks),
        "malformed_rows": sum(len(c.malformed) for c in chunks),
        "unreadable_time": int((~good).sum()),
        "unreadable_values": sum(len(j) for c in chunks for j in c.junk.values()),
        "lost_rows": int(lost.sum()),
    }
    return Raw(
        stamps[good],
        {name: numbers[column.column] for name, column in channels.items()},
        {name: numbers[column.column] for name, column in rooms.items()},
        {**channels, **{f"room {name}": column for name, column in rooms.items()}},
        losses,
        zone.key,
        counts,
    )


def _local(stamps: Ints, zone: ZoneInfo) -> Ints:
    """UTC as the zone's wall clock; the offset is looked up once an hour of the file."""
    usable = (stamps >= EARLIEST) & (stamps < LATEST)
    hours, place = np.unique(np.where(usable, stamps, EARLIEST) // 3600, return_inverse=True)
    offsets = [datetime.fromtimestamp(h * 3600, zone).utcoffset() for h in hours.tolist()]
    shift = np.array([o.total_seconds() if o else 0.0 for o in offsets], np.int64)[place]
    return np.where(usable, stamps + shift, UNREADABLE)
