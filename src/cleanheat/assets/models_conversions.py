"""Stored of conversions of coordinates: which files, how far, what came of it.  Never by which parameters."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.assets.vocabulary import ConversionState


class Conversion(models.Model):
    """Some files on their way to another coordinate system; its user's alone.

    ``files``: names and sizes; ``layers``: what they hold; ``outcome``: one report a layer, without a coordinate.
    Parameters, control points and check points are held in memory only (``coordinates/held.py``).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    files = models.JSONField(default=list)
    layers = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=ConversionState.choices, default=ConversionState.UPLOADED)
    outcome = models.JSONField(default=list)
    problem = models.CharField(max_length=200, blank=True)
    job = models.PositiveBigIntegerField(default=0)
    uploaded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
