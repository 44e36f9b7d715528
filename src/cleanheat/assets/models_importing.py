"""Stored of imports: what was handed in, how it was read, what it did; and mappings kept for the next time."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.assets.vocabulary import ImportState


class ArchiveImport(models.Model):
    """One file on its way into the archive.

    ``layers``: what the file holds; ``mapping``: how it is read (``ColumnMap``); ``outcome``: counts of the rehearsal;
    ``created`` and ``changed``: numbers of the objects written.  ``job``: the one that works on it now.
    """

    file = models.CharField(max_length=200)
    ending = models.CharField(max_length=10)
    size_bytes = models.PositiveBigIntegerField()
    layers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    outcome = models.JSONField(default=dict)
    problem = models.CharField(max_length=200, blank=True)
    job = models.PositiveBigIntegerField(default=0)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=32, blank=True)
    created = models.JSONField(default=list)
    changed = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]


class MappingTemplate(models.Model):
    """A mapping by name, for the next file of the same make."""

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    mapping = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_mapping_template_a_name")]
