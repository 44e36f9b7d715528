"""What does a version say of each object, and how does it compare with the one before on the same weeks?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.diagnosis.fleet import numbers as numbers_of
from cleanheat.diagnosis.fleet.curving import Basis
from cleanheat.diagnosis.parameters import Parameters, Quantity, Reason, Source
from cleanheat.diagnosis.queries import quantity_unit

Order = Literal["number", "worst", "gain", "loss"]
DECIMALS = 3
WHOSE = ("", "_line", "_persistence", "_before")
BINS = 16
SHOWN_SHARE = 0.97
"""Share of all errors within the histogram's closed bins."""


@dataclass(frozen=True)
class Part:
    """Some of the objects asked for: their slots, and how many there are in all."""

    numbers: NDArray[np.int64]
    total: int


def part_of(p: Parameters, numbers: NDArray[np.int64], quantity: str, order: Order, offset: int, limit: int) -> Part:
    """Objects in order of number, of the error now, or of what the version gained or lost; unknown ones last."""
    rows = numbers[numbers < p.size]
    if order != "number":
        mae = _metric(p, quantity, "")[rows]
        before = _metric(p, quantity, "_before")[rows]
        key = {"worst": -mae, "gain": mae - before, "loss": before - mae}[order]
        rows = rows[np.argsort(np.where(np.isnan(key), np.inf, key), kind="stable")]
    return Part(rows[offset : offset + limit], int(rows.shape[0]))


def _metric(p: Parameters, quantity: str, whose: str) -> NDArray[np.float32]:
    return p.metrics.get(f"{quantity}_mae{whose}", np.full(p.size, np.nan, np.float32))


def rows_of(p: Parameters, numbers: NDArray[np.int64]) -> list[dict[str, Any]]:
    """One row an object: where its parameters come from, and each quantity's errors side by side."""
    names = assets.names(p.kind, numbers.tolist())
    return [
        {
            "number": n,
            "name": name,
            "source": int(p.source[n]),
            "source_name": Source(int(p.source[n])).zh,
            "reason": Reason(int(p.reason[n])).zh,
            "trained_hours": int(p.trained_hours[n]),
            "slope": number_or_none(p.curve_slope[n]),
            "r2": number_or_none(p.curve_r2[n]),
            "quantities": {q: errors(p, q, n) for q in p.quantities},
        }
        for n, name in zip(numbers.tolist(), names, strict=True)
    ]


def errors(p: Parameters, quantity: str, n: int) -> dict[str, float | None]:
    return {f"mae{whose}": number_or_none(_metric(p, quantity, whose)[n]) for whose in WHOSE}


def compared(p: Parameters, numbers: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    """By quantity, on the same weeks: how many objects the version expects better, alike or worse than the one before.

    The version before may have learned from those weeks, which the new one had not seen: a small loss is none.
    """
    rows = numbers[numbers < p.size]
    out = {}
    for name in p.quantities:
        mae, before = _metric(p, name, "")[rows], _metric(p, name, "_before")[rows]
        known = np.isfinite(mae) & np.isfinite(before)
        change = np.where(known, mae - before, 0.0)
        least = numbers_of.number("comparison", "same_share") * np.where(known, before, 0.0)
        out[name] = {
            "better": int((known & (change < -least)).sum()),
            "same": int((known & (np.abs(change) <= least)).sum()),
            "worse": int((known & (change > least)).sum()),
            "unknown": int((~known).sum()),
        }
    return out


def histogram(p: Parameters, numbers: NDArray[np.int64], quantity: str) -> dict[str, Any]:
    """How many objects err how much, by whom the last weeks were expected; the last bin holds all that is larger."""
    rows = numbers[numbers < p.size]
    errors_of = {f"mae{whose}": _metric(p, quantity, whose)[rows].astype(np.float64) for whose in WHOSE}
    known = np.concatenate([values[np.isfinite(values)] for values in errors_of.values()])
    if not known.size:
        return {"edges": [], "counts": {}}
    top = max(float(np.quantile(known, SHOWN_SHARE)), 1e-6)
    edges = np.linspace(0.0, top, BINS + 1)
    counts = {
        key: np.bincount(np.clip((v[np.isfinite(v)] / top * BINS).astype(np.int64), 0, BINS - 1), minlength=BINS)
        for key, v in errors_of.items()
    }
    return {"edges": edges.round(DECIMALS).tolist(), "counts": {k: n.tolist() for k, n in counts.items() if n.any()}}


def object_of(p: Parameters, n: int) -> dict[str, Any]:
    """Everything a version says of one object."""
    (row,) = rows_of(p, np.array([n]))
    return row | {
        "version": p.version,
        "start": p.start,
        "end": p.end,
        "weather_source": p.weather_source,
        "curve_in_force": points(p.curve_in_force[n]),
        "curve_recommended": points(p.curve_recommended[n]),
        "curve_basis": Basis(int(p.curve_basis[n])).zh,
        "coefficients": {key: number_or_none(values[n]) for key, values in p.coefficients.items()},
        "expectations": [_expectation(p, name, q, n) for name, q in p.quantities.items()],
    }


def _expectation(p: Parameters, name: str, q: Quantity, n: int) -> dict[str, Any]:
    low, high = p.limits(name)
    return {
        "quantity": name,
        "unit": quantity_unit(p.kind, name),
        "source_name": Source(int(q.source[n])).zh,
        "hours": int(q.hours[n]),
        "sigma": number_or_none(q.sigma[n]),
        "low": number_or_none(low[n]),
        "high": number_or_none(high[n]),
        "features": list(q.features),
        "theta": [[number_or_none(v, 5) for v in row] for row in q.theta[n]],
    } | errors(p, name, n)


def points(curve: NDArray[np.floating[Any]]) -> list[list[float]]:
    """Breakpoints that are known."""
    return [[round(float(x), 2), round(float(y), 2)] for x, y in curve if np.isfinite(x) and np.isfinite(y)]


def number_or_none(value: float | np.floating[Any], decimals: int = DECIMALS) -> float | None:
    """A JSON number; null where nothing is known."""
    return round(float(value), decimals) if np.isfinite(value) else None
