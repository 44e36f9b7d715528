"""Which findings stand, since when, and how did they go on?  Rows are written only when something changes.

What stands is known in memory, read once at start; a minute in which nothing opens, ends or changes its level writes
nothing.  Texts and evidence are renewed with a change of level and when a finding ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.grouping import Grouped, Place
from cleanheat.diagnosis.live.models import Found
from cleanheat.diagnosis.live.saying import state_of
from cleanheat.diagnosis.live.words import FoundState
from cleanheat.kernel.findings import Finding

_ROWS = 500
_CHANGES = ("state", "level", "worst", "judged_s", "confidence", "text", "evidence", "contributions", "steps", "cause")
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class Judged:
    """By what a minute was judged: the same archive for all models, and each kind's version of the parameters."""

    archive: Archive
    versions: Mapping[str, int]
    minute: int


class Keeper:
    """The standing rows by place."""

    def __init__(self) -> None:
        self.standing: dict[Place, Found] = {
            (f.source, f.object_kind, f.object_number): f for f in Found.objects.filter(ended_s=None)
        }

    @transaction.atomic
    def keep(self, grouped: Grouped, by: Judged, able: Collection[str]) -> None:
        """Bring the rows into line with a minute's findings; of sources that are not ``able`` nothing ends."""
        found = {f.place: f for f in grouped.spoken} | {place: f for place, (f, _) in grouped.explained.items()}
        self._open([f for place, f in found.items() if place not in self.standing], by)
        causes = {place: cause for place, (_, cause) in grouped.explained.items()}
        changed = [
            row for place, f in found.items() if (row := self._changed(self.standing[place], f, causes, by.minute))
        ]
        Found.objects.bulk_update(changed, _CHANGES, batch_size=_ROWS)
        self._end([place for place in self.standing if place not in found and place[0] in able], by.minute)

    def _open(self, findings: Sequence[Finding], by: Judged) -> None:
        if not findings:
            return
        names = names_of({(f.kind, f.number) for f in findings})
        rows = [
            Found(
                source=f.source,
                state_key=state_of(f.source).value,
                object_kind=f.kind,
                object_number=f.number,
                object_name=names.get((f.kind, f.number), ""),
                level=int(f.level),
                worst=int(f.level),
                since_s=f.since,
                found_s=by.minute,
                judged_s=by.minute,
                confidence=f.confidence,
                **_told(f),
                steps=[[by.minute, int(f.level)]],
                archive_version=by.archive.version,
                model_version=by.versions.get("unit" if f.kind == "substation" else f.kind, 0),
                **owner_of(by.archive, f.kind, f.number),
            )
            for f in findings
        ]
        for row, f in zip(Found.objects.bulk_create(rows, batch_size=_ROWS), findings, strict=True):
            self.standing[f.place] = row

    def _changed(self, row: Found, f: Finding, causes: Mapping[Place, Place], minute: int) -> Found | None:
        """The row with what is new, None where nothing is."""
        cause = self.standing.get(causes[f.place]) if f.place in causes else None
        state = FoundState.EXPLAINED if cause is not None else FoundState.OPEN
        if (row.level, row.state, row.cause_id) == (int(f.level), state, cause.pk if cause else None):
            return None
        if row.level != int(f.level):
            row.steps = [*row.steps, [minute, int(f.level)]]
        row.level, row.worst = int(f.level), min(row.worst, int(f.level))
        row.state, row.cause, row.judged_s, row.confidence = state, cause, minute, f.confidence
        for name, value in _told(f).items():
            setattr(row, name, value)
        return row

    def _end(self, places: Sequence[Place], minute: int) -> None:
        ids = [self.standing.pop(place).pk for place in places]
        for start in range(0, len(ids), _ROWS):
            part = Found.objects.filter(pk__in=ids[start : start + _ROWS])
            part.update(state=FoundState.ENDED, ended_s=minute, judged_s=minute)


def _told(f: Finding) -> dict[str, object]:
    return {
        "text": f.text[:_LONGEST_TEXT],
        "evidence": [asdict(e) for e in f.evidence],
        "contributions": [asdict(c) for c in f.contributions],
    }


def owner_of(archive: Archive, kind: str, number: int) -> dict[str, int]:
    """Company, office, sender and district of an object; a sender owns what is said of itself, a village is its
    district's and its only platform's."""
    if kind == "sender":
        return {"sender_id": number}
    if kind == "area":
        return assets.owners_of_area(archive, number)
    links = archive[kind].links
    owned = ("company", "office", "sender", "district")
    return {f"{name}_id": int(links[name][number]) for name in owned if name in links and number < links[name].size}


def names_of(places: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
    """Names of objects, one query a kind; senders are no objects of the archive."""
    named: dict[tuple[str, int], str] = {}
    for kind in {kind for kind, _ in places} - {"sender"}:
        numbers = sorted({n for k, n in places if k == kind})
        named |= {(kind, n): name for n, name in zip(numbers, assets.names(kind, numbers), strict=True)}
    return named
