"""One whole kind fitted from arrays: what training and the benchmark call.  Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from cleanheat.calc.thermal.regulation import Circuit
from cleanheat.diagnosis.fleet.assembling import Window, assemble
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.blocks import Block
from cleanheat.diagnosis.fleet.curving import curves
from cleanheat.diagnosis.fleet.fitting import Centres, fit_block, prepare
from cleanheat.diagnosis.fleet.kept import Trained
from cleanheat.diagnosis.parameters import Parameters


@dataclass(frozen=True)
class Order:
    """How a kind is to be fitted: slots, design by slot, parameters to compare with, centres of a block's objects."""

    size: int
    window: Window
    circuit: Circuit | None = None
    before: Parameters | None = None
    centres: Callable[[Block], Centres] | None = None


def fit(kind: str, axis: Axis, blocks: Iterable[Block], order: Order) -> Trained:
    """The parameters of all objects of the blocks; memory is that of one block and of the results.

    Blocks hold whole groups as far as they can (sorted by group key): an object is drawn to those beside it.
    """
    prepared = prepare(kind, axis)
    supply = next(p.design for p in prepared if p.design.quantity == "supply")
    fitted, found = [], []
    for block in blocks:
        centres = order.centres(block) if order.centres else None
        made = fit_block(block, axis, prepared, order.before, centres)
        fitted.append(made)
        found.append(curves(block, axis, supply, _some(order.circuit, block.numbers)))
    return assemble(kind, order.size, fitted, found, order.window)


def _some(circuit: Circuit | None, numbers: np.ndarray) -> Circuit | None:
    if circuit is None:
        return None
    supply, back, exponent = (
        np.broadcast_to(np.asarray(v), np.shape(circuit.supply_temp_c))[numbers]
        for v in (circuit.supply_temp_c, circuit.return_temp_c, circuit.exponent)
    )
    return Circuit(supply, back, exponent)
