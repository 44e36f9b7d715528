"""How do the personal parameters of very many objects follow from their histories?  Pure over arrays.

Block by block of objects: robust normal equations (``calc.models.ridge``), earlier seasons counted less; groups of
similar objects are sums and draw their members (and are drawn to all); then the last weeks one after another, each
expected from what came before it alone (rolling origin), from which limits and measured accuracy come, and learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.ridge import Normals
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.blocks import Block, target
from cleanheat.diagnosis.fleet.designs import DESIGNS, Design
from cleanheat.diagnosis.fleet.numbers import count, number
from cleanheat.diagnosis.fleet.solving import Rows, Solver
from cleanheat.diagnosis.fleet.validating import Validated, seen_alone, validate
from cleanheat.diagnosis.parameters import Parameters, Reason, Source

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Centres = Mapping[str, Floats]
WEEK_H = 168
SPREAD_EVERY = 7
"""Every so manieth hour says how far readings scatter: sorting all of them would be half the work."""


@dataclass(frozen=True)
class Fitted:
    """One quantity of one block in shares of scale: θ ``[S, J, K]``, spreads and limits ``[S]``, hours, normals' n."""

    theta: Floats
    validated: Validated
    hours: Ints
    reason: NDArray[np.uint8]
    source: NDArray[np.uint8]
    weight: Floats
    group_keys: Ints
    group_normals: Normals


@dataclass(frozen=True)
class FittedBlock:
    block: Block
    quantities: Mapping[str, Fitted] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """What all blocks of an axis share of one quantity: features (single precision) and strata in order of time."""

    design: Design
    x: Floats | None
    stratum: Ints | None

    @classmethod
    def of(cls, design: Design, axis: Axis) -> Prepared:
        features = design.features
        x: Any = None if design.is_own else features.build(axis.inputs).astype(np.float32)
        return cls(design, x, features.stratum(axis.inputs))

    def features(self, block: Block, axis: Axis) -> Floats:
        """``[T, K]``, or ``[S, T, K]`` where they are each object's own."""
        if self.x is not None:
            return self.x
        own = {name: np.asarray(values, np.float64) for name, values in block.values.items()}
        i = axis.inputs
        outdoor = np.broadcast_to(i.outdoor_c, (block.numbers.shape[0], axis.hours))
        memory = np.broadcast_to(i.memory, (*outdoor.shape, i.memory.shape[-1]))
        x = self.design.features.build(type(i)(outdoor, i.local_s, own, memory))
        return cast("Floats", x.astype(np.float32))


def fit_block(
    block: Block, axis: Axis, prepared: Iterable[Prepared], before: Parameters | None, centres: Centres | None = None
) -> FittedBlock:
    """All quantities of some objects.

    ``before``: parameters whose accuracy on the same weeks is to be measured too; ``centres``: what each object is
    drawn to, θ ``[S, J, K]`` by quantity in shares of scale, where it is not to follow from the block itself.
    """
    return FittedBlock(block, {p.design.quantity: _quantity(block, axis, p, before, centres or {}) for p in prepared})


def prepare(kind: str, axis: Axis) -> list[Prepared]:
    return [Prepared.of(design, axis) for design in DESIGNS[kind]]


def _quantity(block: Block, axis: Axis, prepared: Prepared, before: Parameters | None, centres: Centres) -> Fitted:
    design, found = prepared.design, target(block, prepared.design)
    x = prepared.features(block, axis)
    weeks = min(count("training", "validation_weeks"), axis.hours // WEEK_H // 3)
    head = axis.hours - weeks * WEEK_H
    keys, group = np.unique(block.group, return_inverse=True)
    solved = Solver(design.features, group.astype(np.int64), keys.shape[0], centres.get(design.quantity))
    normals, width, kept_hours = _robust(solved, Rows(x, found, prepared.stratum, axis.span), slice(0, head))
    at = block.numbers
    earlier = before.quantities[design.quantity].theta if before and design.quantity in before.quantities else None
    validated, normals, hours = validate(
        solved,
        Rows(x, found, prepared.stratum, axis.span),
        normals,
        width,
        [slice(head + w * WEEK_H, head + (w + 1) * WEEK_H) for w in range(weeks)],
        earlier[at] / block.scale_of(design.quantity)[:, None, None] if earlier is not None else None,
    )
    hours = hours + kept_hours
    theta = solved(normals)
    last = slice(max(axis.hours - WEEK_H, 0), axis.hours)
    validated = seen_alone(validated, theta, Rows(x, found, prepared.stratum, axis.span).part(last))
    own = hours >= count("training", "own_hours")
    stands = found.reason == Reason.CONSTANT  # among none that move: nothing is expected of it
    known = np.isfinite(theta).all(axis=(1, 2)) & (solved.is_known(normals) | (solved.is_anybody(normals) & ~stands))
    source = np.where(known, np.where(own, Source.OWN, Source.GROUP), Source.NONE).astype(np.uint8)
    theta[~known] = np.nan
    few = (found.reason == Reason.NONE) & ~own
    reason = np.where(few, Reason.FEW_HOURS, found.reason).astype(np.uint8)
    sums = ridge.group_of(normals, solved.group, solved.groups)
    return Fitted(theta, validated, hours, reason, source, normals.n, keys, sums)


def _robust(solved: Solver, rows: Rows, head: slice) -> tuple[Normals, Floats, Ints]:
    """Two rounds over the head: once with all hours, once without those far off.

    Returns the second's normals, the spread ``[S]`` and how many hours were kept.
    """
    order = np.arange(head.stop)
    if rows.stratum is not None:  # hours of one stratum side by side: sums over them then read memory in order
        order = np.argsort(rows.stratum[head], kind="stable")
    x, y, known, stratum = rows.part(order)
    span = rows.span[order]
    theta = solved(_sums(solved, x, y, known, stratum, span))
    residual = np.abs(y - ridge.predict(theta, x, stratum))
    width = ridge.spread(residual[:, ::SPREAD_EVERY], known[:, ::SPREAD_EVERY])
    with np.errstate(invalid="ignore"):
        kept = known & (residual <= number("training", "outlier_spreads") * width[:, None])
    return _sums(solved, x, y, kept, stratum, span), width, kept.sum(axis=1)


def _sums(solved: Solver, x: Floats, y: Floats, known: Bools, stratum: Ints | None, span: Ints) -> Normals:
    """Normal equations with earlier seasons counted less."""
    total = Normals.empty(y.shape[0], x.shape[-1], solved.strata)
    for back in np.unique(span).tolist():
        at = np.flatnonzero(span == back)
        part = ridge.accumulate(
            x[..., at, :], y[:, at], known[:, at], None if stratum is None else stratum[at], solved.strata
        )
        total = total + part.forget(number("training", "season_memory") ** back)
    return total
