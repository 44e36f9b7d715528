"""One look at a whole relation: which recorded links do names and places speak against?

What is found becomes a case with its candidates; what is found no more is solved.  Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from cleanheat.assets.matching.relations import RELATIONS, Relation, Sides, sides
from cleanheat.assets.models_upkeep import MatchCase, MatchRun
from cleanheat.assets.queries import archive
from cleanheat.assets.vocabulary import MatchBand, MatchState
from cleanheat.calc.matching.evidence import ACCEPTED, REVIEW
from cleanheat.calc.matching.linkage import Linked, link
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.errors import not_found

JOB: Final = "assets.match_relation"
MOST_CASES: Final = 5_000
"""Cases of one relation that are listed singly; all of them are counted."""
Tell = Callable[[int, int, str], object]
_BANDS: Final = {ACCEPTED: MatchBand.ACCEPTED, REVIEW: MatchBand.REVIEW}
_OWNERS: Final = ("company", "office", "sender", "district")


@job(JOB, "核对档案关联", lease_s=300, is_long=True)
def match_relation(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """``payload``: ``relation``, ``user``.  Running it again finds the same."""
    done = run(str(payload["relation"]), progress, payload.get("user"))
    return {"run": done.pk, "cases": done.proposed + done.doubtful}


def run(key: str, tell: Tell, user_id: int | None = None) -> MatchRun:
    """Hold every record of the relation against names and places."""
    if key not in RELATIONS:
        raise not_found("没有这种关联", key)
    relation = RELATIONS[key]
    tell(0, 3, "读取档案")
    made = MatchRun.objects.create(relation=key, started_at=clock.now_utc(), user_id=user_id)
    both = sides(relation)
    tell(1, 3, "比对名称与位置")
    known, recorded = np.asarray(both.known["pk"], np.int64), np.asarray(both.records[relation.link], np.int64)
    present = np.searchsorted(known, recorded)
    found = link(both.record_things, both.known_things, spread=relation.spread, present=present)
    tell(2, 3, "形成待核清单")
    seen = _Seen(relation, both, found, present, known)
    _keep(seen, made)
    tell(3, 3, "完成")
    return made


@dataclass(frozen=True)
class _Seen:
    """A relation as it was found: ``present``: row of the recorded target of each record."""

    relation: Relation
    both: Sides
    found: Linked
    present: NDArray[np.int64]
    known: NDArray[np.int64]

    def against(self) -> NDArray[np.bool_]:
        """Records for which another target is likelier than the recorded one."""
        links = self.found.links
        return np.asarray((links.item[:, 0] != self.present) & (links.band >= REVIEW))

    def rows(self) -> NDArray[np.int64]:
        """Records that become cases, the surest first."""
        rows = np.flatnonzero(self.against())
        return rows[np.argsort(-self.found.links.probability[rows, 0], kind="stable")][:MOST_CASES]

    def case(self, row: int) -> dict[str, Any]:
        """One case as it is stored."""
        records, links = self.both.records, self.found.links
        number = int(records["pk"][row])
        owners = archive()[self.relation.kind].links
        return {
            "code": records["code"][row],
            "name": records["name"][row][:120],
            "longitude": float(records["longitude"][row]),
            "latitude": float(records["latitude"][row]),
            "present": int(self.known[self.present[row]]),
            "band": _BANDS[int(links.band[row])],
            "probability": round(float(links.probability[row, 0]), 4),
            "candidates": [self._candidate(row, at) for at in range(links.item.shape[1]) if links.item[row, at] >= 0],
            **{f"{who}_id": int(owners[who][number]) if who in owners else 0 for who in _OWNERS},
        }

    def _candidate(self, row: int, at: int) -> dict[str, Any]:
        links, evidence, known = self.found.links, self.found.evidence, self.both.known
        item, pair = int(links.item[row, at]), int(links.pair[row, at])
        metres = float(evidence.metres[pair]) * self.relation.spread
        return {
            "number": int(self.known[item]),
            "code": str(known["code"][item]),
            "name": str(known["name"][item]),
            "longitude": float(known["longitude"][item]),
            "latitude": float(known["latitude"][item]),
            "probability": round(float(links.probability[row, at]), 4),
            "metres": None if np.isnan(metres) else round(metres),
            "reasons": reasons(self.found, pair, metres),
        }


def reasons(found: Linked, pair: int, metres: float) -> list[str]:
    """What speaks for a pair and against it, in words."""
    evidence = found.evidence
    likeness = float(evidence.likeness[pair])
    said = ["档案现登记"] if evidence.recorded[pair] else []
    if not np.isnan(likeness):
        said.append("名称一致" if likeness >= 1 else f"名称相近 {likeness:.0%}" if likeness >= 0.6 else "名称不同")
    if not np.isnan(metres):
        said.append(f"相距 {metres:.0f} m" if metres < 1_000 else f"相距 {metres / 1_000:.1f} km")
    for zh, sign in (
        ("区县", evidence.district[pair]),
        ("企业", evidence.owner[pair]),
        ("楼号", evidence.serial[pair]),
    ):
        if sign:
            said.append(f"{zh}一致" if sign > 0 else f"{zh}不一致")
    if evidence.elsewhere[pair]:
        said.append("名称属于另一对象")
    if found.turned[evidence.record[pair]]:
        said.append("经纬度颠倒")
    return said


@transaction.atomic
def _keep(seen: _Seen, made: MatchRun) -> None:
    """Bring the relation's cases into line with what was found; what people decided stays decided."""
    at, key = clock.now_utc(), seen.relation.key
    rows = {int(seen.both.records["pk"][row]): row for row in seen.rows().tolist()}
    known = {case.number: case for case in MatchCase.objects.filter(relation=key)}
    gone = [c.pk for n, c in known.items() if n not in rows and c.state in {MatchState.OPEN, MatchState.ASKED}]
    MatchCase.objects.filter(pk__in=gone).update(state=MatchState.SOLVED)
    again = [
        c.pk for n, c in known.items() if n in rows and not (c.state == MatchState.KEPT and _same(c, seen, rows[n]))
    ]
    MatchCase.objects.filter(pk__in=again).delete()
    stays = {n for n, c in known.items() if c.pk not in set(again)}
    fresh = [n for n in rows if n not in stays]
    MatchCase.objects.bulk_create(
        (MatchCase(relation=key, number=n, found_at=at, **seen.case(rows[n])) for n in fresh), batch_size=200
    )
    against, band = seen.against(), seen.found.links.band
    made.records, made.agreeing = against.size, int((seen.found.links.item[:, 0] == seen.present).sum())
    made.proposed, made.doubtful = int((against & (band == ACCEPTED)).sum()), int((against & (band == REVIEW)).sum())
    made.unknown, made.finished_at = made.records - made.agreeing - made.proposed - made.doubtful, clock.now_utc()
    made.save()


def _same(case: MatchCase, seen: _Seen, row: int) -> bool:
    """Was the recorded link kept against the very candidate that is found again?"""
    best = int(seen.known[seen.found.links.item[row, 0]])
    return bool(case.present == int(seen.known[seen.present[row]]) and case.candidates[0]["number"] == best)
