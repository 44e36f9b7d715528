"""Stored of imports: what was handed in, how it was read, what it did; and mappings kept for the next time."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.assets.vocabulary import ImportState


class ArchiveImport(models.Model):
    """One file on its way into the archive.

    ``layers``: what the file holds; ``mapping``: how it is read (``ColumnMap``); ``outcome``: counts of the rehearsal;
    ``created`` and ``changed``: numbers of the objects written.  ``job``: the one that works on it now.
    ``left_out``: places of rehearsed records that the regulator does not approve; ``decided_by``: who decided, with
    his ``note``.
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
    left_out = models.JSONField(default=list)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]


class ArchiveShape(models.Model):
    """One shape an import gave an object: WKB in WGS-84 degrees, empty: as the map had it before.  Never changed."""

    kind = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    wkb = models.BinaryField(null=True)
    import_id = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "number"], name="archive_shape_object")]


class MappingTemplate(models.Model):
    """A mapping by name, for the next file of the same make."""

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    mapping = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "name"], name="one_mapping_template_a_name")]
