"""Which of a station's readings can be believed?  Dirt counted by kind and channel, and the series that is left.

Each channel is judged alone: a dead meter does not cost the temperatures of its row.  Only a row on which every
temperature reads zero has lost its line.  What is taken away becomes unknown, never a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.series import HOUR_S, Floats32, Series, counted, newest, step_means
from cleanheat.diagnosis.station.reading import CHANNELS, Raw
from cleanheat.telemetry.public import SignalColumn

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SENTINELS = (
    6553.5,
    655.35,
    3276.7,
    327.67,
    -3276.8,
    32767.0,
    -32768.0,
    65535.0,
    2147483.65,
    2147483647.0,
    -39.9,
    -1010.0,
    -999.0,
    -9999.0,
    9999.0,
    99999.0,
)
"""What controllers write for "no value", whatever the unit: full registers and agreed impossibilities."""
TEMPERATURES = ("supply_c", "return_c", "primary_supply_c", "primary_return_c")
COUNTERS = {"heat_total_gj": "heat_kw"}
AMOUNTS = {"heat_amount_gj": "heat_kw"}
KJ_OF_GJ = 1e6
FROZEN_S = 36 * HOUR_S
FROZEN_LEAST = 12
"""A reading that has not moved for so long, over so many samples, while another temperature moved."""
SPIKE_K = 25.0
LEAST_SHARE = 0.5
"""Of an hour whose amounts must be there for its power to be known."""
TOO_MUCH = 4.0
"""A power so many times the usual greatest is no heat but a counter that jumped."""


@dataclass
class Quality:
    """``counts``: channel → kind of dirt → samples; ``notes``: what was concluded, in Chinese; ``units`` converted."""

    rows: Mapping[str, int]
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, channel: str, kind: str, n: int) -> None:
        if n:
            self.counts.setdefault(channel, Counter())[kind] += int(n)


@dataclass(frozen=True)
class Clean:
    """Hourly channels ``[1, T]`` and rooms ``[R, T]`` on one grid of the plant's wall clock.

    ``newest``: what was last read of each channel by the hour's beginning.
    """

    series: Series
    newest: Series
    rooms: Floats
    room_names: tuple[str, ...]
    quality: Quality


def clean(raw: Raw) -> Clean:
    """Judged, converted and brought to hours."""
    quality = Quality(raw.counts)
    first = np.concatenate([[True], np.diff(raw.stamps) > 0])
    quality.count("rows", "duplicate", int((~first).sum()))
    stamps = raw.stamps[first]
    lost = _line_lost({c: v[first] for c, v in raw.channels.items()})
    quality.count("rows", "communication_lost", int(lost.sum()) + raw.counts.get("lost_rows", 0))
    start = int(stamps[0] // HOUR_S * HOUR_S)
    steps = int(stamps[-1] // HOUR_S - start // HOUR_S) + 1
    judged = {c: _judged(c, np.where(lost, np.nan, v[first]), raw.columns[c], quality) for c, v in raw.channels.items()}
    _unmoved(judged, stamps, quality)
    values: dict[str, Floats32] = {}
    for channel, readings in judged.items():
        name, hours = _hours(channel, stamps, readings, start, steps, quality)
        if name not in values or np.isfinite(hours).sum() > np.isfinite(values[name]).sum():
            values[name] = hours[None].astype(np.float32)
    rooms = np.array([_room(name, v[first], raw, stamps, start, steps, quality) for name, v in raw.rooms.items()])
    _say_gaps(stamps, quality)
    _say_dead(values, raw, quality)
    shaped = rooms.reshape(len(raw.rooms), steps)
    if len(raw.rooms) and "room_c" not in values:
        values["room_c"] = _middle(shaped)[None].astype(np.float32)
    begun = _newest(judged, stamps, start + HOUR_S * np.arange(steps, dtype=np.int64))
    return Clean(Series(start, HOUR_S, values), Series(start, HOUR_S, begun), shaped, tuple(raw.rooms), quality)


def _newest(judged: Mapping[str, Floats], stamps: Ints, borders: Ints) -> dict[str, Floats32]:
    """Only a counter tells that its row was read at its stamp; the row of an amount or mean may tell the hour ahead."""
    stroke = any(channel in COUNTERS for channel in judged)
    gauges = [c for c in judged if c not in COUNTERS and c not in AMOUNTS]
    return {c: newest(stamps, judged[c], borders, stroke=stroke)[None].astype(np.float32) for c in gauges}


def _line_lost(channels: Mapping[str, Floats]) -> Bools:
    """Rows on which all temperatures of the water (two at least) read exactly 0."""
    water = [channels[c] for c in TEMPERATURES if c in channels]
    if len(water) < 2:
        return np.zeros(next(iter(channels.values())).size, bool)
    return np.asarray(np.all([w == 0 for w in water], axis=0))


def _judged(channel: str, written: Floats, column: SignalColumn, quality: Quality) -> Floats:
    """One channel in its unit: sentinels, unit, limits, spikes; ``written`` is what stands in the file."""
    known = np.isfinite(written)
    quality.count(channel, "missing", int((~known).sum()))
    if np.isinf(written).any():
        quality.count(channel, "infinite", int(np.isinf(written).sum()))
    marks = np.array((*column.sentinels, *SENTINELS))
    marked = known & np.isclose(written[:, None], marks, rtol=1e-7, atol=1e-3).any(axis=1)
    if channel in COUNTERS:
        marked = known & np.isin(written, np.array(column.sentinels))
    quality.count(channel, "sentinel", int(marked.sum()))
    values = np.where(known & ~marked, written, np.nan) * column.factor + column.offset
    values = _in_unit(channel, values, quality)
    row = CHANNELS[channel]
    outside = (values < row["low"]) | (values > row["high"])
    zeros = outside & (values == 0)
    quality.count(channel, "zero", int(zeros.sum()))
    quality.count(channel, "out_of_range", int((outside & ~zeros).sum()))
    values = np.where(outside, np.nan, values)
    return _unspiked(channel, values, quality) if channel.endswith("_c") and channel != "setpoint_c" else values


def _in_unit(channel: str, values: Floats, quality: Quality) -> Floats:
    """Temperatures that can only be kelvins, tenths of degrees or Fahrenheit are converted, and it is said."""
    some = values[np.isfinite(values) & (values != 0)]
    if some.size < 24 or not channel.endswith("_c"):
        return values
    low, middle, high = np.quantile(some, [0.05, 0.5, 0.95])
    if low > 230 and high < 430:
        quality.notes.append(f"{channel}：数值像开尔文（中位 {middle:.0f}），已减 273.15 换算为℃")
        quality.count(channel, "unit_converted", some.size)
        return values - 273.15
    limit = CHANNELS[channel]["high"]
    if middle > 1.5 * limit and high / 10 <= limit and low / 10 >= -40:
        quality.notes.append(f"{channel}：数值像十分之一度（中位 {middle:.0f}），已除以 10")
        quality.count(channel, "unit_converted", some.size)
        return values / 10
    if channel == "return_c" and low > 75 and middle > 88:
        quality.notes.append(f"{channel}：中位 {middle:.0f}，不像二次回水的℃，可能是华氏度；请在映射文件里写明 unit")
    return values


def _unspiked(channel: str, values: Floats, quality: Quality) -> Floats:
    """A single sample far from both neighbours, which agree with each other, is none."""
    places = np.flatnonzero(np.isfinite(values))
    if places.size < 3:
        return values
    v = values[places]
    before, here, after = v[:-2], v[1:-1], v[2:]
    spike = (
        (np.abs(here - before) > SPIKE_K) & (np.abs(here - after) > SPIKE_K) & (np.abs(before - after) < SPIKE_K / 3)
    )
    quality.count(channel, "spike", int(spike.sum()))
    out = values.copy()
    out[places[1:-1][spike]] = np.nan
    return out


def _unmoved(judged: dict[str, Floats], stamps: Ints, quality: Quality) -> None:
    """Frozen stretches of temperatures become unknown; a channel that never moves is dead."""
    moving = [c for c in ("outdoor_c", *TEMPERATURES) if c in judged]
    for channel in moving:
        values = judged[channel]
        if np.isfinite(values).sum() > FROZEN_LEAST and np.nanmax(values) - np.nanmin(values) < 1e-6:
            quality.notes.append(f"{channel}：全程为同一数值 {np.nanmax(values):.1f}，视为死通道，不采用")
            quality.count(channel, "constant", int(np.isfinite(values).sum()))
            judged[channel] = np.full(values.size, np.nan)
            continue
        still = _still(values, stamps)
        others = [judged[c] for c in moving if c != channel]
        still &= _moves_meanwhile(still, others)
        quality.count(channel, "frozen", int(still.sum()))
        judged[channel] = np.where(still, np.nan, values)


def _still(values: Floats, stamps: Ints) -> Bools:
    """Samples in stretches that have not moved for long."""
    places = np.flatnonzero(np.isfinite(values))
    out = np.zeros(values.size, bool)
    if places.size < FROZEN_LEAST:
        return out
    v, t = values[places], stamps[places]
    begins = np.flatnonzero(np.concatenate([[True], np.abs(np.diff(v)) > 1e-6]))
    ends = np.concatenate([begins[1:], [v.size]])
    long = (t[ends - 1] - t[begins] >= FROZEN_S) & (ends - begins >= FROZEN_LEAST)
    member = np.repeat(long, ends - begins)
    out[places[member]] = True
    return out


def _moves_meanwhile(still: Bools, others: list[Floats]) -> bool:
    """Whether anything else was moving in these samples: at a standstill of everything nothing is frozen."""
    spans = [other[still] for other in others]
    return any(np.isfinite(s).sum() > 2 and float(np.nanmax(s) - np.nanmin(s)) > 2.0 for s in spans)


def _hours(
    channel: str, stamps: Ints, readings: Floats, start: int, steps: int, quality: Quality
) -> tuple[str, Floats]:
    if channel in COUNTERS:
        return COUNTERS[channel], _counter(channel, stamps, readings, start, steps, quality)
    if channel in AMOUNTS:
        return AMOUNTS[channel], _plausible(channel, _amounts(stamps, readings, start, steps), quality)
    means = step_means(stamps, readings, start, HOUR_S, steps)
    return channel, _plausible(channel, means, quality) if channel == "heat_kw" else means


def _counter(channel: str, stamps: Ints, readings: Floats, start: int, steps: int, quality: Quality) -> Floats:
    """Mean kW of each hour; a zero after a grown counter is a lost meter, a smaller value a new beginning."""
    zero = (readings == 0) & (np.nan_to_num(readings).cumsum() > 0)
    quality.count(channel, "zero", int(zero.sum()))
    readings = np.where(zero, np.nan, readings)
    grown = np.diff(readings[np.isfinite(readings)])
    quality.count(channel, "counter_reset", int((grown < 0).sum()))
    return _plausible(channel, counted(stamps, readings, start, HOUR_S, steps) * KJ_OF_GJ / HOUR_S, quality)


def _amounts(stamps: Ints, readings: Floats, start: int, steps: int) -> Floats:
    """Mean kW from amounts per interval; an hour of which half is missing is unknown."""
    known = np.isfinite(readings)
    interval = float(np.median(np.diff(stamps))) if stamps.size > 1 else HOUR_S
    place = (stamps - start) // HOUR_S
    total = np.bincount(place[known], readings[known], minlength=steps)[:steps]
    seconds = np.bincount(place[known], minlength=steps)[:steps] * min(interval, HOUR_S)
    share = seconds / HOUR_S
    return np.where(share >= LEAST_SHARE, total * KJ_OF_GJ / np.maximum(seconds, 1), np.nan)


def _plausible(channel: str, power: Floats, quality: Quality) -> Floats:
    flowing = power[np.isfinite(power) & (power > 0)]
    limit = TOO_MUCH * float(np.quantile(flowing, 0.98)) if flowing.size > 24 else np.inf
    wrong = (power > limit) | (power < 0)
    quality.count(channel, "jump", int(wrong.sum()))
    return np.where(wrong, np.nan, power)


def _room(name: str, written: Floats, raw: Raw, stamps: Ints, start: int, steps: int, quality: Quality) -> Floats:
    label = f"room {name}"
    quality.counts.setdefault(label, Counter())
    column = raw.columns[label]
    known = np.isfinite(written)
    quality.count(label, "missing", int((~known).sum()))
    marked = known & (np.isclose(written[:, None], np.array((*column.sentinels, *SENTINELS)), atol=1e-3).any(axis=1))
    values = np.where(known & ~marked, written, np.nan) * column.factor + column.offset
    row = CHANNELS["room_c"]
    zero = written == 0  # a lost line, to the digit; no home stands there
    outside = ~zero & ((values < row["low"]) | (values > row["high"]))
    quality.count(label, "sentinel", int(marked.sum()))
    quality.count(label, "zero", int(zero.sum()))
    quality.count(label, "out_of_range", int(outside.sum()))
    return step_means(stamps, np.where(outside | zero, np.nan, values), start, HOUR_S, steps)


def _middle(rooms: Floats) -> Floats:
    """Mean of the rooms known, each hour."""
    known = np.isfinite(rooms)
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, rooms, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)


def _say_gaps(stamps: Ints, quality: Quality) -> None:
    gaps = np.diff(stamps)
    usual = max(float(np.median(gaps)), 1.0) if gaps.size else 1.0
    long = gaps > max(3 * usual, 2 * HOUR_S)
    quality.count("rows", "gaps", int(long.sum()))
    quality.count("rows", "gap_hours", int(gaps[long].sum() // HOUR_S))


def _say_dead(values: Mapping[str, Floats32], raw: Raw, quality: Quality) -> None:
    for channel in values:
        if not np.isfinite(values[channel]).any():
            quality.notes.append(f"{channel}：没有一个可用的值")
    for channel in raw.absent:
        quality.notes.append(f"{channel}：映射文件里有，数据文件里没有这一列")
