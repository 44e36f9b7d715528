"""Stored: how single records of the archive came to be what they are, who changed what, when and why."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from cleanheat.assets.vocabulary import VersionSource


class ArchiveRecordVersion(models.Model):
    """One change of one record: ``before`` and ``after`` hold the changed columns alone, by their stored names.

    Versions of a record count from 1; version 0 is what was first loaded and has no row.  Rows are never changed.
    """

    kind = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=8, choices=VersionSource.choices)
    before = models.JSONField(encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["kind", "number", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number", "version"], name="one_archive_version_a_number"),
        ]
        indexes = [models.Index(fields=["-at"], name="archive_version_newest")]
