"""Where do counts come from?  Each source turns one period into a table of companies × checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.evaluation import rulebook
from cleanheat.evaluation.models import SampledRecord
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.tallies import Check, Tallies, from_rows, merge, nothing
from cleanheat.evaluation.vocabulary import Origin, Verification
from cleanheat.infra import clock
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.registry import Registry
from cleanheat.kernel.time import utc
from cleanheat.quality import public as quality
from cleanheat.quality.vocabulary import DataClass, Dimension


@dataclass(frozen=True)
class CountSource:
    """One source of counts, found by its key."""

    key: str
    zh: str
    load: Callable[[Period], Tallies]


SOURCES: Registry[CountSource] = Registry("count source")


def gather(period: Period) -> Tallies:
    """What all sources counted in the period."""
    return merge(source.load(period) for source in SOURCES)


def by_rule(
    rules: NDArray[np.integer],
    companies: NDArray[np.integer],
    checks: NDArray[Any],
    violations: NDArray[Any],
) -> Tallies:
    """Counts by rule number and company; rules nobody knows any more are left out."""
    book = rulebook.known()
    numbers = np.array(sorted(book), dtype=np.int64)
    if not numbers.size or not len(rules):
        return nothing()
    at = np.minimum(np.searchsorted(numbers, rules), numbers.size - 1)
    is_known = numbers[at] == rules
    asked = [book[int(n)] for n in numbers]
    n, bad = (np.asarray(c, dtype=np.float64)[is_known] for c in (checks, violations))
    return from_rows(asked, np.asarray(companies)[is_known], at[is_known], n, bad)


def built_in(key: str, zh: str, dimension: Dimension, origin: Origin, kinds: Iterable[str] = KINDS) -> list[Check]:
    """One built-in check for each kind; its weight comes with the indicator set."""
    return [Check(key, zh, rulebook.data_set_of(kind), kind, dimension.value, 1.0, origin.value) for kind in kinds]


def _records(period: Period) -> Tallies:
    """Archives and hotline records, as their last check before the period's end found them."""
    found = quality.record_counts(utc(min(period.end, clock.now())))
    return by_rule(found.rules, found.owners, found.checks, found.violations)


def _samples(period: Period) -> Tallies:
    """Verified records speak for their stratum: the part found wrong, blown up to the stratum's size."""
    rows = SampledRecord.objects.filter(sample__round_span=period.span, sample__period=period.key).exclude(
        verification=Verification.OPEN
    )
    found = list(rows.exclude(company_id=0).select_related("sample"))
    if not found:
        return nothing()
    verified = Counter((r.sample_id, r.stratum) for r in found)
    each = np.array([r.sample.strata[r.stratum]["records"] / verified[r.sample_id, r.stratum] for r in found])
    is_wrong = np.array([r.verification == Verification.WRONG for r in found])
    check = Check(
        "samples.correct",
        "档案抽样核查属实",
        DataClass.ARCHIVE.value,
        "",
        Dimension.ACCURACY.value,
        1.0,
        Origin.SAMPLE.value,
    )
    companies = np.array([r.company_id for r in found])
    return from_rows([check], companies, np.zeros(len(found), np.int64), each, each * is_wrong)


SOURCES.add(CountSource("evaluation.records", "档案与记录规则", _records))
SOURCES.add(CountSource("evaluation.samples", "抽样核查", _samples))
