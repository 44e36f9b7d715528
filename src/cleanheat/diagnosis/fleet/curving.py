"""Which supply temperature is held at which outdoor temperature, and which should be?  Two curves for each object.

The curve *in force* is identified from operation, the curve *recommended* from need: the regulation curve of the
circuit's design.  Their gap is the statement on over- and under-supply.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.thermal.heat_loss import relative_load
from cleanheat.calc.thermal.regulation import Circuit, quality
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.blocks import Block, target
from cleanheat.diagnosis.fleet.designs import Design
from cleanheat.diagnosis.fleet.numbers import count, number

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KNOTS_C = np.array([-24.0, -18.0, -12.0, -6.0, 0.0, 6.0])
CURVE_POINTS = KNOTS_C.size
_SMOOTH = 20.0
_ROUNDS = 2
_EVERY = 7


class Basis(IntEnum):
    """What a recommended curve rests on."""

    NONE = 0
    DESIGN = 1

    @property
    def zh(self) -> str:
        return ("无依据", "设计参数")[self]


@dataclass(frozen=True)
class Curves:
    """``in_force`` and ``recommended`` ``[S, B, 2]``, slope (K/K) and R² of the one in force, basis of the other."""

    in_force: Floats
    slope: Floats
    r2: Floats
    recommended: Floats
    basis: NDArray[np.uint8]


def curves(block: Block, axis: Axis, supply: Design, circuit: Circuit | None) -> Curves:
    """Both curves of a block's objects; ``circuit``: their design, None where the kind has none."""
    found = target(block, supply)
    force, slope, r2 = in_force(found.y, found.known, axis)
    if circuit is None:
        nothing = np.full_like(force, np.nan)
        return Curves(force, slope, r2, nothing, np.zeros(force.shape[0], np.uint8))
    wanted = recommended(circuit, force.shape[0])
    return Curves(force, slope, r2, wanted, np.where(np.isfinite(wanted).all(axis=(1, 2)), Basis.DESIGN, Basis.NONE))


def recommended(circuit: Circuit, size: int) -> Floats:
    """The regulation curve of each object's design at the knots ``[S, B, 2]`` (quality regulation)."""
    load = np.maximum(relative_load(KNOTS_C), 0.0)
    sides = (circuit.supply_temp_c, circuit.return_temp_c, circuit.exponent)
    hot, cold, exponent = (np.broadcast_to(np.asarray(side), (size,))[:, None] for side in sides)
    each = Circuit(hot, cold, exponent)
    supply, _ = quality(np.broadcast_to(load, (size, CURVE_POINTS)), each)
    return np.stack([np.broadcast_to(KNOTS_C, supply.shape), supply], axis=-1)


def in_force(supply_c: Floats, known: Bools, axis: Axis) -> tuple[Floats, Floats, Floats]:
    """Curve ``[S, B, 2]``, slope (K/K) and R² ``[S]`` of supply temperatures ``[S, T]``; NaN where too few hours.

    Which memory of the cold an operator follows is each object's own: the one with which a straight line explains
    most.  The curve is straight between knots, drawn to the line where the weather never went; hours far from the line
    (stops) are left out.
    """
    felt = np.concatenate([axis.inputs.outdoor_c[:, None], axis.inputs.memory], axis=1)
    lines = [_line(felt[:, m], supply_c, known) for m in range(felt.shape[1])]
    best = np.argmin([np.nan_to_num(line.error, nan=np.inf) for line in lines], axis=0)
    curve = np.full((supply_c.shape[0], CURVE_POINTS, 2), np.nan)
    slope, r2 = np.full(supply_c.shape[0], np.nan), np.full(supply_c.shape[0], np.nan)
    for m, line in enumerate(lines):
        rows = np.flatnonzero((best == m) & (known.sum(axis=1) >= count("training", "own_hours")))
        if rows.size:
            curve[rows, :, 1] = _bent(felt[:, m], supply_c[rows], line.kept[rows], line.theta[rows])
            slope[rows], r2[rows] = line.theta[rows, 1], line.r2[rows]
    curve[..., 0] = np.where(np.isnan(curve[..., 1]), np.nan, KNOTS_C)
    return curve, slope, r2


@dataclass(frozen=True)
class _Line:
    theta: Floats
    kept: Bools
    error: Floats
    r2: Floats


def _line(felt_c: Floats, y: Floats, known: Bools) -> _Line:
    """A robust straight line of one memory of the cold ``[T]``."""
    x, kept = np.stack([np.ones_like(felt_c), felt_c], axis=1), known & np.isfinite(felt_c)
    for _ in range(_ROUNDS):
        normals = ridge.accumulate(x, y, kept)
        theta = ridge.solve(normals, np.array([1e-6, 1e-3]))
        residual = y - ridge.predict(theta, x)
        width = ridge.spread(residual[:, ::_EVERY], kept[:, ::_EVERY])
        with np.errstate(invalid="ignore"):
            kept = known & (np.abs(residual) <= number("training", "outlier_spreads") * width[:, None])
    n = np.maximum(kept.sum(axis=1), 1)
    error = (np.where(kept, residual, 0.0) ** 2).sum(axis=1) / n
    mean = np.where(kept, y, 0.0).sum(axis=1) / n
    variance = (np.where(kept, y - mean[:, None], 0.0) ** 2).sum(axis=1) / n
    return _Line(theta[:, 0], kept, error, np.clip(1 - error / np.maximum(variance, 1e-9), 0.0, 1.0))


def _bent(felt_c: Floats, y: Floats, kept: Bools, line: Floats) -> Floats:
    """Supply °C at the knots ``[S, B]``: a line bent at each knot, never warmer where it is milder."""
    at = np.clip(felt_c, KNOTS_C[0], KNOTS_C[-1])
    x = np.stack([np.interp(at, KNOTS_C, unit) for unit in np.eye(CURVE_POINTS)], axis=1)
    x[np.isnan(felt_c)] = np.nan
    straight = line[:, :1] + line[:, 1:] * KNOTS_C
    theta = ridge.solve(ridge.accumulate(x, y, kept), np.full(CURVE_POINTS, _SMOOTH), straight[:, None])
    return np.minimum.accumulate(theta[:, 0], axis=1)
