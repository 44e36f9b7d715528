"""What was expected of one object over a span of its past, hour by hour?  The band beside the readings of a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.models.design import Inputs, column
from cleanheat.calc.models.weather_memory import TIME_CONSTANTS_H
from cleanheat.calc.thermal.heat_loss import relative_load
from cleanheat.calc.thermal.regulation import Circuit, quality
from cleanheat.diagnosis.fleet import current
from cleanheat.diagnosis.live.expected_now import QUANTITIES, design_circuit
from cleanheat.diagnosis.live.numbers import number as parameter
from cleanheat.diagnosis.live.weather_now import KEPT_HOURS
from cleanheat.diagnosis.parameters import Parameters
from cleanheat.kernel.time import HOUR_S, SHANGHAI, utc
from cleanheat.telemetry.public import Store

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Hours (epoch seconds, ascending), the city's outdoor temperature, and by quantity (expected ``[T]``, sigma)."""

    hours: NDArray[np.int64]
    outdoor_c: Floats
    expected: Mapping[str, tuple[Floats, float]]
    by_design: bool


def expected_past(archive: Archive, store: Store, kind: str, number: int, start: int, end: int) -> Past:
    """From the parameters in force now; by the design's regulation curve where there are none for the object."""
    inputs, hours = _weather(store, start, end)
    span = slice(KEPT_HOURS, None)
    p = current(kind)
    own = {} if p is None else {q: _by_parameters(p, q, number, inputs) for q in QUANTITIES if q in p.quantities}
    known = {q: (values[span], sigma) for q, (values, sigma) in own.items() if np.isfinite(sigma)}
    if known:
        return Past(hours[span], inputs.outdoor_c[span], known, False)
    return Past(hours[span], inputs.outdoor_c[span], _by_design(archive, kind, number, inputs, span), True)


def _weather(store: Store, start: int, end: int) -> tuple[Inputs, NDArray[np.int64]]:
    first = start // HOUR_S - KEPT_HOURS
    hours = np.arange(first, -(-end // HOUR_S)) * HOUR_S
    found = store.hourly_means("weather", ["outdoor_temp_c"], int(hours[0]), int(hours[-1]) + HOUR_S)
    outdoor = np.full(hours.shape, np.nan)
    outdoor[(found.hours - hours[0]) // HOUR_S] = found.means[0]
    offset = SHANGHAI.utcoffset(utc(start))
    return Inputs.of(outdoor, hours + int(offset.total_seconds())), hours


def _by_parameters(p: Parameters, quantity: str, number: int, inputs: Inputs) -> tuple[Floats, float]:
    q = p.quantities[quantity]
    features = np.stack([column(name, inputs) for name in q.features], axis=-1)
    theta = q.theta[number].astype(np.float64)
    return np.einsum("tk,tk->t", features, theta[inputs.hour % theta.shape[0]]), float(q.sigma[number])


def _by_design(
    archive: Archive, kind: str, number: int, inputs: Inputs, span: slice
) -> dict[str, tuple[Floats, float]]:
    """Temperatures alone: of heat and flow the design says too little to draw a band."""
    table = archive[kind]
    row = int(np.searchsorted(table.numbers, number))
    whole = design_circuit(table)
    supply, back, exponent = (
        float(np.broadcast_to(np.asarray(v), table.numbers.shape)[row])
        for v in (whole.supply_temp_c, whole.return_temp_c, whole.exponent)
    )
    felt = inputs.memory[span, TIME_CONSTANTS_H.index(24.0)]
    curve = quality(np.maximum(relative_load(felt), 0.0), Circuit(supply, back, exponent))
    names = ("supply", "return")
    return {
        name: (np.asarray(values, np.float64), parameter("reach", f"design_sigma_{name}"))
        for name, values in zip(names, curve, strict=True)
    }
