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
from cleanheat.calc.models.in_force import KNOTS, curve
from cleanheat.calc.models.operation import operation
from cleanheat.calc.thermal.heat_loss import relative_load
from cleanheat.calc.thermal.regulation import Circuit, quality
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.blocks import Block, target
from cleanheat.diagnosis.fleet.designs import Design
from cleanheat.diagnosis.fleet.numbers import count

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CURVE_POINTS = KNOTS
RECOMMENDED_AT_C = np.linspace(-24.0, 6.0, CURVE_POINTS)
WEEK_H = 168


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
    force, slope, r2 = in_force(block, axis, supply)
    if circuit is None:
        nothing = np.full_like(force, np.nan)
        return Curves(force, slope, r2, nothing, np.zeros(force.shape[0], np.uint8))
    wanted = recommended(circuit, force.shape[0])
    return Curves(force, slope, r2, wanted, np.where(np.isfinite(wanted).all(axis=(1, 2)), Basis.DESIGN, Basis.NONE))


def recommended(circuit: Circuit, size: int) -> Floats:
    """The regulation curve of each object's design at the knots ``[S, B, 2]`` (quality regulation)."""
    load = np.maximum(relative_load(RECOMMENDED_AT_C), 0.0)
    sides = (circuit.supply_temp_c, circuit.return_temp_c, circuit.exponent)
    hot, cold, exponent = (np.broadcast_to(np.asarray(side), (size,))[:, None] for side in sides)
    each = Circuit(hot, cold, exponent)
    supply, _ = quality(np.broadcast_to(load, (size, CURVE_POINTS)), each)
    return np.stack([np.broadcast_to(RECOMMENDED_AT_C, supply.shape), supply], axis=-1)


def in_force(block: Block, axis: Axis, supply: Design) -> tuple[Floats, Floats, Floats]:
    """Curve ``[S, B, 2]``, slope (K/K) and R² ``[S]`` from the last weeks' steady hours; NaN where there are too few.

    Which memory of the cold an operator follows is each object's own: the one with which a straight line explains most.
    """
    recent = slice(max(axis.hours - count("training", "curve_weeks") * WEEK_H, 0), axis.hours)
    found = target(block, supply)
    y = np.where(found.known, found.y, np.nan)[:, recent]
    back = block.values.get("return_c")
    runs = operation(y, None if back is None else back[:, recent].astype(np.float64), None)
    memory = axis.inputs.memory[recent]
    felt = np.concatenate([axis.inputs.outdoor_c[recent, None], memory], axis=1)
    errors = [_line_error(felt[:, m], y, runs.steady) for m in range(felt.shape[1])]
    best = np.argmin(errors, axis=0)
    made = curve(y, felt.T[best], runs.steady)
    return made.breakpoints, made.slope_k_per_k, made.r2


def _line_error(felt_c: Floats, y: Floats, known: Bools) -> Floats:
    """Mean square of what a straight line leaves ``[S]``, infinite where nothing is known."""
    x = np.stack([np.ones_like(felt_c), felt_c], axis=1)
    sums = ridge.accumulate(x, y, known)
    theta = ridge.solve(sums, np.array([1e-6, 1e-3]))[:, 0]
    left = sums.yy[:, 0] - (theta * sums.xy[:, 0]).sum(axis=1)
    return np.where(sums.n[:, 0] > 0, left / np.maximum(sums.n[:, 0], 1), np.inf)
