"""How well would the last weeks have been expected?  Rolling origin: each week by what came before it, never shuffled.

Beside it the same weeks as others would have expected them: the same hour of the day before (persistence), a straight
line of the outdoor temperature, and the parameters in force until now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.expected import HIGH_QUANTILE, LOW_QUANTILE
from cleanheat.calc.models.ridge import Normals
from cleanheat.diagnosis.fleet.numbers import number
from cleanheat.diagnosis.fleet.solving import Rows, Solver

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DAY_H = 24
LEAST_HOURS = 48
"""Fewer validated hours than these say nothing about an object alone."""


@dataclass(frozen=True)
class Validated:
    """Spread and limits ``[S]`` of an hour's deviation, in shares of scale, and mean absolute errors by whom."""

    sigma: Floats
    low: Floats
    high: Floats
    mae: dict[str, Floats] = field(default_factory=dict)


def validate(
    solved: Solver, rows: Rows, normals: Normals, width: Floats, weeks: Sequence[slice], before: Floats | None
) -> tuple[Validated, Normals, NDArray[np.int64]]:
    """The accuracy over ``weeks``, and the normals and hours with the weeks learned too.

    ``width [S]``: the spread in training; ``before``: θ ``[S, J, K]`` whose error on the same weeks is wanted as well.
    """
    hours = np.zeros(width.shape[0], np.int64)
    residuals: list[Floats] = []
    errors: dict[str, list[Floats]] = {"": [], "line": [], "persistence": [], "before": []}
    for week in weeks:
        x, y, known, stratum = rows.part(week)
        taught = (normals.n.sum(axis=1) > 0)[:, None]
        residual = np.where(known & taught, y - ridge.predict(solved(normals), x, stratum), np.nan)
        with np.errstate(invalid="ignore"):
            far = np.abs(residual) > number("training", "week_spreads") * width[:, None]
        usual = known & ~far
        residuals.append(np.where(usual, residual, np.nan))
        errors[""].append(residual)
        errors["line"].append(y - _line(normals, x))
        errors["persistence"].append(y - _day_before(rows, week))
        if before is not None:
            errors["before"].append(y - ridge.predict(before, x, stratum))
        normals = normals + ridge.accumulate(x, y, usual, stratum, solved.strata)
        hours += usual.sum(axis=1)
    sigma, low, high = _limits(residuals, width)
    return Validated(sigma, low, high, _mae(errors, width.shape[0])), normals, hours


def _day_before(rows: Rows, week: slice) -> Floats:
    y = np.where(rows.target.known, rows.target.y, np.nan)[:, week.start - DAY_H : week.stop - DAY_H]
    return np.asarray(y)


def _line(normals: Normals, x: Floats) -> Floats:
    """A straight line of the first feature but one (the outdoor temperature, the water sent): the static curve."""
    whole = normals.pooled()
    two = Normals(whole.xx[..., :2, :2], whole.xy[..., :2], whole.yy, whole.n)
    return ridge.predict(ridge.solve(two, np.full(2, 1e-6)), x[..., :2])


def _mae(errors: dict[str, list[Floats]], size: int) -> dict[str, Floats]:
    """Mean absolute error ``[S]`` over the hours that all of them expected, NaN where too few."""
    made = {name: np.abs(np.concatenate(parts, axis=1)) for name, parts in errors.items() if parts}
    if not made:
        return {"": np.full(size, np.nan)}
    common = np.logical_and.reduce([np.isfinite(e) for e in made.values()])
    n = common.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return {
            name: np.where(n >= LEAST_HOURS, np.where(common, e, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
            for name, e in made.items()
        }


def _limits(residuals: list[Floats], width: Floats) -> tuple[Floats, Floats, Floats]:
    """Spread and own quantiles; three spreads of training where too few weeks could be validated."""
    sigma, low, high = width.copy(), -3 * width, 3 * width
    if residuals:
        ordered = np.sort(np.concatenate(residuals, axis=1), axis=1)  # NaN goes to the end
        known = np.isfinite(ordered)
        n = known.sum(axis=1)
        at = np.arange(ordered.shape[0])
        enough = n >= LEAST_HOURS
        own = ridge.spread(ordered, known)
        sigma = np.where(enough, own, sigma)
        lowest, highest = (ordered[at, np.rint(q * np.maximum(n - 1, 0)).astype(int)] for q in _QUANTILES)
        low, high = np.where(enough, np.minimum(lowest, -own), low), np.where(enough, np.maximum(highest, own), high)
    return sigma, low, high


def seen_alone(
    found: Validated, theta: Floats, rows: tuple[Floats, Floats, Bools, NDArray[np.int64] | None]
) -> Validated:
    """Where nothing came before the last week: the spread of what was learned there itself, better than none."""
    x, y, known, stratum = rows
    width = ridge.spread(y - ridge.predict(theta, x, stratum), known)
    none = ~np.isfinite(found.sigma)
    sigma = np.where(none, width, found.sigma)
    return Validated(
        sigma, np.where(none, -3 * width, found.low), np.where(none, 3 * width, found.high), dict(found.mae)
    )


_QUANTILES = (LOW_QUANTILE, HIGH_QUANTILE)
