"""What would a rule have caught?  A quick look at a sample at once, the whole last day as a job; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import transaction
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra import clock, jobs
from cleanheat.infra.jobs import Progress, job
from cleanheat.infra.masking import masked
from cleanheat.infra.models import Job
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.resources.leaving import sensitive
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, MINUTE_S, floor_minute
from cleanheat.quality.checking import checked_kind, completed, draft_spec, refuse_faults
from cleanheat.quality.contents import is_measured
from cleanheat.quality.engine.rejudging import EXAMPLES, Example, Rejudged, rejudge
from cleanheat.quality.queries import active_specs
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns
from cleanheat.quality.records.fields import tables
from cleanheat.quality.records.judging import judge
from cleanheat.quality.records.reading import read
from cleanheat.quality.regularities.remembered import Remembered
from cleanheat.quality.specs import RuleSpec
from cleanheat.telemetry import public as telemetry

PREVIEW: Final = "quality.preview"
SAMPLE_MIN: Final = 15
SAMPLE_OBJECTS: Final = 600
"""Minutes and objects of the quick look: with the hour before that history needs, an answer within two seconds."""
TELL_EVERY_MIN: Final = 10
DRAFT: Final = 2**31 - 1
"""Number of the rule that is being tried: none in the library reaches it."""


def start(
    user: Any, kind: str, data_class: str, given: Mapping[str, Any], *, whole_day: bool = False
) -> dict[str, Any]:
    """The quick look, and the number of the job that judges the whole last day if that is wanted."""
    require(user, "quality.edit")
    checked_kind(kind, data_class)
    content = completed(given)
    spec = _spec(kind, content)
    if not content["title"]:
        content["title"] = "试算"
    refuse_faults(_spec(kind, content))
    if not is_measured(kind):
        return {"job_id": None, "sample": _of_records(spec)}
    until = _until(kind)
    lag = {"lag_min": (floor_minute(clock.now()) - until) // MINUTE_S}
    sample = _judged(spec, until - SAMPLE_MIN * MINUTE_S, until, _sample(kind), None) | lag
    if not whole_day:
        return {"job_id": None, "sample": sample}
    payload = {"kind": kind, "content": content, "start": until - DAY_S, "end": until, **lag}
    with transaction.atomic():
        return {"job_id": jobs.enqueue(PREVIEW, payload, owner=user), "sample": sample}


def find(user: Any, job_id: int) -> Job:
    """A preview of one's own."""
    row = Job.objects.filter(pk=job_id, name=PREVIEW, owner_id=user.pk).first()
    if row is None:
        raise not_found("没有这次试算")
    return row


@job(PREVIEW, "规则试算（最近一天）", lease_s=600.0)
def preview_day(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The whole span of the payload; stops between two minutes when it is cancelled."""

    def tell(done: int, total: int) -> None:
        if done % TELL_EVERY_MIN == 0 or done == total:
            progress(done, total, "逐分钟试算")

    found = _judged(_spec(payload["kind"], payload["content"]), payload["start"], payload["end"], None, tell)
    return found | {"lag_min": payload.get("lag_min", 0)}


def _spec(kind: str, content: Mapping[str, Any]) -> RuleSpec:
    return draft_spec(kind, content, "preview", DRAFT, 1)


def _until(kind: str) -> int:
    """The end of the newest stored minute, where data lag behind the clock; else now."""
    now = floor_minute(clock.now())
    newest = int(telemetry.latest()[kind].minute.max(initial=0))
    return min(now, newest + MINUTE_S) if newest else now


def _sample(kind: str) -> NDArray[np.uint32]:
    """Objects spread evenly over the kind, and so over its companies."""
    numbers = assets.archive()[kind].numbers
    return numbers[:: max(1, -(-len(numbers) // SAMPLE_OBJECTS))].astype(np.uint32)


def _judged(
    spec: RuleSpec, start: int, end: int, ids: NDArray[np.uint32] | None, tell: Callable[[int, int], None] | None
) -> dict[str, Any]:
    archive = assets.archive()
    chosen = None if ids is None else {spec.kind: ids}
    found = rejudge(
        [spec],
        telemetry.store(),
        archive,
        start,
        end,
        ids=chosen,
        background=active_specs(),
        progress=tell,
        regularities=Remembered(archive, Path(settings.DATA_DIR)),
    )
    everything = len(archive[spec.kind].numbers)
    return {
        "start": start,
        "end": end,
        "minutes": found.minutes,
        "objects": everything if ids is None else len(ids),
        "of_objects": everything,
        "is_sample": ids is not None and len(ids) < everything,
        "checks": found.checks[DRAFT],
        "violations": found.violations[DRAFT],
        "skipped": found.skipped[DRAFT],
        "by_company": _by_company(found),
        "examples": _examples(found.examples),
    }


def _by_company(found: Rejudged) -> list[dict[str, Any]]:
    rows = [
        {"company_id": sender, "company": accounts.short_name(sender), "checks": c, "violations": v, "skipped": s}
        for counts in found.counts()
        for sender, c, v, s in zip(
            counts.senders.tolist(),
            counts.checks.tolist(),
            counts.violations.tolist(),
            counts.skipped.tolist(),
            strict=True,
        )
    ]
    return sorted(rows, key=lambda row: -row["violations"])


def _examples(examples: list[Example]) -> list[dict[str, Any]]:
    if not examples:
        return []
    kind = examples[0].kind
    names = assets.names(kind, [e.number for e in examples])
    signals = {s.code: s for s in KINDS[kind].signals}
    return [
        {
            **asdict(e),
            "object_name": name,
            "signal_name": signals[e.signal].zh if e.signal else "",
            "unit": signals[e.signal].unit if e.signal else "",
        }
        for e, name in zip(examples, names, strict=True)
    ]


def _of_records(spec: RuleSpec) -> dict[str, Any]:
    """Records are few enough to be judged whole and at once."""
    columns = read(spec.kind, City())
    found = judge(spec, columns)
    owner = columns.owners.get("company", columns.owners.get("sender"))
    hit = owner[found.hits] if owner is not None else np.zeros(0, np.int64)
    companies, counts = np.unique(hit, return_counts=True)
    return {
        "start": None,
        "end": None,
        "lag_min": 0,
        "minutes": 0,
        "objects": len(columns),
        "of_objects": len(columns),
        "is_sample": False,
        "checks": found.checked,
        "violations": int(found.hits.size),
        "skipped": found.skipped,
        "by_company": [
            {"company_id": c, "company": accounts.short_name(c), "checks": None, "violations": n, "skipped": None}
            for c, n in sorted(zip(companies.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1])
        ],
        "examples": [_record(spec, columns, i) for i in found.hits[:EXAMPLES].tolist()],
    }


def _record(spec: RuleSpec, columns: Columns, row: int) -> dict[str, Any]:
    title = next((n for n in ("name", "address", "code", "number") if n in columns.texts), "")
    personal = sensitive(RESOURCES[tables()[spec.kind].resource]).get(title, "")
    return {
        "kind": spec.kind,
        "number": int(columns.ids[row]),
        "object_name": masked(personal, columns.texts[title][row], in_list=True) if title else "",
        "minute": None,
        "signal": "",
        "signal_name": "",
        "value": None,
        "unit": "",
    }
