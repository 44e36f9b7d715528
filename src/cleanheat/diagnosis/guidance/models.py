"""Stored of guidance: advice given and what became of it, and cold-snap scenarios people saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.diagnosis.guidance.words import AdviceState


class Advice(models.Model):
    """One day's advice for one object.  ``content``: present and recommended values, the gap, what is expected of it;
    ``outcome``: what was measured a day later.  ``company_id`` …: whom it concerns, 0 = nobody.
    """

    kind = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    day = models.DateField()
    issued_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=AdviceState.choices, default=AdviceState.ISSUED)
    note = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.JSONField(default=dict)
    company_id = models.PositiveIntegerField(default=0)
    office_id = models.PositiveIntegerField(default=0)
    sender_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "diagnosis"
        ordering = ["-day", "level", "id"]
        constraints = [models.UniqueConstraint(fields=["kind", "number", "day"], name="advice_once_a_day")]
        indexes = [models.Index(fields=["state", "day"], name="advice_state")]


class Scenario(models.Model):
    """A cold snap as asked for and what it would do, within the scope of ``organisation_id`` at that time."""

    name = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    organisation_id = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    asked = models.JSONField()
    result = models.JSONField()

    class Meta:
        app_label = "diagnosis"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organisation_id", "at"], name="scenario_owner")]
