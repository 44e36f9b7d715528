"""Stored: rules with every version they ever had and who changed what when, and what checks of records found."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from cleanheat.accounts.models import Organisation
from cleanheat.kernel.findings import Level
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.vocabulary import (
    Action,
    AlarmAt,
    Change,
    DataClass,
    Dimension,
    Family,
    Fill,
    IssueState,
    RuleState,
)


def _choices(words: Any) -> list[tuple[Any, str]]:
    return [(w.value, getattr(w, "zh", str(w))) for w in words]


class AppendOnly(models.Model):
    """A row that is written once: what was judged by it must be explainable for ever."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(**options)


class Rule(models.Model):
    """One rule; what it says is in its versions.

    ``number`` is what hits and counts refer to.  ``version`` is the one in force (0: none was published yet); a newer
    row in ``RuleVersion`` is a draft.  ``title`` is that of the version in force, or of the first draft.
    """

    number = models.AutoField(primary_key=True)
    code = models.SlugField("规则编码", max_length=40, unique=True)
    title = models.CharField("规则名称", max_length=60)
    data_class = models.CharField("数据类别", max_length=16, choices=_choices(DataClass))
    kind = models.CharField("对象类型", max_length=24)
    state = models.CharField("状态", max_length=10, choices=_choices(RuleState), default=RuleState.DRAFT)
    version = models.PositiveSmallIntegerField("生效版本", default=0)
    owner = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    is_shipped = models.BooleanField("平台预置", default=False)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["data_class", "state"], name="rule_by_class")]

    def __str__(self) -> str:
        return self.title


class RuleVersion(AppendOnly):
    """What a rule says from one change to the next; the fields are those of ``specs.RuleSpec``."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    title = models.CharField("规则名称", max_length=60)
    expression = models.TextField("表达式")
    when = models.TextField("适用条件", blank=True)
    each = models.JSONField("逐项信号", default=list)
    marks = models.JSONField("标记信号", default=list)
    parameters = models.JSONField("参数", default=dict)
    family = models.CharField("规则类别", max_length=12, choices=_choices(Family))
    dimension = models.CharField("质量维度", max_length=14, choices=_choices(Dimension))
    level = models.PositiveSmallIntegerField("等级", choices=_choices(Level), default=Level.IV)
    weight = models.FloatField("权重", default=1.0)
    action = models.CharField("处置", max_length=8, choices=_choices(Action), default=Action.MARK)
    verdict = models.PositiveSmallIntegerField("判定", choices=_choices(Verdict), default=Verdict.SUSPICIOUS)
    fill = models.CharField("补全方法", max_length=14, choices=_choices(Fill), default=Fill.LEAVE)
    alarm_at = models.CharField("报警对象", max_length=8, choices=_choices(AlarmAt), blank=True)
    alarm_after_min = models.PositiveSmallIntegerField("报警延时", default=10)
    alarm_clear_min = models.PositiveSmallIntegerField("解除延时", default=10)
    alarm_share = models.FloatField("报警占比", default=0.05)
    scope = models.JSONField("适用范围", default=dict)
    valid_from = models.DateField("生效日期", null=True)
    valid_to = models.DateField("失效日期", null=True)
    reason = models.CharField("修改原因", max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["rule", "-version"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="one_row_a_rule_version")]


class RuleChange(AppendOnly):
    """The library's journal: its newest row is the state of the whole library."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="changes")
    change = models.CharField(max_length=10, choices=_choices(Change))
    version = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]


class CheckRun(models.Model):
    """One pass of the record rules.  ``counts``: rule number → [checked, violations, skipped]."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    tables = models.JSONField(default=list)
    records = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]


class RecordIssue(models.Model):
    """One record that breaks one rule, from the run that first found it to the one that does not any more.

    ``proposal`` is what the field should say, where that can be told, and ``correction`` the same as values of the
    archive's fields.  The four ids say whose it is.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    kind = models.CharField("档案", max_length=24)
    record = models.PositiveBigIntegerField("记录编号")
    title = models.CharField("记录", max_length=120, blank=True)
    field = models.CharField("字段", max_length=40, blank=True)
    found = models.CharField("现值", max_length=200, blank=True)
    detail = models.CharField("依据", max_length=200, blank=True)
    proposal = models.CharField("建议值", max_length=200, blank=True)
    correction = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=10, choices=_choices(IssueState), default=IssueState.OPEN)
    first_at = models.DateTimeField("发现时间")
    last_at = models.DateTimeField("最近发现")
    company_id = models.PositiveIntegerField(default=0)
    office_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)
    sender_id = models.PositiveIntegerField(default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField("处理意见", max_length=200, blank=True)

    class Meta:
        ordering = ["-last_at", "id"]
        constraints = [models.UniqueConstraint(fields=["rule", "record"], name="one_issue_a_rule_and_record")]
        indexes = [
            models.Index(fields=["state", "kind"], name="issue_by_state"),
            models.Index(fields=["company_id", "state"], name="issue_of_company"),
        ]
