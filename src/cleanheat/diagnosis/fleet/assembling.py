"""How do fitted blocks become one version of a kind's parameters, slots by object number?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.ridge import Normals
from cleanheat.diagnosis.fleet.curving import Curves
from cleanheat.diagnosis.fleet.designs import DESIGNS, Design
from cleanheat.diagnosis.fleet.fitting import Fitted, FittedBlock
from cleanheat.diagnosis.fleet.kept import GroupTable, Memory, Trained
from cleanheat.diagnosis.fleet.solving import Solver
from cleanheat.diagnosis.parameters import Float32s, Parameters, Quantity, Reason, Source

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EVERYBODY = -1
"""Key of the group of all objects: what an object like nobody else is taken for."""


@dataclass(frozen=True)
class Window:
    """What was learned from, and under which number it is kept."""

    version: int
    start: int
    end: int
    weather_source: str


def assemble(kind: str, size: int, blocks: Sequence[FittedBlock], curves: Sequence[Curves], window: Window) -> Trained:
    """One version; slots without an object stay unknown."""
    numbers = np.concatenate([b.block.numbers for b in blocks])
    keys = np.concatenate([b.block.group for b in blocks])
    groups, quantities, metrics, info, weight = _Groups(keys), {}, {}, {}, {}
    for design in DESIGNS[kind]:
        name = design.quantity
        parts = [b.quantities[name] for b in blocks]
        scale = np.concatenate([b.block.scale_of(name) for b in blocks])
        groups.add(name, design, parts)
        quantities[name] = _slots(size, numbers, design, _quantity(parts, scale, groups.rows))
        for whose in parts[0].validated.mae:
            mae = np.concatenate([p.validated.mae[whose] for p in parts]) * scale
            metrics[f"{name}_mae" + (f"_{whose}" if whose else "")] = _slot(size, numbers, mae, np.float32)
        info[name] = groups.info(name)
        weight[name] = _slot(size, numbers, _joined(parts, lambda p: p.weight), np.float32)
    return Trained(
        _parameters(kind, size, numbers, blocks, quantities, metrics, curves, window),
        groups.table(),
        Memory(info, weight),
    )


def _parameters(
    kind: str,
    size: int,
    numbers: NDArray[np.int32],
    blocks: Sequence[FittedBlock],
    quantities: Mapping[str, Quantity],
    metrics: Mapping[str, Float32s],
    curves: Sequence[Curves],
    window: Window,
) -> Parameters:
    names = [d.quantity for d in DESIGNS[kind] if not d.is_own]
    source = np.max([quantities[n].source for n in names], axis=0)
    hours = np.max([quantities[n].hours for n in names], axis=0)
    reason = _slot(size, numbers, _reason([_of(blocks, n) for n in names]), np.uint8)

    def curve(part: str, dtype: type[np.generic] = np.float32) -> NDArray[Any]:
        return _slot(size, numbers, np.concatenate([getattr(c, part) for c in curves]), dtype)

    return Parameters(
        kind=kind,
        version=window.version,
        start=window.start,
        end=window.end,
        weather_source=window.weather_source,
        quantities=quantities,
        source=source.astype(np.uint8),
        reason=reason,
        trained_hours=hours.astype(np.int32),
        curve_in_force=curve("in_force"),
        curve_slope=curve("slope"),
        curve_r2=curve("r2"),
        curve_recommended=curve("recommended"),
        curve_basis=curve("basis", np.uint8),
        metrics=metrics,
    )


def _of(blocks: Sequence[FittedBlock], name: str) -> NDArray[np.uint8]:
    return np.concatenate([b.quantities[name].reason for b in blocks])


def _reason(reasons: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """One for the object: its own where all quantities share it, a dead channel where only some have one."""
    each = np.stack(reasons)
    alike = (each == each[0]).all(axis=0)
    few = (each == Reason.FEW_HOURS).any(axis=0) & (each[0] == Reason.FEW_HOURS)
    return np.where(alike, each[0], np.where(few, Reason.FEW_HOURS, Reason.DEAD_CHANNEL)).astype(np.uint8)


def _joined(parts: Sequence[Fitted], ask: Callable[[Fitted], NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([ask(p) for p in parts])


def _quantity(parts: Sequence[Fitted], scale: Floats, group_of: Ints) -> dict[str, NDArray[Any]]:
    """Arrays over the objects fitted, in the quantity's unit."""
    source = _joined(parts, lambda p: p.source)
    made = {"theta": _joined(parts, lambda p: p.theta) * scale[:, None, None]}
    own = source >= Source.OWN
    for part in ("sigma", "low", "high"):
        values = np.concatenate([getattr(p.validated, part) for p in parts])
        similar = _medians(np.where(own | ~own.any(), values, np.nan), group_of)
        made[part] = np.where(own, values, np.where(source > Source.NONE, similar, np.nan)) * scale
    return made | {"source": source, "hours": _joined(parts, lambda p: p.hours)}


