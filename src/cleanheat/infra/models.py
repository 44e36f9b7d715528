"""Stored by the engines: the audit chain, events awaiting delivery, jobs, schedules; flows and files beside."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.flow.models import FlowDeadline, FlowItem, FlowStep, FlowVersion
from cleanheat.infra.secrecy.models import SecrecyVersion

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Delivery",
    "FlowDeadline",
    "FlowItem",
    "FlowStep",
    "FlowVersion",
    "Job",
    "JobState",
    "Schedule",
    "SecrecyVersion",
    "StoredFile",
]


class AuditEntry(models.Model):
    """Who did what to what: append-only; each row's ``digest`` covers the row before it."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object_kind", "object_id"]), models.Index(fields=["at"])]


class AuditHead(models.Model):
    """The end of the chain, one row: locked while a row is added, and proof that no tail was cut off."""

    entries = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")


class Delivery(models.Model):
    """One event on its way to one handler: taken on a lease, ``done_at`` set only after the handler returned."""

    event = models.CharField(max_length=80)
    body = models.JSONField()
    handler = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()
    due_s = models.FloatField(default=0)  # machine epoch seconds: not before (retries wait)
    lease_until_s = models.FloatField(default=0)  # machine epoch seconds
    attempt = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_s", "id"], name="delivery_due", condition=models.Q(done_at__isnull=True)),
            models.Index(fields=["done_at"], name="delivery_done"),
        ]


class JobState(models.TextChoices):
    QUEUED = "queued", "排队"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class Job(models.Model):
    """One piece of background work: claimed on a lease; a lease that runs out makes it claimable again."""

    name = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    due_s = models.FloatField(default=0)  # machine epoch seconds: not before (retries wait)
    lease_until_s = models.FloatField(default=0)  # machine epoch seconds
    attempt = models.PositiveSmallIntegerField(default=0)
    is_cancel_requested = models.BooleanField(default=False)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    answer = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "due_s", "lease_until_s"])]


class Schedule(models.Model):
    """When a periodic job is due next, in platform time."""

    name = models.CharField(max_length=80, primary_key=True)
    next_s = models.FloatField()  # platform epoch seconds
