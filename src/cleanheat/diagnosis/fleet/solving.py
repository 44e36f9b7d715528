"""From which hours, and towards whom, are an object's coefficients solved?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models import ridge
from cleanheat.calc.models.design import FeatureSet
from cleanheat.calc.models.ridge import Normals
from cleanheat.diagnosis.fleet.blocks import Target
from cleanheat.diagnosis.fleet.numbers import number

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """One quantity's hours: features, readings, strata and seasons back, to be asked for by parts."""

    x: Floats
    target: Target
    stratum: Ints | None
    span: Ints

    def part(self, rows: slice | Ints) -> tuple[Floats, Floats, Bools, Ints | None]:
        stratum = None if self.stratum is None else self.stratum[rows]
        return self.x[..., rows, :], self.target.y[:, rows], self.target.known[:, rows], stratum


class Solver:
    """θ from normal equations: each object drawn to its group, each group to all.

    ``fixed [S, J, K]``: centres known beforehand, where only some objects are fitted anew.
    """

    def __init__(self, features: FeatureSet, group: Ints, groups: int, fixed: Floats | None = None) -> None:
        self.features, self.fixed = features, fixed
        self.group, self.groups = group, groups

    @property
    def strata(self) -> int:
        return self.features.strata

    def __call__(self, normals: Normals) -> Floats:
        centre = self.fixed
        if centre is None:
            centre = self.of_groups(ridge.group_of(normals, self.group, self.groups))[self.group]
        return ridge.levels(normals, self.features.priors, self.features.stratum_priors, centre)

    def of_groups(self, sums: Normals) -> Floats:
        """θ of each group ``[G, J, K]``."""
        whole = Normals(*(part.sum(axis=0, keepdims=True) for part in (sums.xx, sums.xy, sums.yy, sums.n)))
        pull = number("training", "group_pull")
        priors, by_stratum = self.features.priors, self.features.stratum_priors
        everyone = ridge.levels(whole, priors * 1e-3 + 1e-9, by_stratum)
        return ridge.levels(sums, priors * pull, by_stratum * pull, everyone)

    def is_known(self, normals: Normals) -> Bools:
        """Whether anybody similar has taught anything ``[S]``."""
        if self.fixed is not None:
            return np.asarray(np.isfinite(self.fixed).all(axis=(1, 2)))
        taught = np.bincount(self.group, weights=normals.n.sum(axis=1), minlength=self.groups) > 0
        return np.asarray(taught[self.group])

    def is_anybody(self, normals: Normals) -> bool:
        """Whether anybody at all has."""
        return self.fixed is None and bool(normals.n.sum() > 0)
