"""From counts to scores: rule → dimension → data set → company, district, city.  Pure; all subjects in one pass.

* r = 1 − violations ÷ checks, of the subject's pooled counts
* s(d) of a data set = Σ w_r·r ÷ Σ w_r × 100 over its rules of that dimension
* s(d) of a subject = Σ w_k·s(d, k) ÷ Σ w_k over its data sets, weighed by their importance
* total = Σ w_d·s(d) ÷ Σ w_d, by the indicator tree; grade by the bands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.scoring.grades import grades
from cleanheat.calc.scoring.means import grouped_means, pass_ratio, weighted_mean
from cleanheat.calc.scoring.ranking import places
from cleanheat.evaluation.indicators import IndicatorSet, evaluate
from cleanheat.evaluation.tallies import DATA_SETS, DIMENSIONS, Tallies
from cleanheat.evaluation.vocabulary import SubjectKind

Floats = NDArray[np.float64]
Shares = Mapping[str, tuple[NDArray[np.int64], Floats]]
"""Kind → (district ids, float64[district, company]): which part of a company's objects of a kind lies where."""


@dataclass(frozen=True)
class Scored:
    """All subjects of one period.  ``points`` by indicator key, each float64[subject]; the tree's root is the total.

    Subject i is (``kinds[i]``, ``ids[i]``, ``data_sets[i]``); an empty data set means all of them together.
    ``ratios[i, check]`` are the pass ratios of whole subjects, NaN where nothing was checked.
    """

    kinds: list[str]
    ids: list[int]
    data_sets: list[str]
    points: Mapping[str, Floats]
    totals: Floats
    grades: list[str]
    checks: Floats
    violations: Floats
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kinds)

    def find(self, kind: str, number: int, data_set: str = "") -> int:
        """Index of a subject, −1 when it has no score."""
        return next((i for i in range(len(self)) if self.subject(i) == (kind, number, data_set)), -1)

    def subject(self, i: int) -> tuple[str, int, str]:
        return self.kinds[i], self.ids[i], self.data_sets[i]


@dataclass(frozen=True)
class Subjects:
    """Pooled counts of the whole subjects: city, districts, companies, in this order."""

    kinds: list[str]
    ids: list[int]
    checks: Floats
    violations: Floats


def pool(tallies: Tallies, shares: Shares) -> Subjects:
    """Counts of the city (all), of districts (companies' counts by where their objects lie) and of companies.

    Company 0 is nobody: its counts (records that belong to no company) are the city's alone.
    """
    named = tallies.companies > 0
    districts = np.unique(np.concatenate([ids for ids, _ in shares.values()])) if shares else np.zeros(0, np.int64)
    by_district = [_of_districts(tallies, values, shares, districts) for values in (tallies.checks, tallies.violations)]
    checks, violations = (
        np.concatenate([own.sum(axis=0, keepdims=True), part, own[named]])
        for own, part in zip((tallies.checks, tallies.violations), by_district, strict=True)
    )
    kinds = [SubjectKind.CITY.value, *[SubjectKind.DISTRICT.value] * districts.size]
    kinds += [SubjectKind.COMPANY.value] * int(named.sum())
    return Subjects(kinds, [0, *districts.tolist(), *tallies.companies[named].tolist()], checks, violations)


def _of_districts(tallies: Tallies, values: Floats, shares: Shares, districts: NDArray[np.int64]) -> Floats:
    out = np.zeros((districts.size, len(tallies.asked)))
    kinds = np.array([c.kind for c in tallies.asked])
    for kind, (ids, part) in shares.items():
        columns = np.flatnonzero(kinds == kind)
        if columns.size:
            out[np.ix_(np.searchsorted(districts, ids), columns)] = part @ values[:, columns]
    return out