def _slots(size: int, numbers: NDArray[np.int32], design: Design, made: dict[str, NDArray[Any]]) -> Quantity:
    dtypes: dict[str, type[np.generic]] = {"source": np.uint8, "hours": np.int32}
    arrays = {name: _slot(size, numbers, v, dtypes.get(name, np.float32)) for name, v in made.items()}
    return Quantity(features=design.features.names, **arrays)


def _slot(size: int, numbers: NDArray[np.int32], values: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    out = np.full((size, *values.shape[1:]), np.nan if np.dtype(dtype).kind == "f" else 0, dtype)
    out[numbers] = values
    return out


class _Groups:
    """Sums of each group over all blocks, and what follows from them."""

    def __init__(self, keys: Ints) -> None:
        self.keys, self.rows = np.unique(keys, return_inverse=True)
        self._tables: dict[str, dict[str, Float32s]] = {}
        self._info: dict[str, Float32s] = {}

    def add(self, name: str, design: Design, parts: Sequence[Fitted]) -> None:
        keys = np.concatenate([p.group_keys for p in parts])
        sums = [p.group_normals for p in parts]
        stacked = Normals(*(np.concatenate([getattr(n, part) for n in sums]) for part in ("xx", "xy", "yy", "n")))
        merged = ridge.group_of(stacked, np.searchsorted(self.keys, keys), self.keys.shape[0])
        all_of_them = ridge.group_of(merged, np.zeros(self.keys.shape[0], np.int64), 1)
        solver = Solver(design.features, np.zeros(0, np.int64), self.keys.shape[0])
        theta = np.concatenate([solver.of_groups(all_of_them), solver.of_groups(merged)])
        if not all_of_them.n.sum():
            theta[:] = np.nan
        spread = {}
        for part in ("sigma", "low", "high"):
            values = np.concatenate([getattr(p.validated, part) for p in parts])
            is_own = np.concatenate([p.source for p in parts]) >= Source.OWN
            own = np.where(is_own | ~is_own.any(), values, np.nan)
            everybody = np.atleast_1d(_median(own))
            spread[part] = np.concatenate([everybody, _group_medians(own, self.rows, self.keys.shape[0])])
        self._tables[name] = {"theta": theta.astype(np.float32)} | {n: v.astype(np.float32) for n, v in spread.items()}
        hours = np.maximum(all_of_them.n[0], 1.0)[:, None, None]
        self._info[name] = (all_of_them.xx[0] / hours).astype(np.float32)

    def info(self, name: str) -> Float32s:
        return self._info[name]

    def table(self) -> GroupTable:
        by_part = {
            part: {name: table[part] for name, table in self._tables.items()}
            for part in ("theta", "sigma", "low", "high")
        }
        return GroupTable(np.concatenate([[EVERYBODY], self.keys]).astype(np.int64), **by_part)


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _medians(values: Floats, group: Ints) -> Floats:
    """For each object the median of its group."""
    return _group_medians(values, group, int(group.max(initial=0)) + 1)[group]


def _group_medians(values: Floats, group: Ints, groups: int) -> Floats:
    """Median of the known values of each group ``[G]``; that of all where a group knows none."""
    known = np.isfinite(values)
    order = np.lexsort((values[known], group[known]))
    ordered = values[known][order]
    n = np.bincount(group[known], minlength=groups)
    first = np.concatenate([[0], np.cumsum(n)])[:-1]
    out = np.full(groups, _median(values))
    some = n > 0
    out[some] = ordered[first[some] + (n[some] - 1) // 2]
    return out
