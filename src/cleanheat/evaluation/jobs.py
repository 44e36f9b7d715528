"""Scheduled and long work of evaluation: score what is due, make reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.evaluation.actions.reports import build_report, finish_report
from cleanheat.evaluation.actions.rounds import compute, due
from cleanheat.evaluation.periods import period_of
from cleanheat.evaluation.vocabulary import Span
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import HOUR_S


@job("evaluation.score_due", "计算数据质量得分", lease_s=300, every_s=HOUR_S)
def score_due(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Periods that are over and not final yet, and the running ones provisionally."""
    wanted = [period for span in Span for period in due(span, clock.now())]
    for done, period in enumerate(wanted):
        progress(done, len(wanted), period.zh)
        compute(period)
    return {"rounds": len(wanted)}


@job("evaluation.score_period", "重算数据质量得分", lease_s=300)
def score_period(payload: Mapping[str, Any], progress: Progress) -> dict[str, str]:
    """One period, because somebody asked."""
    period = period_of(payload["span"], payload["period"])
    progress(0, 1, period.zh)
    return {"state": compute(period).state}


@job("evaluation.make_report", "生成数据质量报告", lease_s=300)
def make_report(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """One report: gather, print, keep.  Running again makes the same report again."""
    report_id = int(payload["report"])
    progress(0, 2, "汇总得分与问题")
    content = build_report(report_id)
    progress(1, 2, "排版")
    return {"report": report_id, "bytes": finish_report(report_id, content)}
