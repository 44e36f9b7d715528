"""How does a version come out of the store's history?  A whole kind, or single objects within an earlier version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.fleet.assembling import Window
from cleanheat.diagnosis.fleet.blocks import Block
from cleanheat.diagnosis.fleet.fitting import Centres
from cleanheat.diagnosis.fleet.fleetwide import Order, fit
from cleanheat.diagnosis.fleet.grouping import design_circuit
from cleanheat.diagnosis.fleet.kept import GroupTable, Memory, Trained
from cleanheat.diagnosis.fleet.numbers import count
from cleanheat.diagnosis.history import WEATHER_SOURCE, History
from cleanheat.diagnosis.parameters import Parameters, Quantity
from cleanheat.kernel.errors import Problem

Progress = Callable[[int, int, str], object]
_SLOTS = ("source", "reason", "trained_hours", "curve_in_force", "curve_slope", "curve_r2", "curve_recommended")
_QUANTITY = ("theta", "sigma", "low", "high", "source", "hours")


def train(
    history: History,
    kind: str,
    until: int,
    version: int,
    progress: Progress,
    base: Trained | None = None,
    numbers: NDArray[np.int32] | None = None,
) -> Trained:
    """One version of a kind from the history before ``until``.

    ``base``: the version in force, with which the new one is compared on the same weeks.  With ``numbers`` only these
    objects are learned anew, drawn to the groups of ``base``; all others keep its parameters.

    Raises:
        Problem: there is not a single hour of history, or no base for single objects.
    """
    spans = history.spans(kind, until)
    if not spans:
        raise Problem(409, "no-history", "没有可用于训练的历史数据", kind)
    if numbers is not None and base is None:
        raise Problem(409, "no-version", "尚无使用中的模型，请先整类训练", kind)
    table = history.archive[kind]
    wanted = table.numbers if numbers is None else np.sort(numbers)
    axis = history.axis(spans)
    window = Window(version, spans[0][0], spans[-1][1], WEATHER_SOURCE)
    before = base.parameters if base is not None and base.parameters.size >= table.size else None
    of_groups = _group_centres(base.groups) if base is not None and numbers is not None else None
    order = Order(table.size, window, design_circuit(history.archive, kind), before, of_groups)
    blocks = history.blocks(kind, axis, spans, wanted)
    made = fit(kind, axis, _told(blocks, wanted.shape[0], progress), order)
    return made if base is None or numbers is None else replaced(base, made, wanted)


def _told(blocks: Any, objects: int, progress: Progress) -> Any:
    total = -(-objects // count("training", "block_objects"))
    for done, block in enumerate(blocks):
        progress(done, total, f"{block.numbers.shape[0]} 个对象")
        yield block
    progress(total, total, "汇总参数")


def _group_centres(groups: GroupTable) -> Callable[[Block], Centres]:
    """θ of each object's group in shares of scale; that of all objects where nobody is like it."""

    def centres(block: Block) -> Centres:
        at = np.minimum(np.searchsorted(groups.keys, block.group), groups.keys.shape[0] - 1)
        places = np.where(groups.keys[at] == block.group, at, 0)
        return {name: theta[places].astype(np.float64) for name, theta in groups.theta.items()}

    return centres


def replaced(base: Trained, part: Trained, numbers: NDArray[np.int32]) -> Trained:
    """``base`` with the slots of ``numbers`` from ``part``: everything else stays as it is, to the last bit."""
    old, new = base.parameters, part.parameters

    def slots(before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        size = max(before.shape[0], after.shape[0])
        out = np.full((size, *before.shape[1:]), np.nan if before.dtype.kind == "f" else 0, before.dtype)
        out[: before.shape[0]] = before
        out[numbers] = after[numbers]
        return out

    quantities = {
        name: Quantity(q.features, *(slots(getattr(q, p), getattr(new.quantities[name], p)) for p in _QUANTITY))
        for name, q in old.quantities.items()
    }
    unknown = np.full(new.size, np.nan, np.float32)
    names = set(old.metrics) | set(new.metrics)
    metrics = {n: slots(old.metrics.get(n, unknown), new.metrics.get(n, unknown)) for n in names}
    plain: Any = {name: slots(getattr(old, name), getattr(new, name)) for name in (*_SLOTS, "curve_basis")}
    parameters: Parameters = replace(
        new, start=min(old.start, new.start), quantities=quantities, metrics=metrics, **plain
    )
    weight = {n: slots(w, part.memory.weight[n]) for n, w in base.memory.weight.items()}
    return Trained(parameters, base.groups, Memory(base.memory.info, weight))
