"""Stored of secrecy: what this installation changed of the classes as shipped, every version of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SecrecyVersion(models.Model):
    """One version: the whole of the changes (see ``classes.policy_of``); the newest is in force."""

    changes = models.JSONField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
