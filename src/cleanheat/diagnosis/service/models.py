"""Stored of service quality: what a regulator wants set right, and what people said when they were asked afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.assets.models import HeatUser
from cleanheat.complaints.public import Satisfaction


class QualityRequest(models.Model):
    """A regulator's demand to set right the service of one object; while open it stands as a finding, and so as an
    alert from which orders are raised."""

    object_kind = models.CharField("对象类型", max_length=12)
    object_number = models.PositiveIntegerField("对象编号")
    company_id = models.PositiveIntegerField("供热企业", default=0)
    reason = models.CharField("原因", max_length=200)
    level = models.PositiveSmallIntegerField("等级")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "diagnosis"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_kind", "object_number"],
                condition=models.Q(closed_at=None),
                name="one_open_quality_request",
            )
        ]


class Feedback(models.Model):
    """What one heat user said when asked after an order was done (回访)."""

    number = models.CharField("回访编号", max_length=40, unique=True)
    heat_user = models.ForeignKey(HeatUser, on_delete=models.CASCADE, related_name="+", verbose_name="热用户")
    order_number = models.CharField("督导单编号", max_length=40, blank=True)
    visited_on = models.DateField("回访日期")
    satisfaction = models.CharField("满意度", max_length=14, choices=Satisfaction.choices)
    room_temp_c = models.FloatField("回访测温", null=True, blank=True)
    is_solved = models.BooleanField("问题已解决", default=False)
    content = models.TextField("回访内容", blank=True)

    class Meta:
        app_label = "diagnosis"
        ordering = ["-visited_on", "-id"]

    def __str__(self) -> str:
        return self.number
