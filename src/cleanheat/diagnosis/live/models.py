"""Stored: what models found, from its first minute to its end, and judgements that contradict each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.diagnosis.live.words import ContradictionKind, FoundState, Verdict


class Owned(models.Model):
    """Whose an object is; 0 = nobody's."""

    object_kind = models.CharField(max_length=16)
    object_number = models.PositiveIntegerField()
    object_name = models.CharField(max_length=80, blank=True)
    company_id = models.PositiveIntegerField(default=0)
    office_id = models.PositiveIntegerField(default=0)
    sender_id = models.PositiveIntegerField(default=0)
    district_id = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Found(Owned):
    """One finding.  ``state_key`` is the diagnosed state, ``worst`` the gravest level it had, ``steps`` its escalation
    (``[minute, level]``).  ``cause`` is the source's finding that explains this one.

    ``archive_version``, ``model_version`` and ``judged_s`` say by what it was judged last.
    """

    source = models.CharField(max_length=60)
    state_key = models.CharField(max_length=24)
    state = models.CharField(max_length=12, choices=FoundState.choices, default=FoundState.OPEN)
    level = models.PositiveSmallIntegerField()
    worst = models.PositiveSmallIntegerField()
    since_s = models.BigIntegerField()
    found_s = models.BigIntegerField()
    ended_s = models.BigIntegerField(null=True)
    judged_s = models.BigIntegerField()
    confidence = models.FloatField(null=True)
    text = models.CharField(max_length=300)
    evidence = models.JSONField(default=list)
    contributions = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    cause = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="members")
    archive_version = models.CharField(max_length=40)
    model_version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-found_s", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "object_kind", "object_number"],
                condition=models.Q(ended_s=None),
                name="one_standing_finding_a_place",
            )
        ]
        indexes = [
            models.Index(fields=["state", "level", "-found_s"]),
            models.Index(fields=["object_kind", "object_number", "-found_s"]),
            models.Index(fields=["company_id", "-found_s"]),
        ]

    def __str__(self) -> str:
        return f"{self.object_name or self.object_kind} {self.text}"


class Contradiction(Owned):
    """Two judgements of one object that cannot both be right; a person settles it and says why.

    ``first`` and ``second`` hold source, text and evidence of either side.
    """

    kind = models.CharField(max_length=32, choices=ContradictionKind.choices)
    first = models.JSONField()
    second = models.JSONField()
    opened_s = models.BigIntegerField()
    ended_s = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-opened_s", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_kind", "object_number"],
                condition=models.Q(ended_s=None, verdict=""),
                name="one_open_contradiction_a_place",
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_name} {ContradictionKind(self.kind).label}"
