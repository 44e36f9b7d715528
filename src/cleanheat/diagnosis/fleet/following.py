"""What do the newest days add, and who no longer is what his parameters say?

The nightly update goes on from a version by recursive least squares: an object's normal equations are what its hours
have taught on average (``Memory``), counted a little less each day, plus the new day's; its coefficients follow.  The
drift watch holds a week against the version *as trained*: what is followed slowly would otherwise hide itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.ridge import Normals
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.blocks import Block, target
from cleanheat.diagnosis.fleet.designs import Design
from cleanheat.diagnosis.fleet.fitting import Prepared, prepare
from cleanheat.diagnosis.fleet.kept import Memory, Trained
from cleanheat.diagnosis.fleet.numbers import number
from cleanheat.diagnosis.parameters import Parameters, Quantity

Floats = NDArray[np.float64]
DAY_H = 24


def follow(trained: Trained, axis: Axis, blocks: Iterable[Block], end: int) -> Trained:
    """The version after the hours of ``axis``; objects without a usable hour stay as they are."""
    p = trained.parameters
    made = {n: replace(q, theta=q.theta.copy(), hours=q.hours.copy()) for n, q in p.quantities.items()}
    weight = {name: values.copy() for name, values in trained.memory.weight.items()}
    for block, each in _with_features(p.kind, axis, blocks, p.size):
        for prepared, x in each:
            name = prepared.design.quantity
            _learn(made[name], trained.memory.info[name], weight[name], block, prepared, x, axis.hours / DAY_H)
    followed = replace(p, end=max(p.end, end), quantities=made)
    return Trained(followed, trained.groups, Memory(trained.memory.info, weight))


def _learn(
    q: Quantity,
    info: NDArray[np.float32],
    weight: NDArray[np.float32],
    block: Block,
    prepared: Prepared,
    x: Floats,
    days: float,
) -> None:
    """One quantity of a block, in place."""
    at, scale = block.numbers, block.scale_of(prepared.design.quantity)[:, None, None]
    found = target(block, prepared.design)
    theta = q.theta[at] / scale
    residual = found.y - ridge.predict(theta, x, prepared.stratum)
    spread = (q.sigma[at] / scale[:, 0, 0])[:, None]
    with np.errstate(invalid="ignore"):
        usual = found.known & (np.abs(residual) <= number("training", "outlier_spreads") * spread)
    new = ridge.accumulate(x, found.y, usual, prepared.stratum, theta.shape[1])
    rows = np.flatnonzero((new.n.sum(axis=1) > 0) & np.isfinite(theta).all(axis=(1, 2)))
    if not rows.size:
        return
    before = weight[at[rows]] * number("nightly", "forget_per_day") ** days
    xx = before[..., None, None] * info
    old = Normals(xx, np.einsum("sjkl,sjl->sjk", xx, theta[rows]), np.zeros(before.shape), before)
    sums = old + Normals(*(getattr(new, part)[rows] for part in ("xx", "xy", "yy", "n")))
    features = prepared.design.features
    learned = ridge.solve(sums, np.maximum(features.stratum_priors, features.priors) * 0.1, theta[rows])
    q.theta[at[rows]] = learned * scale[rows]
    q.hours[at[rows]] += new.n[rows].sum(axis=1).astype(np.int32)
    weight[at[rows]] = sums.n


def _with_features(
    kind: str, axis: Axis, blocks: Iterable[Block], size: int
) -> Iterator[tuple[Block, list[tuple[Prepared, Floats]]]]:
    """Blocks of objects that have a slot, with the features of each quantity."""
    prepared = prepare(kind, axis)
    for block in blocks:
        inside = block.part(np.flatnonzero(block.numbers < size))
        if inside.numbers.size:
            yield inside, [(p, p.features(inside, axis)) for p in prepared]


@dataclass(frozen=True)
class Bias:
    """A week's mean deviation of one quantity beyond its limit, one row an object, in the quantity's unit."""

    quantity: str
    numbers: NDArray[np.int32]
    bias: Floats
    limit: Floats
    hours: NDArray[np.int64]
    judged: NDArray[np.int32]


def drifting(p: Parameters, axis: Axis, blocks: Iterable[Block]) -> list[Bias]:
    """Who is off on average over the hours of ``axis``; ``judged`` are all who could be judged."""
    found: dict[str, list[Bias]] = {}
    for block, each in _with_features(p.kind, axis, blocks, p.size):
        for prepared, x in each:
            if not prepared.design.is_own:
                found.setdefault(prepared.design.quantity, []).append(_bias(p, block, prepared, x))
    return [_joined(parts) for parts in found.values()]


def _bias(p: Parameters, block: Block, prepared: Prepared, x: Floats) -> Bias:
    name, at = prepared.design.quantity, block.numbers
    q, scale = p.quantities[name], block.scale_of(prepared.design.quantity)
    found = target(block, prepared.design)
    expected = ridge.predict(q.theta[at].astype(np.float64), x, prepared.stratum)
    residual = np.where(found.known, found.y * scale[:, None] - expected, np.nan)
    known = np.isfinite(residual)
    hours = known.sum(axis=1)
    mean = np.where(known, residual, 0.0).sum(axis=1) / np.maximum(hours, 1)
    usual = np.where(known, np.abs(expected), 0.0).sum(axis=1) / np.maximum(hours, 1)
    limit = np.maximum(number("drift", "bias_sigmas") * q.sigma[at], _least(prepared.design)(usual))
    judged = (hours >= number("drift", "least_hours")) & np.isfinite(limit)
    off = judged & (np.abs(mean) > limit)
    return Bias(name, at[off], mean[off], limit[off], hours[off], at[judged])


def _least(design: Design) -> Callable[[Floats], Floats]:
    if design.is_temperature:
        return lambda usual: np.full_like(usual, number("drift", "supply_least"))
    return lambda usual: number("drift", "share_least") * usual


def _joined(parts: list[Bias]) -> Bias:
    def both(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(part, name) for part in parts])

    names = ("numbers", "bias", "limit", "hours", "judged")
    return Bias(parts[0].quantity, *(both(name) for name in names))  # type: ignore[arg-type]
