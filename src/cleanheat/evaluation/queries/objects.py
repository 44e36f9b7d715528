"""Which objects break rules most?  From a subject, and a rule if one is named, down to single objects."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.evaluation import belonging, rulebook
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.vocabulary import Origin, SubjectKind
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry import public as telemetry


def worst_objects(
    period: Period, kind: str, number: int, limit: int, rule: int = 0, scope: Scope = EVERYTHING
) -> list[dict[str, Any]]:
    """Objects of the subject, within the scope, with most hits in the period: of all kinds, or those of one rule."""
    book = rulebook.known()
    if rule and (rule not in book or book[rule].origin != Origin.RULE):
        return []
    kinds = [book[rule].kind] if rule else list(KINDS)
    found = [row for k in kinds for row in _of_kind(period, k, _members(k, kind, number, scope), limit, rule)]
    found = sorted(found, key=lambda r: -r["violations"])[:limit]
    return _named(found)


def _of_kind(
    period: Period, object_kind: str, ids: NDArray[np.int32] | None, limit: int, rule: int
) -> list[dict[str, Any]]:
    if ids is not None and not ids.size:
        return []
    rules = [rule] if rule else None
    hits = telemetry.store().object_hits(object_kind, period.start, period.end, rules, ids, limit)
    return [
        {"kind": object_kind, "kind_zh": KINDS[object_kind].zh, "number": n, "violations": v, "rules": r, "last": last}
        for n, v, r, last in zip(
            hits.ids.tolist(), hits.hits.tolist(), hits.rules.tolist(), hits.last.tolist(), strict=True
        )
    ]


def _members(object_kind: str, kind: str, number: int, scope: Scope) -> NDArray[np.int32] | None:
    """Numbers of the subject's objects that the scope sees; ``None``: all there are."""
    table = assets.archive()[object_kind]
    if kind == SubjectKind.CITY and scope.sees_all:
        return None
    mine = table.numbers[assets.visible(object_kind, scope)[table.numbers]]
    if kind == SubjectKind.CITY:
        return mine
    owner = table.links.get("district") if kind == SubjectKind.DISTRICT else belonging.owner_link(table)
    return mine[:0] if owner is None else mine[owner[mine] == number]


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for object_kind in {r["kind"] for r in rows}:
        own = [r for r in rows if r["kind"] == object_kind]
        for row, (name, code) in zip(own, assets.titles(object_kind, [r["number"] for r in own]), strict=True):
            row["name"], row["code"] = name, code
    return rows
