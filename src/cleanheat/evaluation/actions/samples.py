"""Choose archive records to be held against the facts, and note what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.evaluation.belonging import owner_link
from cleanheat.evaluation.models import Sample, SampledRecord
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.sampling import drawn, months_of, strata_of
from cleanheat.evaluation.vocabulary import Verification
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid, not_found

MOST = 5_000


@transaction.atomic
def draw(user: Any, period: Period, kind: str, size: int, seed: int, weights: Mapping[str, float]) -> Sample:
    """A stratified sample over month × district × scene.  The same order again returns the sample there is."""
    require(user, "evaluation.edit")
    archive = assets.archive()
    if kind not in archive.kinds:
        raise invalid("kind", "没有这类档案", kind)
    if not 1 <= size <= MOST:
        raise invalid("size", f"样本量应在 1–{MOST} 之间")
    same = {"round_span": period.span.value, "period": period.key, "kind": kind, "size": size, "seed": seed}
    known = Sample.objects.filter(**same, archive_version=archive.version).first()
    if known is not None:
        return known
    strata = strata_of(archive[kind], months_of(period), weights)
    if not strata:
        raise invalid("kind", "该类档案没有记录", kind)
    chosen = drawn(strata, size, seed)
    described = [s.document(len(numbers)) for s, numbers in zip(strata, chosen, strict=True)]
    made = Sample.objects.create(
        **same, strata=described, archive_version=archive.version, author=user, at=clock.now_utc()
    )
    SampledRecord.objects.bulk_create(_records(made, kind, chosen), batch_size=500)
    audit.record(user, "evaluation.draw_sample", "sample", made.pk, same)
    return made


def _records(sample: Sample, kind: str, chosen: list[np.ndarray[Any, Any]]) -> list[SampledRecord]:
    table = assets.archive()[kind]
    owner = owner_link(table)
    district = table.links.get("district")
    return [
        SampledRecord(
            sample=sample,
            stratum=stratum,
            number=int(n),
            company_id=int(owner[n]) if owner is not None else 0,
            district_id=int(district[n]) if district is not None else 0,
        )
        for stratum, numbers in enumerate(chosen)
        for n in numbers
    ]


@transaction.atomic
def verify(user: Any, record_id: int, verification: str, note: str = "") -> SampledRecord:
    """What was found at one record; a regulator's finding.  The same finding again changes nothing."""
    require(user, "governance.dispatch")
    scope = scope_of(user)
    rows = SampledRecord.objects.select_for_update(of=("self",)).select_related("sample")
    if not scope.sees_all:
        rows = rows.filter(district_id__in=scope.district_ids or ())
    record = rows.filter(pk=record_id).first()
    if record is None:
        raise not_found("没有这条抽样记录")
    if verification not in Verification.values:
        raise invalid("verification", "核查结果有误", ", ".join(Verification.values))
    if verification == Verification.WRONG and not note.strip():
        raise invalid("note", "请说明哪里有误")
    if (record.verification, record.note) != (verification, note):
        is_open = verification == Verification.OPEN
        record.verification, record.note = verification, note
        record.verified_by, record.verified_at = (None, None) if is_open else (user, clock.now_utc())
        record.save(update_fields=["verification", "note", "verified_by", "verified_at"])
        detail = {"kind": record.sample.kind, "number": record.number, "verification": verification, "note": note}
        audit.record(user, "evaluation.verify_sample", "sampled_record", record.pk, detail)
    return record
