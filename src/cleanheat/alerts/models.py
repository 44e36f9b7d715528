"""Stored: alerts, one row an occurrence of a condition at an object."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.alerts.vocabulary import AlertLevel, AlertState


class Alert(models.Model):
    """One condition at one object from its first finding to its end.

    ``is_live``: the finding still holds (or ended too recently to be sure).  A live row takes further findings of its
    place even when people have ended it: a false alarm is not raised again while its condition lasts.
    The four ids say whose it is; 0 = nobody's.  ``count`` is the number of minutes in which the finding was made.
    """

    source = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=16)
    object_number = models.PositiveIntegerField()
    object_name = models.CharField(max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(choices=AlertLevel.choices)
    state = models.CharField(max_length=12, choices=AlertState.choices, default=AlertState.NEW)
    is_live = models.BooleanField(default=True)
    text = models.CharField(max_length=200)
    evidence = models.JSONField(default=list)
    since_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    company_id = models.PositiveIntegerField(default=0)
    office_id = models.PositiveIntegerField(default=0)
    sender_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-first_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "object_kind", "object_number"],
                condition=models.Q(is_live=True),
                name="one_live_alert_a_place",
            )
        ]
        indexes = [
            models.Index(fields=["state", "level", "-first_at"]),
            models.Index(fields=["object_kind", "object_number", "-first_at"]),
            models.Index(fields=["company_id", "-first_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.object_name or self.object_kind} {self.text}"
