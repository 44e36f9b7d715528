"""Which records are to be verified, and what was found so far?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, Q, QuerySet

from cleanheat.assets import public as assets
from cleanheat.evaluation import belonging
from cleanheat.evaluation.models import Sample, SampledRecord
from cleanheat.evaluation.sampling import SCENES
from cleanheat.evaluation.vocabulary import Verification
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found

MOST = 200


def visible_to(scope: Scope) -> QuerySet[SampledRecord]:
    """The city: all; a district: records in it; others: their own records."""
    if scope.sees_all:
        return SampledRecord.objects.all()
    if scope.district_ids is not None:
        return SampledRecord.objects.filter(district_id__in=scope.district_ids)
    return SampledRecord.objects.filter(company_id__in=belonging.seen_companies(scope) or ())


def listed(scope: Scope) -> list[dict[str, Any]]:
    found = list(Sample.objects.all()[:MOST])
    counts: dict[int, Counter[str]] = {}
    rows = visible_to(scope).filter(sample__in=found).order_by().values_list("sample", "verification")
    for sample, verification, n in rows.annotate(n=Count("pk")):
        counts.setdefault(sample, Counter())[verification] = n
    return [_described(scope, s, counts.get(s.pk, Counter())) for s in found]


def described(scope: Scope, sample: Sample) -> dict[str, Any]:
    rows = visible_to(scope).filter(sample=sample).order_by().values_list("verification")
    return _described(scope, sample, Counter(dict(rows.annotate(n=Count("pk")))))


def _described(scope: Scope, sample: Sample, counts: Counter[str]) -> dict[str, Any]:
    same = ("id", "period", "kind", "size", "seed", "archive_version", "at")
    found = {v.value: counts[v.value] for v in Verification}
    strata = sample.strata if scope.sees_all or scope.district_ids is not None else []
    return {name: getattr(sample, name) for name in same} | found | {"span": sample.round_span, "strata": strata}


def records_of(scope: Scope, sample_id: int) -> list[dict[str, Any]]:
    found = list(visible_to(scope).filter(sample_id=sample_id).select_related("sample"))
    if not found and not Sample.objects.filter(Q(pk=sample_id) & Q(pk__in=_seen(scope))).exists():
        raise not_found("没有这次抽样")
    titles = assets.titles(found[0].sample.kind, [r.number for r in found]) if found else []
    strata = _stratum_names(found[0].sample) if found else []
    return [_row(r, *title, strata[r.stratum]) for r, title in zip(found, titles, strict=True)]


def _seen(scope: Scope) -> QuerySet[Any, Any]:
    return visible_to(scope).values("sample")


def record_row(record: SampledRecord) -> dict[str, Any]:
    title = assets.titles(record.sample.kind, [record.number])[0]
    return _row(record, *title, _stratum_names(record.sample)[record.stratum])


def _stratum_names(sample: Sample) -> list[str]:
    """How people call each stratum beside its month: its district and the scene in it."""
    districts = dict.fromkeys(s["district_id"] for s in sample.strata)
    districts = dict(zip(districts, assets.names("area", districts), strict=True))
    words = assets.code_words(SCENES.get(sample.kind, ""))
    return [" · ".join(filter(None, (districts[s["district_id"]], words.get(s["scene"])))) for s in sample.strata]


def _row(record: SampledRecord, name: str, code: str, stratum_zh: str) -> dict[str, Any]:
    same = (
        "id", "stratum", "number", "company_id", "district_id", "verification", "note", "verified_at",
    )  # fmt: skip
    month = record.sample.strata[record.stratum]["month"]
    return {key: getattr(record, key) for key in same} | {
        "name": name,
        "code": code,
        "month": month,
        "stratum_zh": stratum_zh,
    }
