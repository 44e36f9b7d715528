"""Whose objects lie where?  Which part of a sender's objects is in which district, and whom a scope may look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.assets.archive import KindTable
from cleanheat.evaluation.scoring import Shares
from cleanheat.evaluation.vocabulary import SubjectKind
from cleanheat.infra.scope import Scope

OWNERS = ("sender", "company")


def owner_link(table: KindTable) -> NDArray[np.int32] | None:
    """Organisation each object belongs to: who sends for it, else the company it is registered with."""
    return next((table.links[name] for name in OWNERS if name in table.links), None)


def shares(companies: NDArray[np.int64]) -> Shares:
    """For the companies of a table of counts: kind → (districts, part of each company's objects in each)."""
    found = {kind: _of_kind(table, companies) for kind, table in assets.archive().kinds.items()}
    return {kind: part for kind, part in found.items() if part is not None and part[0].size}


def _of_kind(table: KindTable, companies: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    owner = owner_link(table)
    if owner is None or "district" not in table.links or not companies.size:
        return None
    district = table.links["district"][table.numbers].astype(np.int64)
    column = np.searchsorted(companies, owner[table.numbers])
    column = np.minimum(column, companies.size - 1)
    ours = (companies[column] == owner[table.numbers]) & (district > 0)
    districts, row = np.unique(district[ours], return_inverse=True)
    cells = np.bincount(row * companies.size + column[ours], minlength=districts.size * companies.size)
    counts = cells.reshape(districts.size, companies.size).astype(np.float64)
    total = counts.sum(axis=0)
    return districts, np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)


def seen_companies(scope: Scope) -> frozenset[int] | None:
    """Organisations whose scores a scope may look at by name; ``None``: all of them.

    A district sees those with objects in it; everybody else only himself (an office its company).
    """
    if scope.sees_all:
        return None
    own = accounts.find_organisation(scope.organisation_id)
    if own is None:
        return frozenset()
    if scope.district_ids is not None:
        return _with_objects_in(scope)
    if own.kind == "office":
        return frozenset({own.parent_id or 0})
    return frozenset({own.id})


def _with_objects_in(scope: Scope) -> frozenset[int]:
    found: set[int] = set()
    for kind, table in assets.archive().kinds.items():
        owner = owner_link(table)
        if owner is not None and kind != "weather":
            found |= set(np.unique(owner[assets.visible(kind, scope)]).tolist())
    return frozenset(found - {0})


def may_see(scope: Scope, kind: str, number: int) -> bool:
    """The city's and the districts' averages are for every user of the platform; companies by scope."""
    if kind != SubjectKind.COMPANY:
        return True
    seen = seen_companies(scope)
    return seen is None or number in seen


def subject_name(kind: str, number: int) -> str:
    """How a subject is called on screens."""
    if kind == SubjectKind.CITY:
        return "全市"
    if kind == SubjectKind.DISTRICT:
        return assets.names("area", [number])[0]
    return accounts.short_name(number) or f"单位 {number}"
