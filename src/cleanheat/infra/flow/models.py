"""Stored by the flow engine: versions of definitions, items, their chained steps, and deadlines as due rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class FlowVersion(models.Model):
    """One published or drafted version of a definition; once published its body never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        RETIRED = "retired", "已停用"

    flow = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    body = models.TextField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["flow", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="one_flow_version_a_number"),
            models.UniqueConstraint(
                fields=["flow"], condition=models.Q(state="published"), name="one_published_version_a_flow"
            ),
        ]


class FlowItem(models.Model):
    """One thing with a life.  Everything below ``standing`` is what its steps add up to, kept for lists.

    The four ids say whose it is, 0 = nobody's; ``holder_id`` and ``issuer_id`` are organisations.
    """

    flow = models.CharField(max_length=40)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    title = models.CharField(max_length=200)
    level = models.PositiveSmallIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    issuer_id = models.PositiveIntegerField()
    company_id = models.PositiveIntegerField(default=0)
    office_id = models.PositiveIntegerField(default=0)
    sender_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    standing = models.JSONField()
    state = models.CharField(max_length=40)
    holder_id = models.PositiveIntegerField(default=0)
    is_overdue = models.BooleanField(default=False)
    was_overdue = models.BooleanField(default=False)
    escalation = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    steps_count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["flow", "state", "-opened_at"], name="flow_item_state"),
            models.Index(fields=["flow", "holder_id", "state"], name="flow_item_holder"),
            models.Index(fields=["company_id", "-opened_at"], name="flow_item_company"),
        ]


class FlowStep(models.Model):
    """One entry of an item's timeline: append-only; ``digest`` covers it and the step before.

    ``key`` is the caller's own name for the request: a repeat of it changes nothing.
    """

    item = models.ForeignKey(FlowItem, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.PositiveIntegerField(default=0)
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    receiver_id = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=2_000, blank=True)
    fields = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    key = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_flow_step_a_number"),
            models.UniqueConstraint(
                fields=["item", "key"], condition=~models.Q(key=""), name="one_flow_step_a_request"
            ),
        ]


class FlowDeadline(models.Model):
    """One stage of one clock, waiting: the sweep takes rows by ``due_at`` and removes what it has done."""

    item = models.ForeignKey(FlowItem, on_delete=models.CASCADE, related_name="deadlines")
    clock = models.CharField(max_length=40)
    stage = models.CharField(max_length=40)
    due_at = models.DateTimeField(db_index=True)
