"""What small senders write instead of columns: JSON rows in physical units, converted and rounded at the door.

    {"sequence": 7, "minute": "2026-01-15T18:00:00+08:00",
     "rows": [{"code": "220102-JZ-000493", "secondary_supply_temp_c": 45.3, "valve_opening_pct": null}]}

Small senders write as their systems do: numbers may be texts (full width, thousands separators, a unit behind them),
``units`` declares in which unit a signal comes, and times are read in any spelling that means one moment.  What cannot
be read costs itself and is named by row and field.

Twenty times the cost of columns, therefore limited to a few thousand rows a batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from cleanheat.kernel import unify
from cleanheat.kernel.ids import parse_archive_code
from cleanheat.kernel.quantities import KINDS, Kind, Signal
from cleanheat.kernel.time import floor_minute
from cleanheat.telemetry.envelope import MAX_SEQUENCE
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.refusals import refuse
from cleanheat.telemetry.wire import Decoded, Owners, WireLimits, keep_own

_PLACE: Final = frozenset({"code", "number", "kind", "minute"})
_MAX_NUMBER: Final = (1 << 32) - 1

Readings = dict[int, list[float]]
"""Object number → value of each signal (NaN: missing) of one kind and minute, in order of arrival."""


class _Rows(msgspec.Struct):
    rows: list[Any]
    minute: Any = None
    sequence: Any = None
    sender: Any = None
    units: Any = None
    density_t_m3: Any = None


@dataclass(frozen=True)
class _Units:
    """In which unit each signal comes, as far as declared, and the density that makes masses of volumes."""

    declared: Mapping[str, str] = field(default_factory=dict)
    density_t_m3: float | None = None

    def read(self, value: object, signal: Signal) -> float:
        """The value in the signal's unit; ``ValueError`` where it cannot be read."""
        if isinstance(value, str):
            stated = self.declared.get(signal.code, signal.unit)
            found = unify.number(value, stated, self.density_t_m3)
        elif isinstance(value, int | float):  # true and false are 1 and 0: switches are written either way
            found = float(value)
        else:
            raise ValueError("neither a number nor a text")  # noqa: TRY004 - one sort of refusal for all
        if signal.code not in self.declared or math.isnan(found):
            return found
        return unify.convert(found, self.declared[signal.code], signal.unit, self.density_t_m3)


_MOST_FAULTS: Final = 20

_decoder = msgspec.json.Decoder(_Rows)


def decode_rows(text: bytes, sender: int, sequence: int | None, owners: Owners, limits: WireLimits) -> Decoded:
    """Blocks of a JSON batch.  ``sequence`` is what the envelope says, None where there is none."""
    if len(text) > limits.body_bytes:
        raise refuse("body-too-large", f"limit {limits.body_bytes} bytes", "body")
    try:
        batch = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refuse("malformed-batch", str(error), "body") from None
    if len(batch.rows) > limits.json_rows:
        raise refuse("too-many-rows", f"limit {limits.json_rows}", "rows")
    if batch.sender not in (None, sender):
        raise refuse("header-mismatch", f"rows of {batch.sender!r} from {sender}", "sender")
    decoded = Decoded(_sequence(batch.sequence, sequence))
    minute = None if batch.minute is None else read_minute(batch.minute)
    if batch.minute is not None and minute is None:
        raise refuse("malformed-batch", "epoch seconds or a date and time that mean one moment", "minute")
    grouped: dict[tuple[str, int], Readings] = {}
    units = _units(batch.units, batch.density_t_m3)
    for place, row in enumerate(batch.rows):
        _read_row(row, f"rows[{place}]", minute, units, grouped, decoded)
    if len({m for _, m in grouped}) > limits.json_minutes:
        raise refuse("too-many-rows", f"more than {limits.json_minutes} minutes", "rows.minute")
    for (code, row_minute), readings in grouped.items():
        keep_own(decoded, _block(sender, decoded, KINDS[code], row_minute, readings), owners)
    return decoded


def read_minute(value: object) -> int | None:
    """Any spelling of a moment (Beijing time without an offset) as the start of its minute; None if it is none."""
    if not isinstance(value, str | int | float):
        return None
    try:
        return floor_minute(unify.instant(value))
    except (ValueError, OverflowError):
        return None


