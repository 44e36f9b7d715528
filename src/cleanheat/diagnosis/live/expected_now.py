"""What should every circuit of a kind read now?  Its personal parameters, else the regulation curve of its design.

Held for a quarter of an hour: the cold does not change faster.  ``source`` says how personal an expectation is; one
taken from the design alone is wide, and every finding that rests on it says so and is less sure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.models.design import Inputs, column
from cleanheat.calc.models.weather_memory import TIME_CONSTANTS_H
from cleanheat.calc.thermal.constants import FLOOR_EXPONENT, RADIATOR_EXPONENT
from cleanheat.calc.thermal.heat_loss import relative_load
from cleanheat.calc.thermal.regulation import Circuit, quality
from cleanheat.diagnosis.fleet.grouping import scales
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.network.in_force import corrections
from cleanheat.diagnosis.parameters import Parameters, Quantity, Source, curve_at

Float32s = NDArray[np.float32]
DAYS_H = 72
QUANTITIES = ("supply", "return", "flow", "heat")
_FELT = (TIME_CONSTANTS_H.index(3.0), TIME_CONSTANTS_H.index(24.0))


@dataclass(frozen=True)
class Expected:
    """One quantity of all circuits of a kind: expected value and usual deviation ``float32[n]``, NaN where unknown."""

    value: Float32s
    sigma: Float32s


@dataclass(frozen=True)
class Expectation:
    """All quantities; ``need_supply_c`` is what the need curve asks for; ``version`` of the parameters, 0 = design."""

    quantities: Mapping[str, Expected]
    source: NDArray[np.uint8]
    need_supply_c: Float32s
    version: int
    felt_c: float
    coefficients: Mapping[str, Float32s]

    def __getitem__(self, quantity: str) -> Expected:
        return self.quantities[quantity]

    def coefficient(self, key: str, default: float | np.floating[Any]) -> Any:
        """What people or feedback set for each object, else the default."""
        return self.coefficients.get(key, default)


class ExpectedNow:
    """One kind; ``parameters`` is asked at every refresh, so that an adopted version is used at once."""

    def __init__(self, archive: Archive, kind: str, parameters: Callable[[str], Parameters | None]) -> None:
        self._table, self._numbers = archive[kind], archive[kind].numbers
        self._scale = {name: size[self._numbers] for name, size in scales(archive, kind).items()}
        self._circuit = design_circuit(self._table)
        self._never = self._table.values["is_peak"][self._numbers] > 0 if kind == "boiler" else None
        self._kind, self._parameters = kind, parameters

    def at(self, inputs: Inputs) -> Expectation:
        """Expectations of the last hour of ``inputs``."""
        felt_c = float(np.mean([inputs.memory[-1, m] for m in _FELT]))
        if np.isfinite(inputs.outdoor_c[-DAYS_H:]).sum() < number("reach", "least_weather_h"):
            felt_c = float("nan")  # nobody knows what the buildings still feel: nothing can be expected
        found = self._from_design(felt_c)
        source = np.full(self._numbers.size, Source.NONE, np.uint8)
        p = self._parameters(self._kind)
        if p is None:
            return Expectation(found, source, found["supply"].value, 0, felt_c, {})
        deeper = corrections(p, inputs)
        for name in (q for q in QUANTITIES if q in p.quantities):
            own = (evaluate(p.quantities[name], inputs) + deeper.get(name, np.float32(0)))[self._numbers]
            sigma = p.quantities[name].sigma[self._numbers]
            known = np.isfinite(own) & np.isfinite(sigma)
            least = np.float32(number("reach", f"least_sigma_{name}")) * (
                np.abs(own) if name in ("flow", "heat") else np.float32(1)
            )
            found[name] = Expected(
                np.where(known, own, found[name].value),
                np.where(known, np.maximum(sigma, least), found[name].sigma),
            )
        need = curve_at(p.curve_recommended, felt_c)[self._numbers]
        coefficients = {key: values[self._numbers] for key, values in p.coefficients.items()}
        source = p.source[self._numbers]
        return Expectation(
            found, source, np.where(np.isnan(need), found["supply"].value, need), p.version, felt_c, coefficients
        )

    def _from_design(self, felt_c: float) -> dict[str, Expected]:
        """Regulation curve of the design temperatures, design heat and flow; wide."""
        load = np.maximum(relative_load(np.full(self._numbers.size, felt_c)), 0.0)
        supply, back = quality(load, self._circuit)
        heat, flow = self._scale["heat"] * load, self._scale["flow"] * np.ones_like(load)
        out = {}
        for name, value in zip(QUANTITIES, (supply, back, flow, heat), strict=True):
            usual = value.astype(np.float32)
            if self._never is not None:
                usual[self._never] = np.nan
            if name in ("flow", "heat"):
                usual[self._scale[name] <= 1] = np.nan
            wide = np.float32(number("reach", f"design_sigma_{name}"))
            out[name] = Expected(usual, wide * np.abs(usual) if name in ("flow", "heat") else np.full_like(usual, wide))
        return out


def design_circuit(table: KindTable) -> Circuit:
    """Design temperatures of the archive; a source's own are typical ones, since no archive names them."""
    n = table.numbers
    if table.kind == "unit":
        floor = table.values["is_floor"][n] > 0
        supply, back = (table.values[f"design_{side}_temp_c"][n] for side in ("supply", "return"))
        typical = np.where(floor, 45.0, 75.0), np.where(floor, 35.0, 50.0)
        supply, back = np.where(np.isnan(supply), typical[0], supply), np.where(np.isnan(back), typical[1], back)
        return Circuit(supply, np.minimum(back, supply - 1), np.where(floor, FLOOR_EXPONENT, RADIATOR_EXPONENT))
    return Circuit(
        np.full(n.size, number("reach", "source_design_supply_c")),
        np.full(n.size, number("reach", "source_design_return_c")),
    )


def evaluate(quantity: Quantity, inputs: Inputs) -> Float32s:
    """Expected value ``float32[size]`` in the last hour of the inputs, from the weather alone."""
    features = np.array([column(name, inputs)[-1] for name in quantity.features], np.float32)
    theta = quantity.theta[:, int(inputs.hour[-1]) % quantity.theta.shape[1]]
    return np.asarray(theta @ features, np.float32)
