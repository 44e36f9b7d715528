"""Where in the life of data is it checked, and with which result?  Put together from registries and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from cleanheat.alerts import public as alerts
from cleanheat.evaluation import belonging
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.problems import problems_of
from cleanheat.evaluation.queries.drill import counts_of
from cleanheat.evaluation.scoring import pool
from cleanheat.evaluation.tallies import Check
from cleanheat.evaluation.vocabulary import Origin, Stage, SubjectKind
from cleanheat.infra import jobs
from cleanheat.infra.masking import UNMASK
from cleanheat.infra.models import AuditEntry, Job, JobState
from cleanheat.infra.panels import PANELS
from cleanheat.infra.resources import RESOURCES
from cleanheat.kernel.time import utc
from cleanheat.quality import public as quality
from cleanheat.quality.vocabulary import Action, Dimension


@dataclass(frozen=True)
class StageCheck:
    """One kind of check at a stage: how many are declared, how often they ran in the period, how often they failed.

    ``ratio`` is the passed share, None where nothing ran.
    """

    stage: str
    key: str
    zh: str
    declared: int
    ran: float
    failed: float
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return round(1 - self.failed / self.ran, 6) if self.ran else None


@dataclass(frozen=True)
class _Counted:
    """The city's counts by check."""

    asked: tuple[Check, ...]
    checks: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    violations: np.ndarray[tuple[int, ...], np.dtype[np.float64]]

    def of(self, stage: Stage, key: str, zh: str, is_it: Callable[[Check], bool], note: str = "") -> StageCheck:
        at = [i for i, c in enumerate(self.asked) if is_it(c)]
        declared = len({self.asked[i].key for i in at})
        ran, failed = float(self.checks[at].sum()), float(self.violations[at].sum())
        return StageCheck(stage.value, key, zh, declared, ran, round(failed, 2), note)


def stages_of(period: Period) -> list[StageCheck]:
    """Every stage from the meter to the waste bin; figures of the whole city."""
    counted = _counted(period)
    return [
        *_collection(counted),
        *_transfer(counted),
        *_storage(counted),
        *_processing(counted, period),
        *_sharing(period),
        *_disposal(period),
    ]


def _counted(period: Period) -> _Counted:
    tallies, _ = counts_of(period)
    pooled = pool(tallies, belonging.shares(tallies.companies))
    return _Counted(tallies.asked, pooled.checks[0], pooled.violations[0])


def _collection(c: _Counted) -> Iterable[StageCheck]:
    yield c.of(Stage.COLLECTION, "received", "应报实报", lambda x: x.key == "uploads.received", "档案对象 × 分钟")
    yield c.of(Stage.COLLECTION, "complete", "完整性规则", lambda x: _is_rule(x, Dimension.COMPLETENESS))
    yield c.of(Stage.COLLECTION, "normal", "规范性规则", lambda x: _is_rule(x, Dimension.NORMATIVITY))


def _transfer(c: _Counted) -> Iterable[StageCheck]:
    yield c.of(Stage.TRANSFER, "accepted", "接入校验（签名、密钥、格式）", lambda x: x.key == "access.accepted", "批次")
    yield c.of(Stage.TRANSFER, "on_time", "按时报送", lambda x: x.key == "uploads.on_time")
    yield c.of(Stage.TRANSFER, "timely", "时效性规则", lambda x: _is_rule(x, Dimension.TIMELINESS))


def _storage(c: _Counted) -> Iterable[StageCheck]:
    yield c.of(Stage.STORAGE, "accurate", "准确性规则", lambda x: _is_rule(x, Dimension.ACCURACY))
    yield c.of(Stage.STORAGE, "consistent", "一致性规则", lambda x: _is_rule(x, Dimension.CONSISTENCY))
    yield c.of(Stage.STORAGE, "records", "档案与记录规则", lambda x: x.origin == Origin.RECORD)
    yield c.of(Stage.STORAGE, "sampled", "档案抽样核查", lambda x: x.origin == Origin.SAMPLE)


def _processing(c: _Counted, period: Period) -> Iterable[StageCheck]:
    correcting = {s.number for s in quality.active_specs() if s.action in {Action.CORRECT, Action.DROP}}
    yield c.of(Stage.PROCESSING, "cleaning", "清洗规则（修正、剔除）", lambda x: x.number in correcting)
    happened = problems_of(period, SubjectKind.CITY, 0)
    declared = sum(1 for spec in quality.active_specs() if spec.alarm.at)
    declared += sum(1 for source in alerts.SOURCES if source.key.startswith("quality."))
    ran, failed = float(happened["found"]), float(happened["open"])
    yield StageCheck(Stage.PROCESSING.value, "alerts", "质量报警处置", declared, ran, failed, "未解决计为不通过")


def _sharing(period: Period) -> Iterable[StageCheck]:
    guarded = sum(1 for p in PANELS if p.permission) + sum(1 for r in RESOURCES if r.permission)
    yield StageCheck(Stage.SHARING.value, "guarded", "按权限与单位范围取数的面板和表", guarded, 0, 0, "每次访问均校验")
    masked = sum(1 for r in RESOURCES for column in r.columns if column.sensitivity)
    looks = AuditEntry.objects.filter(verb=UNMASK, at__gte=utc(period.start), at__lt=utc(period.end)).count()
    yield StageCheck(
        Stage.SHARING.value, "masked", "脱敏字段（明文查看留痕）", masked, float(looks), 0, "次数为留痕的明文查看"
    )


_ENDING: Final = ("prune", "clear", "drop", "expire")


def _disposal(period: Period) -> Iterable[StageCheck]:
    for spec in jobs.JOBS:
        if any(word in spec.key for word in _ENDING):
            rows = Job.objects.filter(
                name=spec.key, finished_at__gte=utc(period.start), finished_at__lt=utc(period.end)
            )
            failed = rows.filter(state=JobState.FAILED).count()
            yield StageCheck(Stage.DISPOSAL.value, spec.key, spec.zh, 1, float(rows.count()), float(failed), "定期任务")


def _is_rule(check: Check, dimension: Dimension) -> bool:
    return check.origin == Origin.RULE and check.dimension == dimension