def _units(declared: object, density_t_m3: object) -> _Units:
    """Declared units, checked against the catalogue before a single row is read."""
    if declared is None and density_t_m3 is None:
        return _Units()
    if density_t_m3 is not None and (isinstance(density_t_m3, bool) or not isinstance(density_t_m3, int | float)):
        raise refuse("malformed-batch", "a number", "density_t_m3")
    density = None if density_t_m3 is None else float(density_t_m3)
    if not isinstance(declared, dict | None):
        raise refuse("malformed-batch", "signal code → unit", "units")
    known = {s.code: s for kind in KINDS.values() for s in kind.signals}
    for code, unit in (declared or {}).items():
        try:
            unify.convert(1.0, str(unit), known[code].unit, density)
        except (KeyError, ValueError) as error:
            raise refuse("malformed-batch", str(error), f"units.{code}") from None
    return _Units({code: str(unit) for code, unit in (declared or {}).items()}, density)


def _sequence(inside: object, outside: int | None) -> int:
    if outside is not None:
        if inside not in (None, outside):
            raise refuse("header-mismatch", f"{inside!r} inside, {outside} outside", "sequence")
        return outside
    if isinstance(inside, bool) or not isinstance(inside, int) or not 0 <= inside <= MAX_SEQUENCE:
        raise refuse("malformed-batch", "a whole number that grows with every batch", "sequence")
    return inside


def _read_row(
    row: object,
    place: str,
    minute: int | None,
    units: _Units,
    grouped: dict[tuple[str, int], Readings],
    decoded: Decoded,
) -> None:
    if not isinstance(row, dict):
        decoded.refused["row-malformed"] += 1
        return
    if "minute" in row:
        minute = read_minute(row["minute"])
        if minute is None:
            _fault(decoded, f"{place}.minute", row["minute"])
    found = _object(row)
    if minute is None or found is None:
        decoded.refused["row-malformed"] += 1
        if found is None and row.get("code"):
            decoded.strange["", str(row["code"])[:64], "row-malformed"] += 1
        return
    code, number = found
    kind = KINDS.get(code)
    if kind is None:
        decoded.refused["unknown-kind"] += 1
        decoded.strange[code[:24], str(row.get("code", number))[:64], "unknown-kind"] += 1
        return
    readings = grouped.setdefault((code, minute), {})
    if number in readings:
        decoded.refused["duplicate-object"] += 1
        return
    readings[number] = _values(row, place, kind, units, decoded)


def _object(row: Mapping[str, Any]) -> tuple[str, int] | None:
    """Kind and number: from the archive code, or as given."""
    if "code" in row:
        try:
            _, kind, number = parse_archive_code(row["code"])
        except (ValueError, TypeError):
            return None
        return kind, number
    match row.get("kind"), row.get("number"):
        case str(kind), int(number) if 0 <= number <= _MAX_NUMBER and number is not True:
            return kind, number
    return None


def _values(row: Mapping[str, Any], where: str, kind: Kind, units: _Units, decoded: Decoded) -> list[float]:
    values = [math.nan] * len(kind.signals)
    for code, value in row.items():
        place = kind.index.get(code)
        if place is not None:
            values[place] = _value(value, f"{where}.{code}", kind.signals[place], units, decoded)
        elif code not in _PLACE:
            decoded.refused["unknown-signal"] += 1
            _fault(decoded, f"{where}.{code}", value)
    return values


def _value(value: object, where: str, signal: Signal, units: _Units, decoded: Decoded) -> float:
    if value is None:
        return math.nan
    try:
        return units.read(value, signal)
    except (ValueError, OverflowError):
        decoded.refused["bad-value"] += 1
        _fault(decoded, where, value)
        return math.nan


def _fault(decoded: Decoded, where: str, value: object) -> None:
    if len(decoded.faults) < _MOST_FAULTS:
        decoded.faults.append(f"{where}: {str(value)[:40]}")


def _block(sender: int, decoded: Decoded, kind: Kind, minute: int, readings: Readings) -> Block:
    ids = np.fromiter(readings, np.uint32, len(readings))
    table = np.array(list(readings.values()), dtype=np.float64).reshape(len(readings), len(kind.signals)).T
    columns = []
    for signal, values in zip(kind.signals, table, strict=True):
        column = signal.encode(values)
        n_lost = int(np.count_nonzero((column == signal.missing) & ~np.isnan(values)))
        if n_lost:
            decoded.refused["value-out-of-width"] += n_lost
        columns.append(column if (column != signal.missing).any() else None)
    return Block(sender, decoded.sequence, kind.code, minute, ids, columns)
