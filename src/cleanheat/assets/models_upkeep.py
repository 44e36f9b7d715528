"""Stored: how single records of the archive came to be what they are, who changed what, when and why."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from cleanheat.assets.vocabulary import MatchBand, MatchState, VersionSource


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


class ChangeRequest(models.Model):
    """A change of one record that somebody asks for; its life is the flow item's.

    ``before`` and ``after`` hold the changed columns alone; ``version`` is the record's version once it is applied.
    """

    item = models.OneToOneField("infra.FlowItem", on_delete=models.PROTECT, related_name="archive_change")
    kind = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    before = models.JSONField(encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder)
    version = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "number"], name="archive_change_object")]


class MatchRun(models.Model):
    """One look at a whole relation: how many records were held against their names and places, and what came of it."""

    relation = models.CharField(max_length=24)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    records = models.PositiveIntegerField(default=0)
    agreeing = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    doubtful = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]


class MatchCase(models.Model):
    """A record whose link names and places speak against, with the candidates, best first; a person decides.

    ``present`` and ``chosen`` are numbers of the relation's target, 0: none.  ``version`` is the record's version that
    the decision wrote.
    """

    relation = models.CharField(max_length=24)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    present = models.PositiveIntegerField()
    band = models.CharField(max_length=8, choices=MatchBand.choices)
    probability = models.FloatField()
    candidates = models.JSONField()
    state = models.CharField(max_length=8, choices=MatchState.choices, default=MatchState.OPEN)
    chosen = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    company_id = models.PositiveIntegerField(default=0)
    office_id = models.PositiveIntegerField(default=0)
    sender_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-probability", "id"]
        constraints = [models.UniqueConstraint(fields=["relation", "number"], name="one_match_case_a_record")]
        indexes = [models.Index(fields=["relation", "state", "-probability"], name="match_case_queue")]
