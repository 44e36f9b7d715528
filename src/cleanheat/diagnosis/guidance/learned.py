"""What did each object give in the past weeks?  Heat signatures of all kinds, learned daily, kept in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.guidance import capacity
from cleanheat.calc.guidance.capacity import Signature
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.forecast import queries as forecasts
from cleanheat.diagnosis.guidance.network import supplied
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.telemetry.public import Store

Floats = NDArray[np.float64]
KINDS = ("plant", "branch", "boiler", "unit")
BLOCK = 400
LEAST_HOURS = 18
DELAY_DAYS, LONGEST_DELAY_H = 14, 10
LOCAL_S = 8 * HOUR_S
FILE = "learned.npz"


@dataclass(frozen=True)
class Learned:
    """Signatures by kind as slot arrays (index = object number), of the days up to ``until`` (epoch seconds).

    ``delay_h``: hours from its source to each unit, by unit number, NaN where the past does not tell.
    """

    until: int
    signatures: Mapping[str, Signature]
    delay_h: Floats


def folder_of(data_dir: Path) -> Path:
    return data_dir / "guidance"


def learn(store: Store, archive: Archive, now: int, progress: Callable[[int, int], object]) -> Learned:
    """Signatures of every kind from the roll-ups, in blocks of objects."""
    until = (now + LOCAL_S) // DAY_S * DAY_S - LOCAL_S
    days = int(number("capacity", "history_days"))
    outdoor = _daily(forecasts.measured(until, days * 24)[None, :].astype(np.float64))[0]
    jobs = [(k, b) for k in KINDS for b in range(0, archive[k].count, BLOCK)]
    parts: dict[str, list[Signature]] = {k: [] for k in KINDS}
    for done, (kind, first) in enumerate(jobs):
        ids = archive[kind].numbers[first : first + BLOCK]
        heat = CIRCUITS[kind].channels["heat_kw"]
        hours = (
            store.hour_grid(kind, [heat.signal], until - days * DAY_S, until, ids)[0].astype(np.float64) * heat.factor
        )
        hours[hours < 0] = np.nan
        parts[kind].append(capacity.signature(_daily(hours), outdoor, _peak(hours)))
        progress(done + 1, len(jobs))
    found = {k: _slots(archive[k].size, archive[k].numbers, parts[k]) for k in KINDS}
    return Learned(until, found, _delays(store, archive, until))


def _delays(store: Store, archive: Archive, until: int) -> Floats:
    """How long water takes to each unit: from the changes of its source's supply temperature."""
    network = supplied(archive)
    start = until - DELAY_DAYS * DAY_S
    by_kind = [
        store.hour_grid(kind, ["supply_temp_c"], start, until, numbers)[0]
        for kind, numbers in (("branch", network.branches), ("boiler", network.boilers))
    ]
    sent = np.concatenate(by_kind).astype(np.float64)
    out = np.full(archive["unit"].size, np.nan)
    if not sent.shape[0]:
        return out
    for first in range(0, network.units.shape[0], BLOCK):
        ids = network.units[first : first + BLOCK]
        row = network.source[first : first + BLOCK]
        arrives = store.hour_grid("unit", ["primary_supply_temp_c"], start, until, ids)[0].astype(np.float64)
        own = np.where((row >= 0)[:, None], sent[np.maximum(row, 0)], np.nan)
        out[ids] = capacity.delay_h(own, arrives, LONGEST_DELAY_H)
    return out


def _daily(hours: Floats) -> Floats:
    """Daily means ``[N, D]`` of whole local days; a day with few hours, or without heat, is no day."""
    by_day = hours.reshape(hours.shape[0], -1, 24)
    known = np.count_nonzero(~np.isnan(by_day), axis=2)
    mean = np.nansum(by_day, axis=2) / np.maximum(known, 1)
    return np.where(known >= LEAST_HOURS, mean, np.nan)


def _peak(hours: Floats) -> Floats:
    """The highest hour that was not alone: the third highest of the span, NaN where there are fewer."""
    if hours.shape[1] < 3:
        return np.full(hours.shape[0], np.nan)
    filled = np.where(np.isnan(hours), -np.inf, hours)
    third = np.partition(filled, -3, axis=1)[:, -3]
    return np.where(np.isfinite(third), third, np.nan)


def _slots(size: int, numbers: NDArray[np.int32], parts: list[Signature]) -> Signature:
    columns: dict[str, NDArray[Any]] = {}
    for f in fields(Signature):
        slots = np.zeros(size, np.int64) if f.name == "days" else np.full(size, np.nan)
        if parts:
            slots[numbers] = np.concatenate([getattr(p, f.name) for p in parts])
        columns[f.name] = slots
    return Signature(**columns)


def save(learned: Learned, folder: Path) -> None:
    """Replace the file at once; a crash leaves the old or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"{k}/{f.name}": getattr(s, f.name) for k, s in learned.signatures.items() for f in fields(Signature)}
    fresh = folder / (FILE + ".new")
    with fresh.open("wb") as out:
        np.savez_compressed(out, until=np.array(learned.until), delay_h=learned.delay_h, **arrays)
    fresh.replace(folder / FILE)


_held: dict[Path, tuple[float, Learned | None]] = {}


def load(folder: Path) -> Learned | None:
    """What was last learned, kept in memory until the file changes; ``None`` before the first time."""
    path = folder / FILE
    if not path.exists():
        return None
    changed = path.stat().st_mtime
    held = _held.get(path)
    if held is None or held[0] != changed:
        with np.load(path) as arrays:
            found = {
                k: Signature(**{f.name: arrays[f"{k}/{f.name}"] for f in fields(Signature)})
                for k in KINDS
                if f"{k}/days" in arrays.files
            }
            whole = len(found) == len(KINDS) and "delay_h" in arrays.files  # else another version's: learn anew
            held = (changed, Learned(int(arrays["until"]), found, arrays["delay_h"]) if whole else None)
            _held[path] = held
    return held[1]
