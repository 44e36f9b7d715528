"""Stored: indicator sets in all their versions, rounds and scores, samples, reports and what is said about them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from cleanheat.evaluation.vocabulary import (
    FeedbackState,
    ReportState,
    RoundState,
    Span,
    SubjectKind,
    Verification,
)


class AppendOnly(models.Model):
    """A row that is written once: a score must be explainable for as long as it is remembered."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(**options)


class IndicatorVersion(AppendOnly):
    """One version of an indicator set; ``document`` is an ``indicators.IndicatorSet``.

    In force from ``valid_from``, until a later one is.  ``effect``: what it did to the scores of a known period.
    """

    set_key = models.CharField("指标集", max_length=40, default="data_quality")
    number = models.PositiveIntegerField("版本")
    document = models.JSONField("内容")
    valid_from = models.DateField("生效日期")
    reason = models.CharField("修改原因", max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    effect = models.JSONField(default=dict)

    class Meta:
        ordering = ["set_key", "-number"]
        constraints = [models.UniqueConstraint(fields=["set_key", "number"], name="one_row_an_indicator_version")]


class RuleBook(AppendOnly):
    """The rules as they weighed when scores were computed, by the rule library's version."""

    rules_version = models.BigIntegerField(unique=True)
    rules = models.JSONField()
    at = models.DateTimeField()


class RuleEffect(AppendOnly):
    """What a change of the rule library did to the scores of the running month, on the same counts."""

    rule = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    zh = models.CharField(max_length=80, blank=True)
    change = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    effect = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "version", "change", "at"], name="one_row_a_rule_effect")
        ]


class Round(models.Model):
    """The evaluation of one period: provisional while it runs, computed once it is over, then published."""

    span = models.CharField("周期", max_length=8, choices=Span.choices)
    period = models.CharField(max_length=10)
    start_s = models.BigIntegerField()
    end_s = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.RUNNING)
    indicators = models.ForeignKey(IndicatorVersion, on_delete=models.PROTECT, related_name="+")
    rules_version = models.BigIntegerField()
    computed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-start_s"]
        constraints = [models.UniqueConstraint(fields=["span", "period"], name="one_round_a_period")]


class Score(models.Model):
    """One subject's result in one round; ``points`` by indicator key, null where nothing was checked."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="scores")
    subject_kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    subject_id = models.PositiveIntegerField()
    data_set = models.CharField(max_length=16, blank=True)
    total = models.FloatField(null=True)
    grade = models.CharField(max_length=4, blank=True)
    points = models.JSONField(default=dict)
    checks = models.FloatField()
    violations = models.FloatField()
    place = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["place", "subject_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "subject_kind", "subject_id", "data_set"], name="one_score_a_subject"
            )
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "data_set"], name="score_of_subject")]


class Sample(models.Model):
    """A stratified sample of archive records for one period; the same seed draws the same records again."""

    round_span = models.CharField("周期", max_length=8, choices=Span.choices)
    period = models.CharField(max_length=10)
    kind = models.CharField("档案类别", max_length=16)
    size = models.PositiveIntegerField("样本量")
    seed = models.PositiveIntegerField("随机种子")
    strata = models.JSONField("分层", default=list)
    archive_version = models.CharField(max_length=60, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]


class SampledRecord(models.Model):
    """One record to be held against the facts, and what was found."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="records")
    stratum = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    company_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)
    verification = models.CharField(max_length=8, choices=Verification.choices, default=Verification.OPEN)
    note = models.CharField(max_length=200, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stratum", "number"]
        constraints = [models.UniqueConstraint(fields=["sample", "number"], name="sampled_once")]


class Report(models.Model):
    """A report on one subject and period: ``content`` is what it says, frozen when it was made."""

    subject_kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    subject_id = models.PositiveIntegerField()
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.QUEUED)
    feedback = models.CharField(max_length=10, choices=FeedbackState.choices, default=FeedbackState.NONE)
    content = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)
    job_id = models.PositiveBigIntegerField(default=0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "round"], name="one_report_a_subject")
        ]


class ReportFile(models.Model):
    """The printed form, kept apart so that lists of reports stay light."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="file")
    body = models.BinaryField()
    digest = models.CharField(max_length=64)


class ReportComment(AppendOnly):
    """One contribution to the talk about a report: the company's remark or the regulator's answer."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="comments")
    is_answer = models.BooleanField(default=False)
    text = models.CharField(max_length=1_000)
    organisation_id = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
