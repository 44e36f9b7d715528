"""Why is a score what it is?  From a subject to its rules, and from a rule to the objects that break it most."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from cleanheat.calc.scoring.means import pass_ratio
from cleanheat.evaluation import belonging
from cleanheat.evaluation.indicators import IndicatorSet
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.queries.indicators import model_of, version_at
from cleanheat.evaluation.scoring import losses, pool
from cleanheat.evaluation.sources import gather
from cleanheat.evaluation.tallies import Tallies
from cleanheat.infra import clock
from cleanheat.kernel.errors import not_found

_KEPT_S = 300
_MOST_KEPT = 6


@dataclass(frozen=True)
class CheckRow:
    """One check of one subject; ``loss`` is what it costs of the total, in points."""

    key: str
    zh: str
    number: int
    origin: str
    data_set: str
    kind: str
    dimension: str
    weight: float
    checks: float
    violations: float
    ratio: float | None
    loss: float


class _Kept:
    """Counts of the periods people look at: a month of the whole city is asked for once in five minutes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, str], tuple[float, Tallies]] = OrderedDict()

    def of(self, period: Period) -> Tallies:
        key = (period.span.value, period.key)
        with self._lock:
            found = self._found.get(key)
        if found is None or not 0 <= clock.now() - found[0] < _KEPT_S:
            found = (clock.now(), gather(period))
            with self._lock:
                self._found[key] = found
                while len(self._found) > _MOST_KEPT:
                    self._found.popitem(last=False)
        return found[1]

    def forget(self) -> None:
        with self._lock:
            self._found.clear()


_kept = _Kept()
forget = _kept.forget


def counts_of(period: Period) -> tuple[Tallies, IndicatorSet]:
    """What was counted in the period and the model it is weighed by, built-in checks weighed."""
    model = model_of(version_at(min(clock.now(), period.end - 1)))
    return _kept.of(period).weighing(model.checks), model


def check_rows(period: Period, kind: str, number: int, data_set: str = "") -> list[CheckRow]:
    """Every check of a subject, the dearest first."""
    tallies, model = counts_of(period)
    pooled = pool(tallies, belonging.shares(tallies.companies))
    at = next((i for i, s in enumerate(zip(pooled.kinds, pooled.ids, strict=True)) if s == (kind, number)), None)
    if at is None:
        raise not_found("该对象在此周期没有得分")
    checks, violations = pooled.checks[at], pooled.violations[at]
    ratios, lost = pass_ratio(checks, violations), losses(tallies, model, checks, violations)
    rows = [
        CheckRow(
            c.key, c.zh, c.number, c.origin, c.data_set, c.kind, c.dimension, c.weight,
            float(checks[i]), round(float(violations[i]), 2),
            None if np.isnan(ratios[i]) else round(float(ratios[i]), 6), round(float(lost[i]), 4),
        )
        for i, c in enumerate(tallies.asked)
        if checks[i] > 0 and (not data_set or c.data_set == data_set)
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (-r.loss, r.ratio if r.ratio is not None else 1.0, r.key))
