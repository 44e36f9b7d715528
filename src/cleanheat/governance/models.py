"""Stored by governance: trainings, the register of compliance."""

from __future__ import annotations

from django.db import models

from cleanheat.governance.vocabulary import Compliance, TrainingResult


class Training(models.Model):
    """One training on data governance and quality."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=80)
    held_on = models.DateField()
    organiser = models.CharField(max_length=60)
    trainees = models.PositiveIntegerField()
    hours = models.FloatField()
    content = models.TextField(blank=True, max_length=2_000)
    result = models.CharField(max_length=10, choices=TrainingResult.choices, default=TrainingResult.PLANNED)
    passed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-held_on", "-id"]

    def __str__(self) -> str:
        return self.topic


class PolicyRecord(models.Model):
    """One clause of a law or standard, what the platform does for it, and where that can be seen."""

    law = models.CharField(max_length=80)
    clause = models.CharField(max_length=120)
    code = models.CharField(max_length=40, unique=True)
    measure = models.TextField(max_length=1_000)
    evidence = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Compliance.choices, default=Compliance.OPEN)
    reviewed_on = models.DateField(null=True, blank=True)
    reviewer = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.law} {self.clause}"