def score(tallies: Tallies, model: IndicatorSet, shares: Shares) -> Scored:
    """Every subject with counts: whole ones first, then each of them by data set."""
    pooled = pool(tallies, shares)
    per_set = _dimension_ratios(tallies, pooled)
    importance = [model.data_sets.get(k, 1.0) for k in DATA_SETS]
    whole = weighted_mean(per_set, np.asarray(importance)[None, :, None], axis=1)
    n, k, d = per_set.shape
    ratios = np.concatenate([whole, per_set.reshape(n * k, d)])
    measures = {f"quality.{name}": ratios[:, i] for i, name in enumerate(DIMENSIONS)}
    points = evaluate(model.root, measures, ratios.shape[0])
    sets = [DATA_SETS.index(c.data_set) for c in tallies.asked]
    counts = [_by_set(values, sets) for values in (pooled.checks, pooled.violations)]
    made = Scored(
        kinds=pooled.kinds + [kind for kind in pooled.kinds for _ in DATA_SETS],
        ids=pooled.ids + [number for number in pooled.ids for _ in DATA_SETS],
        data_sets=[""] * n + list(DATA_SETS) * n,
        points=points,
        totals=points[model.root.key],
        grades=grades(points[model.root.key], model.bands),
        checks=counts[0],
        violations=counts[1],
        places=np.zeros(n + n * k, np.int64),
    )
    return _ranked(_kept(made))


def losses(tallies: Tallies, model: IndicatorSet, checks: Floats, violations: Floats) -> Floats:
    """Points of one subject's total that each check costs, float64[check]: what a faultless check would add.

    Exact as long as dimensions are scored in proportion, which the shipped model does.
    """
    missed = np.nan_to_num(1.0 - pass_ratio(checks, violations))
    weight = np.where(checks > 0, [c.weight for c in tallies.asked], 0.0)
    dimension = np.array([DIMENSIONS.index(c.dimension) for c in tallies.asked], np.int64)
    cell = np.array([DATA_SETS.index(c.data_set) for c in tallies.asked], np.int64) * len(DIMENSIONS) + dimension
    in_cell = np.bincount(cell, weight, minlength=len(DATA_SETS) * len(DIMENSIONS))
    importance = np.repeat([model.data_sets.get(k, 1.0) for k in DATA_SETS], len(DIMENSIONS)) * (in_cell > 0)
    in_dimension = importance.reshape(-1, len(DIMENSIONS)).sum(axis=0)
    by_key = {c.measure.removeprefix("quality."): c.weight for c in model.root.children}
    counts = np.array([by_key.get(d, 0.0) for d in DIMENSIONS]) * (in_dimension > 0)
    parts = (_share(weight, in_cell[cell]), _share(importance[cell], in_dimension[dimension]))
    lost: Floats = 100 * missed * parts[0] * parts[1] * _share(counts, counts.sum())[dimension]
    return lost


def _share(part: Floats, whole: Floats | float) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=np.asarray(whole) > 0)


def _dimension_ratios(tallies: Tallies, pooled: Subjects) -> Floats:
    """float64[subject, data set, dimension], 0–1."""
    group = [DATA_SETS.index(c.data_set) * len(DIMENSIONS) + DIMENSIONS.index(c.dimension) for c in tallies.asked]
    r = pass_ratio(pooled.checks, pooled.violations)
    count = len(DATA_SETS) * len(DIMENSIONS)
    means = grouped_means(r, [c.weight for c in tallies.asked], np.array(group, np.int64), count)
    return means.reshape(-1, len(DATA_SETS), len(DIMENSIONS))


def _by_set(values: Floats, sets: list[int]) -> Floats:
    member = np.asarray(sets, np.int64)[:, None] == np.arange(len(DATA_SETS))[None, :]
    return np.concatenate([values.sum(axis=1), (values @ member).reshape(-1)])


def _kept(made: Scored) -> Scored:
    """Subjects of which anything was checked."""
    at = np.flatnonzero(made.checks > 0)
    return Scored(
        [made.kinds[i] for i in at],
        [made.ids[i] for i in at],
        [made.data_sets[i] for i in at],
        {key: values[at] for key, values in made.points.items()},
        made.totals[at],
        [made.grades[i] for i in at],
        made.checks[at],
        made.violations[at],
        made.places[at],
    )


def _ranked(made: Scored) -> Scored:
    """Places among subjects of the same kind and data set."""
    groups: dict[tuple[str, str], list[int]] = {}
    for i in range(len(made)):
        groups.setdefault((made.kinds[i], made.data_sets[i]), []).append(i)
    for members in groups.values():
        made.places[members] = places(np.round(made.totals[members], 2))
    return made
