"""Stored of the models' life: versions, trainings, what people set over them, who drifts, what handled alerts taught.

The parameters themselves lie in files (``fleet.kept``); rows say what a file is, who made it and whether it holds.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.diagnosis.forecast.models import Forecast  # noqa: F401 - Django finds models here
from cleanheat.diagnosis.guidance.models import Advice, Scenario  # noqa: F401
from cleanheat.diagnosis.live.models import Contradiction, Found  # noqa: F401
from cleanheat.diagnosis.service.models import Feedback, QualityRequest  # noqa: F401
from cleanheat.diagnosis.words import DriftState, OutcomeKind, TrainedHow, VersionState


class ModelVersion(models.Model):
    """One version of a kind's personal parameters; at most one of a kind is adopted.

    ``start_s``/``end_s``: the history learned from; ``followed_until_s``: how far nightly updates went on from there.
    ``metrics``: the kind's summary by quantity; ``sources``: objects by where their parameters come from.
    """

    kind = models.CharField("对象类别", max_length=16)
    number = models.PositiveIntegerField("版本")
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    how = models.CharField(max_length=8, choices=TrainedHow.choices)
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    numbers = models.JSONField("单独训练的对象", default=list)
    start_s = models.BigIntegerField()
    end_s = models.BigIntegerField()
    followed_until_s = models.BigIntegerField(default=0)
    weather_source = models.CharField(max_length=60)
    metrics = models.JSONField(default=dict)
    sources = models.JSONField(default=dict)
    note = models.CharField("说明", max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="one_row_a_model_version"),
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(state=VersionState.ADOPTED), name="one_model_in_force"
            ),
        ]


class Training(models.Model):
    """Somebody's wish to train a kind, or some of its objects; its job tells how far it is."""

    kind = models.CharField("对象类别", max_length=16)
    numbers = models.JSONField("对象", default=list)
    reason = models.CharField("原因", max_length=200, blank=True)
    job_id = models.PositiveBigIntegerField(default=0)
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="trainings")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]


class Override(models.Model):
    """A coefficient set by people over whatever was learned: for one object, a company's, a district's or all.

    It holds over every version, until ``until`` or until it is ended.
    """

    kind = models.CharField("对象类别", max_length=16)
    number = models.PositiveIntegerField("对象", default=0)
    company_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)
    coefficient = models.CharField("系数", max_length=40)
    value = models.FloatField("取值")
    reason = models.CharField("原因", max_length=200)
    until = models.DateTimeField("有效期至", null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number", "company_id", "district_id", "coefficient"],
                condition=models.Q(ended_at__isnull=True),
                name="one_override_a_target",
            )
        ]


class Outcome(models.Model):
    """What people found when they handled an alert or an order of one object: it moves that object's limits a step."""

    reference = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12, choices=OutcomeKind.choices)
    factor_before = models.FloatField()
    factor_after = models.FloatField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "number"], name="outcome_of_object")]


class Drift(models.Model):
    """An object that no longer is what its parameters say: a week's mean deviation beyond its limits."""

    kind = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    quantity = models.CharField(max_length=20)
    week_s = models.BigIntegerField()
    bias = models.FloatField()
    limit = models.FloatField()
    hours = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=DriftState.choices, default=DriftState.OPEN)
    training = models.ForeignKey(Training, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "number", "quantity"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number", "quantity"],
                condition=models.Q(state=DriftState.OPEN),
                name="one_open_drift_a_quantity",
            )
        ]
