"""What was checked and what failed: one table of counts, companies × checks, from whatever source they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleanheat.quality.vocabulary import DataClass, Dimension

Floats = NDArray[np.float64]
DATA_SETS: tuple[str, ...] = tuple(d.value for d in DataClass)
DIMENSIONS: tuple[str, ...] = tuple(d.value for d in Dimension)


@dataclass(frozen=True)
class Check:
    """One thing that is asked of data: a rule in one of its versions' counts, or a built-in count such as arrivals.

    ``key`` is the rule's code or the built-in name; ``number`` the rule's, 0 without one.
    """

    key: str
    zh: str
    data_set: str
    kind: str
    dimension: str
    weight: float
    origin: str
    number: int = 0


@dataclass(frozen=True)
class Tallies:
    """``checks`` and ``violations``: float64[company, check]; ``companies`` are organisation ids of those who send."""

    companies: NDArray[np.int64]
    asked: tuple[Check, ...]
    checks: Floats
    violations: Floats

    def weighing(self, weights: Mapping[str, float]) -> Tallies:
        """The same counts with other weights of checks, by key."""
        return replace(self, asked=tuple(replace(c, weight=weights.get(c.key, c.weight)) for c in self.asked))


def from_rows(
    asked: Sequence[Check], company: NDArray[np.integer], check: NDArray[np.integer], n: Floats, bad: Floats
) -> Tallies:
    """Long rows (company id, index of the check, counts) as a table; rows of the same cell add up."""
    companies, row = np.unique(np.asarray(company, dtype=np.int64), return_inverse=True)
    shape = (companies.size, len(asked))
    cell = row * len(asked) + np.asarray(check)
    size = shape[0] * shape[1]
    return Tallies(
        companies, tuple(asked), _added(cell, n, size).reshape(shape), _added(cell, bad, size).reshape(shape)
    )


def _added(cell: NDArray[np.integer], values: Floats, size: int) -> Floats:
    return np.bincount(cell, values, minlength=size).astype(np.float64)


def nothing() -> Tallies:
    return Tallies(np.zeros(0, np.int64), (), np.zeros((0, 0)), np.zeros((0, 0)))


def merge(parts: Iterable[Tallies]) -> Tallies:
    """Several sources side by side: all companies of any, all checks of all."""
    found = [p for p in parts if p.asked]
    if not found:
        return nothing()
    companies = np.unique(np.concatenate([p.companies for p in found]))
    checks = np.zeros((companies.size, sum(len(p.asked) for p in found)))
    violations = np.zeros_like(checks)
    at = 0
    for part in found:
        rows, columns = np.searchsorted(companies, part.companies), slice(at, at + len(part.asked))
        checks[rows, columns], violations[rows, columns] = part.checks, part.violations
        at += len(part.asked)
    return Tallies(companies, tuple(c for p in found for c in p.asked), checks, violations)
