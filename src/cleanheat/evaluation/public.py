"""What other rooms may ask of evaluation."""

from __future__ import annotations

from cleanheat.evaluation import belonging
from cleanheat.evaluation.models import Score
from cleanheat.evaluation.vocabulary import Span, SubjectKind
from cleanheat.infra.scope import Scope

__all__ = ["company_scores", "data_set_score"]


def data_set_score(data_set: str, scope: Scope) -> float | None:
    """Points of a data set in the newest month that has any: the scope's own where it is one company's, else the
    city's."""
    seen = belonging.seen_companies(scope)
    own = seen is not None and scope.district_ids is None
    of = {"subject_kind": SubjectKind.CITY, "subject_id": 0}
    if own:
        of = {"subject_kind": SubjectKind.COMPANY, "subject_id": next(iter(seen or ()), 0)}
    rows = Score.objects.filter(**of, data_set=data_set, round__span=Span.MONTH, total__isnull=False)
    return rows.order_by("-round__start_s").values_list("total", flat=True).first()


def company_scores() -> dict[int, float]:
    """Company → points of data quality in its newest month that has any; the caller shows each only to whom it may."""
    rows = Score.objects.filter(
        subject_kind=SubjectKind.COMPANY, data_set="", round__span=Span.MONTH, total__isnull=False
    )
    found = rows.order_by("round__start_s").values_list("subject_id", "total")
    return {company: total for company, total in found if total is not None}
