"""How are stored findings told?  Rows with the names people know, many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.diagnosis.live.models import Found
from cleanheat.diagnosis.live.words import FoundState
from cleanheat.diagnosis.vocabulary import State
from cleanheat.diagnosis.words import KINDS_ZH
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import local

_SAME = ("id", "source", "level", "worst", "confidence", "text", "company_id", "district_id", "cause_id")


def as_rows(found: Iterable[Found]) -> list[dict[str, Any]]:
    """In the order given; names of districts and counts of what each explains are read once for all."""
    rows = list(found)
    areas = sorted({f.district_id for f in rows} - {0})
    district = dict(zip(areas, assets.names("area", areas), strict=True))
    members = Found.objects.filter(cause_id__in=[f.pk for f in rows]).order_by().values_list("cause_id")
    affected = dict(members.annotate(n=Count("pk")))
    causes = dict(Found.objects.filter(pk__in={f.cause_id for f in rows} - {None}).values_list("pk", "object_kind"))
    return [
        _row(f)
        | {"district": district.get(f.district_id, ""), "affected": affected.get(f.pk, 0)}
        | {"status_name": _status(f, causes.get(f.cause_id or 0, ""))}
        for f in rows
    ]


def _status(f: Found, cause_kind: str) -> str:
    """How it stands; of what something above explains, what that is."""
    if f.state == FoundState.EXPLAINED and cause_kind in KINDS_ZH:
        return f"由{KINDS_ZH[cause_kind]}解释"
    return str(FoundState(f.state).label)


def _row(f: Found) -> dict[str, Any]:
    level, state = Level(f.level), State(f.state_key)
    return {name: getattr(f, name) for name in _SAME} | {
        "state": state.value, "state_name": state.zh, "kind": f.object_kind, "number": f.object_number,
        "name": f.object_name, "level_name": f"{level.roman}级 {level.zh}", "status": f.state,
        "since": f.since_s, "found": f.found_s, "ended": f.ended_s,
        "judged": f.judged_s, "archive_version": f.archive_version, "model_version": f.model_version,
        "company": accounts.short_name(f.company_id),
    }  # fmt: skip


def as_cells(row: dict[str, Any]) -> list[Any]:
    """One row of a file, for people."""
    sure = "" if row["confidence"] is None else f"{row['confidence']:.0%}"
    return [
        row["id"], row["level_name"], row["state_name"], KINDS_ZH.get(row["kind"], row["kind"]), row["name"],
        row["company"], row["district"], sure, row["text"], row["status_name"], _minute(row["since"]),
        _minute(row["ended"]), row["affected"] or "",
    ]  # fmt: skip


def _minute(at: int | None) -> str:
    return "" if at is None else f"{local(at):%Y-%m-%d %H:%M}"
