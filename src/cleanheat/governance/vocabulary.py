"""The words of governance: results of trainings, how far a clause is met."""

from __future__ import annotations

from django.db import models


class TrainingResult(models.TextChoices):
    PLANNED = "planned", "计划中"
    PASSED = "passed", "合格"
    PARTLY = "partly", "部分合格"
    FAILED = "failed", "不合格"


class Compliance(models.TextChoices):
    MET = "met", "已落实"
    PARTLY = "partly", "部分落实"
    OPEN = "open", "待落实"
